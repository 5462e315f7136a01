/** Quoted lines of answers: how deep, who is quoted, and lines that an archive ran together. */

export interface QuotedLine {
  /** number of `>` */
  depth: number;
  /** the line without them, and without the one blank behind the last */
  rest: string;
}

/** `> >> text` is three deep. A line that doesn't begin with `>` is not quoted: `  > x` is context of a diff. */
export function readQuote(line: string): QuotedLine {
  let depth = 0;
  let at = 0;
  while (line[at] === '>' || (depth > 0 && line[at] === ' ' && line[at + 1] === '>')) {
    if (line[at] === '>') depth++;
    at++;
  }
  if (depth > 0 && line[at] === ' ') at++;
  return { depth, rest: depth === 0 ? line : line.slice(at) };
}

/** The line with `levels` of its quoting taken off; null where it has fewer. */
export function unquote(line: string, levels: number): string | null {
  let at = 0;
  for (let level = 0; level < levels; level++) {
    if (level > 0 && line[at] === ' ' && line[at + 1] === '>') at++;
    if (line[at] !== '>') return null;
    at++;
  }
  return line[at] === ' ' ? line.slice(at + 1) : line.slice(at);
}

const ATTRIBUTION = /^(?:On\b.{4,300}|.{2,200}?)\s(?:wrote|writes|said)\s?:$/;

/** `On Tue, Oct 28, 2025 at 9:11 AM X <x@y> wrote:`, `X <x@y> writes:` → X; null where the line is no attribution. */
export function quotedAuthor(line: string): string | null {
  if (line.length > 400 || line.startsWith('>') || !ATTRIBUTION.test(line)) return null;
  const words = line.replace(/\s(?:wrote|writes|said)\s?:$/, '');
  if (!words.startsWith('On ')) return words;
  const rest = words.slice(words.lastIndexOf(', ') + 2);
  return (
    rest.replace(
      /^(?:\d{4}(?:[ -/]\d+){0,2}\s+)?(?:at\s+)?(?:\d{1,2}:\d\d(?::\d\d)?\s*)?(?:[AP]M\b)?\s*(?:[+-]\d{4}\b)?\s*(?:\([A-Z]{2,5}\))?,?\s*/,
      '',
    ) || words
  );
}

/** Longer than anybody writes a line: the archive joined a whole mail. */
const JOINED = 200;
/** what a mailer wraps at, and a little more */
const LINE = 80;

/**
 * Takes apart a mail that an archive printed as one line: `X wrote: > a > b >> c own words`. Where the quoted text ends and the answer begins is a guess:
 * at the end of a sentence, at most a line's length after the mark.
 * @returns null where the line is none of that kind
 */
export function splitJoined(line: string): string[] | null {
  if (line.length < JOINED || !/^(?:.{0,300}?\s(?:wrote|writes):\s)?>/.test(line.slice(0, 400))) return null;
  const pieces = line.split(/\s+(?=>{1,30}(?:\s|$))/);
  return pieces.length < 4 ? null : pieces.flatMap(cutAnswer);
}

function cutAnswer(piece: string): string[] {
  const { depth, rest } = readQuote(piece);
  if (depth === 0 || rest.length <= LINE) return [piece];
  let cut = -1;
  for (const found of rest.slice(0, LINE + 1).matchAll(/[.?!:)](?=\s)/g)) cut = found.index + 1;
  if (cut < 0) cut = rest.lastIndexOf(' ', LINE);
  return cut <= 0 ? [piece] : [piece.slice(0, piece.length - rest.length + cut), rest.slice(cut).trim()];
}
