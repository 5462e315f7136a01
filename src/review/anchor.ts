/** Where in the code a comment stands: its quoted lines are looked for in the files by content, white space removed, never by number or width. */
import type { QuotedLine, ReviewComment } from '../input/review/model.ts';
import type { SourceFile } from '../source/model.ts';

export interface Anchor {
  file: SourceFile;
  /** of the last quoted line that was found, from 1 */
  line: number;
  /** columns on that line that carets mark, from 1, `to` exclusive; null without carets or where they miss the line */
  columns: { from: number; to: number } | null;
  /** all quoted lines that were found, in the order of the file */
  lines: number[];
  /** lines of the same file (or files) that fit as well: nothing tells which of them is quoted */
  rivals: { file: SourceFile; line: number }[];
}

interface FoldedFile {
  raw: string[];
  lines: string[];
  at: Map<string, number[]>;
}

const folded = new WeakMap<SourceFile, FoldedFile>();
/** How far above the line found the line quoted before it is looked for: reviewers leave lines out. */
const REACH = 60;
const TAIL = 24;

function foldedLines(file: SourceFile): FoldedFile {
  let found = folded.get(file);
  if (!found) {
    const raw = file.text.split('\n');
    const lines = raw.map(foldSpace);
    const at = new Map<string, number[]>();
    lines.forEach((text, i) => {
      if (text === '') return;
      const list = at.get(text);
      if (list) list.push(i + 1);
      else at.set(text, [i + 1]);
    });
    found = { raw, lines, at };
    folded.set(file, found);
  }
  return found;
}

function foldSpace(text: string): string {
  return text.replace(/\s+/g, '');
}

/** null: the comment quotes nothing that is in these files, and names no line of them. */
export function anchorComment(comment: ReviewComment, files: readonly SourceFile[]): Anchor | null {
  const byContent = anchorByContent(comment, files);
  if (byContent) return byContent;
  const file = comment.file === null ? null : findFile(files, comment.file);
  if (!file || comment.line === null || comment.line > foldedLines(file).lines.length) return null;
  return { file, line: comment.line, columns: null, lines: [comment.line], rivals: [] };
}

/** By path, or by the end of one: reviewers leave prefixes out. */
export function findFile(files: readonly SourceFile[], path: string): SourceFile | null {
  const plain = path.replace(/^(a|b|\.)\//, '');
  return files.find((f) => f.path === plain) ?? files.find((f) => f.path.endsWith(`/${plain}`) || plain.endsWith(`/${f.path}`)) ?? null;
}

interface Candidate {
  anchor: Anchor;
  score: number;
  /** the quoted hunk header's line numbers fit too: enough to choose, too little to be sure, for numbers drift */
  inHunk: boolean;
}

function anchorByContent(comment: ReviewComment, files: readonly SourceFile[]): Anchor | null {
  const tail = comment.quoted
    .filter((q) => (q.sign === '+' || q.sign === ' ') && foldSpace(q.text) !== '' && !isCutMark(q.text))
    .slice(-TAIL);
  const named = tail.at(-1)?.file ?? comment.file;
  const own = named === null ? null : findFile(files, named);
  // in a file that the review does not name, a brace or a `return 0;` is no quote of it
  const candidates = own
    ? candidatesIn(own, tail, comment)
    : files.flatMap((file) => candidatesIn(file, tail, comment)).filter((c) => tells(c, named === null ? 1 : STRANGE));
  candidates.sort((x, y) => y.score - x.score || Number(y.inHunk) - Number(x.inHunk));
  const [best, ...rest] = candidates;
  if (!best) return null;
  const rivals = rest.filter((c) => c.score === best.score).map(({ anchor: { file, line } }) => ({ file, line }));
  return { ...best.anchor, rivals };
}

/** Lines with names of their own that must be found in a file other than the one that the review names. */
const STRANGE = 3;
const PLAIN_WORDS = /\b(return|NULL|if|else|goto|break|continue|true|false|int|void|unsigned|long|err|ret|out|rc|E[A-Z]{3,})\b/g;

function tells({ anchor }: Candidate, least: number): boolean {
  const { raw } = foldedLines(anchor.file);
  const telling = anchor.lines.filter((n) => /[A-Za-z_]\w/.test((raw[n - 1] ?? '').replace(PLAIN_WORDS, '')));
  return telling.length >= least;
}

function isCutMark(text: string): boolean {
  return /^\s*\[?\s*\.\.\.\s*\]?\s*$/.test(text);
}

/** Starts from the last quoted line that the file holds, and walks up both. */
function candidatesIn(file: SourceFile, tail: readonly QuotedLine[], comment: ReviewComment): Candidate[] {
  const { at } = foldedLines(file);
  for (let last = tail.length - 1; last >= 0 && last >= tail.length - 6; last--) {
    const places = at.get(foldSpace(tail[last]!.text));
    if (!places) continue;
    return places.map((line) => {
      const { lines, score } = walkUp(file, tail, last, line);
      const near = comment.line !== null && Math.abs(comment.line - line) <= 3 ? 2 : 0;
      const added = tail[last]!.sign === '+' && file.added.has(line) ? 0.5 : 0;
      const columns = last === tail.length - 1 ? caretColumns(file, line, tail[last]!, comment.caret) : null;
      return { anchor: { file, line, columns, lines, rivals: [] }, score: score + near + added, inHunk: inHunk(line, comment) };
    });
  }
  return [];
}

function inHunk(line: number, comment: ReviewComment): boolean {
  const header = comment.quoted.findLast((q) => q.sign === '@')?.text ?? '';
  const [, start, count] = /\+(\d+)(?:,(\d+))?/.exec(header) ?? [];
  return start !== undefined && line >= Number(start) && line < Number(start) + Number(count ?? 1);
}

function walkUp(file: SourceFile, tail: readonly QuotedLine[], last: number, line: number): { lines: number[]; score: number } {
  const { lines } = foldedLines(file);
  const found = [line];
  let score = 1;
  let at = line;
  for (let i = last - 1; i >= 0; i--) {
    const wanted = foldSpace(tail[i]!.text);
    let above = at - 1;
    while (above >= 1 && at - above <= REACH && lines[above - 1] !== wanted) above--;
    if (above < 1 || at - above > REACH) continue;
    // a line right above is worth more than one found further up
    score += above === at - 1 || lines.slice(above, at - 1).every((l) => l === '') ? 1 : 0.25;
    at = above;
    found.unshift(above);
  }
  return { lines: found, score };
}

/** Carets count in the line as quoted; where its white space was lost on the way they say nothing. */
function caretColumns(file: SourceFile, line: number, quoted: QuotedLine, caret: ReviewComment['caret']): Anchor['columns'] {
  if (!caret) return null;
  const text = file.text.split('\n')[line - 1] ?? '';
  if (text.trimEnd() !== quoted.text.trimEnd() || caret.from >= text.trimEnd().length) return null;
  return { from: caret.from + 1, to: Math.min(caret.to, text.length) + 1 };
}
