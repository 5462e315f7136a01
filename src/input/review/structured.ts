/** Reviews as JSON: results of review agents, Sashiko's API objects, our own list of claims. Told apart by their members. */
import { InputError } from '../../claim.ts';
import type { JsonNode } from './json-text.ts';
import { booleanOf, cutsOf, itemsOf, member, numberOf, textOf } from './json-text.ts';
import type { Cut, ReviewComment, ReviewDocument } from './model.ts';
import { emptyComment, emptyDocument } from './model.ts';

/** @throws InputError for a list whose entries lack what a claim needs */
export function readStructured(root: JsonNode, source: string): ReviewDocument | null {
  if (root.k !== 'object') return null;
  if (root.entries.has('regressions') || root.entries.has('analysis-complete')) return readAgentResult(root, source);
  if (root.entries.has('issue-severity-score') || root.entries.has('issues-found')) return readMetadata(root, source);
  if (root.entries.has('claims') && itemsOf(member(root, 'claims')).every((c) => !member(c, 'verdict'))) return readClaimList(root, source);
  return null;
}

function paragraph(text: string, cuts: Cut[] = []): ReviewComment['paragraphs'] {
  return text
    .split(/\n\s*\n/)
    .filter((p) => p.trim() !== '')
    .map((p) => ({ text: p, cuts }));
}

/** `FILE-N-review-result.json`: what the agent found, and what it threw away as false. */
function readAgentResult(root: JsonNode, source: string): ReviewDocument {
  const doc = emptyDocument('agent-result', source);
  const file = textOf(member(root, 'file'));
  if (booleanOf(member(root, 'analysis-complete')) === false) {
    doc.diagnostics.push({
      level: 'warning',
      message: `${source}: the reviewer did not finish (analysis-complete is false)`,
      location: null,
    });
  }
  const regressions = member(root, 'regressions');
  const cuts = cutsOf(regressions);
  doc.comments = itemsOf(regressions).map((item, i) => regression(item, file, cuts[i]!));
  for (const item of itemsOf(member(root, 'false-positives'))) doc.comments.push(dismissal(item, file));
  doc.clean = doc.comments.length === 0;
  return doc;
}

function regression(item: JsonNode, file: string | null, cut: Cut): ReviewComment {
  const comment = emptyComment();
  const named = textOf(member(item, 'file_name'));
  const text = ['issue_description', 'suggested_question'].map((k) => textOf(member(item, k))).filter((t) => t !== null);
  comment.id = textOf(member(item, 'id'));
  comment.paragraphs = paragraph(text.join('\n\n'));
  comment.cuts = [cut];
  comment.file = named === 'COMMIT_MESSAGE' ? null : (named ?? file);
  comment.function = nameOnly(textOf(member(item, 'function')));
  comment.line = positive(numberOf(member(item, 'line_number')));
  comment.category = textOf(member(item, 'issue_category'));
  comment.severity = textOf(member(item, 'issue_severity'));
  comment.strength = textOf(member(item, 'issue_type'));
  comment.quoted = itemsOf(member(item, 'issue_context')).flatMap((c) => contextLines(textOf(c), comment.file));
  return comment;
}

function contextLines(text: string | null, file: string | null): ReviewComment['quoted'] {
  return (text ?? '').split('\n').map((line) => {
    const sign = line[0] === '+' || line[0] === '-' ? line[0] : ' ';
    return { sign, text: sign === ' ' ? line : line.slice(1), file, offset: sign === ' ' ? 0 : 1 };
  });
}

/** The reviewer's own dismissal is a claim too, the other way round: if it is wrong a bug was lost. */
function dismissal(item: JsonNode, file: string | null): ReviewComment {
  const comment = emptyComment();
  const place = textOf(member(item, 'location')) ?? '';
  comment.category = textOf(member(item, 'type')) ?? textOf(member(item, 'issue_category'));
  comment.paragraphs = paragraph(
    [comment.category, textOf(member(item, 'description')), textOf(member(item, 'reason')) ?? textOf(member(item, 'reasoning'))]
      .filter((t) => t !== null)
      .join(': '),
  );
  const named = /([\w./-]+\.[ch])(?::(\d+))?/.exec(place);
  comment.file = named?.[1] ?? textOf(member(item, 'file')) ?? file;
  comment.line = positive(named?.[2] ? Number(named[2]) : null);
  comment.function = nameOnly(/([A-Za-z_]\w*)\(\)/.exec(place)?.[1] ?? place.replace(named?.[0] ?? '', '').replace(/^[\s:]+/, ''));
  comment.dismissed = true;
  return comment;
}

function readMetadata(root: JsonNode, source: string): ReviewDocument {
  const doc = emptyDocument('metadata', source);
  doc.commit = textOf(member(root, 'sha'));
  doc.subject = textOf(member(root, 'subject'));
  doc.clean = true;
  return doc;
}

/** Number of issues that `review-metadata.json` says were found; null in other files. */
export function issuesFound(root: JsonNode): number | null {
  return numberOf(member(root, 'issues-found'));
}

function readClaimList(root: JsonNode, source: string): ReviewDocument {
  const doc = emptyDocument('list', source);
  const list = member(root, 'claims');
  if (list?.k !== 'array') throw new InputError(`${source}: "claims" must be a list`);
  const cuts = cutsOf(list);
  doc.comments = list.items.map((item, i) => listed(item, i, cuts[i]!, source));
  doc.clean = doc.comments.length === 0;
  return doc;
}

function listed(item: JsonNode, i: number, cut: Cut, source: string): ReviewComment {
  const need = (key: string): string => {
    const value = member(item, key);
    const text = value?.k === 'plain' && typeof value.value === 'number' ? String(value.value) : textOf(value);
    if (text === null || text.trim() === '') throw new InputError(`${source}: claims[${i}] has no "${key}"`);
    return text;
  };
  const comment = emptyComment();
  comment.id = need('id');
  comment.function = nameOnly(need('function'));
  comment.paragraphs = paragraph(need('text'));
  comment.cuts = [cut];
  comment.file = textOf(member(item, 'file'));
  comment.line = positive(numberOf(member(item, 'line')));
  comment.subject = textOf(member(item, 'subject'));
  comment.category = textOf(member(item, 'category'));
  comment.strength = 'listed';
  return comment;
}

function positive(n: number | null): number | null {
  return n !== null && Number.isInteger(n) && n > 0 ? n : null;
}

function nameOnly(text: string | null): string | null {
  return /[A-Za-z_]\w*/.exec(text ?? '')?.[0] ?? null;
}
