/** Reads C declarations from text: `const struct foo __rcu *p[4]`. For parameters, fields, file-scope variables, typedefs and casts; no initialisers. */
import { closing, splitCommas } from './brackets.ts';
import type { TypeSyntax } from './ir.ts';
import { ATTRIBUTE_CALLS, ATTRIBUTE_WORDS, PRIMITIVE_WORDS, QUALIFIER_WORDS, SPECIFIER_WORDS, TAG_WORDS, TYPEOF_WORDS } from './words.ts';

export interface DeclarationSyntax {
  /** '' for a type alone */
  name: string;
  /** offset of the name in the text given, -1 where there is none */
  nameAt: number;
  type: TypeSyntax;
  /** storage classes and attribute words in the order written */
  specifiers: string[];
  bitfield: boolean;
  /** the argument of `__free(…)` */
  cleanup: string | null;
}

interface Reading {
  code: string;
  at: number;
  end: number;
  base: string[];
  tag: boolean;
  isConst: boolean;
  specifiers: string[];
  cleanup: string | null;
}

const WORD = /[A-Za-z_]\w*/y;

export function plainType(name: string): TypeSyntax {
  return { name, pointers: 0, dims: [], isConst: false, isFunction: false };
}

/** `DECLARE_BITMAP(name, bits)` declares an array of longs. */
export function bitmapType(bits: string): TypeSyntax {
  return { ...plainType('unsigned long'), dims: [`BITS_TO_LONGS(${bits.trim()})`] };
}

const MACRO_TYPES: [RegExp, string][] = [
  [/^LIST_HEAD$/, 'struct list_head'],
  [/^HLIST_HEAD$/, 'struct hlist_head'],
  [/MUTEX$/, 'struct mutex'],
  [/RAW_SPINLOCK$/, 'raw_spinlock_t'],
  [/SPINLOCK$/, 'spinlock_t'],
  [/RWLOCK$/, 'rwlock_t'],
  [/_IDR$/, 'struct idr'],
  [/_IDA$/, 'struct ida'],
  [/_XARRAY(?:_\w+)?$/, 'struct xarray'],
];

/** The type of the variable that `DEFINE_MUTEX(name)` and its kin define; null for macros not known. */
export function macroType(macro: string): TypeSyntax | null {
  const name = MACRO_TYPES.find(([pattern]) => pattern.test(macro))?.[1];
  return name === undefined ? null : plainType(name);
}

/** Reads one declaration without initialiser in [start, end) of code whose comments are blank; null where it is none. */
export function readDeclaration(code: string, start = 0, end: number = code.length): DeclarationSyntax | null {
  const r: Reading = { code, at: start, end, base: [], tag: false, isConst: false, specifiers: [], cleanup: null };
  readBase(r);
  if (r.base.length === 0) return null;
  return readDeclarator(r);
}

/** `struct foo *a, b[3];` → one entry per declarator; offsets of names refer to `code`. Initialisers and bit widths are passed over. */
export function readDeclarators(code: string, start: number, end: number): DeclarationSyntax[] {
  const r: Reading = { code, at: start, end, base: [], tag: false, isConst: false, specifiers: [], cleanup: null };
  readBase(r);
  if (r.base.length === 0) return [];
  const out: DeclarationSyntax[] = [];
  for (const part of splitCommas(code, r.at, end)) {
    const assigned = topLevelEquals(code, part.start, part.end);
    const one = readDeclarator({ ...r, specifiers: [...r.specifiers], at: part.start, end: assigned });
    if (one) out.push(one);
  }
  return out;
}

/** Offset of the `=` of an initialiser, or `end`. */
export function topLevelEquals(code: string, start: number, end: number): number {
  let depth = 0;
  for (let i = start; i < end; i++) {
    const c = code[i]!;
    if ('([{'.includes(c)) depth++;
    else if (')]}'.includes(c)) depth--;
    else if (c === '=' && depth === 0) return i;
  }
  return end;
}

function skipBlank(r: Reading): void {
  while (r.at < r.end && r.code.charCodeAt(r.at) <= 32) r.at++;
}

function peekWord(r: Reading): string | null {
  skipBlank(r);
  if (r.at >= r.end) return null;
  WORD.lastIndex = r.at;
  const found = WORD.exec(r.code);
  return found && found.index + found[0].length <= r.end ? found[0] : null;
}

function skipGroup(r: Reading): string {
  skipBlank(r);
  if (r.code[r.at] !== '(') return '';
  const open = r.at;
  const close = closing(r.code, open, r.end);
  r.at = close < 0 ? r.end : close + 1;
  return r.code.slice(open + 1, close < 0 ? r.end : close).trim();
}

/** Passes over qualifiers and annotations; true where it moved. */
function skipAnnotation(r: Reading, word: string): boolean {
  if (QUALIFIER_WORDS.has(word)) {
    r.at += word.length;
    if (word.includes('const')) r.isConst = true;
    return true;
  }
  const next = r.code.slice(r.at + word.length, r.end);
  const called = /^\s*\(/.test(next);
  if (ATTRIBUTE_CALLS.has(word) && called) {
    r.at += word.length;
    const argument = skipGroup(r);
    if (word === '__free') r.cleanup = argument;
    r.specifiers.push(word);
    return true;
  }
  if (SPECIFIER_WORDS.has(word) || (ATTRIBUTE_WORDS.has(word) && !called)) {
    r.at += word.length;
    r.specifiers.push(word);
    return true;
  }
  return false;
}

/** The type before the declarator: specifiers, qualifiers, `struct foo`, `unsigned long`, a typedef name, `typeof(x)`. */
function readBase(r: Reading): void {
  for (;;) {
    const word = peekWord(r);
    if (word === null) return;
    if (skipAnnotation(r, word)) continue;
    if (TAG_WORDS.has(word) && r.base.length === 0) {
      r.at += word.length;
      readTag(r, word);
    } else if (TYPEOF_WORDS.has(word) && r.base.length === 0) {
      r.at += word.length;
      r.base.push(`${word}(${skipGroup(r).replace(/\s+/g, ' ')})`);
      r.tag = true;
    } else if (PRIMITIVE_WORDS.has(word) && !r.tag) {
      if (r.base.length > 0 && !PRIMITIVE_WORDS.has(r.base[0]!)) return;
      r.at += word.length;
      r.base.push(word);
    } else if (r.base.length === 0) {
      r.at += word.length;
      r.base.push(word);
    } else return;
  }
}

function readTag(r: Reading, keyword: string): void {
  for (let word = peekWord(r); word !== null && skipAnnotation(r, word); word = peekWord(r));
  const tag = peekWord(r);
  if (tag !== null) r.at += tag.length;
  skipBlank(r);
  if (r.code[r.at] === '{') {
    const close = closing(r.code, r.at, r.end);
    r.at = close < 0 ? r.end : close + 1;
  }
  r.base.push(tag === null ? keyword : `${keyword} ${tag}`);
  r.tag = true;
}

function baseName(base: string[]): string {
  const text = base.map((w) => (w === '__signed__' ? 'signed' : w === '_Bool' ? 'bool' : w)).join(' ');
  if (text === 'unsigned') return 'unsigned int';
  if (text === 'signed') return 'int';
  if (base.length < 2 || !PRIMITIVE_WORDS.has(base[0]!)) return text;
  const isUnsigned = base.includes('unsigned');
  const longs = base.filter((w) => w === 'long').length;
  const rest = base.includes('double')
    ? 'double'
    : base.includes('char')
      ? 'char'
      : base.includes('short')
        ? 'short'
        : longs > 0
          ? ''
          : (base.find((w) => w === '__int128') ?? 'int');
  const width = [...Array<string>(longs).fill('long'), rest].filter((w) => w !== '').join(' ');
  return isUnsigned ? `unsigned ${width}` : base.includes('signed') && rest === 'char' ? 'signed char' : width;
}

/** Pointers, the name, dimensions; a parenthesised declarator followed by a parameter list is a function pointer. */
function readDeclarator(r: Reading): DeclarationSyntax | null {
  const type: TypeSyntax = { name: baseName(r.base), pointers: 0, dims: [], isConst: r.isConst, isFunction: false };
  const result: DeclarationSyntax = { name: '', nameAt: -1, type, specifiers: r.specifiers, bitfield: false, cleanup: null };
  const fits = readParts(r, result);
  if (!fits) return null;
  result.cleanup = r.cleanup;
  return result;
}

function readParts(r: Reading, result: DeclarationSyntax): boolean {
  const { type } = result;
  for (;;) {
    skipBlank(r);
    if (r.at >= r.end) return true;
    const c = r.code[r.at]!;
    const word = peekWord(r);
    if (c === '*' || c === '^') {
      r.at++;
      type.pointers++;
    } else if (word !== null) {
      if (!readName(r, result, word)) return false;
    } else if (c === '[') {
      const close = closing(r.code, r.at, r.end);
      if (close < 0) return false;
      type.dims.push(
        r.code
          .slice(r.at + 1, close)
          .replace(/\bstatic\b/, '')
          .replace(/\s+/g, ' ')
          .trim(),
      );
      r.at = close + 1;
    } else if (c === '(') {
      if (!readParenthesis(r, result)) return false;
    } else if (c === ':') {
      result.bitfield = true;
      return true;
    } else return false;
  }
}

function readName(r: Reading, result: DeclarationSyntax, word: string): boolean {
  const constBefore = r.isConst;
  if (skipAnnotation(r, word)) {
    // `char *const p`: the pointer is const, not what it points to
    if (result.type.pointers > 0) r.isConst = constBefore;
    return true;
  }
  if (result.name !== '' && !/^[A-Z_]/.test(word)) {
    if (!/^_/.test(result.name)) return false;
    // an annotation that no list knows stood before the name
    result.specifiers.push(result.name);
  } else if (result.name !== '') {
    r.at += word.length;
    result.specifiers.push(word);
    skipGroup(r);
    return true;
  }
  result.name = word;
  result.nameAt = r.at;
  r.at += word.length;
  return true;
}

/** `(*fn)(int)`, `(name)`, `(*array)[4]`, or the parameters of a function type. */
function readParenthesis(r: Reading, result: DeclarationSyntax): boolean {
  const close = closing(r.code, r.at, r.end);
  if (close < 0) return false;
  const inner: Reading = { ...r, at: r.at + 1, end: close };
  skipBlank(inner);
  const first = r.code[inner.at];
  const isDeclarator = result.name === '' && (first === '*' || first === '^' || (first === '(' && close > inner.at));
  r.at = close + 1;
  if (!isDeclarator) {
    result.type.isFunction = true;
    return true;
  }
  const own: TypeSyntax = { ...plainType(''), isConst: false };
  const nested: DeclarationSyntax = { ...result, type: own };
  if (!readParts(inner, nested)) return false;
  result.name = nested.name;
  result.nameAt = nested.nameAt;
  result.type.dims.push(...own.dims);
  skipBlank(r);
  if (r.code[r.at] === '(' || own.isFunction) result.type.isFunction = true;
  else result.type.pointers += own.pointers;
  return true;
}
