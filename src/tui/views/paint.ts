/** Lines → what Ink is given: one string for each pane, so that it lays out and measures a handful of nodes and not hundreds. */
import { cutTo, type Line, type Style } from '../line.ts';

const CODES: Record<Exclude<Style, 'text'>, readonly [number, number]> = {
  bold: [1, 22],
  dim: [2, 22],
  inverse: [7, 27],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

export function paintLine(one: Line, color: boolean): string {
  return one
    .map(({ text, style }) =>
      style === 'text' || !color || text === '' ? text : `\u001b[${CODES[style][0]}m${text}\u001b[${CODES[style][1]}m`,
    )
    .join('');
}

/** Exactly `rows` lines of at most `columns` columns: Ink pays for every character, blanks too. */
export function paintPane(lines: readonly Line[], rows: number, columns: number, color: boolean, mark: string): string {
  return Array.from({ length: rows }, (_, at) => paintLine(cutTo(lines[at] ?? [], columns, mark), color)).join('\n');
}
