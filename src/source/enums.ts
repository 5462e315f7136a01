/** Enums and the values of their enumerators: one more than the one before, unless written; unknown after what #if may leave out. */
import { closing, splitCommas } from './brackets.ts';
import { type ConditionalGroup, conditionalGroups } from './conditions.ts';
import { type CallLookup, fold, type NameLookup, sizedType } from './constant.ts';
import { mayEnumerate, withTag } from './excerpt.ts';
import { lexisOf } from './functions.ts';
import type { Span } from './ir.ts';
import { locate } from './locate.ts';
import { expand, type MacroLookup, macroIn } from './macros.ts';
import type { ConstantSource, EnumSource, SourceFile } from './model.ts';
import { occurrences, taggedBody, typedefBody } from './tagged-body.ts';

/** Answers for what an enumerator's expression may use besides the enumerators before it. */
export interface EnumContext {
  names: NameLookup;
  calls: CallLookup;
  macro: MacroLookup;
}

export interface Enumerator extends ConstantSource {
  enumTag: string;
}

/** `enum tag { … }` of a file; null where it has none. */
export function enumIn(whole: SourceFile, tag: string, context: EnumContext): EnumSource | null {
  const typedef = /^typedef (\w+)$/.exec(tag);
  const file = typedef ? whole : withTag(whole, 'enum', tag);
  if (!file) return null;
  const lexis = lexisOf(file);
  const body = typedef ? typedefBody(lexis.code, 'enum', typedef[1]!) : taggedBody(lexis.code, 'enum', tag, lexis.gaps);
  if (!body) return null;
  const read = readEnumerators(file, body, context);
  // two definitions in one file are the arms of an #if: neither is sure to be the one
  const again = !typedef && taggedBody(lexis.code.slice(body.end), 'enum', tag, []) !== null;
  return {
    tag,
    enumerators: read.list.map(({ name, value, explicit }) => ({ name, value, explicit })),
    complete: body.closed && read.complete && !again,
    location: locate(file, body.at),
  };
}

/** An enumerator by its name; null where the file has none of that name. Without a value where two arms of an #if give it two. */
export function enumeratorIn(file: SourceFile, name: string, context: EnumContext): Enumerator | null {
  if (!mayEnumerate(file, name)) return null;
  const { code } = lexisOf(file);
  let first: Enumerator | null = null;
  for (const at of occurrences(code, name)) {
    const body = standsAlone(code, at, name.length) ? enumAround(code, at) : null;
    const read = body && readEnumerators(file, body, context).list.filter((e) => e.name === name);
    if (!body || !read || read.length === 0) continue;
    const value = read.every((e) => e.value === read[0]!.value) ? read[0]!.value : null;
    if (first) return first.value === value ? { ...first, sizeOf: null } : { ...first, value: null, sizeOf: null };
    const sizeOf = read.length === 1 ? read[0]!.sizeOf : null;
    first = { name, value, enumTag: body.tag, unsigned: false, sizeOf, location: locate(file, at) };
  }
  return first;
}

/** Where an enumerator can stand: what uses the name in an expression is not asked for its value, which may hang on this very name. */
function standsAlone(code: string, at: number, length: number): boolean {
  return /[{,]\s*$/.test(code.slice(Math.max(0, at - 400), at)) && /^\s*(?:[,=}]|$)/.test(code.slice(at + length, at + length + 400));
}

/** The enum whose braces hold an offset, found by looking back; enumerators hold no braces. */
function enumAround(code: string, at: number): (Span & { tag: string }) | null {
  const open = code.lastIndexOf('{', at);
  if (open < 0 || code.slice(open, at).includes('}') || code.slice(open, at).includes(';')) return null;
  const head = /\benum\s*(?:__\w+\s+)*(\w*)\s*(?:__\w+\s*)*$/.exec(code.slice(Math.max(0, open - 200), open));
  if (!head) return null;
  const close = closing(code, open);
  return { start: open + 1, end: close < 0 ? code.length : close, tag: head[1]! };
}

interface Read {
  name: string;
  value: number | null;
  explicit: boolean;
  sizeOf: string | null;
  at: number;
}

class EnumReader {
  readonly list: Read[] = [];
  complete = true;
  private next: number | null = 0;
  private readonly values = new Map<string, number | null>();
  private readonly file: SourceFile;
  private readonly groups: ConditionalGroup[];
  private readonly context: EnumContext;
  private readonly saved: { group: ConditionalGroup; before: number | null; ends: (number | null)[]; arm: number }[] = [];
  private group = 0;

  constructor(file: SourceFile, groups: ConditionalGroup[], context: EnumContext) {
    this.file = file;
    this.groups = groups;
    this.context = context;
  }

  /** Values restart with each arm of a group; after it they are known only where all arms agree. */
  passGroups(at: number): void {
    for (;;) {
      const top = this.saved.at(-1);
      const begin = this.groups[this.group];
      if (begin && begin.start <= at && (!top || begin.start < top.group.arms[top.arm]!.end)) {
        this.group++;
        this.saved.push({ group: begin, before: this.next, ends: [], arm: 0 });
        continue;
      }
      if (!top) return;
      const arm = top.group.arms[top.arm]!;
      if (at < arm.end || (top.arm === top.group.arms.length - 1 && at < top.group.end)) return;
      top.ends.push(this.next);
      top.arm++;
      this.next = top.before;
      if (top.arm < top.group.arms.length) continue;
      this.saved.pop();
      this.next = top.ends.every((e) => e === top.ends[0]) ? (top.ends[0] ?? null) : null;
    }
  }

  entry(text: string, at: number): void {
    const m = /^([A-Za-z_]\w*)\s*(?:=\s*([\s\S]+))?$/.exec(text);
    if (!m || (m[2] === undefined && this.isMacro(m[1]!))) {
      this.macroEntry(text);
      return;
    }
    const names: NameLookup = (n) => (this.values.has(n) ? { value: this.values.get(n) ?? null, unsigned: false } : this.context.names(n));
    const value = m[2] === undefined ? this.next : fold(m[2], names, this.context.calls).value;
    this.list.push({ name: m[1]!, value, explicit: m[2] !== undefined, sizeOf: sizedType(m[2] ?? ''), at });
    this.values.set(m[1]!, value);
    this.next = value === null ? null : value + 1;
  }

  /** `X` where X is a macro of the file that stands for enumerators, not the customary `#define X X`. */
  private isMacro(name: string): boolean {
    const macro = macroIn(this.file, name);
    return macro !== null && macro.parameters === null && macro.body.includes(',');
  }

  /** A macro that stands for enumerators. */
  private macroEntry(text: string): void {
    const expanded = expand(text, (n) => (/^[A-Za-z_]/.test(n) ? this.context.macro(n) : null));
    const conditional = expanded !== null && expanded !== text ? splitCommas(expanded, 0, expanded.length) : [];
    const entries = conditional.map((s) => expanded!.slice(s.start, s.end)).filter((t) => t !== '');
    if (entries.length === 0 || entries.some((e) => !/^[A-Za-z_]\w*\s*(?:=[^{}();]*)?$/.test(e))) {
      this.complete = expanded?.trim() === '' && this.complete;
      this.next = null;
      return;
    }
    for (const e of entries) this.entry(e, -1);
    // how many there are is the configuration's choice
    this.next = null;
    for (const e of entries) this.forget(e);
  }

  private forget(text: string): void {
    const name = /^\w+/.exec(text)?.[0];
    const read = this.list.find((r) => r.name === name);
    if (read && !read.explicit) read.value = null;
  }
}

interface Enumerators {
  list: Read[];
  complete: boolean;
}

const cache = new WeakMap<SourceFile, Map<number, Enumerators>>();

/** Read once per enum: constants are asked for one by one. */
function readEnumerators(file: SourceFile, body: Span, context: EnumContext): Enumerators {
  const known = cache.get(file) ?? new Map<number, Enumerators>();
  cache.set(file, known);
  const found = known.get(body.start) ?? read(file, body, context);
  known.set(body.start, found);
  return found;
}

function read(file: SourceFile, body: Span, context: EnumContext): Enumerators {
  const { code, directives, gaps } = lexisOf(file);
  const reader = new EnumReader(file, conditionalGroups(directives, body.start, body.end).groups, context);
  for (const part of splitCommas(code, body.start, body.end)) {
    if (part.start >= part.end) continue;
    reader.passGroups(part.start);
    reader.entry(code.slice(part.start, part.end), part.start);
  }
  const cut = gaps.some((g) => g >= body.start && g < body.end);
  return { list: reader.list, complete: reader.complete && !cut };
}
