/** One hunk of a unified diff, read by its counts; where they don't hold, `guess-hunk.ts` reads it by its content. */
import type { Hunk, HunkLine } from './model.ts';

export interface HunkHeader {
  oldStart: number;
  oldCount: number;
  newStart: number;
  newCount: number;
  heading: string;
}

/** More than the longest file of a kernel tree has (about 240,000); beyond it a number is a mistake or an attack on our memory. */
export const MAX_LINE = 1_000_000;

const HEADER = /^@@ ?-(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? ?@@(.*)$/;

/** null: no hunk header, or one whose numbers can't be */
export function readHeader(line: string): HunkHeader | null {
  const found = line.startsWith('@@') ? HEADER.exec(line) : null;
  if (!found) return null;
  const [, oldStart, oldCount = '1', newStart, newCount = '1', heading = ''] = found;
  const header = {
    oldStart: Number(oldStart),
    oldCount: Number(oldCount),
    newStart: Number(newStart),
    newCount: Number(newCount),
    heading: heading.trim(),
  };
  return Math.max(header.oldStart + header.oldCount, header.newStart + header.newCount) > MAX_LINE ? null : header;
}

/** Looks like a hunk header, readable or not; not the `@@@` of a combined diff. */
export function isHeaderLike(line: string): boolean {
  return /^@@ ?-\d/.test(line) || /^@@ (?!@)[^@]{0,60}@@(?: |$)/.test(line);
}

/** A diff's last line says whether the file ended with a line break: nothing of the code. */
export function isNoNewline(line: string): boolean {
  return line.startsWith('\\ ');
}

/** The signature under a mail: `-- `, and its number is `2.51.0`. */
export function isSignature(line: string): boolean {
  return line === '-- ' || line === '--';
}

/**
 * Reads the lines that follow a hunk header as git does, by its counts.
 * @param at index of the first line after the header
 * @returns null where counts and lines don't agree
 */
export function readCounted(lines: readonly string[], at: number, end: number, header: HunkHeader): { hunk: Hunk; next: number } | null {
  const read: HunkLine[] = [];
  let { oldCount: before, newCount: after } = header;
  let i = at;
  for (; before > 0 || after > 0; i++) {
    if (i >= end) return null;
    const line = lines[i]!;
    const mark = line[0] ?? ' ';
    if (mark === '\\' && isNoNewline(line)) continue;
    if (mark !== ' ' && mark !== '+' && mark !== '-') return null;
    if (mark !== '+') before--;
    if (mark !== '-') after--;
    if (before < 0 || after < 0) return null;
    read.push({ kind: mark, text: line.slice(1) });
  }
  while (i < end && isNoNewline(lines[i]!)) i++;
  if (i < end && goesOn(lines, i)) return null;
  return { hunk: { ...header, lines: read, damaged: false }, next: i };
}

/**
 * A mailer wrapped the hunk header: the first line behind it is the rest of the heading. Tried before anything else is guessed.
 * @returns null where leaving that line out doesn't make the counts right
 */
export function readWrappedHeading(
  lines: readonly string[],
  at: number,
  end: number,
  header: HunkHeader,
): { hunk: Hunk; next: number } | null {
  const rest = lines[at] ?? '';
  if (at >= end || header.heading.length < 20 || /^[ +\-@]|^$/.test(rest)) return null;
  return readCounted(lines, at + 1, end, { ...header, heading: `${header.heading} ${rest.trim()}` });
}

/** Added or removed lines right behind the counted ones: somebody edited the patch and not its header. */
function goesOn(lines: readonly string[], at: number): boolean {
  const line = lines[at]!;
  if (isSignature(line) || /^(?:---|\+\+\+)/.test(line)) return false;
  if (/^[+-](?=\t|$)/.test(line)) return true;
  // a list below the diff is no code: it would not be followed by another marked line
  return /^[+-]/.test(line) && (/^\+/.test(line) || /^[ +-]/.test(lines[at + 1] ?? ''));
}
