/** An image as text: line n of the text is line n of the file, and what is not known reads as a statement that may do anything. */

import { GAP_MARK } from '../source/model.ts';
import { append } from './append.ts';
import { type Item, isGap, type UnknownLines } from './image.ts';
import { fold } from './place.ts';

/** Blank lines cost a byte each, so the number of a hunk is a way to our memory. */
export const MAX_BLANK = 10_000_000;

export interface Rendered {
  lines: string[];
  /** line number → index of the patch that added it */
  owners: Map<number, number>;
}

/** @param removed texts of lines that patches took away */
export function renderImage(items: readonly Item[], removed: ReadonlySet<string> = new Set()): Rendered {
  const lines: string[] = [];
  const owners = new Map<number, number>();
  // heads that are shown, or were: a hunk below them goes on with their function
  const shown = new Set([...removed].map(bareHead));
  items.forEach((item, i) => {
    if (isGap(item)) {
      if (item.gap > 0) append(lines, gapLines(item.gap, headingBelow(items, i, shown)));
      return;
    }
    lines.push(item.text);
    shown.add(bareHead(item.text));
    // a later hunk with the same heading is below the same line, not below one of its own
    if (item.heading) shown.add(bareHead(item.heading));
    if (item.by !== null) owners.set(lines.length, item.by);
  });
  return { lines, owners };
}

function bareHead(text: string): string {
  return fold(text).replace(/\{$/, '');
}

/** What is known of a stretch of unknown lines: the last line in it that begins at the margin, from the heading of the hunk below. */
interface Heading {
  text: string;
  /** the head of the function in whose body the hunk begins */
  isHead: boolean;
}

/** The first line holds the mark; a line that the heading tells stands as far down as it can. */
function gapLines(count: number, heading: Heading | null): string[] {
  if (count === Number.POSITIVE_INFINITY) return [GAP_MARK];
  // nothing but that line can have stood there
  if (count === 1 && heading) return [heading.text];
  const lines = new Array<string>(count).fill('');
  lines[0] = GAP_MARK;
  if (heading === null || count < 2) return lines;
  if (!heading.isHead) lines[count - 1] = heading.text;
  else if (count === 2) lines[1] = `${heading.text} { ${GAP_MARK}`;
  else {
    lines[count - 2] = `${heading.text} {`;
    lines[count - 1] = GAP_MARK;
  }
  return lines;
}

/** git cuts headings at this length */
const CUT = 80;

function headingBelow(items: readonly Item[], gap: number, shown: ReadonlySet<string>): Heading | null {
  const [{ gap: count }, next] = [items[gap] as UnknownLines, items[gap + 1]];
  if (!next || isGap(next) || next.heading === undefined || shown.has(bareHead(next.heading))) return null;
  const text = next.heading;
  const signature = readSignature(text);
  const isEntry = /^BTF_[A-Z0-9_]+\([^()]*\)$/.test(text);
  if (signature === null) return isEntry || (count === 1 && text.length < CUT && /^[A-Za-z_]/.test(text)) ? { text, isHead: false } : null;
  const below: string[] = [];
  for (const item of items.slice(gap + 1)) {
    if (isGap(item)) break;
    below.push(item.text);
  }
  // one line above the hunk: the head, whole, with its brace below
  if (count === 1) return text.length < CUT ? { text, isHead: false } : null;
  if (/^\{/.test(below[0] ?? '')) return { text: signature, isHead: false };
  return beginsInBody(below) ? { text: signature, isHead: true } : null;
}

const STORAGE =
  /\b(?:static|extern|inline|__always_inline|noinline|notrace|__bpf_kfunc|__init|__exit|__used|__must_check|__sched|asmlinkage)\b/g;

/**
 * A heading that is the whole head of a function definition, without its brace; null where it is cut off, or something else. Git cuts headings at 80 bytes.
 */
export function readSignature(heading: string): string | null {
  const text = heading.replace(/\s*\{$/, '').trim();
  const found = /^([A-Za-z_][\w\s*]*?[\s*])([A-Za-z_]\w*)\s?\((.*)\)$/.exec(text);
  if (!found || /[;={}]/.test(text)) return null;
  const [, before, , parameters] = found;
  let depth = 0;
  for (const char of parameters!) {
    if (char === '(') depth++;
    if (char === ')' && --depth < 0) return null;
  }
  const type = before!.replace(STORAGE, '').trim();
  return depth === 0 && type !== '' && !/^(?:else|return|goto|case|typedef|struct|union|enum)$/.test(type) ? text : null;
}

/** Do these lines, of which the first may be anything, begin inside a function's body? */
export function beginsInBody(lines: readonly string[]): boolean {
  const code = dropComments(lines);
  const first = code.find((line) => line.trim() !== '' && !/^\s*#/.test(line));
  if (first === undefined || first.trimEnd().endsWith('\\')) return false;
  if (closesMore(code)) return true;
  return /^[ \t]/.test(first) && !endsParameters(code);
}

/** An unmatched `}`; pasted text has lost its indentation, and only brackets tell. */
function closesMore(code: readonly string[]): boolean {
  let depth = 0;
  for (const line of code) {
    for (const char of line) {
      if (char === '{') depth++;
      if (char === '}' && --depth < 0) return true;
    }
  }
  return false;
}

/** `… struct foo *x)` and then `{` at the margin: the rest of a parameter list. */
function endsParameters(code: readonly string[]): boolean {
  const brace = code.findIndex((line) => line.startsWith('{'));
  const close = code.findIndex((line) => line.startsWith('}'));
  return brace >= 0 && (close < 0 || brace < close);
}

/** Comments and strings gone; a comment that begins above the first line too. */
function dropComments(lines: readonly string[]): string[] {
  const text = lines.join('\n');
  const end = text.indexOf('*/');
  const start = text.indexOf('/*');
  const whole = end >= 0 && (start < 0 || end < start) ? text.slice(0, end).replace(/[^\n]/g, '') + text.slice(end + 2) : text;
  const bare = whole.replace(/\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, (match) =>
    match.replace(/[^\n]/g, ''),
  );
  // the inside of a comment whose ends are both not shown
  return bare.split('\n').map((line) => (/^\s*\*(?:\s|$)/.test(line) ? '' : line));
}
