/** Sashiko's API: an object for each review, whose `output` is JSON in a string, which holds the inline review once more. One claim, up to three places. */
import { InputError } from '../../claim.ts';
import { closest, readInline } from './inline.ts';
import type { JsonNode } from './json-text.ts';
import { booleanOf, cutsOf, itemsOf, member, numberOf, parseJsonText, textOf } from './json-text.ts';
import type { Layer } from './layer.ts';
import { splitLines } from './line.ts';
import type { Cut, ReviewComment, ReviewDocument } from './model.ts';
import { emptyComment, emptyDocument } from './model.ts';

/** One review object, a bare `output`, or a patch set with its reviews; null: none of these. */
export function readSashiko(root: JsonNode, source: string): ReviewDocument[] | null {
  if (root.k === 'array') {
    const each = root.items.map((item, i) => readSashiko(item, `${source}#${i + 1}`));
    return each.length > 0 && each.every((e) => e !== null) ? each.flat() : null;
  }
  if (root.k !== 'object') return null;
  const reviews = member(root, 'reviews');
  if (reviews?.k === 'array') return reviews.items.flatMap((item, i) => readSashiko(item, `${source}#${i + 1}`) ?? []);
  if (root.entries.has('inline_review') || (root.entries.has('output') && root.entries.has('status'))) return [readReview(root, source)];
  if (root.entries.has('findings') && (root.entries.has('review_inline') || root.entries.has('fixes')))
    return [readOutput(root, [], source)];
  return null;
}

/** @throws InputError for a review that was not made: that is no clean review */
function readReview(root: JsonNode, source: string): ReviewDocument {
  const status = textOf(member(root, 'status'));
  if (status !== null && /^(failed|in review|pending|cancelled)/i.test(status))
    throw new InputError(`${source}: the review was not made (status "${status}")`);
  const inline = stringLayer(member(root, 'inline_review'));
  const output = stringLayer(member(root, 'output'));
  if (!output && !inline) {
    if (status !== null && /^skipped/i.test(status)) return { ...emptyDocument('sashiko', source), clean: true };
    throw new InputError(`${source}: the review object has neither "output" nor "inline_review"`);
  }
  const parsed = output ? parseOutput(output, source) : null;
  return readOutput(parsed, inline ? [inline] : [], source);
}

function parseOutput(layer: Layer, source: string): JsonNode | null {
  return layer.text.trim() === '' ? null : parseJsonText(layer, `${source}: "output"`);
}

function stringLayer(node: JsonNode | null): Layer | null {
  return node?.k === 'string' ? node.layer : null;
}

function readOutput(output: JsonNode | null, inlines: Layer[], source: string): ReviewDocument {
  const inner = stringLayer(member(output, 'review_inline'));
  const copies = [...inlines, ...(inner ? [inner] : [])].filter((l) => l.text.trim() !== '');
  const [doc, ...rest] = copies.map((layer) => inlineOf(layer, source));
  const result = doc ?? emptyDocument('sashiko', source);
  for (const copy of rest) addCuts(result, copy);
  const findings = member(output, 'findings');
  const cuts = cutsOf(findings);
  const own = itemsOf(findings).map((item, i) => finding(item, cuts[i]!));
  result.comments = join(result.comments, own);
  for (const item of itemsOf(member(output, 'dismissed_concerns'))) result.comments.push(dismissed(item));
  result.clean = result.comments.length === 0;
  return result;
}

function inlineOf(layer: Layer, source: string): ReviewDocument {
  const lines = splitLines(layer.text);
  return readInline(layer, lines, 0, lines.length, 'sashiko', source);
}

/** The second copy of the same review is the same text, so its comments pair off. */
function addCuts(doc: ReviewDocument, copy: ReviewDocument): void {
  if (doc.comments.length !== copy.comments.length) return;
  doc.comments.forEach((comment, i) => {
    const other = copy.comments[i]!;
    if (other.paragraphs.length !== comment.paragraphs.length) return;
    comment.cuts.push(...other.cuts);
    comment.paragraphs.forEach((p, j) => {
      p.cuts.push(...other.paragraphs[j]!.cuts);
    });
  });
}

/** A finding says what a comment of the inline review says too; one that no comment matches is a claim of its own. */
function join(comments: ReviewComment[], findings: ReviewComment[]): ReviewComment[] {
  const taken = new Set<ReviewComment>();
  const alone = findings.filter((one) => {
    const best = closest(one, comments, taken);
    if (!best) return true;
    taken.add(best);
    best.cuts.push(...one.cuts);
    best.preexisting ??= one.preexisting;
    best.severity ??= one.severity;
    best.file ??= one.file;
    best.function ??= one.function;
    best.line ??= one.line;
    return false;
  });
  return [...comments, ...alone];
}

function finding(item: JsonNode, cut: Cut): ReviewComment {
  const comment = located(item);
  comment.cuts = [cut];
  const text = [textOf(member(item, 'problem')), textOf(member(item, 'severity_explanation'))].filter((t) => t !== null);
  comment.paragraphs = text.map((t) => ({ text: t, cuts: [] }));
  comment.severity = textOf(member(item, 'severity'))?.toLowerCase() ?? null;
  comment.preexisting = booleanOf(member(item, 'preexisting'));
  return comment;
}

function dismissed(item: JsonNode): ReviewComment {
  const comment = located(item);
  const text = ['type', 'description', 'reasoning'].map((k) => textOf(member(item, k))).filter((t) => t !== null);
  comment.paragraphs = text.map((t) => ({ text: t, cuts: [] }));
  comment.category = textOf(member(item, 'type'));
  comment.preexisting = booleanOf(member(item, 'preexisting'));
  comment.dismissed = true;
  return comment;
}

/** Older objects have no location at all: none is made up. */
function located(item: JsonNode): ReviewComment {
  const comment = emptyComment();
  const place = itemsOf(member(item, 'locations'))[0] ?? null;
  comment.file = textOf(member(place, 'file'));
  comment.function = /[A-Za-z_]\w*(?=\s*(\(|$))/.exec(textOf(member(place, 'function_or_symbol')) ?? '')?.[0] ?? null;
  comment.line = numberOf(member(place, 'line'));
  const snippet = textOf(member(place, 'code_snippet'));
  if (snippet) comment.quoted = snippet.split('\n').map((text) => ({ sign: ' ', text, file: comment.file, offset: 0 }));
  return comment;
}
