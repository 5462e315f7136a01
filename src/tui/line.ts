/** A line of the screen as styled pieces. Every piece is made plain on the way in: hostile text can't reach the terminal by another way. */
import { plain, plainColumns } from '../report/plain.ts';
import { cut, padEnd, takeColumns, widthOf, wrap } from './columns.ts';

export type Style = 'text' | 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan' | 'inverse';

export interface Piece {
  text: string;
  style: Style;
}

export type Line = readonly Piece[];

export function piece(text: string, style: Style = 'text'): Piece {
  return { text: plainColumns(text), style };
}

export function line(...pieces: (Piece | string)[]): Line {
  return pieces.map((one) => (typeof one === 'string' ? piece(one) : one));
}

export const EMPTY: Line = [];

/** `label` in front of the first line, blanks of its width in front of the others. */
export function wrapped(label: Piece, text: string, style: Style, width: number): Line[] {
  const indent = widthOf(label.text);
  return wrap(plain(text), width - indent).map((part, at) => line(at === 0 ? label : piece(' '.repeat(indent)), { text: part, style }));
}

export function lineWidth(one: Line): number {
  return one.reduce((sum, { text }) => sum + widthOf(text), 0);
}

/** Exactly `width` columns: cut with a mark, or filled with blanks. */
export function fillTo(one: Line, width: number, mark: string): Line {
  const wide = lineWidth(one);
  return wide < width ? [...one, { text: ' '.repeat(width - wide), style: 'text' }] : cutTo(one, width, mark);
}

/** At most `width` columns. */
export function cutTo(one: Line, width: number, mark: string): Line {
  if (lineWidth(one) <= width) return one;
  const out: Piece[] = [];
  let room = width;
  for (const [at, { text, style }] of one.entries()) {
    const own = widthOf(text);
    const isLast = at === one.length - 1;
    if (own < room || (own === room && isLast)) {
      out.push({ text, style });
      room -= own;
      continue;
    }
    const part = own === room ? `${takeColumns(text, room - 1)}${mark}` : cut(text, room, mark);
    out.push({ text: padEnd(part, room), style });
    break;
  }
  return out;
}

/** Without any style: what a terminal without colour shows. */
export function bare(one: Line): string {
  return one.map(({ text }) => text).join('');
}
