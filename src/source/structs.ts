/** Structs and unions of a file, found by tag. */
import { closing, splitCommas, topLevelEnd } from './brackets.ts';
import { isConditional } from './conditions.ts';
import { bitmapType, plainType, readDeclaration, readDeclarators } from './declaration.ts';
import { withTag } from './excerpt.ts';
import { lexisOf } from './functions.ts';
import type { Span } from './ir.ts';
import { locate } from './locate.ts';
import type { SourceFile, StructSource } from './model.ts';
import { type TaggedBody, taggedBody, typedefBody } from './tagged-body.ts';

const cache = new WeakMap<SourceFile, Map<string, StructSource | null>>();

/** `struct foo { … }` in a file; a tag with dots (`foo.bar`) is the unnamed struct of the member `bar`. null where the file has none. */
export function structIn(file: SourceFile, tag: string): StructSource | null {
  const known = cache.get(file) ?? new Map<string, StructSource | null>();
  cache.set(file, known);
  const found = known.get(tag);
  if (found !== undefined) return found;
  const read = findStruct(file, tag);
  known.set(tag, read);
  return read;
}

function findStruct(whole: SourceFile, tag: string): StructSource | null {
  const [outer = '', ...members] = tag.split('.');
  const typedef = /^typedef (\w+)$/.exec(outer)?.[1];
  const file = typedef ? whole : withTag(whole, 'struct|union', outer);
  if (!file) return null;
  const { code, gaps } = lexisOf(file);
  const first = typedef ? typedefBody(code, 'struct|union', typedef) : taggedBody(code, 'struct|union', outer, gaps);
  // two definitions in one file are the arms of an #if: neither is sure to be the one
  const sure = first !== null && (typedef !== undefined || taggedBody(code.slice(first.end), 'struct|union', outer, []) === null);
  let found = first;
  for (const member of members) found = found && memberBody(code, found, member);
  return found && readStruct(file, code, { ...found, closed: found.closed && sure }, tag);
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
  const behind = code.slice(body.end, code.indexOf(';', body.end) + 1);
  const aligned = ALIGNED.exec(behind);
  const annotated =
    LAYOUT.test(code.slice(body.at, body.start)) || LAYOUT.test(code.slice(body.start, body.end)) || (!aligned && LAYOUT.test(behind));
  const complete = body.closed && fields.readable && !conditional && !annotated;
  const align = Number(aligned?.[1] ?? aligned?.[2] ?? 1);
  return { tag, isUnion: body.keyword === 'union', fields: fields.list, align, complete, location: locate(file, body.at) };
}

/** An alignment by a number is the one annotation behind the brace of which it is known what it does. */
const ALIGNED = /^\}\s*(?:__aligned\s*\(\s*(\d+)\s*\)|__attribute__\s*\(\s*\(\s*(?:__)?aligned(?:__)?\s*\(\s*(\d+)\s*\)\s*\)\s*\))\s*;$/;

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
