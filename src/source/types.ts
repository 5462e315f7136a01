/** Types, constants and variables of one file, found by name on demand: the text is searched for the name, and only the declaration that holds it is read. */
import { closing, splitCommas, topLevelEnd } from './brackets.ts';
import { isConditional } from './conditions.ts';
import { bitmapType, macroType, plainType, readDeclaration, readDeclarators, topLevelEquals } from './declaration.ts';
import { withTag, withTypedef } from './excerpt.ts';
import { lexisOf, outlineOf } from './functions.ts';
import type { Span, TypeSyntax } from './ir.ts';
import { locate } from './locate.ts';
import type { SourceFile, StructSource, VariableSource } from './model.ts';

/** `struct foo { … }` in a file; a tag with dots (`foo.bar`) is the unnamed struct of the member `bar`. null where the file has none. */
export function structIn(whole: SourceFile, tag: string): StructSource | null {
  const [outer = '', ...members] = tag.split('.');
  const typedef = /^typedef (\w+)$/.exec(outer)?.[1];
  const file = typedef ? whole : withTag(whole, 'struct|union', outer);
  if (!file) return null;
  const { code } = lexisOf(file);
  let found = typedef ? typedefBody(code, 'struct|union', typedef) : taggedBody(code, 'struct|union', outer, lexisOf(file).gaps);
  for (const member of members) found = found && memberBody(code, found, member);
  return found && readStruct(file, code, found, tag);
}

export interface TaggedBody extends Span {
  keyword: string;
  at: number;
  /** false: the closing brace is not shown */
  closed: boolean;
}

/** The braces after `keyword tag`; annotations between are passed over. */
export function taggedBody(code: string, keywords: string, tag: string, gaps: number[]): TaggedBody | null {
  if (!/^\w+$/.test(tag)) return null;
  const before = new RegExp(`\\b(${keywords})\\s+(?:__\\w+(?:\\s*\\([^;{}]*?\\))?\\s+)*$`);
  for (const name of occurrences(code, tag)) {
    const open = opensBody(code, name + tag.length);
    const head = open < 0 ? null : before.exec(code.slice(Math.max(0, name - 200), name));
    if (!head) continue;
    const close = closing(code, open);
    const end = close < 0 ? code.length : close;
    const cut = gaps.find((g) => g > open && g < end);
    const at = Math.max(0, name - 200) + head.index;
    return { keyword: head[1]!, at, start: open + 1, end: cut ?? end, closed: close >= 0 && cut === undefined };
  }
  return null;
}

/** Offset of the `{` after a tag, annotations between; -1 where something else follows. */
function opensBody(code: string, after: number): number {
  const m = /^\s*(?:__\w+\s*)*\{/.exec(code.slice(after, after + 200));
  return m ? after + m[0].length - 1 : -1;
}

/** The braces of `typedef struct { … } name;`. */
export function typedefBody(code: string, keywords: string, name: string): TaggedBody | null {
  if (!code.includes(name)) return null;
  for (const m of code.matchAll(new RegExp(`\\btypedef\\s+(${keywords})\\s*(?:__\\w+\\s*)*\\{`, 'g'))) {
    const open = m.index + m[0].length - 1;
    const close = closing(code, open);
    if (close < 0 || !new RegExp(`^[^;]*\\b${name}\\s*(?:,|;|__)`).test(code.slice(close + 1, close + 200))) continue;
    return { keyword: m[1]!, at: m.index, start: open + 1, end: close, closed: true };
  }
  return null;
}

/** Declarations between two braces, each up to its semicolon. */
function members(code: string, body: Span): Span[] {
  const out: Span[] = [];
  let from = body.start;
  while (from < body.end) {
    const end = topLevelEnd(code, from, body.end);
    if (code.slice(from, end).trim() !== '') out.push({ start: from + code.slice(from, end).search(/\S/), end });
    from = end + 1;
  }
  return out;
}

interface Fields {
  list: StructSource['fields'];
  readable: boolean;
}

function readStruct(file: SourceFile, code: string, body: TaggedBody, tag: string): StructSource {
  const fields: Fields = { list: [], readable: true };
  for (const [i, m] of members(code, body).entries()) readMember(code, m, `${tag}.#${i}`, tag, fields);
  const conditional = lexisOf(file).directives.some((d) => isConditional(d) && d.start > body.start && d.start < body.end);
  const annotated =
    LAYOUT.test(code.slice(body.at, body.start)) ||
    LAYOUT.test(code.slice(body.start, body.end)) ||
    LAYOUT.test(code.slice(body.end, code.indexOf(';', body.end) + 1));
  const complete = body.closed && fields.readable && !conditional && !annotated;
  return { tag, isUnion: body.keyword === 'union', fields: fields.list, complete, location: locate(file, body.at) };
}

/** Annotations that move members. */
const LAYOUT = /\b(?:__packed\w*|__aligned\w*|__attribute__|__randomize_layout|randomized_struct_fields_start|_{2,4}cacheline\w*)\b/;
const GROUP = /^(?:struct_group(?:_tagged|_attr)?|__struct_group)\s*\(/;
const MARK =
  /^(?:__cacheline_group_(?:begin|end)(?:_aligned)?\s*\([^()]*\)|randomized_struct_fields_(?:start|end)|CACHELINE_PADDING\s*\([^()]*\))\s*/;
const INLINE = /^(?:const\s+)?(struct|union)\b[^;{}()]*\{/;

/** Reads one member; `own` is the tag under which an unnamed struct there is found again. */
function readMember(code: string, m: Span, own: string, tag: string, fields: Fields): void {
  const text = code.slice(m.start, m.end);
  const mark = MARK.exec(text);
  if (mark) {
    fields.readable &&= mark[0].startsWith('__cacheline_group');
    if (mark[0].length < text.length) readMember(code, { start: m.start + mark[0].length, end: m.end }, own, tag, fields);
    return;
  }
  const macro = /^(DECLARE_FLEX_ARRAY|DECLARE_BITMAP|__DECLARE_FLEX_ARRAY)\s*\(/.exec(text);
  if (macro) {
    readFieldMacro(code, m, macro[1]!, text, fields);
    return;
  }
  if (GROUP.test(text)) {
    fields.list.push({ name: '', type: plainType(`struct ${own}`), bitfield: false });
    return;
  }
  const inline = INLINE.exec(text);
  const read = readDeclarators(code, m.start, m.end);
  const named = read.filter((d) => d.name !== '');
  if (inline && named.length === 0) {
    fields.list.push({ name: '', type: plainType(`${inline[1]} ${own}`), bitfield: false });
    return;
  }
  // `int :3;` pads, anything else without a name could not be read
  if (named.length === 0 && !/:\s*\w+\s*$/.test(text)) fields.readable = false;
  for (const d of named) {
    const type = inline && /^(?:struct|union)$/.test(d.type.name) ? { ...d.type, name: `${d.type.name} ${tag}.${d.name}` } : d.type;
    fields.list.push({ name: d.name, type, bitfield: d.bitfield || /^\s*:(?!:)/.test(code.slice(d.nameAt + d.name.length, m.end)) });
  }
  if (named.length === 0) fields.list.push({ name: '', type: plainType('int'), bitfield: true });
}

function readFieldMacro(code: string, m: Span, macro: string, text: string, fields: Fields): void {
  const open = m.start + text.indexOf('(');
  const close = closing(code, open, m.end);
  const args = close < 0 ? [] : splitCommas(code, open + 1, close).map((s) => code.slice(s.start, s.end));
  const bits = macro === 'DECLARE_BITMAP';
  const name = args[bits ? 0 : 1];
  const type = bits ? bitmapType(args[1] ?? '') : readDeclaration(`${args[0]} x[]`)?.type;
  if (name === undefined || !type) fields.readable = false;
  else fields.list.push({ name, type, bitfield: false });
}

/** The body of an unnamed struct among the members: `#2` is the third member's, `name` the one that the member of that name has. */
function memberBody(code: string, outer: TaggedBody, member: string): TaggedBody | null {
  for (const [i, raw] of members(code, outer).entries()) {
    const mark = MARK.exec(code.slice(raw.start, raw.end));
    const m = { start: raw.start + (mark?.[0].length ?? 0), end: raw.end };
    const text = code.slice(m.start, m.end);
    const inline = INLINE.exec(text);
    const matches = member.startsWith('#')
      ? i === Number(member.slice(1))
      : inline && readDeclarators(code, m.start, m.end).some((d) => d.name === member);
    if (!matches) continue;
    const open = m.start + (inline ? inline[0].length - 1 : text.indexOf('('));
    const close = open < m.start ? -1 : closing(code, open, m.end);
    if (close < 0) return null;
    return inline ? { keyword: inline[1]!, at: m.start, start: open + 1, end: close, closed: true } : groupBody(code, m, text, open, close);
  }
  return null;
}

/** `struct_group(name, members…)`: what follows the names. */
function groupBody(code: string, m: Span, text: string, open: number, close: number): TaggedBody | null {
  const names = /^struct_group\s*\(/.test(text) ? 1 : /^__struct_group/.test(text) ? 3 : 2;
  let start = open + 1;
  for (let i = 0; i < names; i++) {
    const comma = code.indexOf(',', start);
    if (comma < 0 || comma > close) return null;
    start = comma + 1;
  }
  return { keyword: 'struct', at: m.start, start, end: close, closed: true };
}

/** Places of a whole word in code. */
export function* occurrences(code: string, word: string): Generator<number> {
  for (let at = code.indexOf(word); at >= 0; at = code.indexOf(word, at + word.length)) {
    if (!/\w/.test(code[at - 1] ?? ' ') && !/\w/.test(code[at + word.length] ?? ' ')) yield at;
  }
}

/** The top-level declaration that holds an offset. */
export function declarationAt(file: SourceFile, at: number): Span | null {
  const list = outlineOf(file).declarations;
  let low = 0;
  let high = list.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const d = list[middle]!;
    if (at < d.start) high = middle - 1;
    else if (at >= d.end) low = middle + 1;
    else return d;
  }
  return null;
}

export function typedefIn(whole: SourceFile, name: string): TypeSyntax | null {
  const file = withTypedef(whole, name);
  if (!file) return null;
  const { code } = lexisOf(file);
  let seen: Span | null = null;
  for (const at of occurrences(code, name)) {
    const d = declarationAt(file, at);
    if (!d || d === seen) continue;
    seen = d;
    const start = code.slice(d.start, d.end).search(/\btypedef\b/);
    const found = start < 0 ? null : typedefOf(code, d.start + start + 'typedef'.length, d.end, name);
    if (found) return found;
  }
  return null;
}

function typedefOf(code: string, start: number, end: number, name: string): TypeSyntax | null {
  const found = readDeclarators(code, start, end).find((r) => r.name === name);
  if (!found) return null;
  const text = code.slice(start, end).trimStart();
  return /^(?:struct|union|enum)\s*\{/.test(text) ? { ...found.type, name: `${/^\w+/.exec(text)![0]} typedef ${name}` } : found.type;
}

/** A file-scope variable or array; a definition before an `extern` declaration. */
export function variableIn(file: SourceFile, name: string): VariableSource | null {
  const { code } = lexisOf(file);
  let best: VariableSource | null = null;
  let seen: Span | null = null;
  for (const at of occurrences(code, name)) {
    const d = declarationAt(file, at);
    if (!d || d === seen) continue;
    seen = d;
    const found = variableOf(code, d, name);
    if (!found) continue;
    const { type, specifiers, nameAt } = found;
    const variable = { name, type, isStatic: specifiers.includes('static'), location: locate(file, nameAt) };
    if (!specifiers.includes('extern')) return variable;
    best ??= variable;
  }
  return best;
}

interface Declared {
  type: TypeSyntax;
  specifiers: string[];
  nameAt: number;
}

function variableOf(code: string, d: Span, name: string): Declared | null {
  const from = declarationStart(code, d);
  if (/^\s*typedef\b/.test(code.slice(from, from + 200))) return null;
  const read = readDeclarators(code, from, d.end).find((r) => r.name === name);
  if (!read) return macroVariable(code, from, d.end, name);
  const isPrototype = /^\s*\(/.test(code.slice(read.nameAt + name.length, Math.min(d.end, read.nameAt + name.length + 20)));
  return isPrototype ? null : read;
}

/** Macros without a semicolon stand before the declaration: it begins after the last of their parentheses. */
function declarationStart(code: string, d: Span): number {
  const stop = topLevelEquals(code, d.start, d.end);
  let start = d.start;
  const call = /^\s*[A-Za-z_]\w*\s*\(/;
  for (;;) {
    const m = call.exec(code.slice(start, stop));
    if (!m) return start;
    const close = closing(code, start + m[0].length - 1, stop);
    if (close < 0 || code.slice(close + 1, stop).trim() === '' || /^\s*\*/.test(code.slice(start + m[0].length, close))) return start;
    if (/^\s*(?:typeof|__typeof__|__attribute__|__aligned|__section)\b/.test(m[0])) return start;
    start = close + 1;
  }
}

/** `DEFINE_PER_CPU(type, name)`, `DEFINE_MUTEX(name)`, `DECLARE_BITMAP(name, bits)` and their kin. */
function macroVariable(code: string, start: number, end: number, name: string): Declared | null {
  const m = /^\s*((?:(?:static|extern|const)\s+)*)((?:DEFINE|DECLARE)_\w+|LIST_HEAD|HLIST_HEAD)\s*\(/.exec(code.slice(start, end));
  if (!m) return null;
  const open = start + m[0].length - 1;
  const close = closing(code, open, end);
  const args = close < 0 ? [] : splitCommas(code, open + 1, close);
  const texts = args.map((a) => code.slice(a.start, a.end));
  const specifiers = m[1]!
    .trim()
    .split(/\s+/)
    .filter((w) => w !== '');
  const macro = m[2]!;
  if (/PER_CPU/.test(macro) && texts[1]?.startsWith(name)) {
    const read = readDeclaration(`${texts[0]} ${texts[1]}`);
    const linkage = macro.startsWith('DECLARE') ? [...specifiers, 'extern'] : specifiers;
    return read?.name === name ? { type: read.type, specifiers: linkage, nameAt: args[1]!.start } : null;
  }
  if (texts[0] !== name) return null;
  const type = macro.endsWith('BITMAP') ? bitmapType(texts[1] ?? '') : macroType(macro);
  return type && { type, specifiers, nameAt: args[0]!.start };
}
