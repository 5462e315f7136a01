/** The pipeline of `judge`, short enough to read aloud: reviews → claims → questions → verdicts → drafts. */
import type { Diagnostic, JudgedClaim, Verdict } from '../claim.ts';
import type { InputSet } from '../input/model.ts';
import type { ReviewComment, ReviewDocument } from '../input/review/model.ts';
import type { LintOptions } from '../lint.ts';
import { functionsOf } from '../source/functions.ts';
import { ask } from './ask.ts';
import type { Share } from './filter.ts';
import type { Answer } from './inquiry/answer.ts';
import { outcomeOf } from './inquiry/answer.ts';
import { inquire } from './inquiry/inquire.ts';
import type { Memory, Remembered } from './memory.ts';
import { recall } from './memory.ts';
import type { Court, Question } from './question.ts';
import { unitsOf, unitsReaching } from './question.ts';
import { draftReply } from './reply.ts';
import { patchOf, Series } from './series.ts';
import { decide, judgedClaim } from './verdict.ts';

export interface JudgedReview {
  document: ReviewDocument;
  claims: JudgedClaim[];
  /** which part of which comment each claim is, in the order of `claims` */
  shares: Share[];
}

export interface ReviewResult {
  reviews: JudgedReview[];
  diagnostics: Diagnostic[];
  fileCount: number;
  kfuncCount: number;
  /** what to remember from now on */
  remembered: Remembered[];
}

/** @param input patches and files that the reviews are about; empty where they are about a tree */
export function judgeReviews(
  documents: readonly ReviewDocument[],
  input: InputSet,
  options: LintOptions,
  memory: Memory | null,
): ReviewResult {
  const comments = documents.flatMap((d) => d.comments);
  const series = new Series(input, options, namesIn(comments), filesIn(comments));
  const remembered: Remembered[] = [];
  let count = 0;
  const reviews = documents.map((document) => {
    const review: JudgedReview = { document, claims: [], shares: [] };
    const patch = patchOf(document, series.patches);
    if (patch !== null) document.subject ??= series.patches[patch - 1]?.subject ?? null;
    for (const comment of document.comments) {
      for (const { q, court, state } of questionsAbout(comment, series, patch)) {
        const { claim, entry } = judgeOne(q, court, series, state, comment.id ?? `c${++count}`, document, memory);
        if (entry) remembered.push(entry);
        review.claims.push(claim);
        review.shares.push({ comment, paragraphs: q.stated.paragraphs, refuted: claim.verdict === 'refuted' });
      }
    }
    return review;
  });
  const { program } = series.court(series.last).analysis;
  nameApart(reviews);
  return {
    reviews,
    diagnostics: [...input.diagnostics, ...documents.flatMap((d) => d.diagnostics), ...series.diagnostics],
    fileCount: program.files.length,
    kfuncCount: program.kfuncs.length,
    remembered,
  };
}

interface Asked {
  q: Question;
  court: Court;
  /** number of patches applied */
  state: number;
}

const GRAVITY: Verdict[] = ['out-of-scope', 'refuted', 'undecided', 'confirmed'];

/**
 * At the patch reviewed. Where nothing tells which that is, at every patch that touches the file, and the gravest answer counts: what a later patch mends
 * was true of the earlier one.
 */
function questionsAbout(comment: ReviewComment, series: Series, patch: number | null): Asked[] {
  const at = (state: number): Asked[] => ask(comment, series.court(state)).map((q) => ({ q, court: series.court(state), state }));
  if (patch !== null) return at(patch);
  const each = series.touching(comment.file).map(at);
  const found = each.filter((list) => list.some(({ q }) => q.place !== null || q.own.length > 0));
  const graded = (found.length > 0 ? found : each.slice(-1)).map((list) => ({ list, gravity: Math.max(...list.map(gravity)) }));
  return graded.reduce((worst, next) => (next.gravity > worst.gravity ? next : worst)).list;
}

function gravity({ q, court }: Asked): number {
  return GRAVITY.indexOf(decide(q, inquire(q, court)).verdict);
}

function judgeOne(q: Question, court: Court, series: Series, patch: number, id: string, document: ReviewDocument, memory: Memory | null) {
  const answer = inquire(q, court);
  const decided = decide(q, outcomeOf(answer) === 'refuted' ? unlessLater(answer, q, series, patch) : answer);
  const claim = judgedClaim(q, decided, id, document.source);
  claim.reply = draftReply(q, decided);
  if (claim.verdict === 'confirmed') claim.fixedLater = mendedBy(q, series, patch);
  return memory ? recall(memory, claim, q, court, document.messageId ?? document.source) : { claim, entry: null };
}

const OTHER_PATCH =
  /\b(later|next|following|subsequent|other|last) (patch|commit|change)|\bpatch(es)? \d|\b\d{1,2}\/\d{1,2}\b|\b(rest|end) of (the|this) series\b|\bby the end of\b/i;

/** The words speak of another patch of the series: a refutation holds if it also does once all of them are applied. */
function unlessLater(answer: Answer, q: Question, series: Series, patch: number): Answer {
  if (patch >= series.last || !OTHER_PATCH.test(q.stated.text) || settledAt(q, series, series.last)) return answer;
  const why = 'the words speak of other patches of the series, and after the last of them nothing refutes it';
  return { ...answer, missing: [...answer.missing, { what: q.function ?? 'series', why, treeWouldHelp: false }] };
}

/** A later patch of the series after which the claim is refuted, and stays so. */
function mendedBy(q: Question, series: Series, patch: number): JudgedClaim['fixedLater'] {
  if (q.function === null || patch >= series.last || !settledAt(q, series, series.last)) return null;
  let first = series.last;
  while (first - 1 > patch && settledAt(q, series, first - 1)) first--;
  const mend = series.patches[first - 1]!;
  return { patch: mend.part || first, subject: mend.subject };
}

/** The same question put to a later state: the function may have moved, so it is found by name. */
function settledAt(q: Question, series: Series, n: number): boolean {
  const court = series.court(n);
  const name = q.function!;
  const own = unitsOf(court, name);
  const source = own[0]?.definition.source ?? court.analysis.program.files.flatMap(functionsOf).find((f) => f.name === name);
  if (!source) return false;
  const syntax = own[0]?.definition.syntax ?? court.analysis.program.parse(source);
  const again: Question = { ...q, anchor: null, place: { name, source, syntax }, own, reaching: unitsReaching(court, name) };
  return outcomeOf(inquire(again, court)) === 'refuted';
}

/** Functions that claims name outright: those that stand in structured reviews; prose is looked up only in the code at hand. */
function namesIn(comments: readonly ReviewComment[]): ReadonlySet<string> {
  return new Set(comments.flatMap((c) => (c.function === null ? [] : [c.function])));
}

function filesIn(comments: readonly ReviewComment[]): ReadonlySet<string> {
  return new Set(comments.flatMap((c) => (c.file === null ? [] : [c.file.replace(/^[ab]\//, '')])));
}

/** Two reviews may both have a `FILE-1-CHANGE-1-R1`, and one comment may hold two claims. */
function nameApart(reviews: readonly JudgedReview[]): void {
  const seen = new Map<string, number>();
  for (const claim of reviews.flatMap((r) => r.claims)) {
    const n = (seen.get(claim.id) ?? 0) + 1;
    seen.set(claim.id, n);
    if (n > 1) claim.id = `${claim.id}.${n}`;
  }
}
