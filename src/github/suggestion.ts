/** Where a finding's comment stands, and the line it proposes instead. */
import type { Finding, Mend } from '../claim.ts';
import { plainLine } from '../report/plain.ts';
import type { Lines } from './diff-lines.ts';

export interface Anchor {
  path: string;
  line: number;
  /** null: nothing that fits on one line of the diff */
  suggestion: string | null;
}

/** A suggestion is one line of code, not a patch. */
const MOST_UNITS = 200;

/**
 * The line that the mend is on, where it is of the diff, for only there GitHub can apply it; else the finding's own.
 * @param diff lines of the new side by path
 * @returns null where neither is a line of the diff
 */
export function anchorOf(one: Finding, diff: ReadonlyMap<string, Lines>, suggest: boolean): Anchor | null {
  const { file, line } = one.location;
  const mend = suggest && one.mend ? mendedLine(one.mend, diff.get(one.mend.file)) : null;
  if (mend !== null && one.mend) return { path: one.mend.file, line: one.mend.start.line, suggestion: mend };
  return diff.get(file)?.has(line) === true ? { path: file, line, suggestion: null } : null;
}

function mendedLine({ start, end, text }: Mend, lines: Lines | undefined): string | null {
  const before = lines?.get(start.line);
  if (before === undefined || start.line !== end.line || start.column > end.column || end.column > before.length + 1) return null;
  const after = before.slice(0, start.column - 1) + text + before.slice(end.column - 1);
  // what a reader would not see must not be applied with one click
  return text.length <= MOST_UNITS && plainLine(after) === after && after !== before ? after : null;
}
