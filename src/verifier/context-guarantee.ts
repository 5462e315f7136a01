/** In what context the body runs: RCU, sleeping, NMI. */
import type { Evidence } from '../claim.ts';
import { callers, mayBeNmiIn, maySleepIn } from './contexts.ts';
import type { ContextGuarantee, KfuncInput } from './model.ts';
import { compareSeries } from './series.ts';
import type { Statement } from './statement.ts';
import { sourceOf, verifierEvidence } from './statement.ts';

const RCU_PROTECTED_SINCE = '6.18';
const VERIFIER = 'kernel/bpf/verifier.c';
export const PROTECTED: readonly Statement[] = [
  { since: '6.18', until: null, path: VERIFIER, symbol: 'check_kfunc_call', quote: 'requires RCU critical section protection' },
];
export const SLEEPABLE: readonly Statement[] = [
  {
    since: '6.1',
    until: '6.1',
    path: 'kernel/bpf/btf.c',
    symbol: 'btf_check_func_arg_match',
    quote: 'is sleepable but the program is not',
  },
  { since: '6.2', until: '7.0', path: VERIFIER, symbol: 'check_kfunc_call', quote: 'program must be sleepable to call sleepable kfunc' },
  { since: '7.1', until: null, path: VERIFIER, symbol: 'check_kfunc_call', quote: 'is sleepable within' },
];
export const CAN_SLEEP: readonly Statement[] = [
  { since: '6.2', until: null, path: VERIFIER, symbol: 'can_be_sleepable', quote: 'BPF_PROG_TYPE_LSM' },
];

/** @param series a modelled one */
export function contextGuarantee(input: KfuncInput, series: string): ContextGuarantee {
  const sleepable = input.flags.includes('KF_SLEEPABLE');
  const all = callers(input.programTypes, series);
  const rcu = rcuHeld(input, all, series, sleepable);
  return {
    rcuHeld: rcu.held,
    maySleep: sleepable,
    mayBeNmi: !sleepable && (all === null || all.some((t) => mayBeNmiIn(t))),
    because: [...rcu.because, sleepEvidence(input, sleepable, series)],
  };
}

/** From 6.7 on an iterator that asks for an RCU section may be gone on with in one only (process_iter_arg()). */
const PROTECTED_ITERATOR_SINCE = '6.7';
export const PROTECTED_ITERATOR: readonly Statement[] = [
  { since: '6.7', until: null, path: VERIFIER, symbol: 'process_iter_arg', quote: 'expected an RCU CS when using' },
];

function rcuHeld(input: KfuncInput, all: string[] | null, series: string, sleepable: boolean): { held: boolean; because: Evidence[] } {
  if (input.constructorProtected && compareSeries(series, PROTECTED_ITERATOR_SINCE) >= 0) {
    const text = 'KF_RCU_PROTECTED of its constructor: the verifier refuses to go on with the iterator outside an RCU section';
    return { held: true, because: [verifierEvidence(text, sourceOf(PROTECTED_ITERATOR, series))] };
  }
  if (input.flags.includes('KF_RCU_PROTECTED') && compareSeries(series, RCU_PROTECTED_SINCE) >= 0) {
    return {
      held: true,
      because: [
        verifierEvidence('KF_RCU_PROTECTED: the verifier refuses calls outside an RCU section', sourceOf(PROTECTED, series), input.flagsAt),
      ],
    };
  }
  const sleepers = all?.filter((t) => maySleepIn(t, series)) ?? [];
  if (!sleepable && all !== null && sleepers.length === 0) {
    return {
      held: true,
      because: [
        verifierEvidence(
          `only programs that can't sleep may call it (${all.join(', ')}), and those run under rcu_read_lock()`,
          sourceOf(CAN_SLEEP, series),
        ),
      ],
    };
  }
  const who =
    all === null
      ? 'programs that may sleep are not ruled out'
      : sleepable
        ? 'sleepable programs call it'
        : `programs of type ${sleepers.join(', ')} may be sleepable`;
  return { held: false, because: [verifierEvidence(`${who}: those run without rcu_read_lock()`, sourceOf(CAN_SLEEP, series))] };
}

function sleepEvidence(input: KfuncInput, sleepable: boolean, series: string): Evidence {
  if (sleepable)
    return verifierEvidence(
      'KF_SLEEPABLE: only sleepable programs may call it, outside RCU sections and locks',
      sourceOf(SLEEPABLE, series),
      input.flagsAt,
    );
  return verifierEvidence('without KF_SLEEPABLE programs that must not sleep may call it', sourceOf(SLEEPABLE, series), input.flagsAt);
}
