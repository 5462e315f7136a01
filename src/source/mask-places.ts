/** What stands around a place in a body: enough of C to tell a statement from an expression. */
import type { Partners } from './brackets.ts';
import { CONTROL_WORDS } from './words.ts';

export function nextCode(code: string, from: number): number {
  let i = from;
  while (i < code.length && code.charCodeAt(i) <= 32) i++;
  return i;
}

/** Offset of the last character that is no white space before `at`; -1 at the start. */
export function previousCode(code: string, at: number): number {
  let i = at - 1;
  while (i >= 0 && code.charCodeAt(i) <= 32) i--;
  return i;
}

export function wordBefore(code: string, at: number): string {
  const end = previousCode(code, at) + 1;
  return /[A-Za-z_]\w*$/.exec(code.slice(Math.max(0, end - 10), end))?.[0] ?? '';
}

export function beginsStatement(code: string, at: number): boolean {
  const before = previousCode(code, at);
  if (before < 0) return true;
  const c = code[before]!;
  if (c === ';' || c === '{' || c === '}' || c === ':' || c === ')') return true;
  return /(?:^|\W)(?:else|do)$/.test(code.slice(Math.max(0, before - 4), before + 1));
}

/** `{` of a value, not of a block: `= { FOO(x) }`. */
export function opensInitializer(code: string, at: number): boolean {
  const brace = previousCode(code, at);
  return code[brace] === '{' && /[=,({]\s*$/.test(code.slice(Math.max(0, brace - 40), brace));
}

/** `do { … } macro(…);` */
export function closesDo(code: string, at: number, partners: Partners): boolean {
  const brace = previousCode(code, at);
  const open = code[brace] === '}' ? partners[brace]! : -1;
  return open > 0 && /\bdo\s*$/.test(code.slice(Math.max(0, open - 40), open));
}

/** An annotation in a body stands after a type, a `*`, a name or a dimension, never after an operator or at the start of a statement. */
export function followsDeclarator(code: string, at: number): boolean {
  const before = previousCode(code, at);
  if (before < 0 || !/[\w\]*}]/.test(code[before]!)) return false;
  return (
    !/(?:^|\W)(?:return|else|do|case|goto|sizeof)$/.test(code.slice(Math.max(0, before - 6), before + 1)) &&
    !/[=+\-/%&|<>,(]\s*\*+\s*$/.test(code.slice(Math.max(0, at - 40), at))
  );
}

export function opensArguments(code: string, open: number): boolean {
  const before = previousCode(code, open);
  if (before < 0 || !/\w/.test(code[before]!)) return false;
  let start = before;
  while (start > 0 && /\w/.test(code[start - 1]!)) start--;
  const word = code.slice(start, before + 1);
  return /^[A-Za-z_]/.test(word) && !CONTROL_WORDS.has(word) && word !== 'offsetof';
}

/** Offset of the comma or parenthesis that ends the argument at `start`; -1 where none does. */
export function argumentEnd(code: string, start: number, partners: Partners): number {
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
