/** Can the number be negative, or too large, where it is an index, a shift or a length? And does the code touch more memory than was tested? */
import type { Evidence, Finding, Missing } from '../../claim.ts';
import type { EventOf, Extent, KfuncUnit, Occurrence } from '../../rule.ts';
import { pathEvidence, placeInKfunc } from '../../rule.ts';
import type { Court, Question } from '../question.ts';
import { escaped, namesIn, type Subject } from '../subject.ts';
import type { Answer } from './answer.ts';
import { answered, onLine, ruled, unknown, weigh } from './answer.ts';
import { namesHandedOn } from './body.ts';
import { askSize, type Pair, pairOf } from './size.ts';

type Use = EventOf<'index'> | EventOf<'shift'> | EventOf<'length'> | EventOf<'pass'>;

interface Seen {
  use: Use;
  occurrence: Occurrence;
}

export function askRange(q: Question, court: Court): Answer {
  const name = q.subject?.text ?? '';
  if (!q.subject || q.subject.kind === 'unknown' || q.subject.kind === 'call')
    return unknown(name || 'subject', 'which number is said to be unbounded could not be read from the comment', false);
  if (q.reaching.length === 0) return unknown(q.function ?? name, `${q.function ?? 'the function'}() could not be followed`, true);
  const pair = pairOf(q);
  const subjects = new Set([q.subject.root, name, ...(pair && q.stated.aspect === 'size' ? [pair.pointer.name, pair.size.name] : [])]);
  const found = ruled(court, ['unbounded-index', 'mem-size'], q, (f) => subjects.has(f.subject));
  const given = memberGiven(q);
  if (given !== null)
    found.push(...ruled(court, ['unbounded-index'], q, (f) => f.verdict === 'confirmed' && f.message.startsWith(`${given} `)));
  const rules = found.filter((f) => isOfMember(f, q) && !(pair && isOfContents(f, pair, q)));
  const other = rules.find((f) => f.verdict === 'confirmed' && isOtherEnd(f, q));
  if (other) return unknown(name, `another end of ${name} is open than the one that the words speak of: ${other.message}`, false);
  if (rules.length > 0) return answered(rules, limitsOf(rules, q));
  // `past the end of a[]` is said of memory and of an index
  if (q.stated.aspect === 'size' && (pair || !(isNumber(q) || isIndex(q, court)))) return askSize(q, pair, court);
  const parts = q.reaching.map((unit) => askUnit(q, unit, court));
  // the number is neither index nor length: it is about how much of the memory is there
  if (pair && q.stated.aspect === 'range' && parts.every((p) => p.findings.length === 0)) {
    const sized = { ...q, stated: { ...q.stated, aspect: 'size' as const } };
    const late = ruled(
      court,
      ['mem-size'],
      q,
      (f) => (f.subject === pair.pointer.name || f.subject === pair.size.name) && isOfMember(f, q),
    );
    return late.length > 0 ? answered(late) : askSize(sized, pair, court);
  }
  return { findings: parts.flatMap((p) => p.findings), missing: parts.flatMap((p) => p.missing), outOfScope: null };
}

/** `n = p->n`, and nothing else is given to n: what is found of `p->n` is found of n. */
function memberGiven({ subject, place }: Question): string | null {
  if (subject?.kind !== 'variable' || !place) return null;
  const body = place.source.file.text.slice(place.source.start, place.source.end);
  const given = [...body.matchAll(new RegExp(`(?<![\\w>.])${subject.root}\\s*(?:[-+*/|&^%]|<<|>>)?=(?!=)\\s*([^;]*);`, 'g'))].map((m) =>
    m[1]!.trim(),
  );
  const [only] = given;
  return given.length === 1 ? (/^(?:READ_ONCE\()?([A-Za-z_]\w*(?:(?:->|\.)\w+)+)\)?$/.exec(only!)?.[1] ?? null) : null;
}

/** What is found of `p->a` says nothing of `p->b`. */
function isOfMember({ message }: Finding, { subject }: Question): boolean {
  if (subject?.kind !== 'expression') return true;
  const plain = subject.text.replace(/\s+/g, '');
  const members = [...message.matchAll(/[A-Za-z_]\w*(?:(?:->|\.)\w+)+/g)].map((m) => m[0]).filter((m) => rootOf(m) === subject.root);
  return members.length === 0 || members.some((m) => m.startsWith(plain) || plain.startsWith(m));
}

function rootOf(expression: string): string {
  return /^\w+/.exec(expression)?.[0] ?? '';
}

/** A number that was read out of the memory is unbounded: that does not make the memory too small. */
function isOfContents({ rule, subject }: Finding, pair: Pair, { stated }: Question): boolean {
  return stated.aspect === 'size' && rule === 'unbounded-index' && subject === pair.pointer.name;
}

const LOWER =
  /\b(negative|signed\w*|sign|minus|lower|below|underflow\w*|less than|in front|before the (start|beginning|array))\b|-1\b|<\s*0/i;
const UPPER = /\b(large|larger|huge|bigger|upper (bound|end|limit)|one past|exceed\w*)\b/i;

/** `may be negative`, and the words speak of the upper end; or the other way round. */
function isOtherEnd({ message }: Finding, { stated }: Question): boolean {
  const text = stated.text;
  if (/\bmay be negative\b/.test(message))
    return !LOWER.test(text) && (stated.aspect === 'off-by-one' || (stated.aspect === 'range' && UPPER.test(text)));
  return /\boff by one\b/.test(message) && stated.aspect === 'negative' && !/\bone past\b|off[- ]by[- ]one|>=|\bequal/i.test(text);
}

function isNumber({ subject, place }: Question): boolean {
  const names = namesIn(place?.syntax ?? null);
  const type = names.parameters.get(subject!.text)?.type ?? names.variables.get(subject!.text);
  return type !== undefined && type.pointers + type.dims.length === 0;
}

/** A member that the code indexes with. */
function isIndex(q: Question, court: Court): boolean {
  return q.subject!.kind === 'expression' && q.reaching.some((unit) => usesOf(q, unit, court).some((s) => s.use.k === 'index'));
}

/** A rule speaks of both ends at once; one that is refuted by a bound at another place does not speak of this one. */
function limitsOf(rules: Finding[], q: Question): Missing[] {
  if (q.own.length > 0 || rules.some((f) => f.verdict === 'confirmed')) return [];
  return [{ what: q.function ?? '', why: `${q.function}() may have callers that are no kfuncs`, treeWouldHelp: false }];
}

function askUnit(q: Question, unit: KfuncUnit, court: Court): Answer {
  const seen = usesOf(q, unit, court);
  const name = q.subject!.text;
  if (seen.length === 0) {
    return unknown(
      name,
      unit.flow.partial ? `not all of ${unit.kfunc.name}() is shown` : `${name} reaches no index, shift or length that was seen`,
      unit.flow.partial,
    );
  }
  const missing: Missing[] = [];
  const evidence = new Map<string, Evidence>();
  for (const s of seen) {
    const problem = doubtAbout(s, q);
    if (problem) missing.push(problem);
    else for (const e of whyInRange(s, q, court)) evidence.set(e.text, e);
  }
  if (q.stated.hedged)
    missing.push({ what: name, why: 'whether others change it at the same time is beyond the flow of one call', treeWouldHelp: false });
  if (evidence.size === 0 && missing.length === 0)
    missing.push({ what: name, why: `what bounds ${name} is not shown by this code`, treeWouldHelp: false });
  const { use } = seen.find((s) => onLine(s.use, q)) ?? seen[0]!;
  const index = q.own.includes(unit) ? (q.subject!.kind === 'parameter' ? q.subject!.index : -1) : -1;
  return answered([
    weigh(court, unit, q, {
      rule: 'unbounded-index',
      subject: q.subject!.root,
      property: index >= 0 ? { kind: 'bounded', parameter: index } : { kind: 'code' },
      location: placeInKfunc(use),
      message: `${name} may be out of range in \`${use.text}\``,
      path: pathEvidence(use, `uses it: ${use.text}`),
      guards: [...evidence.values()].map((e): Evidence => (missing.length > 0 ? { ...e, role: 'context' } : e)),
      missing,
    }),
  ]);
}

/** Uses of a parameter wherever it gets to; of a local name, those whose expression names it. On every path: `min(i, N)` leaves i on one and N on the other. */
function usesOf(q: Question, unit: KfuncUnit, court: Court): Seen[] {
  const subject = q.subject!;
  const text = subject.kind === 'expression' ? subject.text.replace(/\s+/g, '') : subject.root;
  const isHandedOn = subject.kind === 'parameter' && q.place !== null;
  const names = [
    { function: q.function, name: text },
    ...(isHandedOn ? namesHandedOn(q.place!.source, text, court.analysis.program) : []).map((x) => ({
      function: x.source.name,
      name: x.name,
    })),
  ];
  const isNamed = (e: Use) => names.some((n) => e.function === n.function && wholeName(n.name).test(indexOf(e).replace(/\s+/g, '')));
  const isParameter = q.own.includes(unit) && subject.kind === 'parameter';
  return unit.flow.events
    .filter((e): e is Use => e.k === 'index' || e.k === 'shift' || e.k === 'length' || e.k === 'pass')
    .filter((e) => (isParameter ? e.occurrences.some((o) => o.taint.has(subject.index)) : isNamed(e)))
    .filter((e) => !isPromised(e, subject, unit, court))
    .flatMap((use) => use.occurrences.filter((o) => o.type.k !== 'pointer').map((occurrence) => ({ use, occurrence })));
}

function wholeName(name: string): RegExp {
  return new RegExp(`(?<![\\w>.])${escaped(name)}(?!\\w)`);
}

/** `from, u32 from__sz`: that so much can be read from `from` is what the verifier sees to, where it ties the two together. */
function isPromised(e: Use, subject: Subject, unit: KfuncUnit, court: Court): boolean {
  if (e.k !== 'length' || e.parameter === null || e.of !== null || subject.kind !== 'parameter' || e.text.trim() !== subject.root)
    return false;
  const { all } = court.analysis.bench.guarantees(unit.kfunc.name);
  if (all.length === 0 || !all.every((g) => g.parameters[e.parameter!]?.sizeOf === subject.root)) return false;
  return e.occurrences.every((o) => o.origins.every((x) => x.k === 'param' && x.index === subject.index));
}

/** What stands between the brackets of an index; the whole expression of others. */
function indexOf(use: Use): string {
  return use.k === 'index' ? (/\[(.*)\]$/.exec(use.text)?.[1] ?? use.text) : use.text;
}

function extentOf(use: Use): Extent | null {
  if (use.k === 'index') return use.extent;
  if (use.k === 'length') return use.of;
  return use.k === 'shift' ? { value: use.width, symbol: null, plus: 0, text: String(use.width) } : null;
}

/** null: both ends are known to be inside. */
function doubtAbout({ use, occurrence: o }: Seen, q: Question): Missing | null {
  const name = q.subject!.text;
  if (o.doubt !== null) return { what: use.function, why: o.doubt, treeWouldHelp: true };
  if (!lowerHolds(o))
    return { what: name, why: `nothing seen keeps ${name} from being negative in line ${use.location.line}`, treeWouldHelp: true };
  if (use.k === 'pass') {
    if (o.fact.lo === o.fact.hi) return null;
    // the callee may need a tighter bound than the one tested here; that the value is not negative is settled
    if (q.stated.aspect === 'negative' && (o.fact.below.length > 0 || hasUpperRange(o))) return null;
    return { what: use.callee, why: use.why, treeWouldHelp: true };
  }
  if (upperHolds(o, extentOf(use))) return null;
  return {
    what: extentOf(use)?.text ?? name,
    why: `whether the bound of ${name} is within ${extentOf(use)?.text ?? 'the array'} can't be told`,
    treeWouldHelp: (extentOf(use)?.value ?? null) === null,
  };
}

function lowerHolds(o: Occurrence): boolean {
  return o.fact.lo >= 0;
}

function hasUpperRange(o: Occurrence): boolean {
  if (o.type.k !== 'int') return o.fact.hi !== Infinity;
  return o.fact.hi < 2 ** Math.min(o.type.bits, 31) - 1;
}

function upperHolds(o: Occurrence, extent: Extent | null): boolean {
  if (!extent) return false;
  if (extent.value !== null && o.fact.hi < extent.value) return true;
  return extent.symbol !== null && o.fact.below.some((b) => b.symbol === extent.symbol && b.plus <= extent.plus);
}

/** The tests that bound it, and the type where it is what keeps the value from being negative. */
function whyInRange({ use, occurrence: o }: Seen, q: Question, court: Court): Evidence[] {
  const name = q.subject!.text;
  // `i < n` bounds i, and nothing of n
  const bounds = new RegExp(`[\\w\\])]\\s*(?:<=?|!=)\\s*${q.subject!.root}\\b`);
  const out = o.fact.reasons
    .filter((r) => new RegExp(`\\b${q.subject!.root}\\b`).test(indexOf(use)) || !bounds.test(r.text))
    .map(
      (r): Evidence => ({
        kind: 'guard',
        role: 'carries',
        text: `the test \`${r.text}\` in line ${r.location.line} bounds ${name} before \`${use.text}\``,
        location: r.location,
        source: null,
      }),
    );
  const reduced = reducedBy({ use, occurrence: o }, q) ?? arrivesWithin({ use, occurrence: o });
  if (out.length === 0 && reduced) return [reduced];
  const type = declaredType(q, court);
  if (!type) return out;
  // whether it is negative is a question of its type first
  if (q.stated.aspect === 'negative') return [type, ...out];
  // of a wide type alone no array is safe
  return out.length > 0 || (o.type.k === 'int' && o.type.bits <= 16) ? [...out, type] : [];
}

/** `at % N`, `at & 7`: no test is needed. */
function reducedBy({ use, occurrence: o }: Seen, q: Question): Evidence | null {
  const index = indexOf(use);
  if (use.k !== 'index' || !new RegExp(`\\b${q.subject!.root}\\b\\W*[%&>]`).test(index) || !Number.isFinite(o.fact.hi)) return null;
  const text = `\`${index}\` is never below ${o.fact.lo} nor above ${o.fact.hi}`;
  return { kind: 'guard', role: 'carries', text, location: use.location, source: null };
}

/** Tested in a helper on the way: what gets to this one is within, and which test saw to it is not handed on. */
function arrivesWithin({ use, occurrence: o }: Seen): Evidence | null {
  if (use.k !== 'index' || use.chain.length < 2 || o.fact.reasons.length > 0 || o.type.k !== 'int') return null;
  if (!hasUpperRange(o) || o.fact.hi >= 2 ** 16 - 1) return null;
  const text = `\`${use.text}\` in ${use.function}() is reached with ${o.fact.lo} to ${o.fact.hi} only`;
  return { kind: 'guard', role: 'carries', text, location: use.location, source: null };
}

/** Facts about the parameter's own type, looked up where it is declared: the value may have been converted since. */
function declaredType(q: Question, court: Court): Evidence | null {
  const unit = q.own[0];
  const declared = q.subject!.kind === 'parameter' ? unit?.definition.syntax.parameters[q.subject!.index] : undefined;
  if (!unit || !declared) return null;
  const { program } = court.analysis;
  const { file } = unit.definition.source;
  const location = program.locate(file, declared.span.start);
  if (!declared.type.name.startsWith('enum ')) {
    if (!/^(unsigned\b|u(8|16|32|64)$|__u(8|16|32|64)$|size_t$|uint\d*(_t)?$)/.test(declared.type.name)) return null;
    return {
      kind: 'type',
      role: 'carries',
      text: `${declared.text} is unsigned: a negative number arrives as a large one, which the same test stops`,
      location,
      source: null,
    };
  }
  const found = program.findEnum(declared.type.name.slice(5).trim(), file);
  if (!found || found.enumerators.some((e) => e.value !== null && e.value < 0) || !found.complete) return null;
  if (found.enumerators.some((e) => e.value === null && e.explicit)) return null;
  const text = `enum ${found.tag} has no negative enumerator, so compilers make it unsigned int: a negative ${q.subject!.text} arrives as a large number, which the same test stops`;
  return { kind: 'type', role: 'carries', text, location: found.location, source: null };
}
