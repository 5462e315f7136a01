/** Lines of a mail with their quote marks taken apart. */

export interface Line {
  /** offsets into the layer's text; `next` is where the next line starts */
  start: number;
  next: number;
  text: string;
  /** number of quote marks in front: `> > x` has two */
  depth: number;
  /** without the first quote mark and the blank after it; `text` itself where there is none */
  body: string;
  blank: boolean;
}

export function splitLines(text: string): Line[] {
  const out: Line[] = [];
  let start = 0;
  while (start < text.length) {
    const newline = text.indexOf('\n', start);
    const next = newline < 0 ? text.length : newline + 1;
    let end = newline < 0 ? text.length : newline;
    if (end > start && text[end - 1] === '\r') end--;
    out.push(lineOf(text.slice(start, end), start, next));
    start = next;
  }
  return out;
}

function lineOf(text: string, start: number, next: number): Line {
  let depth = 0;
  let at = 0;
  while (text[at] === '>') {
    depth++;
    at++;
    if (text[at] === ' ' && text[at + 1] === '>') at++;
  }
  const body = depth === 0 ? text : text.slice(text[1] === ' ' ? 2 : 1);
  return { start, next, text, depth, body, blank: text.trim() === '' };
}

/** `On … wrote:`, `x@y writes:`: what follows answers somebody. Some archives put the first quoted words on the same line. */
export function isAttribution(line: string): boolean {
  if (line.length > 600) return /^On .{5,160} wrote:/.test(line.slice(0, 300));
  return (
    /^On .{5,200}\bwrote:?\s*(>|$)/.test(line) ||
    /^\S.{0,100}<?\S+@\S+>?\)? (wrote|writes|said)\b.{0,40}:\s*(>|$)/.test(line) ||
    /^\S+@\S+ (wrote|writes):/.test(line) ||
    /^\S.{1,60} (writes|wrote|said):\s*$/.test(line) ||
    /^(Am|Le|El|Il|Den|Em|Op) .{5,160}(schrieb|écrit|escribió|scritto|skrev|escreveu|schreef).{0,80}:\s*$/.test(line) ||
    /^-{2,} ?(Original Message|Forwarded message)/i.test(line)
  );
}

/** The second line of an attribution that was wrapped: `Somebody <x@y> wrote:`, or only `wrote:`. */
export function isAttributionEnd(line: string): boolean {
  return /^(\S.{0,120} )?wrote:\s*$/.test(line);
}
