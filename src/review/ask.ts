/** From a comment to the questions it asks of the code. */
import type { ReviewComment } from '../input/review/model.ts';
import { commentText } from '../input/review/model.ts';
import { functionsOf } from '../source/functions.ts';
import type { FunctionSource, SourceFile } from '../source/model.ts';
import type { Anchor } from './anchor.ts';
import { anchorComment, findFile } from './anchor.ts';
import { othersMeant, speaksOfSeveral } from './meant.ts';
import type { Court, Place, Question } from './question.ts';
import { unitsOf, unitsReaching } from './question.ts';
import { readClaims } from './reading/read-claims.ts';
import type { StatedClaim } from './reading/stated.ts';
import type { Names, Subject } from './subject.ts';
import { escaped, isNameIn, namesIn, resolveSubject, subjectNamed } from './subject.ts';

export function ask(comment: ReviewComment, court: Court): Question[] {
  const files = court.analysis.program.files;
  const anchor = anchorComment(comment, files);
  const first = findPlace(comment, anchor, court, []);
  const stated = readClaims(comment, { isName: isNameIn(namesIn(first?.syntax ?? null), identifiersAround(comment, first)) });
  return stated.map((one) => {
    const meant = first ? otherKfunc(one, first, court) : null;
    const other = comment.function === null ? meant : null;
    const place = other ?? first ?? findPlace(comment, anchor, court, one.callees);
    const at = other ? null : anchor;
    const own = returnsItself(one, place?.name ?? null)
      ? { ...one, category: 'return-value' as const, aspect: 'returns-null' as const }
      : withArgument(withoutSelf(one, place?.name ?? null), place);
    const name = place?.name ?? comment.function ?? namedKfunc(one, court);
    const { subject, implied } = subjectOf(own, comment, place, at, court);
    const sort = ofSubject(own, subject, namesIn(place?.syntax ?? null));
    return {
      stated: sort,
      comment,
      anchor: at,
      place,
      function: name,
      subject,
      implied,
      elsewhere: other ? null : (meant?.name ?? null),
      others: othersMeant(own, subject, namesIn(place?.syntax ?? null), { body: bodyOf(place), around: place?.source.file.text ?? '' }),
      own: name === null ? [] : unitsOf(court, name),
      reaching: name === null ? [] : unitsReaching(court, name),
    };
  });
}

/** Names in the function's text, or in what the comment quotes where no function is found. */
function identifiersAround(comment: ReviewComment, place: Place | null): ReadonlySet<string> {
  const text = place ? place.source.file.text.slice(place.source.start, place.source.end) : comment.quoted.map((q) => q.text).join('\n');
  return new Set(text.match(/[A-Za-z_]\w*/g) ?? []);
}

/** The reviewer's own word for the function, the function around the anchor, the one that a flags line registers, one that the words name. */
function findPlace(comment: ReviewComment, anchor: Anchor | null, court: Court, callees: readonly string[]): Place | null {
  const { program } = court.analysis;
  const near = anchor?.file ?? (comment.file === null ? null : findFile(program.files, comment.file)) ?? program.files[0] ?? null;
  if (near === null) return null;
  const named = comment.function === null ? null : lookUp(comment.function, near, court);
  if (named) return named;
  const source = anchor ? (functionAt(anchor, court) ?? registeredAt(anchor, court)) : null;
  if (source) return placeOf(source, court);
  const words = [...callees, ...(commentText(comment).match(/[A-Za-z_]\w*(?=\()/g) ?? []), ...quotedNames(comment)];
  const kfuncs = new Set(program.kfuncs.map((k) => k.name));
  const candidates = [...new Set(words)];
  for (const name of [...candidates.filter((c) => kfuncs.has(c)), ...(anchor ? [] : candidates.filter((c) => !kfuncs.has(c)))]) {
    const found = unitsOf(court, name)[0]?.definition.source ?? atHand(name, near, court);
    if (found) return placeOf(found, court);
  }
  return null;
}

/** `bpf_this() may return NULL`, said of the function quoted, is about what programs get. */
function returnsItself(stated: StatedClaim, name: string | null): boolean {
  if (stated.category !== 'null-deref' || name === null || stated.subjects[0] !== `${name}()`) return false;
  if (!/\b(return\w*|gives?|hands?|yields?|from|result\w*)\b/i.test(stated.text)) return false;
  return !new RegExp(`\\b${name}\\([^()]*\\bNULL\\b`).test(stated.text);
}

/** `the second argument of bpf_this()`: a pointer is meant, not what it returns. */
function withoutSelf(stated: StatedClaim, name: string | null): StatedClaim {
  if (stated.category !== 'null-deref') return stated;
  return { ...stated, subjects: stated.subjects.filter((s) => s !== `${name}()`) };
}

/** `a program may call bpf_this(NULL, 0)`: about the parameter that gets it. */
function withArgument(stated: StatedClaim, place: Place | null): StatedClaim {
  const given = place && new RegExp(`\\b${place.name}\\(([^()]*)\\)`).exec(stated.text)?.[1]?.split(',');
  const at = given?.findIndex((x) => x.trim() === 'NULL') ?? -1;
  const parameter = place?.syntax?.parameters[at]?.name;
  return parameter ? { ...stated, subjects: [parameter, ...stated.subjects] } : stated;
}

/** `Can p be NULL in bpf_other()?`, `Does bpf_other() leak?`: about that one. Named otherwise, as what is alike or what calls, it changes nothing. */
function otherKfunc(stated: StatedClaim, quoted: Place, court: Court): Place | null {
  if (new RegExp(`\\b${quoted.name}\\b`).test(stated.first)) return null;
  const named = court.analysis.units.filter((u) => isSubjectOf(u.kfunc.name, stated.first));
  const [unit] = named;
  return unit && named.length === 1 ? { name: unit.kfunc.name, source: unit.definition.source, syntax: unit.definition.syntax } : null;
}

function isSubjectOf(name: string, sentence: string): boolean {
  const verb = "can|could|does|do|is|are|should|will|would|may|might|has|isn't|doesn't|shouldn't|won't|couldn't";
  return new RegExp(`(?<!\\b(?:as|like|unlike) )\\b(?:in|inside)\\s+${name}\\b|^(?:${verb})\\s+${name}\\b`, 'i').test(sentence);
}

/**
 * `it is not validated`: a number is one out of range, a pointer one that is NULL or leads to no object of the kernel's, or to numbers of the program's that nobody
 * looked at.
 */
function ofSubject(stated: StatedClaim, subject: Subject | null, names: Names): StatedClaim {
  const also = stated.also.filter((a) => a.aspect !== 'validity');
  if (stated.aspect !== 'validity' && also.length === stated.also.length) return stated;
  const type = subject && (names.parameters.get(subject.text)?.type ?? names.variables.get(subject.text));
  if (!type || type.pointers + type.dims.length === 0) {
    const range = { category: 'out-of-bounds' as const, aspect: 'range' as const };
    return stated.aspect === 'validity' ? { ...stated, aspect: 'range', also } : { ...stated, also: [...also, range] };
  }
  const trusted = [
    { category: 'refcount' as const, aspect: 'untrusted' as const },
    { category: 'out-of-bounds' as const, aspect: 'validity' as const },
  ];
  if (stated.category === 'null-deref') return { ...stated, also: [...also, ...trusted] };
  const isNull = { category: 'null-deref' as const, aspect: 'null' as const };
  if (stated.aspect !== 'validity') return { ...stated, also: [...also, isNull, ...trusted] };
  return { ...stated, ...isNull, also: [...also, ...trusted] };
}

/** Without a body at hand the words may still name a kfunc that is registered here. */
function namedKfunc(stated: StatedClaim, court: Court): string | null {
  return stated.callees.find((c) => court.analysis.program.kfuncs.some((k) => k.name === c)) ?? null;
}

function quotedNames(comment: ReviewComment): string[] {
  return comment.quoted
    .slice(-12)
    .reverse()
    .flatMap((q) => q.text.match(/[A-Za-z_]\w*(?=\s*\()/g) ?? []);
}

function lookUp(name: string, near: SourceFile, court: Court): Place | null {
  const unit = unitsOf(court, name)[0];
  if (unit) return { name, source: unit.definition.source, syntax: unit.definition.syntax };
  const source = court.analysis.program.findFunction(name, near);
  return source ? placeOf(source, court) : null;
}

/** In the files at hand, the nearest first: for words that may be names, the tree is not searched. */
function atHand(name: string, near: SourceFile, court: Court): FunctionSource | null {
  const files = court.analysis.program.files;
  for (const file of [near, ...files]) {
    const found = file.text.includes(name) ? functionsOf(file).find((f) => f.name === name) : undefined;
    if (found) return found;
  }
  return null;
}

function placeOf(source: FunctionSource, court: Court): Place {
  const unit = unitsOf(court, source.name).find(
    (u) => u.definition.source.start === source.start && u.definition.source.file === source.file,
  );
  return { name: source.name, source, syntax: unit?.definition.syntax ?? court.analysis.program.parse(source) };
}

/** The function whose lines hold the anchor; else, from the comment block above a function, that function. */
function functionAt(anchor: Anchor, court: Court): FunctionSource | null {
  const { program } = court.analysis;
  const functions = functionsOf(anchor.file).map((f) => ({
    f,
    from: program.locate(anchor.file, f.start).line,
    to: program.locate(anchor.file, f.end).line,
  }));
  for (const line of [...anchor.lines].reverse()) {
    if (anchor.line - line > 12) break;
    const inside = functions.find(({ from, to }) => line >= from && line <= to);
    if (inside) return inside.f;
    const below = functions.find(({ from }) => from > line && from - line <= 25);
    if (below && isCommentLine(anchor.file, line)) return below.f;
  }
  return null;
}

function isCommentLine(file: SourceFile, line: number): boolean {
  return /^\s*(\/\*|\*)/.test(file.text.split('\n')[line - 1] ?? '');
}

/** `BTF_ID_FLAGS(func, name, …)` on the anchor's line. */
function registeredAt(anchor: Anchor, court: Court): FunctionSource | null {
  const { program } = court.analysis;
  const entry = program.kfuncs
    .flatMap((k) => k.entries)
    .find((e) => e.location.file === anchor.file.path && e.location.line === anchor.line);
  if (!entry) return null;
  return unitsOf(court, entry.func)[0]?.definition.source ?? program.findFunction(entry.func, anchor.file);
}

interface Found {
  subject: Subject | null;
  implied: boolean;
}

function subjectOf(stated: StatedClaim, comment: ReviewComment, place: Place | null, anchor: Anchor | null, court: Court): Found {
  const said = (subject: Subject | null): Found => ({ subject, implied: false });
  const names = namesIn(place?.syntax ?? null);
  const body = bodyOf(place);
  const callees = new Set([...body.matchAll(/([A-Za-z_]\w*)\s*\(/g)].map((m) => m[1]!));
  if (stated.category === 'missing-flag' && stated.flag) return said({ text: stated.flag, root: '', kind: 'flag', index: -1 });
  const resolved = resolveSubject(stated.subjects, names, stated.category, callees, globalsIn(body), countersIn(body));
  const index = resolved?.kind === 'expression' && stated.category === 'out-of-bounds' ? indexOfArray(resolved.text, body, names) : null;
  if (index) return said(index);
  if (resolved && !(stated.category === 'return-value' && resolved.kind !== 'call')) return said(resolved);
  const returned: Subject = { text: 'return', root: '', kind: 'return', index: -1 };
  if (stated.category === 'return-value' || stated.aspect === 'missing-get') return said(returned);
  const counted = place && ordinalParameter(stated, names);
  if (counted) return said(counted);
  const several = stated.category === 'out-of-bounds' && stated.aspect === 'range' ? oneOfSeveral(stated, names, body) : null;
  if (several) return { subject: several, implied: true };
  const sized = place && stated.aspect === 'size' ? onlySize(names) : null;
  if (sized) return { subject: sized, implied: true };
  if (stated.aspect === 'negative' && stated.claimed.some((name) => isMember(name, body, names))) return said(null);
  const shown = subjectAt(stated, place, anchor, names, court);
  if (shown) return { subject: shown, implied: true };
  const given = comment.subject?.trim();
  if (given) return said(given === 'return' ? returned : { text: given, root: '', kind: 'unknown', index: -1 });
  return said(null);
}

/** `can this overrun p->ids[]?` is about what the array is indexed with, where that is one and the same name, or member, in the whole function. */
function indexOfArray(array: string, body: string, names: Names): Subject | null {
  const inside = /\[\s*([^\]]+?)\s*\]$/.exec(array)?.[1];
  if (inside !== undefined) return subjectNamed(inside.replace(STEPS, ''), names);
  const plain = escaped(array.replace(/\[\s*\]$/, ''));
  const found = new Set([...body.matchAll(new RegExp(`(?<![\\w>.])${plain}\\s*\\[([^\\]]*)\\]`, 'g'))].map((m) => m[1]!.trim()));
  const [name] = found;
  if (found.size === 0) return lengthInto(plain, body, names);
  const plainName = name?.replace(STEPS, '') ?? '';
  return found.size === 1 && /^[A-Za-z_]\w*((->|\.)\w+)*$/.test(plainName) ? subjectNamed(plainName, names) : null;
}

/** `can this overflow t->name?`, where it is filled in one place: what says how much. */
function lengthInto(array: string, body: string, names: Names): Subject | null {
  const copies = [
    ...body.matchAll(new RegExp(`\\b\\w*(?:mem|str\\w*)(?:cpy|move|set|copy)\\w*\\s*\\(\\s*&?${array}\\s*,[^;]*,\\s*(\\w+)\\s*\\)`, 'g')),
  ];
  return copies.length === 1 ? subjectNamed(copies[0]![1]!, names) : null;
}

const STEPS = /^(\+\+|--)|(\+\+|--)$/g;

function bodyOf(place: Place | null): string {
  return place ? place.source.file.text.slice(place.source.start, place.source.end) : '';
}

/** Only a member goes by that name: what the line does to something else is no answer. */
function isMember(name: string, body: string, names: Names): boolean {
  return /^\w+$/.test(name) && subjectNamed(name, names) === null && new RegExp(`(?:->|\\.)${name}\\b`).test(body);
}

/** `only one of the indexes is checked`: any of those that index; what the words may mean besides brings in the others. */
function oneOfSeveral({ text }: StatedClaim, names: Names, body: string): Subject | null {
  if (!speaksOfSeveral(text) || !/\b(check|bound|valid|range|test|limit|overr|exceed|out[- ]of)/i.test(text)) return null;
  const indexes = [...names.parameters.keys()].filter((name) => new RegExp(`\\[[^\\]]*(?<![\\w>.])${name}\\b[^\\]]*\\]`).test(body));
  return indexes.length > 1 ? subjectNamed(indexes[0]!, names) : null;
}

/** `the size check covers too little`, where one argument is a size. */
function onlySize(names: Names): Subject | null {
  const sizes = [...names.parameters.keys()].filter((name) => /.__szk?$/.test(name));
  return sizes.length === 1 ? subjectNamed(sizes[0]!, names) : null;
}

const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth'];

/** `the second argument`, or `the argument` of the only one, said of the function itself: `foo()'s second argument` is another one's. */
function ordinalParameter({ first, category }: StatedClaim, names: Names): Subject | null {
  if (/\w\(/.test(first)) return null;
  const found = /\bthe (first|second|third|fourth|fifth|last) (argument|parameter|arg|param)\b/i.exec(first)?.[1]?.toLowerCase();
  const order = [...names.parameters];
  const fitting = order.filter(([, { type }]) => type.pointers + type.dims.length > 0 === (category !== 'out-of-bounds'));
  const alone =
    fitting.length === 1 && /\b(the|its|this|passed|pointer) (argument|parameter|arg|param)\b/i.test(first) ? fitting[0] : undefined;
  const entry = found === undefined ? alone : found === 'last' ? order.at(-1) : order[ORDINALS.indexOf(found)];
  return entry === undefined ? null : subjectNamed(entry[0], names);
}

/** Members whose address the body hands out: `&t->refs` counts t, where `t->next` is another object. */
function countersIn(body: string): ReadonlySet<string> {
  return new Set([...body.matchAll(/&\s*([A-Za-z_]\w*(?:(?:->|\.)\w+)+)/g)].map((m) => m[1]!));
}

/** Plain names that the body uses, not as a member and not to call. */
function globalsIn(body: string): ReadonlySet<string> {
  return new Set([...body.matchAll(/(?<![\w.>]|\b(?:struct|union|enum) )([a-z_]\w*)\b(?!\s*\()/g)].map((m) => m[1]!));
}

/** Where the words name nothing: what the anchored line does, if it does it to one name only and to nothing else. Carets narrow the line. */
function subjectAt(stated: StatedClaim, place: Place | null, anchor: Anchor | null, names: Names, court: Court): Subject | null {
  if (!place || !anchor || (stated.category !== 'null-deref' && stated.category !== 'out-of-bounds')) return null;
  const isNull = stated.category === 'null-deref';
  if (isNull && yieldsOther(anchor.file.text.split('\n')[anchor.line - 1] ?? '', names, place)) return null;
  const kinds = isNull ? ['deref'] : ['index', 'shift', 'length'];
  const events = unitsReaching(court, place.name)
    .flatMap((u) => u.flow.events)
    .filter(
      (e) => kinds.includes(e.k) && e.function === place.name && e.location.file === anchor.file.path && e.location.line === anchor.line,
    )
    .filter((e) => !anchor.columns || (e.location.column < anchor.columns.to && e.location.column + e.text.length > anchor.columns.from));
  const roots = new Set(
    events.map((e) => (isNull ? /[A-Za-z_]\w*/.exec(e.text)?.[0] : (/\[\s*([^\]]*?)\s*\]/.exec(e.text)?.[1] ?? e.text)) ?? ''),
  );
  const [root] = roots;
  return roots.size === 1 && /^\w+$/.test(root!) ? resolveSubject([root!], names, stated.category, new Set()) : null;
}

const PLAIN_CALLS = new Set(['if', 'while', 'for', 'switch', 'return', 'sizeof', 'READ_ONCE', 'WRITE_ONCE', 'likely', 'unlikely']);

/** The line calls something, or makes a pointer that it assigns or returns: `this may be NULL` may be said of that. */
function yieldsOther(line: string, names: Names, place: Place): boolean {
  if ([...line.matchAll(/([A-Za-z_]\w*)\s*\(/g)].some((m) => !PLAIN_CALLS.has(m[1]!))) return true;
  const target = /([A-Za-z_]\w*)\s*=(?!=)/.exec(line)?.[1];
  const type = target === undefined ? undefined : (names.variables.get(target) ?? names.parameters.get(target)?.type);
  if (type && type.pointers + type.dims.length > 0) return true;
  return /^\s*return\b/.test(line) && (place.syntax?.returns.pointers ?? 1) > 0;
}
