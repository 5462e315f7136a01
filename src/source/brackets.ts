/** Matching of brackets in code whose comments and strings are blank (see lexis.ts). */

const OPEN = '([{';
const CLOSE = ')]}';

/** Finds the next of a few characters. Each is looked for by itself, which is many times as fast as to go through a text one by one; meant to be asked forwards. */
export class Finder {
  private readonly code: string;
  private readonly characters: readonly string[];
  /** where each stands next, as seen from `last` */
  private readonly next: number[];
  private last = 0;

  constructor(code: string, characters: string) {
    this.code = code;
    this.characters = [...characters];
    this.next = this.characters.map(() => -1);
  }

  /** The first place from `at` on where one of them stands; the length of the text where none does. */
  from(at: number): number {
    const { code, next } = this;
    if (at < this.last) next.fill(-1);
    this.last = at;
    let nearest = code.length;
    for (let i = 0; i < next.length; i++) {
      if (next[i]! < at) {
        const found = code.indexOf(this.characters[i]!, at);
        next[i] = found < 0 ? code.length : found;
      }
      if (next[i]! < nearest) nearest = next[i]!;
    }
    return nearest;
  }
}

/** Offset of the bracket that closes the one at `open`; -1 where there is none before `stop`. */
export function closing(code: string, open: number, stop: number = code.length): number {
  let depth = 0;
  for (let i = open; i < stop; i++) {
    const c = code.charCodeAt(i);
    if (c === 40 || c === 91 || c === 123) depth++;
    else if ((c === 41 || c === 93 || c === 125) && --depth === 0) return i;
  }
  return -1;
}

/** Spans of the parts between commas at the top level of [start, end), blanks at their ends dropped; none for blank text. */
export function splitCommas(code: string, start: number, end: number): { start: number; end: number }[] {
  const parts: { start: number; end: number }[] = [];
  let depth = 0;
  let from = start;
  for (let i = start; i <= end; i++) {
    const c = i === end ? ',' : code[i]!;
    if (OPEN.includes(c)) depth++;
    else if (CLOSE.includes(c)) depth--;
    else if (c === ',' && (depth <= 0 || i === end)) {
      parts.push(trimSpan(code, from, i));
      from = i + 1;
    }
  }
  return parts.length === 1 && parts[0]!.start === parts[0]!.end ? [] : parts;
}

export function trimSpan(code: string, start: number, end: number): { start: number; end: number } {
  let from = start;
  let to = end;
  while (from < to && code.charCodeAt(from) <= 32) from++;
  while (to > from && code.charCodeAt(to - 1) <= 32) to--;
  return { start: from, end: to };
}

/** Offset of the semicolon that ends what begins at `start`, brackets passed over; `end` where there is none. */
export function topLevelEnd(code: string, start: number, end: number): number {
  let depth = 0;
  for (let i = start; i < end; i++) {
    const c = code.charCodeAt(i);
    if (c === 40 || c === 91 || c === 123) depth++;
    else if (c === 41 || c === 93 || c === 125) depth--;
    else if (c === 59 && depth <= 0) return i;
  }
  return end;
}

/** Partner of each bracket, -1 for one without; 0 elsewhere. */
export type Partners = Int32Array;

/** All brackets of a text; `unclosed` and `unopened` count braces, `depth` is the deepest nesting. */
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
