/** Typedefs and variables of a file, found by name: the text is searched for the name, and only the declaration that holds it is read. */
import { closing, splitCommas } from './brackets.ts';
import { bitmapType, macroType, readDeclaration, readDeclarators, topLevelEquals } from './declaration.ts';
import { withTypedef } from './excerpt.ts';
import { lexisOf, outlineOf } from './functions.ts';
import type { Span, TypeSyntax } from './ir.ts';
import { locate } from './locate.ts';
import type { SourceFile, VariableSource } from './model.ts';
import { occurrences } from './tagged-body.ts';

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

/** A file-scope variable or array; a definition before an `extern` declaration. Where the arms of an #if define it with other dimensions, they are ''. */
export function variableIn(file: SourceFile, name: string): VariableSource | null {
  const { code } = lexisOf(file);
  let declared: VariableSource | null = null;
  let defined: VariableSource | null = null;
  let seen: Span | null = null;
  for (const at of occurrences(code, name)) {
    const d = declarationAt(file, at);
    if (!d || d === seen) continue;
    seen = d;
    const found = variableOf(code, d, name);
    if (!found) continue;
    const { type, specifiers, nameAt } = found;
    const elements = type.dims[0] === '' ? elementsOf(file, nameAt, d.end) : null;
    const variable = { name, type, isStatic: specifiers.includes('static'), location: locate(file, nameAt), elements };
    if (specifiers.includes('extern')) declared ??= variable;
    else defined = definedAgain(defined, variable);
  }
  return defined ?? declared;
}

function definedAgain(before: VariableSource | null, now: VariableSource): VariableSource {
  return before ? { ...before, type: agreed(before.type, now.type), elements: null } : now;
}

function agreed(one: TypeSyntax, other: TypeSyntax): TypeSyntax {
  const same = one.dims.length === other.dims.length && one.dims.every((d, i) => d === other.dims[i] || other.dims[i] === '');
  return same ? one : { ...one, dims: one.dims.map(() => '') };
}

/** `= { a, [KIND] = b }` of a declaration that ends at `end`. */
function elementsOf(file: SourceFile, nameAt: number, end: number): string[] | null {
  const { code, directives } = lexisOf(file);
  const equals = topLevelEquals(code, nameAt, end);
  const open = code.indexOf('{', equals);
  if (open < 0 || open >= end || code.slice(equals + 1, open).trim() !== '') return null;
  const close = closing(code, open, end);
  if (close < 0 || directives.some((d) => d.start > open && d.start < close)) return null;
  return splitCommas(code, open + 1, close)
    .map((part) => code.slice(part.start, part.end).trim())
    .filter((text) => text !== '');
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
