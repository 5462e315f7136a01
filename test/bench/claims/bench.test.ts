import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Verdict } from '../../../src/claim.ts';
import { type BenchAnswer, type BenchClaim, confusionMatrix, readBench, runBench, verdictOf } from './bench.ts';

let answers: BenchAnswer[] = [];
beforeAll(async () => {
  answers = await runBench();
}, 120_000);

/** Where the answer had to say less than the truth, a later one may say it all. */
function rightVerdicts({ truth, verdict }: BenchClaim): Verdict[] {
  return truth === true ? [verdict, 'confirmed'] : truth === false ? [verdict, 'refuted'] : [verdict];
}

describe('the benchmark of claims', () => {
  it('is large enough, and every claim has its model, its answer and why', () => {
    const claims = readBench();
    expect(claims.length).toBeGreaterThanOrEqual(300);
    expect(new Set(claims.map((c) => c.id)).size).toBe(claims.length);
    expect(readFileSync(resolve(import.meta.dirname, '../../../README.md'), 'utf8')).toContain(`puts ${claims.length} claims of our own`);
    for (const c of claims) {
      expect(c.after.length, c.id).toBeGreaterThan(0);
      expect(c.why, c.id).not.toBe('');
      // where the right answer says less than the truth, the reason stands with it
      const says = c.truth === true ? 'confirmed' : c.truth === false ? 'refuted' : 'out-of-scope';
      expect(c.verdict === says || c.limit !== undefined, c.id).toBe(true);
      expect(c.truth === true && c.verdict === 'refuted', c.id).toBe(false);
    }
  });

  it('no true claim is refuted', () => {
    expect(answers.filter((a) => a.claim.truth === true && a.judged.some((j) => j.verdict === 'refuted')).map((a) => a.claim.id)).toEqual(
      [],
    );
  });

  it('at least 95 of 100 false claims that the model can speak about are refuted', () => {
    const spoken = answers.filter((a) => a.claim.truth === false && a.claim.limit === undefined);
    const refuted = spoken.filter((a) => verdictOf(a) === 'refuted');
    expect(spoken.length).toBeGreaterThanOrEqual(30);
    expect(refuted.length / spoken.length).toBeGreaterThanOrEqual(0.95);
  });

  it('each claim is read as what it is, and answered as it should be', () => {
    const wrong = answers.filter(({ claim, judged }) => {
      const [first] = judged;
      const categories = [claim.category, ...(claim.categories ?? [])];
      return (
        judged.length !== 1 ||
        !rightVerdicts(claim).includes(first!.verdict) ||
        !categories.includes(first!.category) ||
        (claim.subject !== undefined && first!.subject !== claim.subject)
      );
    });
    expect(wrong.map((a) => [a.claim.id, ...a.judged.map((j) => `${j.verdict} ${j.category} ${j.subject}: ${j.why}`)])).toEqual([]);
  });

  it('every verdict has evidence, and a refutation something that carries it', () => {
    for (const { claim, judged } of answers) {
      for (const j of judged) {
        expect(j.evidence.length, claim.id).toBeGreaterThan(0);
        if (j.verdict === 'refuted')
          expect(
            j.evidence.some((e) => e.role === 'carries'),
            claim.id,
          ).toBe(true);
      }
    }
  });

  it('prints its matrix', () => {
    expect(confusionMatrix(answers).split('\n')).toHaveLength(4);
  });
});
