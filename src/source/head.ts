/** The head of a function definition: from its specifiers to the `{`, in every style of the kernel. */
import { closing, splitCommas } from './brackets.ts';
import { ATTRIBUTE_CALLS, ATTRIBUTE_WORDS, CONTROL_WORDS, PRIMITIVE_WORDS, TAG_WORDS, TYPEOF_WORDS } from './words.ts';

export interface Head {
  name: string;
  nameAt: number;
  /** offsets of the parameters' parentheses */
  open: number;
  close: number;
  /** offset of the first word that belongs to the definition */
  start: number;
  /** a macro that makes the definition, e.g. BPF_CALL_2; null for a plain one */
  macro: string | null;
  /** offset of that macro's name, -1 for none */
  macroAt: number;
}

interface Piece {
  kind: 'word' | 'group' | 'other';
  text: string;
  at: number;
  end: number;
}

/** Calls at file scope that end a declaration without a semicolon. */
const STANDS_ALONE =
  /^[A-Z][A-Z0-9_]*$|^__bpf_kfunc_(?:start|end)_defs$|^__bpf_hook_(?:start|end)$|^__diag_\w+$|^(?:\w+_)?initcall(?:_sync)?$|^module_\w+$|^early_param$|^__setup$/;
const MAKES_FUNCTION = /^_*[A-Z][A-Z0-9_]*$/;

/** Reads the head in [start, brace) of code whose comments and directives are blank; null where a `{` there begins something else. */
export function readHead(code: string, start: number, brace: number): Head | null {
  const pieces = readPieces(code, start, brace);
  const at = parameterGroup(pieces);
  if (at < 1) return null;
  const group = pieces[at]!;
  const word = pieces[at - 1]!;
  if (word.kind === 'group') return pointerHead(code, pieces, at);
  if (word.kind !== 'word' || CONTROL_WORDS.has(word.text) || TAG_WORDS.has(word.text)) return null;
  const first = firstPiece(pieces, at - 1);
  const before = pieces.slice(first, at - 1);
  if (before.some((p) => p.kind === 'other' || (p.kind === 'word' && CONTROL_WORDS.has(p.text) && !TYPEOF_WORDS.has(p.text)))) return null;
  const macro = MAKES_FUNCTION.test(word.text) ? macroHead(code, word, group, pieces[first]!.at) : null;
  if (macro) return macro;
  if (before.length === 0 && !hasTypedParameters(code.slice(group.at + 1, group.end - 1))) return null;
  return { name: word.text, nameAt: word.at, open: group.at, close: group.end - 1, start: pieces[first]!.at, macro: null, macroAt: -1 };
}

function readPieces(code: string, start: number, brace: number): Piece[] {
  const pieces: Piece[] = [];
  const token = /[A-Za-z_]\w*|[^\s]/g;
  token.lastIndex = start;
  for (let m = token.exec(code); m && m.index < brace; m = token.exec(code)) {
    const c = m[0];
    if (c === '(' || c === '[') {
      const close = closing(code, m.index, brace);
      if (close < 0) return [];
      pieces.push({ kind: c === '(' ? 'group' : 'other', text: '', at: m.index, end: close + 1 });
      token.lastIndex = close + 1;
    } else if (c === ';' || c === '}') pieces.length = 0;
    else if (/[A-Za-z_]/.test(c[0]!)) pieces.push({ kind: 'word', text: c, at: m.index, end: m.index + c.length });
    else if (c !== '*') pieces.push({ kind: 'other', text: c, at: m.index, end: m.index + 1 });
  }
  return pieces;
}

/** Index of the parameters: the last parentheses that are no annotation's. */
function parameterGroup(pieces: Piece[]): number {
  let fallback = -1;
  for (let i = pieces.length - 1; i >= 1; i--) {
    if (pieces[i]!.kind === 'other') return -1;
    if (pieces[i]!.kind !== 'group') {
      if (!/^_/.test(pieces[i]!.text) && !ATTRIBUTE_WORDS.has(pieces[i]!.text)) return -1;
      continue;
    }
    const before = pieces[i - 1]!;
    if (before.kind === 'word' && (ATTRIBUTE_CALLS.has(before.text) || followsParameters(pieces, i - 1))) {
      if (fallback < 0 && !ATTRIBUTE_CALLS.has(before.text)) fallback = i;
      i--;
      continue;
    }
    return i;
  }
  return fallback;
}

/** `f(int a) __annotation(b) {`: an annotation that no list knows stands directly after the parameters. */
function followsParameters(pieces: Piece[], word: number): boolean {
  const group = pieces[word - 1];
  const name = pieces[word - 2];
  if (!pieces[word]!.text.startsWith('__') || group?.kind !== 'group' || name?.kind !== 'word') return false;
  return !STANDS_ALONE.test(name.text) && !ATTRIBUTE_CALLS.has(name.text);
}

/** Index of the first piece of the definition: what ends with a call of its own before it is something else. */
function firstPiece(pieces: Piece[], name: number): number {
  let first = name;
  for (let i = name - 1; i >= 0; i--) {
    const p = pieces[i]!;
    const before = pieces[i - 1];
    if (p.kind === 'group') {
      const annotates = before?.kind === 'word' && (ATTRIBUTE_CALLS.has(before.text) || TYPEOF_WORDS.has(before.text));
      if (!annotates) return first;
      i--;
      first = i;
    } else first = i;
  }
  return first;
}

/** `BPF_CALL_2(bpf_x, …)`, `SYSCALL_DEFINE1(x, …)`, `int BPF_PROG(name, …)`: the first argument names the function. */
function macroHead(code: string, word: Piece, group: Piece, start: number): Head | null {
  const first = splitCommas(code, group.at + 1, group.end - 1)[0];
  if (!first) return null;
  const name = code.slice(first.start, first.end);
  if (!/^[A-Za-z_]\w*$/.test(name) || PRIMITIVE_WORDS.has(name)) return null;
  const prefix = word.text.startsWith('COMPAT_SYSCALL_DEFINE') ? 'compat_sys_' : word.text.startsWith('SYSCALL_DEFINE') ? 'sys_' : '';
  return { name: prefix + name, nameAt: first.start, open: group.at, close: group.end - 1, start, macro: word.text, macroAt: word.at };
}

/** `void (*get_handler(int a))(int)`: a function that returns a function pointer. */
function pointerHead(code: string, pieces: Piece[], at: number): Head | null {
  const outer = pieces[at - 1]!;
  const inner = /^\(\s*\*+\s*(?:\w+\s+)*?([A-Za-z_]\w*)\s*(?=\()/.exec(code.slice(outer.at, outer.end));
  if (!inner || at < 2) return null;
  const nameAt = outer.at + inner[0].lastIndexOf(inner[1]!);
  const open = outer.at + inner[0].length;
  const close = closing(code, open, outer.end);
  return close < 0
    ? null
    : { name: inner[1]!, nameAt, open, close, start: pieces[firstPiece(pieces, at - 1)]!.at, macro: null, macroAt: -1 };
}

/** Without a return type in sight only parameters with types make a definition: `for_each_x(a, b) {` is none. */
function hasTypedParameters(text: string): boolean {
  const parts = splitCommas(text, 0, text.length).map((p) => text.slice(p.start, p.end));
  return (
    parts.length > 0 &&
    parts.every((p) => p === 'void' || p === '...' || (/^[A-Za-z_]\w*(?:\s+|\s*\*)[\w\s*]*[\w\])]$/.test(p) && startsLikeType(p)))
  );
}

function startsLikeType(text: string): boolean {
  const word = /^\w+/.exec(text)?.[0] ?? '';
  return PRIMITIVE_WORDS.has(word) || TAG_WORDS.has(word) || word === 'const' || /^\w+\s+\*?\s*\w|^\w+\s*\*/.test(text);
}
