/** Mends of a BTF_ID_FLAGS line: a flag more, a flag less. */
import type { Mend } from '../claim.ts';
import type { IdFlagsEntry, SourceFile } from '../source/model.ts';
import { offsetOf, placeOf } from './edit.ts';

/** `KF_A` → `KF_A | KF_B`; null where the flags are no plain list of names. */
export function addFlag(entry: IdFlagsEntry, flag: string, file: SourceFile): Mend | null {
  const words = plainFlags(entry, file);
  if (words === null || words.includes(flag)) return null;
  const { start, end } = entry.flagsLocation;
  const common = { file: entry.location.file, title: `add ${flag}` };
  if (entry.flagsText === '') return { ...common, start: place(start), end: place(start), text: `, ${flag}` };
  if (words.length === 0) return { ...common, start: place(start), end: place(end), text: flag };
  return { ...common, start: place(end), end: place(end), text: ` | ${flag}` };
}

/** `KF_A | KF_B` → `KF_A`; with the last flag goes the argument. null where the flags are no plain list of names. */
export function dropFlag(entry: IdFlagsEntry, flag: string, file: SourceFile): Mend | null {
  return replaceFlags(entry, (words) => words.filter((w) => w !== flag), `drop ${flag}`, file);
}

/** `KF_A | KF_B` → `KF_C | KF_B`. */
export function replaceFlag(entry: IdFlagsEntry, flag: string, by: string, file: SourceFile): Mend | null {
  return replaceFlags(entry, (words) => words.map((w) => (w === flag ? by : w)), `${by} for ${flag}`, file);
}

function replaceFlags(entry: IdFlagsEntry, change: (words: string[]) => string[], title: string, file: SourceFile): Mend | null {
  const words = plainFlags(entry, file);
  if (words === null || entry.flagsText === '') return null;
  const kept = change(words);
  if (kept.join() === words.join()) return null;
  const { start, end } = entry.flagsLocation;
  const common = { file: entry.location.file, title, end: place(end) };
  if (kept.length > 0) return { ...common, start: place(start), text: kept.join(' | ') };
  const comma = file.text.lastIndexOf(',', offsetOf(file.text, start) - 1);
  return comma < 0 ? null : { ...common, start: placeOf(file.text, comma), text: '' };
}

/** `0` is an empty list; null where the words do not stand there as they are, but come out of a macro. */
function plainFlags(entry: IdFlagsEntry, file: SourceFile): string[] | null {
  const { start, end } = entry.flagsLocation;
  const written = file.text.slice(offsetOf(file.text, start), offsetOf(file.text, end)).replace(/\s+/g, ' ').trim();
  if (entry.flagsText === '') return written.startsWith(')') ? [] : null;
  if (written !== entry.flagsText) return null;
  if (written === '0') return [];
  const words = written.split('|').map((w) => w.trim());
  return words.every((w) => /^KF_\w+$/.test(w)) ? words : null;
}

function place({ line, column }: { line: number; column: number }): { line: number; column: number } {
  return { line, column };
}
