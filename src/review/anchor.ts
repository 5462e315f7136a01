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
  /** the same lines stand in other places as well, and nothing tells them apart */
  ambiguous: boolean;
}

interface FoldedFile {
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
    const lines = file.text.split('\n').map(foldSpace);
    const at = new Map<string, number[]>();
    lines.forEach((text, i) => {
      if (text === '') return;
      const list = at.get(text);
      if (list) list.push(i + 1);
      else at.set(text, [i + 1]);
    });
    found = { lines, at };
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
  return { file, line: comment.line, columns: null, lines: [comment.line], ambiguous: false };
}

/** By path, or by the end of one: reviewers leave prefixes out. */
export function findFile(files: readonly SourceFile[], path: string): SourceFile | null {
  const plain = path.replace(/^(a|b|\.)\//, '');
  return files.find((f) => f.path === plain) ?? files.find((f) => f.path.endsWith(`/${plain}`) || plain.endsWith(`/${f.path}`)) ?? null;
}

interface Candidate {
  anchor: Anchor;
  score: number;
}

function anchorByContent(comment: ReviewComment, files: readonly SourceFile[]): Anchor | null {
  const tail = comment.quoted
    .filter((q) => (q.sign === '+' || q.sign === ' ') && foldSpace(q.text) !== '' && !isCutMark(q.text))
    .slice(-TAIL);
  const named = tail.at(-1)?.file ?? comment.file;
  const own = named === null ? null : findFile(files, named);
  const candidates = (own ? [own] : files).flatMap((file) => candidatesIn(file, tail, comment));
  candidates.sort((x, y) => y.score - x.score);
  const [best, second] = candidates;
  if (!best) return null;
  return { ...best.anchor, ambiguous: second !== undefined && second.score === best.score && second.anchor.line !== best.anchor.line };
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
      return { anchor: { file, line, columns, lines, ambiguous: false }, score: score + near + added };
    });
  }
  return [];
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
