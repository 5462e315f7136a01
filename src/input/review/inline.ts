/** One inline review, as a file, the text of a mail, a pull-request comment or a section of a dump: header, quoted patch with comments, footer. */

import { readBullets } from './bullets.ts';
import { CommentReader, SEVERITY } from './comments.ts';
import type { Layer } from './layer.ts';
import type { Line } from './line.ts';
import { isAttribution, isAttributionEnd } from './line.ts';
import type { ReviewComment, ReviewDocument, ReviewKind } from './model.ts';
import { emptyDocument } from './model.ts';
import { isCommitHeader, isIntro, isTail, saysClean } from './reviewer.ts';

/** Reads the review that lines `[from, to)` hold. */
export function readInline(
  layer: Layer,
  lines: readonly Line[],
  from: number,
  to: number,
  kind: ReviewKind,
  source: string,
): ReviewDocument {
  const doc = emptyDocument(kind, source);
  doc.clean = lines.slice(from, to).some(saysClean);
  doc.subject = subjectLine(lines, to);
  const end = tailStart(lines, from, to);
  const header = readHeader(lines, from, end);
  doc.commit = header.commit;
  doc.subject ??= header.subject;
  const reader = new CommentReader(layer);
  reader.read(lines, afterAttribution(lines, header.bodyStart, end), end);
  doc.comments = reader.comments.filter((c) => !isPoliteness(c));
  const bullets = readBullets(layer, lines, from, Math.min(header.at, end));
  doc.comments = joinBullets(doc.comments, bullets);
  if (doc.clean && doc.comments.every((c) => c.quoted.length === 0 && c.severity === null)) doc.comments = [];
  return doc;
}

/** KPD and the CI name the patch's subject after the review. */
function subjectLine(lines: readonly Line[], to: number): string | null {
  for (let i = Math.max(0, to - 40); i < to; i++) {
    const found = /^In-Reply-To-Subject:\s*`?(.*?)`?\s*$/.exec(lines[i]!.text);
    if (found && lines[i]!.depth === 0) return plainSubject(found[1]!);
  }
  return null;
}

export function plainSubject(subject: string): string {
  return subject
    .replace(/^((re|aw|fwd?|sv|subject)\s*:\s*|\[[^\]]*\]\s*)+/i, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** The first footer line after the last quote or comment; the separator above it goes with it. */
function tailStart(lines: readonly Line[], from: number, to: number): number {
  let firstQuote = from;
  while (firstQuote < to && lines[firstQuote]!.depth === 0 && !isCommitHeader(lines, firstQuote)) firstQuote++;
  if (firstQuote === to) firstQuote = from;
  let end = to;
  for (let i = firstQuote; i < to; i++) {
    if (!isTail(lines[i]!)) continue;
    end = i;
    break;
  }
  while (end > from && /^(---?\s*|```\s*|\s*)$/.test(lines[end - 1]!.text) && lines[end - 1]!.depth === 0) end--;
  return end;
}

interface Header {
  commit: string | null;
  subject: string | null;
  /** line of `commit …`; where the body starts if there is none */
  at: number;
  bodyStart: number;
}

/**
 * `commit`, `Author:`, subject, summary, links: nothing in them is a claim. Without quotes or markers below, nothing tells the summary from the comments,
 * and only the first paragraph after the subject is taken as the summary.
 */
function readHeader(lines: readonly Line[], from: number, end: number): Header {
  let at = from;
  while (at < end && !isCommitHeader(lines, at)) at++;
  if (at === end) return { commit: null, subject: null, at: bodyAfterIntro(lines, from, end), bodyStart: bodyAfterIntro(lines, from, end) };
  const commit = /^commit ([0-9a-f]+)/.exec(lines[at]!.text)![1]!;
  let i = at + 1;
  while (i < end && /^(Author|AuthorDate|Commit|CommitDate|Date|Link):/.test(lines[i]!.text)) i++;
  while (i < end && lines[i]!.blank) i++;
  const subject = i < end && lines[i]!.depth === 0 ? plainSubject(lines[i]!.text) : null;
  let body = i;
  while (body < end && !startsBody(lines[body]!)) body++;
  if (body === end) body = afterSummary(lines, i, end);
  return { commit, subject, at, bodyStart: body };
}

/** `On …, X wrote:` above the first quote, which may be wrapped, says nothing itself. */
function afterAttribution(lines: readonly Line[], from: number, end: number): number {
  let at = from;
  while (at < end && lines[at]!.blank) at++;
  const [first, second, third] = [lines[at], lines[at + 1], lines[at + 2]];
  if (at + 1 >= end || first!.depth > 0) return from;
  if (isAttribution(first!.text) && (second!.depth > 0 || second!.blank)) return at + 1;
  return /^On \S/.test(first!.text) && isAttributionEnd(second!.text) && (third === undefined || third.depth > 0 || third.blank)
    ? at + 2
    : from;
}

function startsBody(line: Line): boolean {
  return line.depth > 0 || SEVERITY.test(line.text) || /^(diff --git |@@ -\d)/.test(line.text);
}

function afterSummary(lines: readonly Line[], subject: number, end: number): number {
  let i = subject;
  const skip = (blank: boolean) => {
    while (i < end && lines[i]!.blank === blank) i++;
  };
  skip(false);
  skip(true);
  // a summary in the indicative; a review's comments ask
  let j = i;
  while (j < end && !lines[j]!.blank) j++;
  if (lines.slice(i, j).some((l) => /\?\s*$/.test(l.text))) return i;
  i = j;
  skip(true);
  return i;
}

/** The bulleted summary of a mail ends with `--`. */
function bodyAfterIntro(lines: readonly Line[], from: number, end: number): number {
  const intro = lines.slice(from, end).findIndex(isIntro);
  if (intro < 0) return from;
  for (let i = from + intro; i < end && lines[i]!.depth === 0; i++) if (/^--\s*$/.test(lines[i]!.text)) return i + 1;
  return from;
}

function isPoliteness(comment: ReviewComment): boolean {
  return comment.paragraphs.every(
    (p) => p.text.length < 200 && /^(thank(s| you)\b|(best |kind )?regards\b|cheers\b|hi\b|hello\b|dear\b)[^?]*$/i.test(p.text),
  );
}

/** A bullet of the summary says in short what a comment says below: it goes and stays with it. One that has no comment is a claim of its own. */
function joinBullets(comments: ReviewComment[], bullets: ReviewComment[]): ReviewComment[] {
  const alone: ReviewComment[] = [];
  const taken = new Set<ReviewComment>();
  for (const bullet of bullets) {
    const best = closest(bullet, comments, taken);
    if (!best) {
      alone.push(bullet);
      continue;
    }
    taken.add(best);
    best.cuts.push(...bullet.cuts, ...bullet.paragraphs.flatMap((p) => p.cuts));
    best.preexisting ??= bullet.preexisting;
    best.severity ??= bullet.severity;
  }
  return [...comments, ...alone];
}

/** The comment that shares most words with `one`, one not `taken` first. */
export function closest(one: ReviewComment, comments: readonly ReviewComment[], taken: ReadonlySet<ReviewComment>): ReviewComment | null {
  const words = wordsOf(one);
  const [best] = comments
    .filter((c) => c.severity === null || one.severity === null || c.severity === one.severity)
    .map((c) => ({ c, score: overlap(words, wordsOf(c)) - (taken.has(c) ? 3 : 0) }))
    .filter(({ score }) => score >= 3)
    .sort((x, y) => y.score - x.score);
  return best?.c ?? null;
}

export function wordsOf(comment: ReviewComment): Set<string> {
  const text = [...comment.paragraphs.map((p) => p.text), ...comment.quoted.slice(-4).map((q) => q.text)].join(' ');
  return new Set(text.match(/[A-Za-z_][\w>-]{3,}/g)?.map((w) => w.toLowerCase()) ?? []);
}

/** Words in common; names from the code weigh more. */
export function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let score = 0;
  for (const w of a) if (b.has(w)) score += /[_>]/.test(w) ? 3 : 1;
  return score;
}
