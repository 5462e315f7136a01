/** Matching of brackets in code whose comments and strings are blank (see lexis.ts). */

const OPEN = '([{';
const CLOSE = ')]}';

/** Offset of the bracket that closes the one at `open`; -1 where there is none before `stop`. */
export function closing(code: string, open: number, stop: number = code.length): number {
  let depth = 0;
  for (let i = open; i < stop; i++) {
    const c = code.charCodeAt(i);
    if (c === 40 || c === 91 || c === 123) depth++;
    else if ((c === 41 || c === 93 || c === 125) && --depth === 0) return i;
  }
  return -1;
}

/** Spans of the parts between commas at the top level of [start, end), blanks at their ends dropped; none for blank text. */
export function splitCommas(code: string, start: number, end: number): { start: number; end: number }[] {
  const parts: { start: number; end: number }[] = [];
  let depth = 0;
  let from = start;
  for (let i = start; i <= end; i++) {
    const c = i === end ? ',' : code[i]!;
    if (OPEN.includes(c)) depth++;
    else if (CLOSE.includes(c)) depth--;
    else if (c === ',' && (depth <= 0 || i === end)) {
      parts.push(trimSpan(code, from, i));
      from = i + 1;
    }
  }
  return parts.length === 1 && parts[0]!.start === parts[0]!.end ? [] : parts;
}

export function trimSpan(code: string, start: number, end: number): { start: number; end: number } {
  let from = start;
  let to = end;
  while (from < to && code.charCodeAt(from) <= 32) from++;
  while (to > from && code.charCodeAt(to - 1) <= 32) to--;
  return { start: from, end: to };
}

/** Offset of the semicolon that ends what begins at `start`, brackets passed over; `end` where there is none. */
export function topLevelEnd(code: string, start: number, end: number): number {
  let depth = 0;
  for (let i = start; i < end; i++) {
    const c = code.charCodeAt(i);
    if (c === 40 || c === 91 || c === 123) depth++;
    else if (c === 41 || c === 93 || c === 125) depth--;
    else if (c === 59 && depth <= 0) return i;
  }
  return end;
}
