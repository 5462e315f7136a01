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

const MAIL_TEXT =
  /^(?:>|```|Re: |Posted by |On .{4,200} wrote:$|.{2,200} (?:writes|wrote):$|From: |Subject: |base-commit: |© |_{20,}$|\^ permalink|\[flat\|nested\]|diff --|Index: |={40,}|GIT binary patch)/;

/** @param at index of the first line after the hunk's header */
export function guessHunk(lines: readonly string[], at: number, end: number, header: HunkHeader, witness: Witness | null): Guess {
  const { raws, next, cut } = collect(lines, at, end, header);
  const guesses: string[] = [];
  let read = joinWrapped(raws, header, guesses);
  read = dropTail(read, header, guesses);
  const missing = { before: header.oldCount - count(read, '+'), after: header.newCount - count(read, '-') };
  let lossy = false;
  if (missing.before === missing.after && missing.before > 0 && lostBlanks(read, missing.before, cut)) {
    const found = findLostBlanks(read, missing.before, witness);
    read = found.lines;
    guesses.push(
      `${missing.before} blank context line${missing.before > 1 ? 's' : ''} lost, put back ${found.sure ? 'where a quoted copy has them' : 'where kernel style has them: line numbers may be off'}`,
    );
  } else if (missing.before !== 0 || missing.after !== 0) {
    lossy = missing.before > 0 || missing.after > 0;
    guesses.push(
      cut && lossy
        ? 'ends in the middle'
        : `its header promises ${header.oldCount} old and ${header.newCount} new lines, ${count(read, '+')} and ${count(read, '-')} were found`,
    );
  }
  if (read.some((line) => line.bare)) guesses.push('context lines lost their leading blank');
  const kept = read.map(({ kind, text }) => ({ kind, text }));
  return {
    hunk: { ...header, oldCount: count(kept, '+'), newCount: count(kept, '-'), lines: kept, damaged: true },
    next,
    guesses,
    lossy,
  };
}

function count(lines: readonly HunkLine[], except: '+' | '-'): number {
  let n = 0;
  for (const line of lines) if (line.kind !== except) n++;
  return n;
}

/** Everything up to what can't belong to the hunk. `cut`: the text ended first. */
function collect(lines: readonly string[], at: number, end: number, header: HunkHeader): { raws: Raw[]; next: number; cut: boolean } {
  const raws: Raw[] = [];
  let before = header.oldCount;
  let after = header.newCount;
  let i = at;
  for (; i < end; i++) {
    const line = lines[i]!;
    if (isNoNewline(line)) continue;
    if (ends(lines, i)) break;
    const marked = /^[ +\-\u00a0]/.test(line);
    // both counts are met: only marked lines can still belong here
    if (before <= 0 && after <= 0 && !/^[+-]/.test(line)) break;
    const kind = line[0] === '+' || line[0] === '-' ? line[0] : ' ';
    if (kind !== '+') before--;
    if (kind !== '-') after--;
    raws.push({ kind, text: marked ? line.slice(1) : line, bare: !marked && line !== '' });
  }
  return { raws, next: i, cut: i >= end };
}

function ends(lines: readonly string[], i: number): boolean {
  const line = lines[i]!;
  if (isSignature(line) || isHeaderLike(line)) return true;
  if (line.startsWith('--- ') && (lines[i + 1] ?? '').startsWith('+++ ')) return true;
  return MAIL_TEXT.test(line.length > 400 ? line.slice(0, 400) : line);
}

/** A mailer that wraps long lines leaves their rest without a mark; counts tell it from context whose leading blank is gone. */
function joinWrapped(raws: Raw[], header: HunkHeader, guesses: string[]): Raw[] {
  const bare = raws.filter((line) => line.bare).length;
  if (bare === 0 || count(raws, '+') <= header.oldCount) return raws;
  const joined: Raw[] = [];
  for (const line of raws) {
    const last = joined.at(-1);
    if (line.bare && last && last.text.length > 40) joined[joined.length - 1] = { ...last, text: `${last.text} ${line.text}` };
    else joined.push(line);
  }
  if (joined.length === raws.length || count(joined, '+') < header.oldCount || count(joined, '-') < header.newCount) return raws;
  guesses.push('wrapped lines joined');
  return joined;
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

/** Missing lines are lost blank ones where there are few, and where the text is damaged or has no blank context line left at all. */
function lostBlanks(read: readonly Raw[], missing: number, cut: boolean): boolean {
  if (missing > Math.max(2, read.length / 4)) return false;
  const damaged = read.some((line) => line.bare);
  const noBlank = !read.some((line) => line.kind === ' ' && line.text.trim() === '');
  return damaged ? noBlank || !cut : noBlank && !cut;
}
