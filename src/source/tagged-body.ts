/** Where the braces of `struct tag { … }` and its kin stand. */
import { closing } from './brackets.ts';
import type { Span } from './ir.ts';

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

/** Places of a whole word in code. */
export function* occurrences(code: string, word: string): Generator<number> {
  for (let at = code.indexOf(word); at >= 0; at = code.indexOf(word, at + word.length)) {
    if (!/\w/.test(code[at - 1] ?? ' ') && !/\w/.test(code[at + word.length] ?? ' ')) yield at;
  }
}
