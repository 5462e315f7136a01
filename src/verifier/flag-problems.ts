/** Flags that don't exist in a series, contradict one another or do nothing. */
import { FLAGS, flagLife } from './flags.ts';
import type { Problem, Stage } from './problem.ts';
import type { Life } from './series.ts';
import { compareSeries, during } from './series.ts';
import type { Statement } from './statement.ts';

const BTF_H = 'include/linux/btf.h';

interface FlagRule extends Life {
  stage: Stage;
  subject: string;
  /** true where these flags (and this return) make the problem */
  when(flags: ReadonlySet<string>, returnsPointer: boolean | null): boolean;
  text: string;
  source: Statement | null;
}

export const ITERATOR_FLAGS = ['KF_ITER_NEW', 'KF_ITER_NEXT', 'KF_ITER_DESTROY'];
const count = (flags: ReadonlySet<string>, names: readonly string[]) => names.filter((n) => flags.has(n)).length;
const in_ = (path: string, symbol: string, quote: string, since: string, until: string | null = null): Statement => ({
  since,
  until,
  path,
  symbol,
  quote,
});
const VERIFIER = 'kernel/bpf/verifier.c';

/** Combinations of flags that contradict one another or do nothing. */
export const FLAG_RULES: readonly FlagRule[] = [
  {
    ...life('6.4'),
    stage: 'register',
    subject: 'KF_ITER_NEW',
    text: 'a kfunc is one of KF_ITER_NEW, KF_ITER_NEXT and KF_ITER_DESTROY, not several: registering fails with -EINVAL',
    when: (f) => count(f, ITERATOR_FLAGS) > 1,
    source: in_('kernel/bpf/btf.c', 'btf_check_iter_kfuncs', 'exactly one of KF_ITER_{NEW,NEXT,DESTROY} can be set', '6.4'),
  },
  {
    ...life('6.1'),
    stage: 'load',
    subject: 'KF_ACQUIRE',
    text: 'only a pointer to a struct can be acquired: every program that calls it is refused',
    when: (f, pointer) => f.has('KF_ACQUIRE') && pointer === false,
    source: in_(VERIFIER, 'check_kfunc_call', 'acquire kernel function does not return PTR_TO_BTF_ID', '6.1'),
  },
  {
    ...life('6.1'),
    stage: 'never',
    subject: 'KF_RET_NULL',
    text: 'KF_RET_NULL does nothing where no pointer is returned',
    when: (f, pointer) => f.has('KF_RET_NULL') && pointer === false,
    source: in_(VERIFIER, 'check_kfunc_call', 'PTR_MAYBE_NULL', '6.1'),
  },
  {
    ...life('6.2', '6.19'),
    stage: 'never',
    subject: 'KF_TRUSTED_ARGS',
    text: 'KF_RCU loosens KF_TRUSTED_ARGS: together they ask for no more than KF_RCU does',
    when: (f) => f.has('KF_TRUSTED_ARGS') && f.has('KF_RCU'),
    source: in_(VERIFIER, 'check_kfunc_args', 'must be a rcu pointer', '6.2'),
  },
  {
    ...life('6.7', '6.17'),
    stage: 'never',
    subject: 'KF_RCU_PROTECTED',
    text: 'until 6.17 KF_RCU_PROTECTED is looked at on iterators only: any program may call this outside an RCU section',
    when: (f) => f.has('KF_RCU_PROTECTED') && count(f, ITERATOR_FLAGS) === 0,
    source: in_(VERIFIER, 'check_kfunc_call', 'requires RCU critical section protection', '6.18'),
  },
  {
    ...life('6.18'),
    stage: 'load',
    subject: 'KF_RCU_PROTECTED',
    text: 'KF_SLEEPABLE refuses calls inside an RCU section and KF_RCU_PROTECTED those outside: nothing is left',
    when: (f) => f.has('KF_RCU_PROTECTED') && f.has('KF_SLEEPABLE'),
    source: in_(VERIFIER, 'check_kfunc_call', 'requires RCU critical section protection', '6.18'),
  },
  {
    ...life('7.3'),
    stage: 'never',
    subject: 'KF_SPINLOCK_SAFE',
    text: 'what may sleep is not safe under a bpf_spin_lock',
    when: (f) => f.has('KF_SPINLOCK_SAFE') && f.has('KF_SLEEPABLE'),
    source: in_(VERIFIER, 'kfunc_spin_allowed', 'KF_SPINLOCK_SAFE', '7.3'),
  },
];

function life(since: string, until: string | null = null): Life {
  return { since, until };
}

/**
 * Unknown, not yet and no longer existing, contradictory and meaningless flags.
 * @param returnsPointer whether the kfunc returns a pointer; null: not known
 */
export function flagProblems(flags: readonly string[], series: string, returnsPointer: boolean | null = null): Problem[] {
  const problems = flags.flatMap((name): Problem[] => {
    const known = flagLife(name);
    if (!known) return [{ stage: 'build', subject: name, text: `no kernel up to ${newestFlagSeries()} has a flag ${name}`, source: null }];
    if (compareSeries(series, known.since) < 0) {
      return [
        { stage: 'build', subject: name, text: `${name} exists from ${known.since} on`, source: in_(BTF_H, name, name, known.since) },
      ];
    }
    if (known.until !== null && compareSeries(series, known.until) > 0) {
      const instead = known.note ? `: ${known.note}` : '';
      return [
        {
          stage: 'build',
          subject: name,
          text: `${name} exists until ${known.until} only${instead}`,
          source: in_(BTF_H, name, name, known.since, known.until),
        },
      ];
    }
    return [];
  });
  const set = new Set(flags.filter((f) => flagLife(f) !== null && !problems.some((p) => p.subject === f)));
  const combined = FLAG_RULES.filter((r) => during(r, series) && r.when(set, returnsPointer)).map(({ stage, subject, text, source }) => ({
    stage,
    subject,
    text,
    source,
  }));
  return [...problems, ...combined];
}

function newestFlagSeries(): string {
  return FLAGS.map((f) => f.since).reduce((a, b) => (compareSeries(a, b) >= 0 ? a : b));
}
