/** A review without its refuted claims: everything else stays as it is, byte for byte. */
import type { Cut, ReviewComment, ReviewDocument, Span } from '../input/review/model.ts';

/** A claim's share in a comment, and whether it goes. */
export interface Share {
  comment: ReviewComment;
  paragraphs: number[];
  refuted: boolean;
}

export interface Filtered {
  /** null: nothing is left to post */
  text: string | null;
  removed: number;
  kept: number;
}

/**
 * @param text the review as it was read; spans of the documents count in it
 * @param documents all that the file holds
 * @param shares every claim of these documents; dismissals are not counted: they are not posted
 */
export function filterReview(text: string, documents: readonly ReviewDocument[], shares: readonly Share[]): Filtered {
  const claims = shares.filter((s) => !s.comment.dismissed);
  const gone = claims.filter((s) => s.refuted);
  const kept = claims.length - gone.length;
  if (gone.length === 0) return { text, removed: 0, kept };
  // a result file that is not there means that the reviewer failed: an emptied one stays
  if (kept === 0 && documents.every((d) => d.kind !== 'agent-result')) return { text: null, removed: gone.length, kept };
  const pieces = new Map<ReviewDocument['encoded'], Cut[]>();
  for (const doc of documents) {
    const cuts = doc.comments.flatMap((comment) =>
      cutsFor(
        comment,
        claims.filter((s) => s.comment === comment),
      ),
    );
    pieces.set(doc.encoded, [...(pieces.get(doc.encoded) ?? []), ...cuts]);
  }
  let out = text;
  const encoded = [...pieces].flatMap(([part, cuts]) => (part ? [{ span: part.span, text: part.encode(cut(part.text, cuts)) }] : []));
  const plain = resolve(pieces.get(null) ?? []);
  const edits = [...plain.map((span) => ({ span, text: '' })), ...encoded].sort((a, b) => b.span.start - a.span.start);
  for (const edit of edits) out = out.slice(0, edit.span.start) + edit.text + out.slice(edit.span.end);
  return { text: out, removed: gone.length, kept };
}

/** The whole comment where all its claims go; else the paragraphs that belong to refuted claims alone. */
function cutsFor(comment: ReviewComment, shares: readonly Share[]): Cut[] {
  if (shares.length === 0 || shares.every((s) => !s.refuted)) return [];
  if (shares.every((s) => s.refuted)) return [...comment.cuts, ...comment.paragraphs.flatMap((p) => p.cuts)];
  const needed = new Set(shares.filter((s) => !s.refuted).flatMap((s) => s.paragraphs));
  const loose = new Set(shares.filter((s) => s.refuted).flatMap((s) => s.paragraphs.filter((p) => !needed.has(p))));
  return [...loose].flatMap((i) => comment.paragraphs[i]?.cuts ?? []);
}

function cut(text: string, cuts: readonly Cut[]): string {
  let out = text;
  for (const span of resolve(cuts).reverse()) out = out.slice(0, span.start) + out.slice(span.end);
  return out;
}

/** Spans in order, joined where they touch. An item of a list takes one comma along: the one before it if an item that stays is before it, else the one after. */
function resolve(cuts: readonly Cut[]): Span[] {
  const lists = new Map<readonly Span[], Set<number>>();
  const spans: Span[] = [];
  for (const one of cuts) {
    if ('list' in one) lists.set(one.list, (lists.get(one.list) ?? new Set()).add(one.index));
    else spans.push(one);
  }
  for (const [list, gone] of lists) {
    const first = list.findIndex((_, i) => !gone.has(i));
    for (const i of gone) {
      const { start, end } = list[i]!;
      spans.push(first >= 0 && first < i ? { start: list[i - 1]!.end, end } : { start, end: list[i + 1]?.start ?? end });
    }
  }
  const joined: Span[] = [];
  for (const span of spans.sort((a, b) => a.start - b.start || a.end - b.end)) {
    const last = joined.at(-1);
    if (last && span.start <= last.end) last.end = Math.max(last.end, span.end);
    else joined.push({ ...span });
  }
  return joined;
}
