/** Wrong conclusions about kfuncs that reviewers draw, each shown only where the facts at hand invite it. */
import type { FactsReport, KfuncFacts, ParameterFacts } from './facts-model.ts';

export interface Conclusion {
  /** what must not be concluded */
  wrong: string;
  /** why not, and what is right */
  right: string;
  when(k: KfuncFacts, report: FactsReport): boolean;
}

const some = (test: (p: ParameterFacts) => boolean) => (k: KfuncFacts) => k.parameters.some(test);
const isBefore7 = (series: string) => Number(series.split('.')[0]) < 7;

export const CONCLUSIONS: readonly Conclusion[] = [
  {
    wrong: '"The verifier checks that an enum or integer argument is in range."',
    right: 'It never does, in no series: any value of the register arrives. An index, shift or length needs a check in C.',
    when: some((p) => p.kind === 'scalar'),
  },
  {
    wrong: '"An enum is signed, so a check `event >= MAX` lets -1 through."',
    right:
      'An enum without a negative enumerator is unsigned int to gcc and clang: `>= MAX` alone is enough, unless the value was stored in an int on the way.',
    when: some((p) => p.kind === 'scalar' && /\benum\b/.test(p.type)),
  },
  {
    wrong: '"A `__k` or `__szk` argument is bounded."',
    right: 'It is a constant of the program, and any constant will do.',
    when: some((p) => p.constant),
  },
  {
    wrong: '"A pointer argument may be NULL, so this dereference needs a check."',
    right: 'Where the table says "never", NULL is refused when the program is loaded: no check is missing there.',
    when: some((p) => p.trust !== 'none' && !p.mayBeNull),
  },
  {
    wrong: '"A NULL check further down shows that the parameter may be NULL."',
    right: 'Look which value it tests: a variable that was assigned in between is another value.',
    when: some((p) => p.trust !== 'none' && !p.mayBeNull && p.kind !== 'context'),
  },
  {
    wrong: '"Without KF_TRUSTED_ARGS or KF_RCU the verifier still refuses NULL and stale objects."',
    right: 'Before 7.0 it does not: a pointer walked out of another object gets through, NULL or stale.',
    when: (k, r) => isBefore7(r.kernel.series) && k.parameters.some((p) => p.kind === 'btf-pointer' && p.trust === 'any'),
  },
  {
    wrong: '"KF_TRUSTED_ARGS is missing."',
    right: 'From 7.0 on the flag does not exist: what it asked for is the default.',
    when: (k, r) => !isBefore7(r.kernel.series) && k.parameters.some((p) => p.kind === 'btf-pointer'),
  },
  {
    wrong: '"KF_RCU means that the kfunc runs under rcu_read_lock()."',
    right: 'It speaks of pointers: a trusted object may be passed outside any RCU section.',
    when: (k) => k.flags.includes('KF_RCU') && !k.context.rcuHeld,
  },
  {
    wrong: '"An object passed under KF_RCU is alive, so a plain get is fine."',
    right: 'Its count may already be 0: only a tryget (refcount_inc_not_zero() and kin) may take a reference.',
    when: some((p) => p.kind === 'btf-pointer' && p.trust === 'rcu'),
  },
  {
    wrong: '"Trusted memory": that a pointer to an integer or to a struct of integers is trusted, aligned or stable.',
    right: "It is any memory of the program's own; it may be shared and change during the call, so that what is read twice may differ.",
    when: some((p) => p.kind === 'memory' || p.kind === 'sized-memory'),
  },
  {
    wrong: '"A sized buffer is at least as long as its type."',
    right: 'It is as long as the size says, and that may be 0: compare the size before a field is touched.',
    when: some((p) => p.sizeParameter !== null),
  },
  {
    wrong: '"`const` arguments may be read-only memory", or "KF_RET_NULL covers ERR_PTR".',
    right: 'The verifier ignores const on arguments, and knows NULL but no ERR_PTR.',
    when: (k) => k.return.mayBeNull || k.parameters.some((p) => /\bconst\b/.test(p.type)),
  },
];
