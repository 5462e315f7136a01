/** Where in a file a hunk belongs: at its number, else near it, else with less context or other white space. */
import type { Image } from './image.ts';
import type { Hunk, HunkLine } from './model.ts';

export interface Place {
  /** number of the first line that the hunk replaces, today */
  line: number;
  /** lines away from where its header says */
  offset: number;
  /** context lines that were not compared, at each end */
  fuzz: number;
  /** it fits only if white space is not compared */
  folded: boolean;
  /** the file already is as the hunk would make it */
  done: boolean;
}

/** Where the header says that the hunk begins once those above it are applied. */
export function expectedLine(hunk: Hunk): number {
  return hunk.newCount === 0 ? hunk.newStart + 1 : Math.max(1, hunk.newStart);
}

type Fits = (line: number) => boolean;

const MAX_FUZZ = 2;

/**
 * For a file known from end to end: as git and patch do, nearest first, exact first; then whether the change is there already; then with fuzz.
 * @returns null where it fits nowhere
 */
export function placeInWhole(image: Image, hunk: Hunk): Place | null {
  const want = expectedLine(hunk);
  if (fitsExactly(image, hunk, want)) return { line: want, offset: 0, fuzz: 0, folded: false, done: false };
  const known = image.known();
  const last = known.size + 1;
  for (const folded of [false, true]) {
    const place = tryFuzz(known, hunk.lines, want, last, folded, 0);
    if (place) return place;
    const there = nearest(want, 1, last, fits(known, side(hunk.lines, '-'), folded));
    const adds = hunk.lines.some((line) => line.kind === '+');
    if (adds && there !== null) return { line: there, offset: there - want, fuzz: 0, folded, done: true };
    for (let fuzz = 1; fuzz <= MAX_FUZZ; fuzz++) {
      const loose = tryFuzz(known, hunk.lines, want, last, folded, fuzz);
      if (loose) return loose;
    }
  }
  return null;
}

/** The usual case, without looking at the whole file. */
function fitsExactly(image: Image, hunk: Hunk, want: number): boolean {
  const old = side(hunk.lines, '+');
  // the line after the last one may be where new ones go
  if (old.length === 0) return want <= image.length + 1;
  return image.window(want, old.length).every((text, i) => text === old[i]);
}

function tryFuzz(
  known: ReadonlyMap<number, string>,
  lines: readonly HunkLine[],
  want: number,
  last: number,
  folded: boolean,
  fuzz: number,
): Place | null {
  const { kept, above } = trim(lines, fuzz);
  const old = side(kept, '+');
  // without a line to compare with it would fit anywhere
  if (fuzz > 0 && (old.length === 0 || kept.length === lines.length)) return null;
  const found = nearest(want + above, 1, last, fits(known, old, folded));
  return found === null ? null : { line: found - above, offset: found - above - want, fuzz, folded, done: false };
}

/** The hunk without its outermost context lines. */
export function trim(lines: readonly HunkLine[], fuzz: number): { kept: readonly HunkLine[]; above: number; below: number } {
  let above = 0;
  let below = 0;
  while (above < fuzz && lines[above]?.kind === ' ') above++;
  while (below < fuzz && lines[lines.length - 1 - below]?.kind === ' ' && lines.length - below > above) below++;
  return { kept: lines.slice(above, lines.length - below), above, below };
}

/** The lines of one side: without those that only the other has. */
export function side(lines: readonly HunkLine[], without: '+' | '-'): string[] {
  return lines.filter((line) => line.kind !== without).map((line) => line.text);
}

function fits(known: ReadonlyMap<number, string>, wanted: readonly string[], folded: boolean): Fits {
  const texts = folded ? wanted.map(fold) : wanted;
  return (line) =>
    texts.every((text, i) => {
      const there = known.get(line + i);
      return there !== undefined && (folded ? fold(there) : there) === text;
    });
}

/** Mailers and archives eat any of it: nothing of white space is compared. */
export function fold(text: string): string {
  return text.replace(/\s+/g, '');
}

function nearest(want: number, first: number, last: number, fits: Fits): number | null {
  const reach = Math.max(Math.abs(want - first), Math.abs(last - want));
  for (let away = 0; away <= reach; away++) {
    if (want + away >= first && want + away <= last && fits(want + away)) return want + away;
    if (away > 0 && want - away >= first && want - away <= last && fits(want - away)) return want - away;
  }
  return null;
}

/** So many lines must be recognised before a hunk is moved among fragments. */
const RECOGNISED = 3;
const REACH = 3000;

/**
 * For a file of which only hunks are known: at its number, unless known lines contradict; then where known lines bear it out.
 * @param fresh all that is known comes from the patch that the hunk is of
 * @returns null where known lines contradict and no better place is found
 */
export function placeInParts(image: Image, hunk: Hunk, fresh: boolean): Place | null {
  const old = side(hunk.lines, '+').map(fold);
  const line = expectedLine(hunk);
  // what stands there bears it out, or nothing is known but what the same patch showed
  const there = image.window(line, old.length);
  const agrees = there.every((text, i) => text === null || (text !== undefined && fold(text) === old[i]));
  if (agrees && (fresh || there.some((text) => text !== null && text !== '')))
    return { line, offset: 0, fuzz: 0, folded: true, done: false };
  const known = image.known();
  const folded = new Map([...known].map(([line, text]) => [line, fold(text)]));
  const want = expectedLine(hunk);
  const score = (line: number) => {
    let same = 0;
    for (const [i, text] of old.entries()) {
      const there = folded.get(line + i);
      if (there === undefined) continue;
      if (there !== text) return -1;
      if (text !== '') same++;
    }
    return same;
  };
  const place = (line: number): Place => ({ line, offset: line - want, fuzz: 0, folded: true, done: false });
  const here = score(want);
  const moved = here === 0 ? soleCopy(old, folded) : null;
  if (moved !== null) return place(moved);
  if (here >= 0) return place(want);
  const enough = Math.min(RECOGNISED, old.filter((text) => text !== '').length);
  for (let away = 1; away <= REACH; away++) {
    for (const line of [want + away, want - away]) if (line >= 1 && enough > 0 && score(line) >= enough) return place(line);
  }
  return null;
}

/** What tells a stretch of code from any other: so many lines, or one that is long. */
const DISTINCT_LINES = 5;
const DISTINCT_LENGTH = 25;

/**
 * Nothing is known where the hunk says it belongs, but all of what it expects is known elsewhere, and only there: a patch between them is not in the input.
 * @returns the line where that begins
 */
function soleCopy(old: readonly string[], folded: ReadonlyMap<number, string>): number | null {
  const solid = old.filter((text) => text !== '');
  if (solid.length < 3 || (solid.length < DISTINCT_LINES && !solid.some((text) => text.length >= DISTINCT_LENGTH))) return null;
  const starts = [...folded.keys()].filter((line) => old.every((text, i) => folded.get(line + i) === text));
  return starts.length === 1 ? starts[0]! : null;
}
