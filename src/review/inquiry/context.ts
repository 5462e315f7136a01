/** Sleeping and RCU sections: what the function does, held against the programs that can call it. */
import type { Evidence, Missing } from '../../claim.ts';
import type { EventOf, FlowEvent, KfuncUnit } from '../../rule.ts';
import { pathEvidence, placeInKfunc } from '../../rule.ts';
import type { Court, Question } from '../question.ts';
import type { Answer } from './answer.ts';
import { answered, ruled, unknown, weigh } from './answer.ts';
import { hasPlainSection, readPlainly, textOf, unseenSleepers, usedAfterUnlock } from './body.ts';

type Sleep = EventOf<'sleep'>;
type Read = EventOf<'rcu-read'>;

export function askSleep(q: Question, court: Court): Answer {
  if (q.own.length === 0) return helper(q);
  const atomic = q.stated.aspect === 'sleeps-in-atomic';
  const rules = ruled(court, ['missing-sleepable'], q, () => true);
  // two different claims of one rule: sleeping under one's own lock is about the code, sleeping at all is about the flag
  const own = rules.filter((f) =>
    sleepsOf(q).some((e) => isAtomic(e) && placeInKfunc(e).line === f.location.line && f.message.includes('holds')),
  );
  const flagged = rules.filter((f) => !own.includes(f));
  // whatever exactly was asked, sleeping under the function's own lock makes it true
  if (own.length > 0) return answered(atomic ? own : [...own, ...flagged]);
  const parts = q.own.map((unit) =>
    atomic && holdsAnything(unit) ? sleepsUnderOwnLock(unit, q, court) : sleepsAtAll(unit, q, court, flagged),
  );
  return { findings: parts.flatMap((p) => p.findings), missing: parts.flatMap((p) => p.missing), outOfScope: null };
}

function helper(q: Question): Answer {
  return unknown(
    q.function ?? 'function',
    `${q.function ?? 'the function'}() is no kfunc at hand: who calls it in which context is not known`,
    true,
  );
}

function sleepsOf(q: Question): Sleep[] {
  return q.own.flatMap((u) => u.flow.events.filter((e): e is Sleep => e.k === 'sleep'));
}

function isAtomic(event: Sleep): boolean {
  return [...event.context].some(([kind, n]) => kind !== 'mutex' && n > 0);
}

function holdsAnything(unit: KfuncUnit): boolean {
  return unit.flow.events.some((e) => (e.k === 'call' || e.k === 'sleep') && [...e.context].some(([kind, n]) => kind !== 'mutex' && n > 0));
}

function sleepsAtAll(unit: KfuncUnit, q: Question, court: Court, rules: Answer['findings']): Answer {
  const mine = rules.filter((f) => f.kfunc === unit.kfunc.name);
  if (mine.length > 0) return answered(mine);
  return nothingSleeps(unit, q, court, 'may sleep');
}

function sleepsUnderOwnLock(unit: KfuncUnit, q: Question, court: Court): Answer {
  return nothingSleeps(unit, q, court, 'may sleep under its own lock');
}

/** Refuted only where every call was seen: each callee is listed, so that a reader can check. */
function nothingSleeps(unit: KfuncUnit, q: Question, court: Court, what: string): Answer {
  const sleeps = unit.flow.events.filter((e): e is Sleep => e.k === 'sleep');
  const underLock = what !== 'may sleep';
  const relevant = sleeps.filter((e) => !underLock || isAtomic(e));
  const missing = unseen(unit);
  const [hidden] = unseenSleepers(unit).filter((name) => !unit.flow.unknownCallees.has(name));
  if (hidden !== undefined) missing.push({ what: hidden, why: `whether ${hidden} sleeps is not followed`, treeWouldHelp: false });
  if (relevant.length > 0) missing.push({ what: relevant[0]!.callee, why: `${relevant[0]!.callee}() may sleep`, treeWouldHelp: false });
  const calls = unit.flow.events.filter((e): e is EventOf<'call'> => e.k === 'call' && e.chain.length === 0);
  const names = [...new Set(calls.map((e) => `${e.callee}()`))];
  const location = calls[0]?.location ?? unit.definition.location;
  const text =
    underLock && sleeps.length > 0
      ? `${[...new Set(sleeps.map((e) => `${e.callee}()`))].join(', ')} may sleep, but not while ${unit.kfunc.name}() holds a lock of its own`
      : names.length === 0
        ? `${unit.kfunc.name}() calls nothing`
        : `nothing that ${unit.kfunc.name}() calls may sleep: ${names.slice(0, 6).join(', ')}${names.length > 6 ? ' …' : ''}`;
  const guard: Evidence = { kind: 'guard', role: missing.length > 0 ? 'context' : 'carries', text, location, source: null };
  return answered([
    weigh(court, unit, q, {
      rule: 'missing-sleepable',
      subject: q.subject?.text ?? unit.kfunc.name,
      property: { kind: 'code' },
      location,
      message: `${unit.kfunc.name}() ${what}`,
      guards: [guard],
      missing,
    }),
  ]);
}

function unseen(unit: KfuncUnit): Missing[] {
  const gfp = unit.flow.events.filter(
    (e): e is EventOf<'call'> => e.k === 'call' && e.sleeps === 'unknown' && !unit.flow.unknownCallees.has(e.callee),
  );
  return [
    ...[...unit.flow.unknownCallees]
      .slice(0, 3)
      .map(([what, why]): Missing => ({ what, why: `whether ${what}() sleeps is not known: ${why}`, treeWouldHelp: true })),
    ...gfp
      .slice(0, 2)
      .map((e): Missing => ({ what: e.callee, why: `whether ${e.callee}() sleeps hangs on its gfp flags`, treeWouldHelp: false })),
    ...(unit.flow.partial
      ? [{ what: unit.kfunc.name, why: `not all of ${unit.kfunc.name}() is shown or could be read`, treeWouldHelp: true }]
      : []),
  ];
}

/** An RCU-protected read outside a section that the code or the callers guarantee. */
export function askRcu(q: Question, court: Court): Answer {
  if (q.own.length === 0) return helper(q);
  const rules = ruled(court, ['rcu-context'], q, () => true);
  if (rules.length > 0) return answered(rules);
  const parts = q.own.map((unit) => readsIn(unit, q, court));
  return { findings: parts.flatMap((p) => p.findings), missing: parts.flatMap((p) => p.missing), outOfScope: null };
}

/** What was read inside the section must be used inside it too: a use after the unlock, or a way out with the pointer, leaves the question open. */
function outlives(unit: KfuncUnit, reads: Read[], q: Question): Missing[] {
  const isRead = (e: FlowEvent) => e.occurrences.some((o) => o.origins.some((x) => x.k === 'call' && x.rcu));
  const unlocks = unit.flow.events.filter((e) => e.k === 'call' && /^s?rcu_read_unlock/.test(e.callee)).map((e) => e.location.line);
  const first = Math.min(...reads.map((r) => placeInKfunc(r).line));
  const unlock = unlocks.find((line) => line > first);
  const late = unit.flow.events.find(
    (e) =>
      (e.k === 'return' || ((e.k === 'deref' || e.k === 'pass') && unlock !== undefined && placeInKfunc(e).line > unlock)) && isRead(e),
  );
  const asked = /\b(after|once|beyond|past|outlive\w*|escape\w*|leave\w*|unlock\w*|return\w*)\b/i.test(q.stated.text);
  const open = (why: string): Missing[] => [{ what: unit.kfunc.name, why, treeWouldHelp: false }];
  if (late || asked || usedAfterUnlock(unit).length > 0)
    return open('whether what was read is used only inside the section is not followed far enough');
  const [plain] = readPlainly(unit, q.stated.text);
  if (plain !== undefined) return open(`${plain} is read by other means, and what protects that is not followed`);
  return hasPlainSection(unit) ? [] : open('the section is none of rcu_read_lock(): whether it counts is not settled by the flow');
}

/** `m->lower` where only `m->upper` is read in the section; a member of what was read there is another matter. */
function ofOtherMember(unit: KfuncUnit, reads: Read[], { subject }: Question): Missing[] {
  if (subject?.kind !== 'expression') return [];
  const plain = (text: string) => text.replace(/\s+/g, '');
  const isGiven = reads.some((e) =>
    new RegExp(`(?<![\\w>.])${subject.root}\\s*=[^=;]*\\b${e.how}\\b`).test(textOf(unit.definition.source)),
  );
  if (isGiven || reads.every((e) => plain(e.text).includes(plain(subject.text)))) return [];
  return [{ what: subject.text, why: `what protects ${subject.text} was not seen`, treeWouldHelp: false }];
}

function readsIn(unit: KfuncUnit, q: Question, court: Court): Answer {
  const reads = unit.flow.events.filter((e): e is Read => e.k === 'rcu-read');
  if (reads.length === 0)
    return unknown(
      q.subject?.text ?? unit.kfunc.name,
      `no read of an RCU-protected pointer was seen in ${unit.kfunc.name}()`,
      unit.flow.partial || unit.flow.unknownCallees.size > 0,
    );
  const missing = [
    ...unseen(unit).filter((m) => unit.flow.unknownCallees.has(m.what) || unit.flow.partial),
    ...outlives(unit, reads, q),
    ...ofOtherMember(unit, reads, q),
  ];
  const guards = reads.map(
    (e): Evidence => ({
      kind: 'guard',
      role: missing.length > 0 ? 'context' : 'carries',
      text: `\`${e.text}\` stands inside a read-side section of the code's own`,
      location: e.location,
      source: null,
    }),
  );
  const first = reads[0]!;
  return answered([
    weigh(court, unit, q, {
      rule: 'rcu-context',
      subject: first.how,
      property: { kind: 'code' },
      location: placeInKfunc(first),
      message: `\`${first.text}\` may read outside an RCU section`,
      path: pathEvidence(first, `reads it: ${first.text}`),
      guards,
      missing,
    }),
  ]);
}
