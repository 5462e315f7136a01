/** The code around a place, with the lines that the evidence names marked by the evidence's number. */
import type { Location } from '../claim.ts';
import { plainColumns } from '../report/plain.ts';
import { expandTabs, wrap } from './columns.ts';
import { type Line, line, piece, wrapped } from './line.ts';
import type { CodeFile, TriageItem } from './model.ts';

/** Lines shown on both sides of the place, and of other marked lines: on a narrow screen, which is mostly a short one, fewer, so that the evidence shows too. */
const AROUND = { wide: 4, narrow: 2 };
const AROUND_MARK = { wide: 1, narrow: 0 };
/** Marked lines farther away than this are left to the walk. */
const NEAR = 60;

export interface Glyphs {
  ellipsis: string;
  gap: string;
  bar: string;
  rule: string;
}

export const UNICODE: Glyphs = { ellipsis: '…', gap: '⋮', bar: '│', rule: '─' };
export const ASCII: Glyphs = { ellipsis: '>', gap: ':', bar: '|', rule: '-' };

/** Below this width of the pane tabs count four: eight would push the code off the screen. */
const WIDE = 72;

/** Lines that matter are wrapped; the others are left to be cut by who paints them. */
export function codeLines(item: TriageItem, at: Location, file: CodeFile | null, width: number, glyphs: Glyphs): Line[] {
  if (!file || at.line > file.lines.length) {
    return wrapped(piece(''), `the code of ${at.file} is not at hand${file ? '' : ': --tree DIR would show it'}`, 'dim', width);
  }
  const marks = marksIn(item, at);
  const numbers = numbersToShow(at.line, [...marks.keys()], file.lines.length, width < WIDE ? 'narrow' : 'wide');
  const texts = dedent(numbers.map((n) => plainColumns(expandTabs(file.lines[n - 1] ?? '', width < WIDE ? 4 : 8))));
  const digits = String(numbers.at(-1)).length;
  return numbers.flatMap((n, i) => {
    const gap = i > 0 && numbers[i - 1] !== n - 1 ? [line(piece(`    ${' '.repeat(digits)} ${glyphs.gap}`, 'dim'))] : [];
    const standing = { focus: n === at.line, mark: marks.get(n) ?? null, added: file.added.has(n) };
    return [...gap, ...codeLine(padStart(n, digits), texts[i]!, standing, width, glyphs)];
  });
}

interface Standing {
  focus: boolean;
  mark: number | null;
  added: boolean;
}

const padStart = (n: number, width: number) => String(n).padStart(width);

function codeLine(number: string, text: string, { focus, mark, added }: Standing, width: number, glyphs: Glyphs): Line[] {
  const label = `${focus ? '>' : ' '}${mark === null ? '  ' : padStart(mark, 2)} ${number} `;
  const gutter = piece(label, focus ? 'red' : mark === null ? 'dim' : 'yellow');
  const bar = piece(added ? '+' : glyphs.bar, added ? 'green' : 'dim');
  if (!focus && mark === null) return [[gutter, bar, piece(text === '' ? '' : ` ${text}`)]];
  const indent = text.length - text.trimStart().length;
  const parts = wrap(text.trim(), Math.max(8, width - label.length - 2 - indent));
  return parts.map((part, at) => [
    at === 0 ? gutter : piece(' '.repeat(label.length)),
    at === 0 ? bar : piece(glyphs.bar, 'dim'),
    piece(` ${' '.repeat(indent)}${part}`, focus ? 'bold' : 'yellow'),
  ]);
}

/** line → number of the first evidence (from 1) that names it */
function marksIn(item: TriageItem, at: Location): Map<number, number> {
  const marks = new Map<number, number>();
  for (const [index, { location }] of item.evidence.entries()) {
    if (location?.file !== at.file || Math.abs(location.line - at.line) > NEAR) continue;
    if (!marks.has(location.line)) marks.set(location.line, index + 1);
  }
  return marks;
}

function numbersToShow(focus: number, marks: number[], count: number, room: 'wide' | 'narrow'): number[] {
  const wanted = new Set<number>();
  const add = (from: number, to: number) => {
    for (let n = Math.max(1, from); n <= Math.min(count, to); n++) wanted.add(n);
  };
  add(focus - AROUND[room], focus + AROUND[room]);
  for (const mark of marks) add(mark - AROUND_MARK[room], mark + AROUND_MARK[room]);
  return [...wanted].sort((a, b) => a - b);
}

/** Takes away the indentation that all lines share, so that deep code still fits. */
function dedent(lines: string[]): string[] {
  const depths = lines.filter((one) => one.trim() !== '').map((one) => one.length - one.trimStart().length);
  const shared = Math.min(...depths, 40);
  return lines.map((one) => one.slice(Math.min(shared, one.length)));
}
