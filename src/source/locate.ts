/** Offsets → lines and columns. */
import type { Location } from '../claim.ts';
import type { SourceFile } from './model.ts';

const starts = new WeakMap<SourceFile, number[]>();

function lineStarts(file: SourceFile): number[] {
  let known = starts.get(file);
  if (!known) {
    known = [0];
    for (let at = file.text.indexOf('\n'); at >= 0; at = file.text.indexOf('\n', at + 1)) known.push(at + 1);
    starts.set(file, known);
  }
  return known;
}

/** Line and column (from 1, in UTF-16 units) of an offset; an offset beyond the text is taken as its end. */
export function locate(file: SourceFile, offset: number): Location {
  const lines = lineStarts(file);
  const at = Math.max(0, Math.min(offset, file.text.length));
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (lines[middle]! <= at) low = middle;
    else high = middle - 1;
  }
  return { file: file.path, line: low + 1, column: at - lines[low]! + 1 };
}

/** The line that holds an offset, white space folded. */
export function lineAt(file: SourceFile, offset: number): string {
  const lines = lineStarts(file);
  const { line } = locate(file, offset);
  return file.text
    .slice(lines[line - 1]!, lines[line] ?? file.text.length)
    .replace(/\s+/g, ' ')
    .trim();
}
