/** Mends as one unified diff that `git apply` takes, against the files as the input leaves them. */
import type { Finding, Mend } from '../claim.ts';
import type { SourceFile } from '../source/model.ts';
import { GAP_MARK } from '../source/model.ts';
import { applyEdits, type Edit, editsOf } from './edit.ts';

const CONTEXT = 3;

/** Lines `[from, to)` of the old text (from 0) that become `lines`. */
interface Change {
  from: number;
  to: number;
  lines: string[];
}

export interface FixPatch {
  text: string;
  /** how many mends it holds */
  count: number;
  /** mends that can't be written as a hunk: the lines around them are not shown */
  left: Mend[];
}

/** Only what is confirmed is mended: a doubtful finding's mend is for a person to take. */
export function fixPatchOf(files: readonly SourceFile[], findings: readonly Finding[]): FixPatch {
  return renderFixPatch(
    files,
    findings.flatMap((f) => (f.verdict === 'confirmed' && f.mend ? [f.mend] : [])),
  );
}

/** The mends of one run, in the order of files and lines. `text` is empty where there is nothing to mend. */
export function renderFixPatch(files: readonly SourceFile[], mends: readonly Mend[]): FixPatch {
  const out: FixPatch = { text: '', count: 0, left: [] };
  for (const file of files.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))) {
    const own = mends.filter((m) => m.file === file.path);
    if (own.length === 0) continue;
    const lines = file.text.split('\n');
    // what follows the last newline is no line
    const endless = lines.at(-1) !== '';
    if (!endless) lines.pop();
    const changes = changesOf(file.text, editsOf(file.text, own));
    const old: Old = { lines, hidden: hiddenLines(lines), endless };
    const hunks = group(changes).flatMap((g) => hunksOf(old, g));
    out.left.push(...own.filter((m) => !hunks.some((h) => m.start.line > h.first && m.start.line <= h.last)));
    if (hunks.length > 0) out.text += `--- a/${pathInPatch(file.path)}\n+++ b/${pathInPatch(file.path)}\n${renumber(hunks)}`;
  }
  out.count = mends.filter((m) => files.some((f) => f.path === m.file)).length - out.left.length;
  return out;
}

/** git refuses `a//abs/x.c` and what climbs: a patch is for the folder that all its paths are in, here the root, or the one above. */
function pathInPatch(path: string): string {
  return path.replace(/^(\.{0,2}\/)+/, '');
}

/** Patches of several inputs, one after the other. */
export function joinFixPatches(parts: readonly FixPatch[]): FixPatch {
  return {
    text: parts.map((p) => p.text).join(''),
    count: parts.reduce((sum, p) => sum + p.count, 0),
    left: parts.flatMap((p) => p.left),
  };
}

/** Edits that touch the same line become one change. */
function changesOf(text: string, edits: Edit[]): Change[] {
  const out: (Change & { edits: Edit[]; start: number; end: number })[] = [];
  for (const edit of edits) {
    const start = text.lastIndexOf('\n', edit.start - 1) + 1;
    const newline = text.indexOf('\n', edit.end);
    const end = newline < 0 ? text.length : newline;
    const last = out.at(-1);
    if (last && start <= last.end) {
      last.edits.push(edit);
      last.end = Math.max(last.end, end);
    } else out.push({ edits: [edit], start, end, from: 0, to: 0, lines: [] });
  }
  return out.map(({ edits: own, start, end }) => {
    const from = text.slice(0, start).split('\n').length - 1;
    const moved = own.map((e) => ({ ...e, start: e.start - start, end: e.end - start }));
    const old = text.slice(start, end);
    return { from, to: from + old.split('\n').length, lines: applyEdits(old, moved).split('\n') };
  });
}

/** A gap in what the input shows: its mark and the blank lines after it, any of which may stand for a line that is not shown. */
function hiddenLines(lines: string[]): boolean[] {
  let inGap = false;
  return lines.map((line) => {
    if (line.includes(GAP_MARK)) inGap = true;
    else if (line.trim() !== '') inGap = false;
    return inGap;
  });
}

/** Changes whose context would overlap share a hunk. */
function group(changes: Change[]): Change[][] {
  const out: Change[][] = [];
  for (const change of changes) {
    const last = out.at(-1);
    if (last && change.from - last.at(-1)!.to <= 2 * CONTEXT) last.push(change);
    else out.push([change]);
  }
  return out;
}

interface Hunk {
  /** lines of the old text, [first, last), from 0 */
  first: number;
  last: number;
  added: number;
  body: string;
}

/** The old text: which of its lines are not shown, and whether its last line has no newline. */
interface Old {
  lines: string[];
  hidden: boolean[];
  endless: boolean;
}

/** Changes that can't share a hunk, as a gap lies between them, get one each. */
function hunksOf(old: Old, changes: Change[]): Hunk[] {
  const whole = renderHunk(old, changes);
  if (whole) return [whole];
  return changes.length > 1 ? changes.flatMap((c) => renderHunk(old, [c]) ?? []) : [];
}

/** null where what surrounds the change is not shown: without context git can't place it. */
function renderHunk({ lines, hidden, endless }: Old, changes: Change[]): Hunk | null {
  const [from, to] = [changes[0]!.from, changes.at(-1)!.to];
  if (hidden.slice(from, to).includes(true)) return null;
  let first = from;
  let last = to;
  for (let n = 0; n < CONTEXT && first > 0 && !hidden[first - 1]; n++) first--;
  for (let n = 0; n < CONTEXT && last < lines.length && !hidden[last]; n++) last++;
  // git takes a hunk that ends without context for the end of the file, and one that begins without it for its beginning
  if ((last === to && last < lines.length) || (first === from && first > 0)) return null;
  const end = (atEnd: boolean) => (endless && atEnd ? '\n\\ No newline at end of file' : '');
  const out: string[] = [];
  let at = first;
  let added = 0;
  for (const change of changes) {
    for (; at < change.from; at++) out.push(` ${lines[at]}`);
    for (; at < change.to; at++) out.push(`-${lines[at]}${end(at === lines.length - 1)}`);
    for (const [i, line] of change.lines.entries()) out.push(`+${line}${end(change.to === lines.length && i === change.lines.length - 1)}`);
    added += change.lines.length - (change.to - change.from);
  }
  for (; at < last; at++) out.push(` ${lines[at]}${end(at === lines.length - 1)}`);
  return { first, last, added, body: `${out.join('\n')}\n` };
}

function renumber(hunks: Hunk[]): string {
  let shift = 0;
  return hunks
    .map((h) => {
      const head = `@@ -${h.first + 1},${h.last - h.first} +${h.first + 1 + shift},${h.last - h.first + h.added} @@\n`;
      shift += h.added;
      return head + h.body;
    })
    .join('');
}
