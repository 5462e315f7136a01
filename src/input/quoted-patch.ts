/** Where nobody pasted the patch itself: take it out of an answer that quotes it. */
import type { Diagnostic } from '../claim.ts';
import { append } from './append.ts';
import { readFileHeader } from './file-header.ts';
import { readHeader } from './hunk.ts';
import type { PastedMail } from './pasted-messages.ts';
import { parseDiff } from './patch.ts';
import { readQuote, unquote } from './quote.ts';

/**
 * The mails, and a mail that holds the least quoted copy of the patch, the fullest of several. Unchanged where nobody quotes a diff.
 * @throws InputError as parseDiff does
 */
export function takeQuotedPatch(mails: readonly PastedMail[], source: string, diagnostics: Diagnostic[]): PastedMail[] {
  const copies = mails.flatMap((mail) => {
    const depth = depthOfDiff(mail.lines);
    return depth === null ? [] : [{ depth, lines: mail.lines.flatMap((line) => bare(line, depth)) }];
  });
  const best = copies.sort((a, b) => a.depth - b.depth || b.lines.length - a.lines.length)[0];
  if (!best) return [...mails];
  const { lines, cuts } = closeElisions(best.lines);
  const parsed = parseDiff(lines, { source });
  if (parsed.files.length === 0) return [...mails];
  const where = cuts > 0 ? `; ${cuts} part${cuts > 1 ? 's' : ''} of it cut out by the one who quoted it` : '';
  diagnostics.push({
    level: cuts > 0 ? 'warning' : 'note',
    message: `${source}: the patch is there only as a quotation${where}`,
    location: null,
  });
  append(diagnostics, parsed.diagnostics);
  return [{ subject: '', from: null, lines: best.lines, files: parsed.files }, ...mails];
}

function depthOfDiff(lines: readonly string[]): number | null {
  let least: number | null = null;
  const texts = lines.map(readQuote);
  const rests = texts.map((line) => line.rest);
  texts.forEach(({ depth }, i) => {
    if (depth > 0 && (least === null || depth < least) && readFileHeader(rests, i, rests.length, true)) least = depth;
  });
  return least;
}

/** What is quoted so deep; remarks between the lines go, marks of omission stay. */
function bare(line: string, depth: number): string[] {
  const text = unquote(line, depth);
  if (text !== null) return readQuote(text).depth > 0 ? [] : [text];
  return ELISION.test(readQuote(line).rest) ? ['[...]'] : [];
}

const ELISION = /^(?:\[ ?(?:\.{2,3}|…|snip) ?\]|<snip>|\.{3}|…)$/i;

/**
 * A hunk with parts cut out becomes several: the first keeps its place, the last ends where the header says the hunk ends, and those between follow each other
 * with a line's distance.
 */
function closeElisions(lines: readonly string[]): { lines: string[]; cuts: number } {
  const out: string[] = [];
  let cuts = 0;
  for (let i = 0; i < lines.length; i++) {
    const header = readHeader(lines[i]!);
    out.push(lines[i]!);
    if (!header) continue;
    let end = i + 1;
    while (end < lines.length && !readHeader(lines[end]!) && !readFileHeader(lines, end, lines.length, true)) end++;
    const pieces = splitAt(lines.slice(i + 1, end));
    if (pieces.length > 1) {
      cuts += pieces.length - 1;
      out.pop();
      let [before, after] = [header.oldStart, header.newStart];
      pieces.forEach((piece, n) => {
        const [olds, news] = [piece.filter((line) => line[0] !== '+').length, piece.filter((line) => line[0] !== '-').length];
        if (n === pieces.length - 1) {
          before = Math.max(before, header.oldStart + header.oldCount - olds);
          after = Math.max(after, header.newStart + header.newCount - news);
        }
        if (piece.length > 0) out.push(`@@ -${before},${olds} +${after},${news} @@ ${header.heading}`, ...piece);
        before += olds + 1;
        after += news + 1;
      });
    } else append(out, pieces.flat());
    i = end - 1;
  }
  return { lines: out, cuts };
}

function splitAt(lines: readonly string[]): string[][] {
  const pieces: string[][] = [[]];
  for (const line of lines) {
    if (line === '[...]') pieces.push([]);
    else pieces.at(-1)!.push(line);
  }
  return pieces;
}
