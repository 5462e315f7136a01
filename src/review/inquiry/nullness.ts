/** Can it be NULL (or an ERR_PTR) where it is dereferenced? Asked of each value that the variable holds there, by where the value comes from. */
import type { Evidence, Finding, Missing } from '../../claim.ts';
import type { EventOf, KfuncUnit, Occurrence, Origin } from '../../rule.ts';
import { ERR, NULL, pathEvidence, placeInKfunc } from '../../rule.ts';
import { functionsOf } from '../../source/functions.ts';
import type { Court, Question } from '../question.ts';
import { onlyFromKfuncs } from '../question.ts';
import { escaped, type Subject } from '../subject.ts';
import type { Answer } from './answer.ts';
import { answered, inPlace, onLine, ruled, unknown, weigh } from './answer.ts';
import { namesHandedOn, textOf } from './body.ts';

type Use = EventOf<'deref'> | EventOf<'pass'>;

interface Seen {
  use: Use;
  occurrence: Occurrence;
}

/** One value: all that happens to what came from the same place. */
interface ValueUses {
  origin: Origin;
  /** the paths could not be told apart: it may be another value too */
  mixed: boolean;
  seen: Seen[];
}

export function askNullness(q: Question, court: Court): Answer {
  if (!q.subject || q.subject.kind === 'unknown')
    return unknown(q.subject?.text ?? 'subject', 'what may be NULL could not be read from the comment', false);
  if (q.reaching.length === 0)
    return unknown(q.function ?? q.subject.text, `${q.function ?? 'the function'}() could not be followed`, true);
  const parts = q.reaching.map((unit) => askUnit(q, q.subject!, unit, court));
  return { findings: parts.flatMap((p) => p.findings), missing: parts.flatMap((p) => p.missing), outOfScope: null };
}

function askUnit(q: Question, subject: Subject, unit: KfuncUnit, court: Court): Answer {
  const values = valuesOf(q, subject, unit, court);
  if (values.length === 0) {
    const shown = unit.flow.partial
      ? `not all of ${unit.kfunc.name}() is shown`
      : `no dereference of ${subject.text} was seen in ${q.function}()`;
    return unknown(subject.text, shown, unit.flow.partial);
  }
  const findings: Finding[] = [];
  for (const value of values) findings.push(...judgeValue(value, q, subject, unit, court));
  return answered(findings, [...otherCallers(q, values, court), ...unusedValue(q, subject, values)]);
}

/** The quoted line gives the name a value that no use was seen of: what is known of its other values says nothing of that one. */
function unusedValue(q: Question, { kind, root, text }: Subject, values: ValueUses[]): Missing[] {
  if (q.anchor === null || (kind !== 'variable' && kind !== 'parameter')) return [];
  const { file, line } = q.anchor;
  const written = file.text.split('\n')[line - 1] ?? '';
  // named where nothing follows it, and set more than once: which of its values that is was not asked
  const isNamed = new RegExp(`(?<![\\w>.])${root}(?!\\w)`).test(written) && !values.some((v) => v.seen.some((s) => onLine(s.use, q)));
  const assigned = [...(q.place ? textOf(q.place.source) : '').matchAll(new RegExp(`(?<![\\w>.])${root}\\s*=(?!=)`, 'g'))].length;
  if (isNamed && assigned > (kind === 'variable' ? 1 : 0))
    return [{ what: text, why: `which of its values ${text} holds in line ${line} was not seen`, treeWouldHelp: false }];
  const given = new RegExp(`(?<![\\w>.])${root}\\s*=(?!=)\\s*(.*)`).exec(written)?.[1];
  // `*p = x` writes through it
  if (given === undefined || written.trimStart().startsWith('*') || /^\s*(NULL\s*;|&)/.test(given)) return [];
  const isSeen = values.some(({ origin: o }) =>
    o.k === 'call' ? given.includes(o.callee) : o.k === 'load' ? given.replace(/\s+/g, '').includes(o.text.replace(/\s+/g, '')) : false,
  );
  return isSeen ? [] : [{ what: text, why: `what becomes of the ${text} of line ${line} was not seen`, treeWouldHelp: false }];
}

/** In a helper, what the kfuncs hand over is not all: others may call it. */
function otherCallers(q: Question, values: ValueUses[], court: Court): Missing[] {
  if (q.own.length > 0 || !q.place || !values.some((v) => v.origin.k === 'param')) return [];
  if (onlyFromKfuncs(q.place, court, functionsOf)) return [];
  return [{ what: q.place.name, why: `${q.place.name}() may have callers that are no kfuncs`, treeWouldHelp: false }];
}

/**
 * The uses that the claim speaks of, by value. On the quoted line the variable has one value (or a few); a claim about it is a claim about every use of
 * that value, because a reviewer quotes the line that shows the trouble, not always the first.
 */
function valuesOf(q: Question, subject: Subject, unit: KfuncUnit, court: Court): ValueUses[] {
  const uses = unit.flow.events.filter((e): e is Use => e.k === 'deref' || e.k === 'pass');
  const found = uses.filter((e) => inPlace(e, q) && isOf(e, subject, q.implied));
  const named =
    found.length > 0 || !isSaidToFollow(subject, q)
      ? found
      : uses.filter((e) => inPlace(e, q) && e.k === 'deref' && isSame(e.text, subject.text));
  if (named.length === 0) named.push(...readInto(q, subject, uses));
  if (named.length === 0) named.push(...inCallees(q, subject, uses, court));
  const here = named.filter((e) => onLine(e, q));
  const start = here.length > 0 && isPinned(q, subject, named) ? here : named;
  const values = new Map<string, ValueUses>();
  for (const use of start) for (const occurrence of use.occurrences) add(values, use, occurrence);
  if (start !== here && subject.kind === 'parameter' && q.own.includes(unit)) {
    for (const use of uses)
      for (const o of use.occurrences) if (o.origins.some((x) => x.k === 'param' && x.index === subject.index)) add(values, use, o);
  }
  for (const value of values.values()) {
    for (const use of uses)
      for (const o of use.occurrences)
        if (!value.seen.some((s) => s.occurrence === o) && sameOrigin(o, value.origin)) value.seen.push({ use, occurrence: o });
  }
  return [...values.values()];
}

/** `s = rcu_dereference(q->berth)`, and nothing else is given to s: said of q->berth, it is about s. */
function readInto({ place, function: own }: Question, { kind, text }: Subject, uses: readonly Use[]): Use[] {
  if (kind !== 'expression' || !place) return [];
  const read = escaped(text.replace(/\s+/g, ''));
  const body = textOf(place.source);
  const found = [
    ...body.matchAll(
      new RegExp(`(?<![\\w>.])([A-Za-z_]\\w*)\\s*=\\s*(?:(?:rcu_dereference\\w*|READ_ONCE)\\s*\\(\\s*)?${read}\\s*\\)?\\s*;`, 'g'),
    ),
  ];
  const name = found[0]?.[1];
  if (found.length !== 1 || name === undefined) return [];
  if ([...body.matchAll(new RegExp(`(?<![\\w>.])${name}\\s*=(?!=)`, 'g'))].length !== 1) return [];
  const variable: Subject = { kind: 'variable', root: name, text: name, index: -1 };
  return uses.filter((e) => e.function === own && isOf(e, variable, false));
}

/** Only handed on, to a function at hand: what that one does with it. */
function inCallees({ place }: Question, { kind, root }: Subject, uses: readonly Use[], court: Court): Use[] {
  if ((kind !== 'parameter' && kind !== 'variable') || !place) return [];
  for (const at of namesHandedOn(place.source, root, court.analysis.program)) {
    const own: Subject = { kind: 'variable', root: at.name, text: at.name, index: -1 };
    const found = uses.filter((e) => e.function === at.source.name && isOf(e, own, false));
    if (found.length > 0) return found;
  }
  return [];
}

/** Words that may point to another value of the same name: what it holds further down, what a callee gave. */
const ELSEWHERE =
  /\b(after|later|below|further|then|returned by|result of|second|re-?assign\w*|overwritt\w*|new value|next line|following)\b/i;

/**
 * The quoted line is what the claim is about, and nothing else: it uses the name and does not set it, and the words point nowhere else. Else every value that
 * the name holds in the function counts, because a true claim about one of them must not fall with another.
 */
function isPinned(q: Question, subject: Subject, named: readonly Use[]): boolean {
  const line = q.anchor?.file.text.split('\n')[q.anchor.line - 1] ?? '';
  if (new RegExp(`\\b${subject.root}\\s*=(?!=)`).test(line) || ELSEWHERE.test(q.stated.text)) return false;
  const givers = named.flatMap((e) => e.occurrences.flatMap((o) => o.origins.flatMap((x) => (x.k === 'call' ? [x.callee] : []))));
  return !givers.some((callee) => q.stated.text.includes(callee));
}

/** `p->weight dereferences NULL` is about p. */
function isSaidToFollow({ kind, text }: Subject, q: Question): boolean {
  if (kind !== 'expression') return false;
  const at = q.stated.text.indexOf(text);
  return (
    at >= 0 &&
    /^\W*\s*(?:(?:can|could|may|might|would|will|then)\s+)*(?:dereferenc|crash|oops|fault)/i.test(q.stated.text.slice(at + text.length))
  );
}

function isSame(x: string, y: string): boolean {
  return x.replace(/\s+/g, '') === y.replace(/\s+/g, '');
}

function add(values: Map<string, ValueUses>, use: Use, occurrence: Occurrence): void {
  for (const origin of occurrence.origins) {
    const key = originKey(origin);
    const known = values.get(key) ?? { origin, mixed: false, seen: [] };
    known.mixed ||= occurrence.origins.length > 1;
    if (!known.seen.some((s) => s.occurrence === occurrence)) known.seen.push({ use, occurrence });
    values.set(key, known);
  }
}

function originKey(o: Origin): string {
  switch (o.k) {
    case 'param':
      return `param ${o.index}`;
    case 'call':
      return `call ${o.callee} ${o.at}`;
    case 'load':
      return `load ${o.text}`;
    case 'address':
    case 'global':
      return `${o.k} ${o.name}`;
    default:
      return o.k;
  }
}

function sameOrigin(o: Occurrence, origin: Origin): boolean {
  return (origin.k === 'param' || origin.k === 'call') && o.origins.some((x) => originKey(x) === originKey(origin));
}

/**
 * `css->ss`, `*css`, `&css->x` dereference css, and `memcg->css->ss` dereferences `memcg->css`. Words that name a pointer speak of that one alone; a pointer
 * that only the line told of may be any on the way. Of a call: what came from it.
 */
function isOf(use: Use, subject: Subject, implied: boolean): boolean {
  if (subject.kind === 'call') return use.occurrences.some((o) => o.origins.some((x) => x.k === 'call' && x.callee === subject.root));
  const pointer = use.k === 'deref' ? pointerOf(use.text) : use.text.replace(/\s+/g, '');
  if (subject.kind === 'expression') {
    const wanted = subject.text.replace(/\s+/g, '');
    return (
      pointer === wanted || use.occurrences.some((o) => o.origins.some((x) => x.k === 'load' && x.text.replace(/\s+/g, '') === wanted))
    );
  }
  if (pointer === subject.root) return true;
  return implied && use.k === 'deref' && new RegExp(`^${subject.root}\\b`).test(pointer);
}

/** The pointer that an expression dereferences first of all: without its last member or index, marks and casts. */
function pointerOf(text: string): string {
  const plain = text.replace(/\s+/g, '').replace(/^(?:[*&]|\([^()]*\*\))*\(?/, '');
  const arrow = plain.lastIndexOf('->');
  return (arrow < 0 ? plain.replace(/(\.\w+|\[[^\]]*\])+$/, '') : plain.slice(0, arrow)).replace(/\)+$/, '');
}

function judgeValue(value: ValueUses, q: Question, subject: Subject, unit: KfuncUnit, court: Court): Finding[] {
  const failing = value.seen.filter((s) => mayFail(s, value.origin, q));
  const name = value.origin.k === 'param' ? (unit.definition.syntax.parameters[value.origin.index]?.name ?? subject.text) : subject.text;
  const rules =
    q.stated.aspect === 'null' && value.origin.k === 'param'
      ? ruled(court, ['unchecked-param'], { ...q, own: [unit] }, (f) => f.subject === name)
      : [];
  if (failing.length > 0 && rules.length > 0) return rules;
  if (value.origin.k === 'call' && isErrorAlone(failing, q)) return [errorOnly(failing[0]!, name, q, unit, court)];
  if (failing.length > 0 && value.origin.k === 'call') {
    const same = ruled(court, ['unchecked-result'], { ...q, own: [unit] }, (f) => failing.some((s) => samePlace(f, s.use)));
    if (same.length > 0) return same;
  }
  return [failing.length > 0 ? standing(value, failing, name, q, unit, court) : guarded(value, name, q, unit, court)];
}

function errorOnly({ use }: Seen, name: string, q: Question, unit: KfuncUnit, court: Court): Finding {
  return weigh(court, unit, q, {
    rule: 'unchecked-result',
    subject: name,
    property: { kind: 'code' },
    location: placeInKfunc(use),
    message: `${name} may be an error pointer where it is used`,
    missing: [{ what: name, why: `${name} is never NULL there, but it may be an error pointer`, treeWouldHelp: false }],
  });
}

function samePlace(f: Finding, use: Use): boolean {
  const at = placeInKfunc(use);
  return f.location.file === at.file && f.location.line === at.line;
}

/**
 * A parameter fails by NULL alone: nothing hands out error pointers to kfuncs. Nor does memory by itself, where the words speak of NULL only; of what a call
 * gave, a NULL test that lets error pointers pass is none.
 */
function mayFail({ occurrence }: Seen, origin: Origin, q: Question): boolean {
  const bits = q.stated.aspect === 'error-pointer' && origin.k !== 'param' ? ERR : isOfNullAlone(origin, occurrence, q) ? NULL : NULL | ERR;
  return (occurrence.fact.nul & bits) !== 0;
}

function isOfNullAlone(origin: Origin, { origins }: Occurrence, q: Question): boolean {
  if (origin.k === 'param') return true;
  if (/err_ptr|\berror|\binvalid|\bbogus|\bgarbage|\bstale|\bfreed/i.test(q.stated.text)) return false;
  if (origin.k !== 'call') return origin.k === 'load';
  // its body was seen, or it is on record: it hands out no error pointer of its own
  return origins.every((o) => o.k === 'load' || (o.k === 'call' && o.known && o.fails !== undefined && (o.fails & ERR) === 0));
}

/** NULL is asked for, and what arrives is an error pointer: the words are wrong, and the code is too. */
function isErrorAlone(failing: readonly Seen[], q: Question): boolean {
  if (q.stated.aspect !== 'null' || /err_ptr|is_err|\berror|\berrno|\bfail|\bvalid|\binvalid/i.test(q.stated.text)) return false;
  return failing.length > 0 && failing.every((s) => (s.occurrence.fact.nul & (NULL | ERR)) === ERR);
}

/** NULL reaches a use: whether that can happen is for the verifier to say (a parameter) or for what the value comes from. */
function standing(value: ValueUses, failing: Seen[], name: string, q: Question, unit: KfuncUnit, court: Court): Finding {
  const sure = failing.filter((s) => s.use.k === 'deref' && s.occurrence.doubt === null);
  const found = sure.find((s) => isFoundNull(s, value.origin, court));
  const { use, occurrence } = found ?? sure[0] ?? failing[0]!;
  const missing: Missing[] = [];
  if (use.k === 'pass') missing.push({ what: use.callee, why: use.why, treeWouldHelp: true });
  if (occurrence.doubt !== null) missing.push({ what: use.function, why: occurrence.doubt, treeWouldHelp: true });
  if (!found) {
    if (value.mixed || occurrence.merged)
      missing.push({ what: name, why: `which value ${name} holds there could not be told apart`, treeWouldHelp: false });
    missing.push(...unknownSource(value.origin, name, q));
  }
  return weigh(court, unit, q, {
    rule: value.origin.k === 'param' ? 'unchecked-param' : 'unchecked-result',
    subject: name,
    property:
      value.origin.k === 'param' && q.stated.aspect === 'null' ? { kind: 'non-null', parameter: value.origin.index } : { kind: 'code' },
    location: placeInKfunc(use),
    message: found
      ? foundNull(name, found)
      : `${name} may be NULL where it is ${use.k === 'pass' ? `handed to ${use.callee}()` : 'dereferenced'}`,
    path: pathEvidence(use, use.k === 'pass' ? `hands it to ${use.callee}(): ${use.text}` : `dereferences it: ${use.text}`),
    missing,
  });
}

/**
 * The code asked, was told NULL, and goes on to use it on the same path: whether it can be NULL is answered by the code itself. A warning says that it never is.
 */
function isFoundNull({ occurrence: { fact, merged } }: Seen, origin: Origin, court: Court): boolean {
  if (origin.k !== 'load' || merged || fact.nul !== NULL || fact.reasons.length === 0) return false;
  return fact.reasons.every(({ location }) => {
    const file = court.analysis.program.files.find((f) => f.path === location.file);
    const line = file?.text.split('\n')[location.line - 1];
    return line !== undefined && !/\b\w*(WARN|BUG|ASSERT)\w*\s*\(/.test(line);
  });
}

function foundNull(name: string, { occurrence: { fact } }: Seen): string {
  const { text, location } = fact.reasons.at(-1)!;
  return `${name.endsWith('()') ? `what ${name} gives` : name} is dereferenced where the test \`${text}\` in line ${location.line} found it to be NULL`;
}

function unknownSource(origin: Origin, name: string, q: Question): Missing[] {
  switch (origin.k) {
    case 'param':
      if (q.stated.aspect === 'null') return [];
      return [{ what: name, why: 'whether a program can hand over an error pointer is not modelled', treeWouldHelp: false }];
    case 'call':
      return origin.mayFail
        ? []
        : [{ what: origin.callee, why: `whether ${origin.callee}() returns NULL is not known`, treeWouldHelp: !origin.known }];
    case 'load':
      return [{ what: name, why: `whether ${origin.text} can be NULL is not told by this code`, treeWouldHelp: false }];
    default:
      return [{ what: name, why: `where ${name} comes from could not be followed`, treeWouldHelp: false }];
  }
}

/** No use is reached by NULL: refuted if every use says why, and nothing on its path was out of sight. */
function guarded(value: ValueUses, name: string, q: Question, unit: KfuncUnit, court: Court): Finding {
  const missing: Missing[] = [];
  const evidence = new Map<string, Evidence>();
  for (const { use, occurrence } of value.seen) {
    if (occurrence.doubt !== null) missing.push({ what: use.function, why: occurrence.doubt, treeWouldHelp: true });
    const why = whyNotNull(value.origin, occurrence, name, use);
    if (why.length === 0)
      missing.push({
        what: name,
        why: `why ${name} is not NULL in line ${use.location.line} is not shown by this code`,
        treeWouldHelp: false,
      });
    for (const e of why) evidence.set(`${e.text}`, e);
    if (isReadAgain(value.origin, use, occurrence))
      missing.push({
        what: name,
        why: `what is tested for ${name} and what line ${use.location.line} uses are two reads, and no lock of this function holds from one to the other`,
        treeWouldHelp: false,
      });
  }
  if (q.stated.hedged && value.origin.k !== 'param')
    missing.push({ what: name, why: 'whether others change it at the same time is beyond the flow of one call', treeWouldHelp: false });
  const use = (value.seen.find((s) => onLine(s.use, q)) ?? value.seen[0]!).use;
  const guards = [...evidence.values()].map((e): Evidence => (missing.length > 0 ? { ...e, role: 'context' } : e));
  return weigh(court, unit, q, {
    rule: value.origin.k === 'param' ? 'unchecked-param' : 'unchecked-result',
    subject: name,
    property: { kind: 'code' },
    location: placeInKfunc(use),
    message: `${name} may be NULL where it is used`,
    path: pathEvidence(use, `uses it: ${use.text}`),
    guards,
    missing,
  });
}

/** Memory is read for the test, and again for the use (or was before): not the value that was tested, unless a lock is held all the while. */
function isReadAgain(origin: Origin, use: Use, { fact }: Occurrence): boolean {
  if (origin.k !== 'load') return false;
  const pointer = use.k === 'deref' ? pointerOf(use.text) : use.text;
  // which of several tests it was that told of NULL does not show: each must hold
  return !fact.reasons.every((r) => r.locked || (isVariable(pointer) && !/->|[.[*]/.test(r.text)));
}

function isVariable(text: string): boolean {
  return /^\s*\w+\s*$/.test(text);
}

function whyNotNull(origin: Origin, o: Occurrence, name: string, use: Use): Evidence[] {
  const tests = o.fact.reasons.map(
    (r): Evidence => ({
      kind: 'guard',
      role: 'carries',
      text: `the test \`${r.text}\` in line ${r.location.line} keeps NULL away from ${name} here${r.locked && origin.k === 'load' && use.k === 'deref' && !isVariable(pointerOf(use.text)) ? ', and so does the lock that is held since' : ''}`,
      location: r.location,
      source: null,
    }),
  );
  if (tests.length > 0) return tests;
  if (origin.k === 'address')
    return [
      {
        kind: 'type',
        role: 'carries',
        text: `${name} is the address of ${origin.name}, which is never NULL`,
        location: use.location,
        source: null,
      },
    ];
  if (origin.k === 'call' && origin.known) {
    return [{ kind: 'guard', role: 'carries', text: `${origin.callee}() never returns NULL`, location: use.location, source: null }];
  }
  return [];
}
