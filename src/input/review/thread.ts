/** Finds the reviews in text that holds other things too: a pasted thread with patch, review and answers, or a mail body. */

import { SEVERITY } from './comments.ts';
import { readInline } from './inline.ts';
import type { Layer } from './layer.ts';
import type { Line } from './line.ts';
import { isAttributionEnd } from './line.ts';
import type { ReviewDocument, ReviewKind } from './model.ts';
import { beginsSomethingElse, isCommitHeader, isFooter, isIntro, isTail, saysClean } from './reviewer.ts';

export interface Region {
  from: number;
  to: number;
}

/**
 * Regions of lines that are reviews, in order. What counts is what stands at the left edge: the same words behind quote marks belong to an answer.
 * @param sender `reviewer`: the whole text is a review · `somebody`: a person's mail, in which a quote is an answer · `unknown`: a file without headers
 */
export function reviewRegions(lines: readonly Line[], sender: 'reviewer' | 'somebody' | 'unknown'): Region[] {
  if (sender === 'reviewer') return [{ from: 0, to: lines.length }];
  const first = lines.findIndex((l) => !l.blank);
  if (first < 0) return [];
  const regions: Region[] = [];
  for (let i = 0; i < lines.length; i++) {
    if (!startsReview(lines, i, first)) continue;
    const to = regionEnd(lines, i);
    if (isReview(lines, i, to, i === first && sender === 'unknown')) {
      regions.push({ from: withMarks(lines, i), to });
      i = to - 1;
    }
  }
  return regions;
}

function startsReview(lines: readonly Line[], i: number, first: number): boolean {
  const line = lines[i]!;
  if (line.depth > 1) return false;
  if (isCommitHeader(lines, i) || isIntro(line)) return true;
  if (line.depth === 1) return (i === first || !isQuoteOf(lines, i)) && (i === first || /^(diff --git |@@ -\d)/.test(line.body));
  if (i === first && /^(?!\[PATCH)/.test(line.text)) return SEVERITY.test(line.text) || saysClean(line) || isFooter(line);
  return SEVERITY.test(line.text) && !lines.slice(0, i).some((l) => l.depth > 0);
}

/** The quote continues one that began above, or belongs to an answer. */
function isQuoteOf(lines: readonly Line[], i: number): boolean {
  for (let j = i - 1; j >= 0 && j >= i - 4; j--) {
    const above = lines[j]!;
    if (above.depth > 0 || beginsSomethingElse(above) || isAttributionEnd(above.text)) return true;
  }
  return false;
}

/** The footers of a review follow each other; after the last of them somebody else speaks. */
function regionEnd(lines: readonly Line[], from: number): number {
  let sawTail = false;
  const start = lines[from]!;
  for (let i = from + 1; i < lines.length; i++) {
    const line = lines[i]!;
    if (beginsSomethingElse(line) || startsAttribution(lines, i)) return i;
    if (isCommitHeader(lines, i) && !(isIntro(start) && !lines.slice(from, i).some((l) => l.depth > 0))) return i;
    if (isTail(line)) sawTail = true;
    else if (sawTail && (line.depth > 0 || /^(diff --git |---$)/.test(line.text))) return i;
  }
  return lines.length;
}

function startsAttribution(lines: readonly Line[], i: number): boolean {
  const next = lines[i + 1];
  return /^On \S/.test(lines[i]!.text) && next !== undefined && next.depth === 0 && isAttributionEnd(next.text);
}

/** A header makes a review; a bare quote is one only as the beginning of the text or with a reviewer's footer below. */
function isReview(lines: readonly Line[], from: number, to: number, atStart: boolean): boolean {
  const line = lines[from]!;
  if (line.depth === 0) return true;
  const own = lines.slice(from, to);
  return own.some(isFooter) || (atStart && own.some((l) => l.depth === 0 && !l.blank && !GREETING.test(l.text)));
}

/** What people write below a quote without saying anything about it. */
const GREETING = /^(([A-Z][\w-]+-by|Cc): |--|(many )?(thanks|thank you|cheers|regards|best|applied)\b)/i;

/** The fence around a pasted review belongs to it. */
function withMarks(lines: readonly Line[], from: number): number {
  return from > 0 && /^\s*```\s*$/.test(lines[from - 1]!.text) ? from - 1 : from;
}

export function readRegions(
  layer: Layer,
  lines: readonly Line[],
  regions: readonly Region[],
  kind: ReviewKind,
  source: string,
): ReviewDocument[] {
  return regions.map((r, n) => readInline(layer, lines, r.from, r.to, kind, regions.length > 1 ? `${source}#${n + 1}` : source));
}
