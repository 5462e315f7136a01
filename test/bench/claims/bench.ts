/** The benchmark of claims: each is put to the judge as a reviewer would write it, and the answers are counted. */
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import type { JudgedClaim, Verdict } from '../../../src/claim.ts';
import { loadPatterns } from '../../../src/commands/patterns.ts';
import { readReview } from '../../../src/input/review/read.ts';
import { judgeReviews } from '../../../src/review/judge-reviews.ts';

export interface BenchClaim {
  id: string;
  code: string;
  fn: string;
  /** the line under which the reviewer writes */
  at: string;
  text: string;
  truth: true | false | 'beyond';
  verdict: Verdict;
  category: string;
  /** other categories that say the same */
  categories?: string[];
  subject?: string;
  why: string;
  /** mails after whose manner it is written */
  after: (string | number)[];
  limit?: string;
}

export interface BenchAnswer {
  claim: BenchClaim;
  /** all that was read out of the text; the first is the answer */
  judged: JudgedClaim[];
}

/** @param folder where the lists of claims and code/ stand: bundled, this file does not know */
export function readBench(folder: string = import.meta.dirname): BenchClaim[] {
  const lists = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return lists.sort().flatMap((name) => parse(readFileSync(resolve(folder, name), 'utf8')) as BenchClaim[]);
}

/** An inline review: the function quoted down to the line, then the words. */
export function reviewOf(claim: BenchClaim, code: string): string {
  const lines = code.split('\n');
  const head = lines.findIndex((l) => new RegExp(`\\b${claim.fn}\\(`).test(l) && !l.includes('BTF_ID_FLAGS') && !/^\s/.test(l));
  const at = lines.findIndex((l, i) => i >= head && l.trim() === claim.at);
  if (head < 0 || at < 0) throw new Error(`${claim.id}: ${claim.fn} has no line '${claim.at}'`);
  const quoted = lines.slice(head, at + 1).map((l) => `> +${l}`);
  return [
    `> diff --git a/bench/${claim.code}.c b/bench/${claim.code}.c`,
    `> @@ -0,0 +1,${lines.length} @@`,
    ...quoted,
    '',
    claim.text,
    '',
    '',
  ].join('\n');
}

export async function runBench(folder: string = import.meta.dirname): Promise<BenchAnswer[]> {
  const { patterns } = await loadPatterns([]);
  const claims = readBench(folder);
  const out: BenchAnswer[] = [];
  for (const code of new Set(claims.map((c) => c.code))) {
    const text = readFileSync(resolve(folder, 'code', `${code}.c`), 'utf8');
    const own = claims.filter((c) => c.code === code);
    const documents = own.map((c) => readReview(reviewOf(c, text), c.id)[0]!);
    const input = { patches: [], plainFiles: [{ path: `bench/${code}.c`, text }], messages: [], diagnostics: [] };
    const options = { kernel: { series: '6.12', from: 'option' as const }, tree: null, patterns, trust: 'ruling' as const };
    const { reviews } = judgeReviews(documents, input, options, null);
    own.forEach((claim, i) => {
      out.push({ claim, judged: reviews[i]!.claims });
    });
  }
  return out;
}

export function verdictOf(answer: BenchAnswer): Verdict {
  return answer.judged[0]?.verdict ?? 'out-of-scope';
}

const VERDICTS: Verdict[] = ['confirmed', 'refuted', 'undecided', 'out-of-scope'];

/** Rows: what is true. Columns: what was said. */
export function confusionMatrix(answers: readonly BenchAnswer[]): string {
  const rows = ([true, false, 'beyond'] as const).map((truth) => {
    const own = answers.filter((a) => a.claim.truth === truth);
    return [String(truth), ...VERDICTS.map((v) => String(own.filter((a) => verdictOf(a) === v).length)), String(own.length)];
  });
  return [['truth', ...VERDICTS, 'all'], ...rows]
    .map((r) => r.map((cell, i) => (i === 0 ? cell.padEnd(8) : cell.padStart(14))).join(''))
    .join('\n');
}
