/** Text measured in terminal columns: a wide character counts two, a combining one none. */
import stringWidth from 'string-width';

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const ASCII = /^[\x20-\x7e]*$/;

export function widthOf(text: string): number {
  return ASCII.test(text) ? text.length : stringWidth(text);
}

export function splitGraphemes(text: string): string[] {
  return ASCII.test(text) ? [...text] : [...graphemes.segment(text)].map((one) => one.segment);
}

/** The first `width` columns; what was cut off shows as `mark` in the last of them. */
export function cut(text: string, width: number, mark = '…'): string {
  if (width <= 0) return '';
  if (widthOf(text) <= width) return text;
  const room = width - widthOf(mark);
  return `${takeColumns(text, Math.max(0, room))}${room >= 0 ? mark : ''}`;
}

/** The longest beginning that is at most `width` columns wide. */
export function takeColumns(text: string, width: number): string {
  if (ASCII.test(text)) return text.slice(0, width);
  let used = 0;
  let taken = '';
  for (const one of splitGraphemes(text)) {
    used += widthOf(one);
    if (used > width) break;
    taken += one;
  }
  return taken;
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** Breaks at blanks, and inside words that are wider than a line. Never empty. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  const room = Math.max(1, width);
  for (const word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (widthOf(joined) <= room) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (widthOf(line) > room) {
      const head = takeColumns(line, room) || splitGraphemes(line)[0]!;
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  // a wide character alone on a narrower line leaves nothing behind it
  if (line !== '' || lines.length === 0) lines.push(line);
  return lines;
}

/** Tabs to the next multiple of `size` columns. */
export function expandTabs(text: string, size: number): string {
  if (!text.includes('\t')) return text;
  let out = '';
  for (const [at, piece] of text.split('\t').entries()) {
    if (at > 0) out += ' '.repeat(size - (widthOf(out) % size));
    out += piece;
  }
  return out;
}
