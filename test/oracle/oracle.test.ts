/** The model against the recorded verdicts of real kernels: no kernel is needed here. `npm run oracle` asks them anew. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { knownStructs } from '../../src/verifier/kernel-types.ts';
import { statementsOf } from '../../src/verifier/statements.ts';
import type { Answers } from './answers.ts';
import { judgeModel } from './check.ts';
import { FLIPS } from './flips.ts';
import { difference, report, weakParameters } from './report.ts';

const folder = join(import.meta.dirname, 'answers');
const recorded = new Map(
  readdirSync(folder).map((f): [string, Answers] => {
    const answers: Answers = JSON.parse(readFileSync(join(folder, f), 'utf8'));
    return [answers.series, answers];
  }),
);

describe('the model against real kernels', () => {
  const lines: string[] = [];
  afterAll(() => {
    process.stdout.write(`${lines.join('')}\n`);
  });

  it('has been asked of 6.1, 6.12 and several 7.x, of 6.12 with over 20,000 programs', () => {
    expect([...recorded.keys()]).toEqual(expect.arrayContaining(['6.1', '6.12', '6.18', '7.0', '7.2', '7.3']));
    expect(recorded.get('6.12')!.programs).toBeGreaterThan(20_000);
  });

  it.each([...recorded])('%s: never stronger than the kernel, and weaker with reason only', (_, answers) => {
    const judgement = judgeModel(answers);
    lines.push(report(answers, judgement));
    expect(judgement.unsound).toEqual([]);
    expect(judgement.weaker.filter((w) => w.reason === null)).toEqual([]);
    expect(weakParameters(judgement) / judgement.parameters).toBeLessThanOrEqual(0.01);
    expect(judgement.parameters).toBeGreaterThan(250);
  });
});

describe('one entry of the model turned wrong', () => {
  it.each(FLIPS.map((f) => [f.name, f] as const))('%s: is noticed', (_, flip) => {
    const answers = recorded.get(flip.shownBy)!;
    const back = flip.turn();
    try {
      expect(judgeModel(answers).unsound.length).toBeGreaterThan(0);
    } finally {
      back();
    }
    expect(judgeModel(answers).unsound).toEqual([]);
  });
});

describe('answers against those that are kept', () => {
  it('tells what changed, program by program', () => {
    const kept = recorded.get('6.12')!;
    expect(difference(kept, kept)).toBe('');
    const task = kept.matrix.none!.task!;
    const fresh = { ...kept, matrix: { ...kept.matrix, none: { ...kept.matrix.none!, task: `a${task.slice(1)}` } } };
    expect(difference(kept, fresh)).toBe(
      `  1 answer differs from the recorded ones of ${kept.kernel}:\n    none/task/${kept.columns.pointer![0]}: r → a\n`,
    );
  });
});

describe('structs that the model knows by name', () => {
  it.each([...recorded])('are laid out so in %s', (_, answers) => {
    const known = knownStructs();
    const wrong = Object.entries(answers.knownStructs).filter(([name, scalars]) => known.get(name) !== scalars);
    expect(wrong).toEqual([]);
    expect(Object.keys(answers.knownStructs).length).toBeGreaterThan(60);
  });
});

describe("the model's quotes", () => {
  /** Words that the oracle's programs make the verifier say. */
  const HEARD = [
    'is not a scalar',
    'expected pointer to ctx',
    'must be referenced',
    'must be a known constant',
    "doesn't point to a const string",
  ];

  it.each([...recorded])('are what the verifier of %s says', (series, answers) => {
    const heard = Object.keys(answers.messages).join('\n');
    const quotes = statementsOf(series).map((s) => s.quote);
    expect(HEARD.filter((words) => quotes.some((q) => q.includes(words)) && !heard.includes(words))).toEqual([]);
  });
});
