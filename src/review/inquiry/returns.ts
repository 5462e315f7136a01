/** What the program gets back: NULL without the flag for it, error pointers, negative numbers in types that have none. */
import type { Evidence, Missing } from '../../claim.ts';
import type { EventOf, KfuncUnit } from '../../rule.ts';
import { ERR, NULL } from '../../rule.ts';
import type { Court, Question } from '../question.ts';
import type { Answer } from './answer.ts';
import { answered, ruled, unknown, weigh } from './answer.ts';

type Return = EventOf<'return'>;

export function askReturnsNull(q: Question, court: Court): Answer {
  if (q.own.length === 0) return unknown(q.function ?? 'function', `${q.function ?? 'the function'}() is no kfunc at hand`, true);
  const rules = ruled(court, ['missing-ret-null'], q, () => true);
  return rules.length > 0 ? answered(rules) : each(q, (unit) => neverReturns(unit, q, court, NULL, 'NULL', 'missing-ret-null'));
}

export function askReturnsError(q: Question, court: Court): Answer {
  if (q.own.length === 0) return unknown(q.function ?? 'function', `${q.function ?? 'the function'}() is no kfunc at hand`, true);
  // about a callee's result, not about what the kfunc itself gives back
  if (q.subject?.kind === 'call')
    return unknown(q.subject.text, `what is done with the result of ${q.subject.text} is not followed as such`, false);
  if (q.stated.aspect === 'ignored-result')
    return unknown('return', 'whether the right value is returned, and heeded, is not told by the flow alone', false);
  const rules = ruled(court, ['errptr-return'], q, () => true);
  return rules.length > 0 ? answered(rules) : each(q, (unit) => neverReturns(unit, q, court, ERR, 'an error pointer', 'errptr-return'));
}

function each(q: Question, one: (unit: KfuncUnit) => Answer): Answer {
  const parts = q.own.map(one);
  return { findings: parts.flatMap((p) => p.findings), missing: parts.flatMap((p) => p.missing), outOfScope: null };
}

/** The trouble is said to be that the type can't hold the error: a signed type can. That it can't hold a large count is another matter. */
function aboutTheType(q: Question): boolean {
  const { text } = q.stated;
  if (!/(?<!\w)-?E[A-Z]{3,}\b|\berrno\b|\berror( code)?s?\b|\bnegative\b|\bfailures?\b/i.test(text)) return false;
  if (
    /\b(INT_MAX|S32_MAX|counts?|counters?|sums?|totals?|overflow\w*|as an? int|to int|(is|return(s|ed)?( type)?( is)?)( an?)? (int|s32|long))\b/i.test(
      text,
    )
  )
    return false;
  return /\b(unsigned|ERR_PTR|pointer|truncat\w*|cast\w*|convert\w*|conversion|wrap\w*|large|huge|u8|u16|u32|u64|size_t)\b/i.test(text);
}

/** `&x->first` of a NULL x is NULL, or as good as that: x must be shown to be none. */
function nearNull(e: Return, unit: KfuncUnit, court: Court): Missing[] {
  const pointer = /^&\s*\(*([A-Za-z_]\w*)\s*->/.exec(e.text)?.[1];
  if (pointer === undefined) return [];
  const { all } = court.analysis.bench.guarantees(unit.kfunc.name);
  const isSafe = (o: Return['occurrences'][number]) =>
    o.origins.every((x) => x.k === 'address' || (x.k === 'param' && all.every((g) => g.parameters[x.index]?.mayBeNull === false)));
  if (e.occurrences.every(isSafe)) return [];
  return [{ what: pointer, why: `whether ${pointer} can be NULL in \`${e.text}\` is not told by this code`, treeWouldHelp: false }];
}

/** The type alone rules it out, or every return was seen and none gives it. */
function neverReturns(unit: KfuncUnit, q: Question, court: Court, bit: number, what: string, rule: string): Answer {
  const { returns } = unit.definition.syntax;
  const at = unit.definition.location;
  const missing: Missing[] = [];
  const guards: Evidence[] = [];
  if (returns.pointers === 0) {
    const signed = /^(int|long|long int|s(8|16|32|64)|__s\d+|ssize_t|signed|void)$/.test(returns.name);
    const text = `${unit.kfunc.name}() returns ${returns.name}, not a pointer`;
    if (bit === NULL ? q.stated.flag === 'KF_RET_NULL' : signed && aboutTheType(q))
      guards.push({ kind: 'type', role: 'carries', text, location: at, source: null });
    else
      missing.push({
        what: 'return',
        why: `what ${returns.name} values ${unit.kfunc.name}() can return is not told apart from errors by the model`,
        treeWouldHelp: false,
      });
  } else {
    const events = unit.flow.events.filter((e): e is Return => e.k === 'return' && e.chain.length === 0);
    const bad = events.filter((e) => e.occurrences.some((o) => (o.fact.nul & bit) !== 0));
    if (events.length === 0 || bad.length > 0)
      missing.push({
        what: 'return',
        why: `whether \`${(bad[0] ?? events[0])?.text ?? 'it'}\` can be ${what} could not be followed`,
        treeWouldHelp: true,
      });
    if (bit === NULL) for (const e of events) missing.push(...nearNull(e, unit, court));
    for (const e of events)
      for (const o of e.occurrences) if (o.doubt !== null) missing.push({ what: 'return', why: o.doubt, treeWouldHelp: true });
    if (unit.flow.partial)
      missing.push({ what: unit.kfunc.name, why: `not all of ${unit.kfunc.name}() is shown or could be read`, treeWouldHelp: true });
    for (const e of events)
      guards.push({
        kind: 'guard',
        role: missing.length > 0 ? 'context' : 'carries',
        text: `\`return ${e.text}\` gives no ${what === 'NULL' ? 'NULL' : 'error pointer'}`,
        location: e.location,
        source: null,
      });
  }
  return answered([
    weigh(court, unit, q, {
      rule,
      subject: 'return',
      property: { kind: 'code' },
      location: guards[0]?.location ?? at,
      message: `${unit.kfunc.name}() may return ${what}`,
      guards,
      missing,
    }),
  ]);
}
