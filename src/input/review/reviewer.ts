/** Who writes reviews by machine, and how their texts can be told from answers, patches and talk. */
import type { Line } from './line.ts';
import { isAttribution } from './line.ts';

/** Senders whose mails are reviews. The kernel test robot reports builds and is not among them. */
const SENDERS = /\b(bot\+bpf-ci|sashiko(-bot)?|ai-review(er)?|claude-review|netdev-ai-bot)@/i;

/** Lines that only the review itself carries at the left edge: in an answer they stand behind quote marks. */
const FOOTERS = [
  /^AI reviewed your patch\b/,
  /^Sashiko AI review\b.*https?:/,
  /^AI-authorship-(score|explanation):/,
  /^This is an? (AI|LLM|machine)[- ]generated review\b/i,
  /^(The )?following (is|was) (an )?(AI|LLM)[- ]generated\b/i,
];
const INTRO = /^(Thank you for your contribution! )?Sashiko AI review found \d+ (potential )?issue/;
const CLEAN = [/^No issues found\.?\s*$/, /^No detailed regression report generated\.?\s*$/, /^No regressions? (were )?found\.?\s*$/i];

export function isReviewSender(from: string | null): boolean {
  return from !== null && SENDERS.test(from);
}

export function isFooter(line: Line): boolean {
  return line.depth === 0 && FOOTERS.some((f) => f.test(line.text));
}

export function isIntro(line: Line): boolean {
  return line.depth === 0 && INTRO.test(line.text);
}

export function saysClean(line: Line): boolean {
  return line.depth === 0 && CLEAN.some((c) => c.test(line.text.trim()));
}

/** `commit <sha>` with an author right below it: how a review names its patch. A commit that somebody pasted from git has its message indented. */
export function isCommitHeader(lines: readonly Line[], i: number): boolean {
  const line = lines[i]!;
  if (line.depth > 0 || !/^commit [0-9a-f]{7,40}\b/.test(line.text)) return false;
  if (!lines.slice(i + 1, i + 4).some((l) => l.depth === 0 && /^Author:/.test(l.text))) return false;
  let subject = i + 1;
  while (
    subject < lines.length &&
    (lines[subject]!.blank || /^(Author|AuthorDate|Commit|CommitDate|Date|Merge):/.test(lines[subject]!.text))
  )
    subject++;
  return !/^( {4}|\t)/.test(lines[subject]?.text ?? '');
}

/** Lines after the review proper: footers, scores, signatures. */
export function isTail(line: Line): boolean {
  if (line.depth > 0) return false;
  return (
    isFooter(line) ||
    /^(issues-found|issue-severity-score|issue-severity-explanation|CI run summary|In-Reply-To-Subject):/.test(line.text) ||
    /^See: https?:\S+\/README/.test(line.text) ||
    /^-- $/.test(line.text) ||
    /^_{20,}$/.test(line.text) ||
    /^© \d{4}/.test(line.text)
  );
}

/** Something else begins here: an answer, a patch, the next mail of a pasted thread. */
export function beginsSomethingElse(line: Line): boolean {
  if (line.depth > 0) return false;
  return (
    isAttribution(line.text) ||
    /^From [0-9a-f]{40} /.test(line.text) ||
    /^(Re: )?\[PATCH\b/.test(line.text) ||
    /^Posted by .+ ago$/.test(line.text)
  );
}
