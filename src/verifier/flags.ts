/** Every KF_ flag: when it lived (include/linux/btf.h of each series) and, in one place, which flag turns on which check of arguments. */
import type { Location } from '../claim.ts';
import type { KfuncInput } from './model.ts';
import type { Life } from './series.ts';
import { during } from './series.ts';
import type { Statement } from './statement.ts';

export interface FlagLife extends Life {
  name: string;
  bit: number;
  /** `tree`: first seen in a tree that was read; `commit`: the series follows from the date of the commit */
  sinceFrom: 'tree' | 'commit';
  note: string | null;
}

const flag = (name: string, bit: number, since: string, until: string | null = null, note: string | null = null): FlagLife => ({
  name,
  bit,
  since,
  until,
  sinceFrom: since === '6.7' || since === '6.15' ? 'commit' : 'tree',
  note,
});

/** KF_ACQUIRE, KF_RELEASE, KF_RET_NULL, KF_KPTR_GET and KF_TRUSTED_ARGS are older than the oldest series modelled (6.0). */
export const FLAGS: readonly FlagLife[] = [
  flag('KF_ACQUIRE', 0, '6.1'),
  flag('KF_RELEASE', 1, '6.1'),
  flag('KF_RET_NULL', 2, '6.1'),
  flag('KF_KPTR_GET', 3, '6.1', '6.3', 'load the kptr and take it as a KF_RCU argument instead'),
  flag('KF_TRUSTED_ARGS', 4, '6.1', '6.19', 'what it asked for is the default of every kfunc from 7.0 on'),
  flag('KF_SLEEPABLE', 5, '6.1'),
  flag('KF_DESTRUCTIVE', 6, '6.1'),
  flag('KF_RCU', 7, '6.2'),
  flag('KF_ITER_NEW', 8, '6.4'),
  flag('KF_ITER_NEXT', 9, '6.4'),
  flag('KF_ITER_DESTROY', 10, '6.4'),
  flag('KF_RCU_PROTECTED', 11, '6.7'),
  flag('KF_FASTCALL', 12, '6.13'),
  flag('KF_ARENA_RET', 13, '6.15'),
  flag('KF_ARENA_ARG1', 14, '6.15'),
  flag('KF_ARENA_ARG2', 15, '6.15'),
  flag('KF_IMPLICIT_ARGS', 16, '7.0'),
  flag('KF_SPINLOCK_SAFE', 17, '7.3'),
  flag('KF_PERFMON', 18, '7.3'),
];

export function flagLife(name: string): FlagLife | null {
  return FLAGS.find((f) => f.name === name) ?? null;
}

export function isFlag(name: string, series: string): boolean {
  const life = flagLife(name);
  return life !== null && during(life, series);
}

/** `flag` null: no flag is needed. */
export interface FlagEffect extends Life {
  flag: string | null;
  /** another flag that must be there too */
  with?: string;
  at: readonly Statement[];
}

const VERIFIER = 'kernel/bpf/verifier.c';

const NULL_CHECK: readonly Statement[] = [
  { since: '6.3', until: null, path: VERIFIER, symbol: 'check_kfunc_args', quote: 'Possibly NULL pointer passed to trusted ' },
];

/** What makes the verifier refuse the constant NULL and every maybe-NULL register for every pointer argument that is neither nullable nor ignored. */
export const NULL_CHECKED: readonly FlagEffect[] = [
  { flag: 'KF_TRUSTED_ARGS', since: '6.3', until: '6.19', at: NULL_CHECK },
  { flag: 'KF_RCU', since: '6.4', until: '6.19', at: NULL_CHECK },
  { flag: 'KF_RELEASE', since: '6.4', until: '6.19', at: NULL_CHECK },
  { flag: null, since: '7.0', until: null, at: NULL_CHECK },
];

export interface TrustEffect extends FlagEffect {
  /** what a pointer to a kernel object must be to be let through */
  trust: 'trusted' | 'rcu';
  /** only pointers that hold a reference are let through */
  referenced: boolean;
}

const RCU_CHECK: readonly Statement[] = [
  { since: '6.2', until: null, path: VERIFIER, symbol: 'check_kfunc_args', quote: 'must be a rcu pointer' },
];

const TRUST_CHECK: readonly Statement[] = [
  { since: '6.1', until: '6.1', path: 'kernel/bpf/btf.c', symbol: 'btf_check_func_arg_match', quote: 'R%d must be referenced' },
  { since: '6.2', until: null, path: VERIFIER, symbol: 'check_kfunc_args', quote: 'must be referenced or trusted' },
];

const NO_RCU_SECTION: readonly Statement[] = [
  { since: '6.12', until: null, path: VERIFIER, symbol: 'check_kfunc_call', quote: 'is sleepable within' },
];

/** The first that applies decides: where a sleepable kfunc may be called, no pointer is protected by RCU. KF_RCU loosens KF_TRUSTED_ARGS, KF_RELEASE implies it from 6.4, from 7.0 it is the default. */
export const TRUST_CHECKED: readonly TrustEffect[] = [
  { flag: 'KF_RCU', with: 'KF_SLEEPABLE', since: '6.12', until: null, trust: 'trusted', referenced: false, at: NO_RCU_SECTION },
  { flag: 'KF_RCU', since: '6.2', until: null, trust: 'rcu', referenced: false, at: RCU_CHECK },
  { flag: 'KF_TRUSTED_ARGS', since: '6.1', until: '6.1', trust: 'trusted', referenced: true, at: TRUST_CHECK },
  { flag: 'KF_TRUSTED_ARGS', since: '6.2', until: '6.19', trust: 'trusted', referenced: false, at: TRUST_CHECK },
  { flag: 'KF_RELEASE', since: '6.4', until: '6.19', trust: 'trusted', referenced: false, at: TRUST_CHECK },
  { flag: null, since: '7.0', until: null, trust: 'trusted', referenced: false, at: TRUST_CHECK },
];

/** The first entry that `flags` and `series` make true. */
export function effectOf<T extends FlagEffect>(effects: readonly T[], flags: readonly string[], series: string): T | null {
  const has = (flag: string | null | undefined) => flag === null || flag === undefined || flags.includes(flag);
  return effects.find((e) => during(e, series) && has(e.flag) && has(e.with)) ?? null;
}

/** What a sentence of evidence begins with where a flag decides: the flag, and the line that it stands on. */
export function flagText(input: Pick<KfuncInput, 'flags' | 'flagsLine'>, flag: string | null): string {
  if (flag === null && asksForDefault(input)) return `KF_TRUSTED_ARGS${lineText(input)} asks for what every kfunc has from 7.0 on: `;
  return flag ? `${flag}${lineText(input)}: ` : '';
}

/** The place of what flagText() names. */
export function flagPlace(input: Pick<KfuncInput, 'flags' | 'flagsAt'>, flag: string | null): Location | null {
  return flag !== null || asksForDefault(input) ? input.flagsAt : null;
}

/** Patches written before 7.0 carry the flag whose work became the default. */
function asksForDefault(input: Pick<KfuncInput, 'flags'>): boolean {
  return input.flags.includes('KF_TRUSTED_ARGS');
}

export function lineText(input: Pick<KfuncInput, 'flagsLine'>): string {
  return input.flagsLine ? ` in ${input.flagsLine.trim()}` : '';
}
