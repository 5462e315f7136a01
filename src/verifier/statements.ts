/** Every place in the kernel's source that the model rests on, for holding a tree against it. */
import { CAN_SLEEP, PROTECTED, PROTECTED_ITERATOR, SLEEPABLE } from './context-guarantee.ts';
import type { Effect } from './effect.ts';
import { FLAG_EFFECTS } from './explain-flags.ts';
import { SUFFIX_EFFECTS } from './explain-suffixes.ts';
import { NULL_CHECKED, TRUST_CHECKED } from './flags.ts';
import { EMPTY_DYNPTR, EMPTY_ITERATOR, KIND_RULES, NULLABLE_AT, OBJECT_REGISTER, SIZE_OF_MEMORY } from './kinds.ts';
import { FLAG_RULES } from './registration.ts';
import { RELEASE_AT } from './release.ts';
import { RETURN_TRUST } from './returns.ts';
import type { Life } from './series.ts';
import { compareSeries, during } from './series.ts';
import type { Statement } from './statement.ts';

/** The statements of `series`, each place once. */
export function statementsOf(series: string): Statement[] {
  const all = [
    ...[...NULL_CHECKED, ...TRUST_CHECKED, ...KIND_RULES, ...RETURN_TRUST].flatMap((rule) => rule.at.map((s) => narrow(s, rule))),
    ...[
      ...RELEASE_AT,
      ...NULLABLE_AT,
      ...EMPTY_DYNPTR,
      ...EMPTY_ITERATOR,
      ...OBJECT_REGISTER,
      ...SIZE_OF_MEMORY,
      ...PROTECTED,
      ...PROTECTED_ITERATOR,
      ...SLEEPABLE,
      ...CAN_SLEEP,
    ],
    ...FLAG_RULES.flatMap((rule) => (rule.source ? [narrow(rule.source, rule)] : [])),
    ...[...Object.values(FLAG_EFFECTS), ...Object.values(SUFFIX_EFFECTS)].flatMap((x) => x.effects.flatMap(statementOf)),
  ];
  const seen = new Set<string>();
  return all.filter((s) => {
    const key = `${s.path}\0${s.symbol}\0${s.quote}`;
    if (!during(s, series) || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function statementOf(e: Effect): Statement[] {
  return (e.at ?? []).map((s) => narrow(s, e));
}

/** The statement for as long as both it and the rule that rests on it live. */
function narrow(s: Statement, rule: Life): Statement {
  const since = compareSeries(s.since, rule.since) >= 0 ? s.since : rule.since;
  const ends = [s.until, rule.until].filter((u) => u !== null).sort(compareSeries);
  return { ...s, since, until: ends[0] ?? null };
}
