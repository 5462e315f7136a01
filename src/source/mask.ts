/**
 * Makes kernel C readable for a grammar of plain C without moving a character: each macro that the grammar can't know is replaced by something of the same
 * length that it can, and a note at its offset says what stood there. Works on the body of one function whose comments, strings and directives are blank.
 */
import { closing } from './brackets.ts';
import { ATTRIBUTE_WORDS, CONTROL_WORDS, looksLikeTypedef, TYPEOF_WORDS } from './words.ts';

/** What the text before masking held at an offset, where the masked text says something else. */
export type Note =
  /** an identifier that stands for the type written in [start, end) */
  | { kind: 'type'; start: number; end: number }
  /** a `while`/`if` that stands for a macro with a body */
  | { kind: 'block-macro'; name: string }
  /** a call of one invented name that stands for `guard(class)(…)` or `CLASS(class, variable)(…)`; spans of the first parentheses' contents */
  | { kind: 'guard' | 'class'; start: number; end: number }
  /** a `sizeof` that stands for an alignof */
  | { kind: 'alignof' }
  /** `int D____` that stands for a macro which declares a variable; the span of its arguments */
  | { kind: 'declares'; macro: string; start: number; end: number }
  /** a `||` that stands for the `...` of a case range */
  | { kind: 'range' };

export interface Masked {
  text: string;
  notes: Map<number, Note>;
}

/** Partner of each bracket, -1 for one without; 0-filled elsewhere. */
type Partners = Int32Array;

/** Deepest nesting of brackets that is given to the parser; kernel code stays below 30. */
export const NESTING_LIMIT = 200;

export function pairBrackets(code: string): { partners: Partners; depth: number; unclosed: number; unopened: number } {
  const partners = new Int32Array(code.length);
  const stack: number[] = [];
  let depth = 0;
  let unopened = 0;
  for (let i = 0; i < code.length; i++) {
    const c = code.charCodeAt(i);
    if (c === 40 || c === 91 || c === 123) {
      partners[i] = -1;
      depth = Math.max(depth, stack.push(i));
    } else if (c === 41 || c === 93 || c === 125) {
      partners[i] = -1;
      const open = c === 41 ? 40 : c - 2;
      // an unclosed parenthesis ends with the block around it
      while (c === 125 && stack.length > 0 && code.charCodeAt(stack.at(-1)!) !== 123) stack.pop();
      if (stack.length > 0 && code.charCodeAt(stack.at(-1)!) === open) {
        partners[i] = stack.at(-1)!;
        partners[stack.pop()!] = i;
      } else if (c === 125) unopened++;
    }
  }
  return { partners, depth, unclosed: stack.filter((at) => code.charCodeAt(at) === 123).length, unopened };
}

/** Masks one function body. Linear in its length. */
export function maskBody(code: string): Masked {
  const mask = new Mask(code);
  mask.attributes();
  mask.typeofs();
  mask.assembler();
  mask.strings();
  const { partners } = pairBrackets(mask.text());
  mask.typeArguments(partners);
  mask.calls(partners);
  mask.casts();
  mask.caseRanges();
  mask.functionPointers();
  mask.labels();
  return { text: mask.text(), notes: mask.notes };
}

const ATTRIBUTE = /\b(__[a-z]\w*|_{4}\w+|noinline\w*|notrace|asmlinkage|noinstr|restrict)\b(\s*\()?/g;
const BODY_ATTRIBUTE_CALLS = new Set(['__attribute__', '__attribute', '__free', '__aligned', '__cleanup', '__section', '__no_sanitize']);
const LOOP_NAME = /for_?each|^(?:\w+_)?for_|_each_|^while_|_foreach|^list_for|_for$/i;
const DECLARING = /^(?:\w+_)?(?:DEFINE|DECLARE)_\w+$|^H?LIST_HEAD$|_ON_STACK$/;
const TYPE_KEYWORD =
  /(?:const|volatile|struct|union|enum|unsigned|signed|int|char|long|short|void|bool|_Bool|float|double|size_t|ssize_t|ptrdiff_t|u?intptr_t|u?int(?:8|16|32|64)_t|charptr_t|max_align_t|typeof_+)(?!\w)/y;

class Mask {
  readonly notes = new Map<number, Note>();
  private chars: string;

  constructor(code: string) {
    this.chars = code;
  }

  text(): string {
    return this.chars;
  }

  /** Replaces stretches in one pass; `edits` are in order, do not overlap and keep their lengths. */
  private apply(edits: { start: number; end: number; text: string }[]): void {
    if (edits.length === 0) return;
    const pieces: string[] = [];
    let done = 0;
    for (const e of edits) {
      if (e.start < done || e.text.length !== e.end - e.start) continue;
      pieces.push(this.chars.slice(done, e.start), e.text);
      done = e.end;
    }
    this.chars = pieces.join('') + this.chars.slice(done);
  }

  private blankSpan(start: number, end: number): { start: number; end: number; text: string } {
    return { start, end, text: ' '.repeat(end - start) };
  }

  attributes(): void {
    const code = this.chars;
    const edits = [];
    for (const m of code.matchAll(ATTRIBUTE)) {
      const word = m[1]!;
      if (m[2] === undefined) {
        if (ATTRIBUTE_WORDS.has(word)) edits.push(this.blankSpan(m.index, m.index + word.length));
      } else if (BODY_ATTRIBUTE_CALLS.has(word) && (word.startsWith('__attribute') || followsDeclarator(code, m.index))) {
        const close = closing(code, m.index + m[0].length - 1, Math.min(code.length, m.index + 2000));
        if (close > 0) edits.push(this.blankSpan(m.index, close + 1));
      }
    }
    this.apply(edits);
  }

  /** `typeof(x)` becomes one identifier; alone in parentheses it becomes `int`, which makes a cast of it. */
  typeofs(): void {
    const code = this.chars;
    const edits = [];
    for (const m of code.matchAll(/\b(typeof|__typeof__|__typeof|typeof_unqual|__unqual_scalar_typeof)\s*\(/g)) {
      if (!TYPEOF_WORDS.has(m[1]!)) continue;
      const close = closing(code, m.index + m[0].length - 1, Math.min(code.length, m.index + 4000));
      if (close < 0) continue;
      this.notes.set(m.index, { kind: 'type', start: m.index, end: close + 1 });
      edits.push({ start: m.index, end: close + 1, text: 'typeof'.padEnd(close + 1 - m.index, '_') });
    }
    this.apply(edits);
  }

  assembler(): void {
    const code = this.chars;
    const edits = [];
    for (const m of code.matchAll(
      /\b(?:asm|__asm__|__asm|asm_inline)\b((?:\s|\b(?:volatile|__volatile__|__volatile|inline|goto)\b)*)\(/g,
    )) {
      const open = m.index + m[0].length - 1;
      const close = closing(code, open);
      if (close < open + 3) continue;
      edits.push({ start: m.index, end: open, text: 'asm'.padEnd(open - m.index) });
      edits.push({ start: open + 1, end: close, text: '""'.padEnd(close - open - 1) });
    }
    this.apply(edits);
  }

  /** `"a" __stringify(N) "b"` and `KERN_ERR KBUILD_MODNAME "…"`: what stands beside a string is one. */
  strings(): void {
    const code = this.chars;
    const edits = [];
    for (const m of code.matchAll(/\b__stringify\s*\([^()]*\)|\b[A-Z][A-Z0-9_]+\s+(?=[A-Z][A-Z0-9_]+\s*")/g)) {
      const text = m[0].startsWith('__') ? '""'.padEnd(m[0].length) : ' '.repeat(m[0].length);
      if (m[0].startsWith('__') ? m[0].length > 1 : /[(,]\s*$/.test(code.slice(Math.max(0, m.index - 20), m.index)))
        edits.push({ start: m.index, end: m.index + m[0].length, text });
    }
    this.apply(edits);
  }

  /** Calls that are more than calls: loops, guards, macros that bring their own semicolon, offsetof of a path, alignof. */
  calls(partners: Partners): void {
    const code = this.chars;
    const edits = [];
    let done = 0;
    for (const m of code.matchAll(/\b([A-Za-z_]\w*)(\s*)\(/g)) {
      const at = m.index;
      const open = at + m[0].length - 1;
      const close = partners[open]!;
      if (close <= 0 || at < done) continue;
      const made = this.special(code, m[1]!, at, open, close, partners);
      if (!made) continue;
      edits.push(...made);
      done = made.at(-1)!.end;
    }
    this.apply(edits);
  }

  private special(code: string, name: string, at: number, open: number, close: number, partners: Partners) {
    if (name === 'offsetof' || name === '__builtin_offsetof') return this.offsetMember(code, name, at, open, close);
    if (/^_?_?(?:alignof|Alignof)(?:__)?$/.test(name) && name !== 'alignof') return this.alignment(name, at, open);
    if (CONTROL_WORDS.has(name)) return null;
    if (DECLARING.test(name) && code.slice(at, close).length > 4) return this.declaring(code, name, at, open, close);
    if (!beginsStatement(code, at)) return this.emptyArgument(code, open, close);
    if (name === 'guard' || name === 'CLASS') {
      const second = nextCode(code, close + 1);
      const end = code[second] === '(' ? partners[second]! : -1;
      return end > 0 ? this.joinParentheses(name, at, open, close, second) : null;
    }
    return this.blockMacro(code, name, at, open, close, partners) ?? this.emptyArgument(code, open, close);
  }

  private blockMacro(code: string, name: string, at: number, open: number, close: number, partners: Partners) {
    const next = nextCode(code, close + 1);
    const c = code[next] ?? '';
    const word = /[A-Za-z_]/.test(c);
    const loop = LOOP_NAME.test(name) || name.startsWith('scoped_');
    if (loop && c === ';' && closesDo(code, at, partners)) {
      this.notes.set(at, { kind: 'block-macro', name });
      return this.asLoop(code, at, open, close);
    }
    if (c === '{' || (loop && (word || c === '(' || c === '*' || c === '+' || c === '-'))) {
      this.notes.set(at, { kind: 'block-macro', name });
      return this.asLoop(code, at, open, close);
    }
    const gapped = next > close + 1;
    return gapped && (word || c === '}') && !opensInitializer(code, at) ? [{ start: close + 1, end: close + 2, text: ';' }] : null;
  }

  /** `name(…)` → `while(…)`; without arguments there is room for `while(0)` in the name. */
  private asLoop(code: string, at: number, open: number, close: number) {
    const room = open - at;
    const keyword = room >= 5 ? 'while' : 'if';
    if (code.slice(open + 1, close).trim() !== '') return room < 2 ? null : [{ start: at, end: open, text: keyword.padEnd(room) }];
    const whole = close + 1 - at;
    return [{ start: at, end: close + 1, text: `${whole >= 8 ? 'while' : 'if'}${'(0)'.padStart(whole - (whole >= 8 ? 5 : 2))}` }];
  }

  /** `f(a, /* nothing *\/)`: the comma before an empty last argument goes. */
  private emptyArgument(code: string, open: number, close: number) {
    const comma = previousCode(code, close);
    return comma > open && code[comma] === ',' ? [{ start: comma, end: comma + 1, text: ' ' }] : null;
  }

  /** `DECLARE_BITMAP(map, 64);` at the start of a statement, after `static` too, with or without an initialiser. */
  private declaring(code: string, name: string, at: number, open: number, close: number) {
    const next = code[nextCode(code, close + 1)];
    let from = at;
    for (let word = wordBefore(code, from); word === 'static' || word === 'const'; word = wordBefore(code, from))
      from = previousCode(code, from) + 1 - word.length;
    if ((next !== ';' && next !== '=') || !beginsStatement(code, from) || opensInitializer(code, from)) return null;
    const first = /^\s*(?:[^,]*,\s*)?/.exec(code.slice(open + 1, close))![0];
    const variable = /^DEFINE_(?:RAW_)?FLEX$/.test(name) ? code.slice(open + 1 + first.length, close) : code.slice(open + 1, close);
    if (!/^\s*[A-Za-z_]\w*\s*(?:,|$)/.test(variable)) return null;
    this.notes.set(at, { kind: 'declares', macro: name, start: open + 1, end: close });
    return [{ start: at, end: close + 1, text: 'int D'.padEnd(close + 1 - at, '_') }];
  }

  private joinParentheses(name: string, at: number, open: number, close: number, second: number) {
    this.notes.set(at, { kind: name === 'guard' ? 'guard' : 'class', start: open + 1, end: close });
    return [{ start: at, end: second, text: 'guard'.padEnd(second - at, '_') }];
  }

  private alignment(name: string, at: number, open: number) {
    this.notes.set(at, { kind: 'alignof' });
    return [{ start: at, end: open, text: 'sizeof'.padEnd(Math.max(6, open - at)) }].filter(
      (e) => e.text.length === open - at && name.length >= 6,
    );
  }

  private offsetMember(code: string, name: string, at: number, open: number, close: number) {
    const comma = code.lastIndexOf(',', close);
    if (comma < open) return null;
    const from = nextCode(code, comma + 1);
    let to = close;
    while (to > from && code.charCodeAt(to - 1) <= 32) to--;
    const edits = name === 'offsetof' ? [] : [{ start: at, end: at + name.length, text: 'offsetof'.padEnd(name.length) }];
    if (/\W/.test(code.slice(from, to))) edits.push({ start: from, end: to, text: code.slice(from, to).replace(/\W/g, '_') });
    return edits.length > 0 ? edits : null;
  }

  /** Arguments of calls that are types become identifiers. */
  typeArguments(partners: Partners): void {
    const code = this.chars;
    const edits: { start: number; end: number; text: string }[] = [];
    const stack: boolean[] = [];
    for (let i = 0; i < code.length; i++) {
      const c = code.charCodeAt(i);
      if (c === 40) stack.push(opensArguments(code, i));
      else if (c === 91 || c === 123) stack.push(false);
      else if (c === 41 || c === 93 || c === 125) stack.pop();
      if ((c !== 40 && c !== 44) || stack.at(-1) !== true) continue;
      const start = nextCode(code, i + 1);
      TYPE_KEYWORD.lastIndex = start;
      if (!TYPE_KEYWORD.test(code)) continue;
      const end = argumentEnd(code, start, partners);
      if (end < 0 || !isTypeText(code.slice(start, end))) continue;
      this.notes.set(start, { kind: 'type', start, end });
      edits.push({ start, end, text: 'T'.padEnd(end - start, '_') });
      i = end - 1;
    }
    this.apply(edits);
  }

  /** `(u32)x` and `(u32)-1`: a typedef in parentheses before an operand becomes `int`, which only a cast can be. */
  casts(): void {
    const code = this.chars;
    const edits = [];
    for (const m of code.matchAll(/\((\s*([A-Za-z_]\w*)\s*)\)(?=\s*[\w(\-*&~!"'{+])/g)) {
      const inner = m[1]!;
      if (
        inner.length < 3 ||
        !(looksLikeTypedef(m[2]!) || /^typeof_+$/.test(m[2]!)) ||
        /[\w)\]]\s*$/.test(code.slice(Math.max(0, m.index - 40), m.index).replace(/\b(?:return|case|else|do)\s*$/, ''))
      )
        continue;
      const start = m.index + 1 + inner.search(/\S/);
      const end = m.index + 1 + inner.length;
      if (end - start < 3) continue;
      this.notes.set(start, { kind: 'type', start, end });
      edits.push({ start, end, text: 'int'.padEnd(end - start) });
    }
    this.apply(edits);
  }

  caseRanges(): void {
    const code = this.chars;
    const edits = [];
    for (const m of code.matchAll(/\bcase\b([^:;{}]{1,300}?)\.\.\./g)) {
      const at = m.index + m[0].length - 3;
      this.notes.set(at, { kind: 'range' });
      edits.push({ start: at, end: at + 3, text: '|| ' });
    }
    this.apply(edits);
  }

  /** `u64 (*fn)(…)` would be read as a call of a call. */
  functionPointers(): void {
    const code = this.chars;
    const edits = [];
    for (const m of code.matchAll(/\b([A-Za-z_]\w*)(\s*)(?=\(\s*\*\s*(?:const\s+)?\w+(?:\s*\[\w*\])?\s*\)\s*\()/g)) {
      const room = m[0].length;
      if (room < 3 || CONTROL_WORDS.has(m[1]!) || !beginsStatement(code, m.index)) continue;
      edits.push({ start: m.index, end: m.index + room, text: 'int'.padEnd(room) });
    }
    this.apply(edits);
  }

  /** A label at the end of a block has no statement: the white space after it gives it one. */
  labels(): void {
    const code = this.chars;
    const edits = [];
    for (const m of code.matchAll(/[;{})]\s*(?!default\b)[A-Za-z_]\w*\s*:(\s)\s*(?=\})/g)) {
      const at = m.index + m[0].lastIndexOf(':') + 1;
      edits.push({ start: at, end: at + 1, text: ';' });
    }
    this.apply(edits);
  }
}

function nextCode(code: string, from: number): number {
  let i = from;
  while (i < code.length && code.charCodeAt(i) <= 32) i++;
  return i;
}

/** Offset of the last character that is no white space before `at`; -1 at the start. */
function previousCode(code: string, at: number): number {
  let i = at - 1;
  while (i >= 0 && code.charCodeAt(i) <= 32) i--;
  return i;
}

function wordBefore(code: string, at: number): string {
  const end = previousCode(code, at) + 1;
  return /[A-Za-z_]\w*$/.exec(code.slice(Math.max(0, end - 10), end))?.[0] ?? '';
}

function beginsStatement(code: string, at: number): boolean {
  const before = previousCode(code, at);
  if (before < 0) return true;
  const c = code[before]!;
  if (c === ';' || c === '{' || c === '}' || c === ':' || c === ')') return true;
  return /(?:^|\W)(?:else|do)$/.test(code.slice(Math.max(0, before - 4), before + 1));
}

/** `{` of a value, not of a block: `= { FOO(x) }`. */
function opensInitializer(code: string, at: number): boolean {
  const brace = previousCode(code, at);
  return code[brace] === '{' && /[=,({]\s*$/.test(code.slice(Math.max(0, brace - 40), brace));
}

/** `do { … } macro(…);` */
function closesDo(code: string, at: number, partners: Partners): boolean {
  const brace = previousCode(code, at);
  const open = code[brace] === '}' ? partners[brace]! : -1;
  return open > 0 && /\bdo\s*$/.test(code.slice(Math.max(0, open - 40), open));
}

/** An annotation in a body stands after a type, a `*`, a name or a dimension, never after an operator or at the start of a statement. */
function followsDeclarator(code: string, at: number): boolean {
  const before = previousCode(code, at);
  if (before < 0 || !/[\w\]*}]/.test(code[before]!)) return false;
  return (
    !/(?:^|\W)(?:return|else|do|case|goto|sizeof)$/.test(code.slice(Math.max(0, before - 6), before + 1)) &&
    !/[=+\-/%&|<>,(]\s*\*+\s*$/.test(code.slice(Math.max(0, at - 40), at))
  );
}

function opensArguments(code: string, open: number): boolean {
  const before = previousCode(code, open);
  if (before < 0 || !/\w/.test(code[before]!)) return false;
  let start = before;
  while (start > 0 && /\w/.test(code[start - 1]!)) start--;
  const word = code.slice(start, before + 1);
  return /^[A-Za-z_]/.test(word) && !CONTROL_WORDS.has(word) && word !== 'offsetof';
}

/** Offset of the comma or parenthesis that ends the argument at `start`; -1 where none does. */
function argumentEnd(code: string, start: number, partners: Partners): number {
  for (let i = start; i < code.length; i++) {
    const c = code.charCodeAt(i);
    if (c === 44 || c === 41) return i;
    if (c === 59 || c === 123 || c === 125) return -1;
    if (c === 40 || c === 91) {
      const close = partners[i]!;
      if (close <= i) return -1;
      i = close;
    }
  }
  return -1;
}

/** `struct foo *`, `unsigned long`, `int [4]`, `void (*)(int)`: no name follows the type. */
function isTypeText(text: string): boolean {
  if (text.length > 300) return false;
  const bare = text.replace(/\b(?:const|volatile)\b/g, ' ').trim();
  return /^(?:(?:struct|union|enum)\s+\w+|(?:(?:unsigned|signed|int|char|long|short|void|bool|_Bool|float|double)\b\s*)+|\w+)\s*(?:[\s*]|\(\s*\*+\s*\)\s*\([^()]*\)|\[[^\]]*\])*$/.test(
    bare,
  );
}
