/** Mends as edits of a text: places become offsets, edits that get into each other's way are told apart. */
import type { Mend } from '../claim.ts';

interface Place {
  line: number;
  column: number;
}

/** Offset of a place (from 1, UTF-16 units) in `text`; -1 where the text has no such place. */
export function offsetOf(text: string, at: Place): number {
  let start = 0;
  for (let line = 1; line < at.line; line++) {
    start = text.indexOf('\n', start) + 1;
    if (start === 0) return -1;
  }
  const offset = start + at.column - 1;
  return offset > text.length ? -1 : offset;
}

/** The place of an offset, from 1. */
export function placeOf(text: string, offset: number): Place {
  let line = 1;
  let start = 0;
  for (let next = text.indexOf('\n'); next >= 0 && next < offset; next = text.indexOf('\n', start)) {
    line++;
    start = next + 1;
  }
  return { line, column: offset - start + 1 };
}

export interface Edit {
  start: number;
  end: number;
  text: string;
}

/**
 * Edits in the order of their places. Two that say the same are one; of two that overlap the first stays, as the second was made for other text.
 * Places that the text does not have are left out.
 */
export function editsOf(text: string, mends: readonly Mend[]): Edit[] {
  const edits = mends
    .map((m): Edit => ({ start: offsetOf(text, m.start), end: offsetOf(text, m.end), text: m.text }))
    .filter((e) => e.start >= 0 && e.end >= e.start)
    .sort((a, b) => a.start - b.start || a.end - b.end || (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
  const out: Edit[] = [];
  for (const edit of edits) {
    const last = out.at(-1);
    if (last && last.start === edit.start && last.end === edit.end && last.text === edit.text) continue;
    if (last && edit.start < last.end) continue;
    out.push(edit);
  }
  return out;
}

export function applyEdits(text: string, edits: readonly Edit[]): string {
  let out = '';
  let at = 0;
  for (const edit of edits) {
    out += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return out + text.slice(at);
}

export function applyMends(text: string, mends: readonly Mend[]): string {
  return applyEdits(text, editsOf(text, mends));
}

/** An edit between two offsets as a mend. */
export function replacement(file: { path: string; text: string }, from: number, to: number, text: string, title: string): Mend {
  return { file: file.path, start: placeOf(file.text, from), end: placeOf(file.text, to), text, title };
}

export function insertion(file: { path: string; text: string }, at: number, text: string, title: string): Mend {
  return replacement(file, at, at, text, title);
}

/** Takes out `words` where they first stand between two offsets; null where they don't. */
export function removal(file: { path: string; text: string }, from: number, to: number, words: string, title: string): Mend | null {
  const at = file.text.slice(from, to).indexOf(words);
  return at < 0 ? null : replacement(file, from + at, from + at + words.length, '', title);
}
