/** References: leaked, not taken, taken of a dying object, of an object that may be gone. */
import type { Evidence, Finding, Missing } from '../../claim.ts';
import type { EventOf, KfuncUnit } from '../../rule.ts';
import { isFromParameter, pathEvidence, placeInKfunc, VALID } from '../../rule.ts';
import type { Court, Question } from '../question.ts';
import { escaped } from '../subject.ts';
import { askAllocation } from './allocation.ts';
import type { Answer } from './answer.ts';
import { answered, ruled, unknown, weigh } from './answer.ts';
import { keptIn, textOf, unfollowedCounts } from './body.ts';

export function askReference(q: Question, court: Court): Answer {
  if (q.own.length === 0)
    return unknown(
      q.function ?? 'function',
      `${q.function ?? 'the function'}() is no kfunc at hand, and references are followed through kfuncs only`,
      true,
    );
  switch (q.stated.aspect) {
    case 'leak':
      return askLeak(q, court);
    case 'missing-get':
      return askTaken(q, court);
    case 'dead-get':
      return askLiveCount(q, court);
    case 'untrusted':
      return askTrust(q, court);
    case 'freed':
      return speaksOfLater(q) || mayBeDropped(q)
        ? unknown(q.subject?.text ?? 'object', 'how long the object lives after the call is not followed', false)
        : askTrust(q, court);
    default: {
      const found = ruled(court, ['acquire-release'], q, (f) => f.verdict === 'confirmed');
      return found.length > 0
        ? answered(found)
        : unknown(q.subject?.text ?? 'reference', 'the ways of this reference could not be followed far enough', true);
    }
  }
}

/** After the call, by other means, on another path: not a question about the argument as it comes. */
function speaksOfLater(q: Question): boolean {
  return /\b(after|once|later|drop\w*|put|puts|unlock\w*|return\w*|stor\w+|async\w*|callback|defer\w*|work(queue)?|timer|re-?us\w+|realloc\w*)\b/i.test(
    q.stated.text,
  );
}

/** About what the body does, not about how the function is registered or which parameter it releases. */
function isInBody(f: Finding, q: Question): boolean {
  const parameters = new Set(q.own.flatMap((u) => u.definition.syntax.parameters.map((p) => p.name)));
  return !parameters.has(f.subject) || f.verdict === 'confirmed';
}

/** The function itself drops the object, or hands it to code out of sight that may. */
function mayBeDropped(q: Question): boolean {
  const index = q.subject?.index ?? -1;
  return q.own.some((u) => u.flow.partial || u.flow.exits.some((e) => e.droppedOn.includes(index) || e.escaped.includes(index)));
}

type Return = EventOf<'return'>;

function returnsOf(unit: KfuncUnit): Return[] {
  return unit.flow.events.filter((e): e is Return => e.k === 'return' && e.chain.length === 0);
}

/** Of memory that is never freed the flow says nothing: it follows references. */
function speaksOfMemory(q: Question): boolean {
  const text = q.stated.text;
  return (
    /\b(memory|buffer|alloc\w*|kfree|kmalloc|kzalloc|vmalloc|free[ds]?|page|skb)\b/i.test(text) &&
    !/\b(ref(erence|count|s)?|refcount\w*|\w*_put|css_\w+)\b/i.test(text)
  );
}

/** On some way out a reference is left over: shown by the flow; that none is left over is shown only where the flow saw every call. */
function askLeak(q: Question, court: Court): Answer {
  const rules = ruled(court, ['acquire-release'], q, (f) => f.function !== null && f.subject !== 'return' && isInBody(f, q));
  if (rules.length > 0) return answered(rules);
  const allocated = askAllocation(q, court);
  if (allocated) return allocated;
  if (speaksOfMemory(q)) return unknown(q.subject?.text ?? 'memory', 'that memory is freed by whoever keeps it is not followed', false);
  return merge(q.own.map((unit) => leakIn(unit, q, court)));
}

function leakIn(unit: KfuncUnit, q: Question, court: Court): Answer {
  const name = q.subject?.text ?? 'the reference';
  const returns = returnsOf(unit);
  const left = returns.flatMap((event) => event.unreleased.filter((u) => !u.escaped && !u.memory).map((u) => ({ event, u })));
  const takes = unit.flow.events.filter((e): e is EventOf<'get'> | Return => e.k === 'get' || (e.k === 'return' && e.held === 'yes'));
  const first = left[0];
  const missing = unseen(unit, returns);
  if (first) {
    return answered([
      weigh(court, unit, q, {
        rule: 'acquire-release',
        subject: name,
        property: { kind: 'code' },
        location: first.event.location,
        message: `the reference that ${first.u.by}() took is still held on a way out`,
        path: [
          stepAt(`${first.u.by}() takes it`, first.u.location),
          stepAt(`${unit.kfunc.name}() leaves without dropping it`, first.event.location),
        ],
        missing: first.event.occurrences.some((o) => o.doubt === null) ? [] : missing,
      }),
    ]);
  }
  const [other] = unfollowedCounts(unit);
  if (other !== undefined) missing.push({ what: other, why: `what ${other} takes or counts is not followed`, treeWouldHelp: false });
  if (takes.length === 0 || !isTaken(q, unit, takes))
    return unknown(
      name,
      `no reference${takes.length === 0 ? '' : ` of ${name}`} was seen to be taken in ${unit.kfunc.name}()`,
      unit.flow.partial,
    );
  const kept = keptOf(unit, takes);
  if (kept !== null)
    missing.push({
      what: name,
      why: `the reference is kept in ${kept}, and who drops it from there is not followed`,
      treeWouldHelp: false,
    });
  if (/\b(overwr\w*|old|previous\w*|prior|earlier|former|replac\w*)\b/i.test(q.stated.text))
    missing.push({ what: name, why: 'what becomes of a reference that was kept before the call is not followed', treeWouldHelp: false });
  if (returns.some((e) => e.unreleased.some((u) => u.escaped)))
    missing.push({ what: name, why: 'the object was handed to code that may keep or drop the reference', treeWouldHelp: true });
  const handedOut = returns.filter((e) => e.held === 'yes');
  const guards: Evidence[] = handedOut.map((e) => carry(`the reference goes out with \`${e.text}\`: it is the caller's then`, e));
  const none = returns.filter((e) => e.held !== 'yes');
  if (none.length > 0)
    guards.push(
      carry(
        `no reference is left over on ${none.length === 1 ? 'the other way' : `the ${none.length} other ways`} out of ${unit.kfunc.name}()`,
        none[0]!,
      ),
    );
  return answered([
    weigh(court, unit, q, {
      rule: 'acquire-release',
      subject: name,
      property: { kind: 'code' },
      location: returns[0]?.location ?? unit.definition.location,
      message: `${name} may be leaked`,
      path: [],
      guards: soften(guards, missing),
      missing,
    }),
  ]);
}

/** Where an object is kept whose reference the function takes. */
function keptOf(unit: KfuncUnit, takes: readonly (EventOf<'get'> | Return)[]): string | null {
  const body = textOf(unit.definition.source);
  const names = new Set(takes.flatMap((e) => e.text.match(/(?<![\w>.])[A-Za-z_]\w*/g) ?? []));
  for (const e of takes)
    for (const by of e.k === 'get' ? [e.callee] : e.unreleased.filter((u) => !u.memory).map((u) => u.by))
      for (const m of body.matchAll(new RegExp(`([A-Za-z_]\\w*)\\s*=[^=;]{0,80}\\b${by}\\s*\\(`, 'g'))) names.add(m[1]!);
  return [...names].map((n) => keptIn(unit.definition.source, n)).find((k) => k !== null) ?? null;
}

/** Of an object named, the reference must be seen to be taken of it: by its name, or by the call that gave it. */
function isTaken({ subject }: Question, unit: KfuncUnit, takes: readonly (EventOf<'get'> | Return)[]): boolean {
  if (subject === null || subject.root === '' || subject.kind === 'call') return true;
  if (subject.kind === 'expression') return takes.some((e) => e.text.replace(/\s+/g, '').includes(subject.text.replace(/\s+/g, '')));
  const named = new RegExp(`(?<![\\w>.])${subject.root}\\b`);
  const body = unit.definition.source.file.text.slice(unit.definition.source.start, unit.definition.source.end);
  const given = takes.flatMap((e) => (e.k === 'get' ? [e.callee] : e.unreleased.filter((u) => !u.memory).map((u) => u.by)));
  return (
    takes.some((e) => named.test(e.text)) ||
    given.some((by) => new RegExp(`(?<![\\w>.])${subject.root}\\s*=[^=;]*\\b${by}\\s*\\(`).test(body))
  );
}

/** KF_ACQUIRE without a get: every pointer that goes out must be seen to come with one. */
function askTaken(q: Question, court: Court): Answer {
  const rules = ruled(court, ['acquire-release'], q, (f) => f.function !== null && f.subject === 'return');
  if (rules.length > 0) return answered(rules);
  return merge(q.own.map((unit) => takenIn(unit, q, court)));
}

function takenIn(unit: KfuncUnit, q: Question, court: Court): Answer {
  const returns = returnsOf(unit).filter((e) => e.held !== 'null' && e.occurrences.some((o) => (o.fact.nul & VALID) !== 0));
  const named = q.subject && ['parameter', 'variable', 'expression'].includes(q.subject.kind) ? q.subject.text : null;
  const isReturned = named === null || returns.some((e) => new RegExp(`(?<![\\w>.])${escaped(named)}(?!\\w|->|\\.)`).test(e.text));
  if (!isReturned) return unknown(q.subject!.text, `${q.subject!.text} is not what ${unit.kfunc.name}() hands out`, false);
  if (returns.length === 0 || !returns.every((e) => e.held === 'yes'))
    return unknown('return', `whether a reference goes out of ${unit.kfunc.name}() could not be followed`, true);
  const missing = unseen(unit, returns);
  const gets = unit.flow.events.filter((e): e is EventOf<'get'> => e.k === 'get');
  const guards = [
    ...gets.map((e) => carry(`${e.callee}() takes the reference in line ${placeInKfunc(e).line}`, e)),
    ...returns.map((e) => carry(`\`${e.text}\` goes out with the reference`, e)),
  ];
  return answered([
    weigh(court, unit, q, {
      rule: 'acquire-release',
      subject: 'return',
      property: { kind: 'code' },
      location: returns[0]!.location,
      message: 'a pointer may go out without a reference',
      guards: soften(guards, missing),
      missing,
    }),
  ]);
}

/** A get that needs a live count, on an object whose count may be zero. */
function askLiveCount(q: Question, court: Court): Answer {
  const rules = ruled(court, ['refcount-zero'], q, (f) => !q.subject || q.subject.root === '' || f.subject === q.subject.root);
  if (rules.length > 0) return answered(rules);
  return merge(q.own.map((unit) => liveIn(unit, q, court)));
}

function liveIn(unit: KfuncUnit, q: Question, court: Court): Answer {
  const index = q.subject?.kind === 'parameter' ? q.subject.index : -1;
  const gets = unit.flow.events.filter(
    (e): e is EventOf<'get'> => e.k === 'get' && (index < 0 || e.occurrences.some((o) => isFromParameter(o, index))),
  );
  if (gets.length === 0) return unknown(q.subject?.text ?? 'reference', `no reference was seen to be taken in ${unit.kfunc.name}()`, true);
  const missing = unseen(unit, returnsOf(unit));
  const bad = gets.filter((e) => e.live && !e.held);
  if (bad.length > 0)
    missing.push({
      what: bad[0]!.callee,
      why: `whether the count is above zero where ${bad[0]!.callee}() takes a reference can't be told`,
      treeWouldHelp: unit.flow.partial || unit.flow.unknownCallees.size > 0,
    });
  const untested = gets.find((e) => !e.live && !e.tests && !e.held);
  if (untested && bad.length === 0) return countGoesWithObject(unit, untested, q, court);
  const guards = gets.map((e) => carry(liveText(e), e));
  return answered([
    weigh(court, unit, q, {
      rule: 'refcount-zero',
      subject: q.subject?.text ?? gets[0]!.text,
      property: { kind: 'code' },
      location: placeInKfunc(gets[0]!),
      message: 'a reference may be taken of an object whose count is zero',
      guards: soften(guards, missing),
      missing,
    }),
  ]);
}

function liveText({ callee, live, tests }: EventOf<'get'>): string {
  if (live) return `${callee}() takes one more of an object that is held already`;
  return tests ? `${callee}() takes a reference only if the count is above zero` : `${callee}() needs no count above zero`;
}

/** get_task_struct(): the count is above zero for as long as the object is there, and whether it is only the verifier can say, of an argument. */
function countGoesWithObject(unit: KfuncUnit, get: EventOf<'get'>, q: Question, court: Court): Answer {
  const { parameters } = unit.definition.syntax;
  const index = parameters.findIndex((_, i) => get.occurrences.every((o) => o.origins.every((x) => x.k === 'param' && x.index === i)));
  if (index < 0)
    return unknown(q.subject?.text ?? get.text, `whether what ${get.callee}() takes a reference of is still there is not followed`, false);
  return answered([
    weigh(court, unit, q, {
      rule: 'untrusted-param',
      subject: parameters[index]!.name,
      property: { kind: 'trusted', parameter: index },
      location: placeInKfunc(get),
      message: `${parameters[index]!.name} may point to an object that is gone, where ${get.callee}() takes a reference without testing the count`,
      path: pathEvidence(get, `takes a reference: ${get.text}`),
      missing: unseen(unit, returnsOf(unit)),
    }),
  ]);
}

/** The argument as it comes: walked and stale, or vouched for by the verifier. */
function askTrust(q: Question, court: Court): Answer {
  const subject = q.subject;
  if (!subject || (subject.kind !== 'parameter' && subject.kind !== 'expression') || subject.index < 0) {
    return unknown(subject?.text ?? 'pointer', 'only of arguments is it known what the verifier vouches for', false);
  }
  const { all } = court.analysis.bench.guarantees(q.function ?? '');
  // memory of the program is what the program says it is: that no pointer is forged says nothing of what stands there
  if (q.stated.aspect === 'untrusted' && all.some((g) => /mem/.test(g.parameters[subject.index]?.kind ?? '')))
    return unknown(subject.text, `${subject.text} may be memory of the program's own, with whatever it wrote there`, false);
  if (subject.kind === 'expression') return unknown(subject.text, `what ${subject.text} points to is not the verifier's business`, false);
  const kept = q.own.map((u) => keptIn(u.definition.source, subject.root)).find((k) => k !== null);
  if (kept) return unknown(subject.text, `${subject.text} is kept in ${kept}: how long it lives after the call is not followed`, false);
  const rules = ruled(
    court,
    ['untrusted-param', 'unchecked-param'],
    q,
    (f) => f.subject === subject.root && (f.rule === 'untrusted-param' || f.verdict === 'confirmed'),
  );
  if (rules.some((f) => f.rule === 'untrusted-param')) return answered(rules.filter((f) => f.rule === 'untrusted-param'));
  return merge(
    q.own.map((unit) => {
      const use = unit.flow.events.find(
        (e) => (e.k === 'deref' || e.k === 'pass') && e.occurrences.some((o) => isFromParameter(o, subject.index)),
      );
      if (!use) return unknown(subject.text, `no use of ${subject.text} was seen in ${unit.kfunc.name}()`, unit.flow.partial);
      const finding = weigh(court, unit, q, {
        rule: 'untrusted-param',
        subject: subject.text,
        property: { kind: 'trusted', parameter: subject.index },
        location: placeInKfunc(use),
        message: `${subject.text} may point to an object that is gone`,
        path: pathEvidence(use, `uses it: ${use.text}`),
      });
      return answered([finding]);
    }),
  );
}

/** What kept the flow from seeing everything that is done to references. */
function unseen(unit: KfuncUnit, returns: Return[]): Missing[] {
  const out: Missing[] = [...unit.flow.unknownCallees].slice(0, 3).map(([what, why]) => ({ what, why, treeWouldHelp: true }));
  if (unit.flow.partial)
    out.push({ what: unit.kfunc.name, why: `not all of ${unit.kfunc.name}() is shown or could be read`, treeWouldHelp: true });
  for (const event of returns) {
    const doubt = event.occurrences.find((o) => o.doubt !== null)?.doubt;
    if (doubt) out.push({ what: unit.kfunc.name, why: doubt, treeWouldHelp: true });
  }
  return out;
}

function carry(text: string, event: Pick<Return, 'location'>): Evidence {
  return { kind: 'guard', role: 'carries', text, location: event.location, source: null };
}

function stepAt(text: string, location: Evidence['location']): Evidence {
  return { kind: 'guard', role: 'step', text, location, source: null };
}

function soften(guards: Evidence[], missing: Missing[]): Evidence[] {
  return missing.length > 0 ? guards.map((g) => ({ ...g, role: 'context' })) : guards;
}

function merge(parts: Answer[]): Answer {
  return { findings: parts.flatMap((p): Finding[] => p.findings), missing: parts.flatMap((p) => p.missing), outOfScope: null };
}
