/**
 * Reads a hunk whose counts don't hold, or whose white space is damaged, by its content: `+` and `-` are sure, what else stands there is context, and the
 * counts are a guide. One idea: what each damage looks like and what undoes it.
 */
import { type HunkHeader, isHeaderLike, isNoNewline, isSignature } from './hunk.ts';
import { findLostBlanks, type Witness } from './lost-blanks.ts';
import type { Hunk, HunkLine } from './model.ts';

export interface Guess {
  hunk: Hunk;
  next: number;
  /** what was guessed, one clause each */
  guesses: string[];
  /** something of the patch may be gone */
  lossy: boolean;
}

interface Raw extends HunkLine {
  /** no mark at all: context that lost its leading blank, or the rest of a wrapped line */
  bare: boolean;
}

const BLANK: Raw = { kind: ' ', text: '', bare: false };

const MAIL_TEXT =
  /^(?:>|```|Re: |Posted by |On .{4,200} wrote:$|.{2,200} (?:writes|wrote):$|From: |Subject: |base-commit: |© |_{20,}$|\^ permalink|\[flat\|nested\]|diff --|Index: |={40,}|GIT binary patch)/;

/** @param at index of the first line after the hunk's header */
export function guessHunk(lines: readonly string[], at: number, end: number, header: HunkHeader, witness: Witness | null): Guess {
  const { raws, next, cut } = collect(lines, at, end, header);
  const guesses: string[] = [];
  let read = dropTail(undoWrapping(raws, header, guesses), header, guesses);
  const missing = { before: header.oldCount - count(read, '+'), after: header.newCount - count(read, '-') };
  let lossy = false;
  if (missing.before === missing.after && missing.before > 0 && lostBlanks(read, missing.before, cut)) {
    const found = read.some((line) => line.bare) ? findLostBlanks(read, missing.before, witness) : { lines: [...read, BLANK], sure: false };
    read = found.lines;
    guesses.push(
      `${missing.before} blank context line${missing.before > 1 ? 's' : ''} lost, put back ${found.sure ? 'where a quoted copy has them' : 'where kernel style has them: line numbers may be off'}`,
    );
  } else if (missing.before !== 0 || missing.after !== 0) {
    lossy = missing.before > 0 || missing.after > 0;
    // the last line may be half a line, which says something else; where only context is lost, an archive may have eaten blank lines
    if (cut && lossy && missing.before !== missing.after) read = read.slice(0, -1);
    guesses.push(
      cut && lossy
        ? 'ends in the middle'
        : `its header promises ${header.oldCount} old and ${header.newCount} new lines, ${count(read, '+')} and ${count(read, '-')} were found`,
    );
  }
  if (read.some((line) => line.bare)) guesses.push('context lines lost their leading blank');
  if (lines.slice(at, next).some((line) => line.startsWith('\u00a0'))) guesses.push('its blanks are no-break spaces');
  const kept = read.map(({ kind, text }) => ({ kind, text }));
  const counts = { oldCount: count(kept, '+'), newCount: count(kept, '-') };
  const lost = { before: Math.max(0, header.oldCount - counts.oldCount), after: Math.max(0, header.newCount - counts.newCount) };
  return {
    hunk: { ...header, ...counts, lines: kept, damaged: true, ...(lossy && !isOneContextLine(lost) && { lost }) },
    next,
    guesses,
    lossy,
  };
}

/** The last one of a hunk is often blank, and then trimmed with the end of the text. */
function isOneContextLine({ before, after }: { before: number; after: number }): boolean {
  return before === 1 && after === 1;
}

function count(lines: readonly HunkLine[], except: '+' | '-'): number {
  let n = 0;
  for (const line of lines) if (line.kind !== except) n++;
  return n;
}

/** Everything up to what can't belong to the hunk. `cut`: the text ended first. */
function collect(lines: readonly string[], at: number, end: number, header: HunkHeader): { raws: Raw[]; next: number; cut: boolean } {
  const raws: Raw[] = [];
  const sound = isSound(lines, at, end);
  let before = header.oldCount;
  let after = header.newCount;
  let i = at;
  for (; i < end; i++) {
    const line = lines[i]!;
    if (isNoNewline(line)) continue;
    if (ends(lines, i) && !isWrappedRest(lines, i, before > 0 || after > 0)) break;
    const marked = /^[ +\-\u00a0]/.test(line);
    // both counts are met: only marked lines can still belong here
    if (before <= 0 && after <= 0 && !/^[+-]/.test(line)) break;
    if (sound && !marked && line !== '' && isTextBelow(lines, i)) break;
    const kind = line[0] === '+' || line[0] === '-' ? line[0] : ' ';
    const bare = !marked && line !== '';
    // in sound text it is the rest of a wrapped line and counts for nothing
    if (!bare || !sound) {
      if (kind !== '+') before--;
      if (kind !== '-') after--;
    }
    // mailers make no-break spaces of blanks
    raws.push({ kind, text: (marked ? line.slice(1) : line).replaceAll('\u00a0', ' '), bare });
  }
  return { raws, next: i, cut: i >= end };
}

/** Where context lines still have their blank, a line without a mark is text, unless it is code or marked lines go on behind it. */
function isTextBelow(lines: readonly string[], i: number): boolean {
  const looksLikeCode = /^\s*[{}#]|[;{}\\]$|\*\/$/.test(lines[i]!);
  return !looksLikeCode && !/^[ +\-\u00a0]/.test(lines[i + 1] ?? '');
}

/** Context lines have their blank, by and large: the few lines without a mark are rests of wrapped ones. Text behind the last marked line doesn't count. */
function isSound(lines: readonly string[], at: number, end: number): boolean {
  let context = 0;
  let bare = 0;
  let pending = 0;
  for (let i = at; i < end && !(ends(lines, i) && !isWrappedRest(lines, i, true)); i++) {
    const line = lines[i]!;
    if (!/^[ +\-\u00a0]/.test(line)) {
      if (line !== '') pending++;
      continue;
    }
    bare += pending;
    pending = 0;
    if (!/^[+-]/.test(line) && line.trim() !== '') context++;
  }
  return context > 0 && bare <= context;
}

/** `… && a` and, wrapped, `>= b) {`: no quotation, because marked lines go on around it. */
function isWrappedRest(lines: readonly string[], i: number, open: boolean): boolean {
  return (
    open && lines[i]!.startsWith('>') && lines[i - 1]!.length >= 45 && /^[ +-]/.test(lines[i - 1]!) && /^[ +-]/.test(lines[i + 1] ?? '')
  );
}

function ends(lines: readonly string[], i: number): boolean {
  const line = lines[i]!;
  if (/^-{10}/.test(line)) return true;
  if (isSignature(line) || isHeaderLike(line)) return true;
  if (line.startsWith('--- ') && (lines[i + 1] ?? '').startsWith('+++ ')) return true;
  return MAIL_TEXT.test(line.length > 400 ? line.slice(0, 400) : line);
}

/**
 * A mailer that wraps long lines leaves their rest without a mark, the rest of the hunk header too. The counts tell it from context whose leading blank is gone.
 */
function undoWrapping(raws: Raw[], header: HunkHeader, guesses: string[]): Raw[] {
  if (!raws.some((line) => line.bare)) return raws;
  const headless = raws[0]!.bare && header.heading.length >= 20 ? raws.slice(1) : raws;
  // a new file has no context
  const readings = header.oldCount === 0 ? [joinWrapped(headless)] : [raws, headless, joinWrapped(raws), joinWrapped(headless)];
  const best = readings.reduce((a, b) => (mismatch(b, header) < mismatch(a, header) ? b : a));
  if (best.length < raws.length) guesses.push('wrapped lines joined');
  return best;
}

function joinWrapped(raws: readonly Raw[]): Raw[] {
  const joined: Raw[] = [];
  for (const line of raws) {
    const last = joined.at(-1);
    if (line.bare && last && last.text.length > 40) joined[joined.length - 1] = { ...last, text: `${last.text} ${line.text}` };
    else joined.push(line);
  }
  return joined;
}

function mismatch(lines: readonly Raw[], header: HunkHeader): number {
  return Math.abs(count(lines, '+') - header.oldCount) + Math.abs(count(lines, '-') - header.newCount);
}

/** Text behind the hunk that was taken for context. */
function dropTail(read: Raw[], header: HunkHeader, guesses: string[]): Raw[] {
  const kept = [...read];
  let surplus = Math.min(count(kept, '+') - header.oldCount, count(kept, '-') - header.newCount);
  let dropped = false;
  for (let last = kept.at(-1); surplus > 0 && last?.kind === ' '; last = kept.at(-1)) {
    dropped ||= last.text.trim() !== '';
    kept.pop();
    surplus--;
  }
  if (dropped) guesses.push('text behind it taken for no part of it');
  return kept;
}

/**
 * Missing lines are lost blank ones where there are few: in damaged text, if it has no blank context line left (an archive drops them all) or ends with the
 * hunk; in sound text only the one at the hunk's end, which editors trim.
 */
function lostBlanks(read: readonly Raw[], missing: number, cut: boolean): boolean {
  const damaged = read.some((line) => line.bare);
  if (!damaged) return missing === 1 && !cut;
  if (missing > Math.max(2, read.length / 4)) return false;
  return !cut || !read.some((line) => line.kind === ' ' && line.text.trim() === '');
}
