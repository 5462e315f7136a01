/** One hunk into one image. */
import { type Image, type Item, isGap, type KnownLine } from './image.ts';
import type { Hunk, HunkLine } from './model.ts';
import { expectedLine, fold, type Place, placeInParts, placeInWhole, side, trim } from './place.ts';

/** @returns false where the file is known as a whole and the hunk fits nowhere: nothing was changed */
export function applyToWhole(image: Image, hunk: Hunk, patch: number): Place | false {
  const place = placeInWhole(image, hunk);
  if (place?.done) markDone(image, hunk, place, patch);
  else if (place) write(image, hunk, place, patch);
  if (place || !hunk.damaged) return place ?? false;
  const mended = placeWithoutBlanks(image, hunk);
  if (mended) write(image, mended.hunk, mended.place, patch);
  return mended?.place ?? false;
}

/**
 * Never fails: where it contradicts known lines, the newest text wins, and the lines at the seams become unknown.
 * @param fresh all that is known comes from this patch
 * @returns null where the hunk contradicted what was known
 */
export function applyToParts(image: Image, hunk: Hunk, patch: number, fresh: boolean): Place | null {
  const place = image.complete ? placeInWhole(image, hunk) : placeInParts(image, hunk, fresh);
  if (place?.done) markDone(image, hunk, place, patch);
  else if (place) {
    write(image, hunk, place, patch);
    // the newest patch knows best how far down it is
    if (place.offset !== 0) image.stretchAbove(place.line, -place.offset);
  } else force(image, hunk, patch);
  return place;
}

function write(image: Image, hunk: Hunk, place: Place, patch: number): void {
  const { kept, above } = trim(hunk.lines, place.fuzz);
  const start = place.line + above;
  image.edit(start, side(kept, '+').length, (old) => replace(image, kept, old, hunk, patch));
  leaveOpen(image, hunk, place.line + side(hunk.lines, '-').length);
}

/** What a hunk that was cut would have said: lines that nobody has shown, also where the file ends with the hunk. */
function leaveOpen(image: Image, { lost }: Hunk, line: number): void {
  if (lost) image.edit(line, lost.before, () => (lost.after > 0 ? [{ gap: lost.after, base: 0 }] : []));
}

/** Context keeps what is known of it; where nothing was, the hunk's text is what we know. */
function replace(image: Image, lines: readonly HunkLine[], old: readonly Item[], hunk: Hunk, patch: number): Item[] {
  const made: KnownLine[] = [];
  const first = old[0]?.base ?? null;
  if (hunk.heading !== '' && first !== null && first > 0) image.headings.set(first, hunk.heading);
  let at = 0;
  for (const { kind, text } of lines) {
    if (kind === '+') {
      made.push({ text, base: null, by: patch });
      continue;
    }
    const there = old[at++];
    const base = there?.base ?? null;
    if (there && isGap(there) && there.base > 0 && !image.before.has(there.base)) image.before.set(there.base, text);
    if (kind === '-') {
      image.removed.add(text);
      continue;
    }
    const known = there && !isGap(there) ? there : null;
    // the same line from two hunks: the sound copy, and of two sound ones the newest
    made.push(known ? { ...known, text: hunk.damaged ? known.text : text } : { text, base, by: null });
  }
  if (made[0] && hunk.heading !== '') made[0].heading = hunk.heading;
  return made;
}

/**
 * Takes a hunk back out of a file that has it.
 * @returns false where it is not there: nothing was changed
 */
export function takeOut(image: Image, hunk: Hunk): boolean {
  const swapped = { ' ': ' ', '+': '-', '-': '+' } as const;
  const lines = hunk.lines.map(({ kind, text }): HunkLine => ({ kind: swapped[kind], text }));
  const back: Hunk = { ...hunk, oldCount: hunk.newCount, newCount: hunk.oldCount, lines };
  const place = placeInWhole(image, back);
  if (!place || place.done) return false;
  write(image, back, place, -1);
  return true;
}

/** The tree has the change already: its lines are the patch's all the same. */
function markDone(image: Image, hunk: Hunk, place: Place, patch: number): void {
  const lines = hunk.lines.filter((line) => line.kind !== '-');
  image.edit(place.line, lines.length, (old) =>
    old.map((item, i) => (lines[i]?.kind === '+' && !isGap(item) ? { ...item, by: patch } : item)),
  );
}

function force(image: Image, hunk: Hunk, patch: number): void {
  const length = image.length;
  const line = Math.min(expectedLine(hunk), length === Number.POSITIVE_INFINITY ? expectedLine(hunk) : length + 1);
  const old = side(hunk.lines, '+').length;
  image.edit(line, old, (there) => {
    const unknown = there.map((item): Item => (isGap(item) ? item : { gap: 1, base: item.base ?? 0 }));
    return replace(image, hunk.lines, unknown, hunk, patch);
  });
  leaveOpen(image, hunk, line + side(hunk.lines, '-').length);
  const seam = (at: number) => {
    if (at >= 1) image.edit(at, 1, (there) => there.map((item) => (isGap(item) ? item : { gap: 1, base: item.base ?? 0 })));
  };
  seam(line + side(hunk.lines, '-').length);
  seam(line - 1);
}

/** A hunk that lost blank context lines: the file's own blank lines are passed over when comparing, and put into the hunk. */
function placeWithoutBlanks(image: Image, hunk: Hunk): { place: Place; hunk: Hunk } | null {
  const known = image.known();
  const texts = Array.from({ length: known.size }, (_, i) => fold(known.get(i + 1) ?? ''));
  const want = expectedLine(hunk);
  const starts = texts.map((_, i) => i + 1).sort((a, b) => Math.abs(a - want) - Math.abs(b - want));
  const first = fold(hunk.lines.find((line) => line.kind !== '+' && line.text.trim() !== '')?.text ?? '');
  if (first === '') return null;
  for (const start of starts) {
    if (texts[start - 1] !== first) continue;
    const mended = mend(hunk.lines, texts, start);
    if (!mended) continue;
    return { place: { line: start, offset: start - want, fuzz: 0, folded: true, done: false }, hunk: { ...hunk, lines: mended } };
  }
  return null;
}

/** The hunk's lines with the file's blank lines between them; null where they differ in more than that. */
function mend(lines: readonly HunkLine[], texts: readonly string[], start: number): HunkLine[] | null {
  const mended: HunkLine[] = [];
  let at = start - 1;
  let begun = false;
  for (const line of lines) {
    if (line.kind === '+') {
      mended.push(line);
      continue;
    }
    const wanted = fold(line.text);
    if (wanted === '' && (texts[at] !== '' || !begun)) continue;
    while (begun && wanted !== '' && texts[at] === '') {
      mended.push({ kind: ' ', text: '' });
      at++;
    }
    if (texts[at] !== wanted) return null;
    mended.push(line);
    begun = true;
    at++;
  }
  return mended;
}
