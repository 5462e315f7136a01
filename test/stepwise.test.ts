/** Who looks on while the analysis runs sees the same findings as who waits for its end. */
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPatterns } from '../src/commands/patterns.ts';
import { readInputs } from '../src/input/read.ts';
import { analyse, analyseStepwise, filesOf, type LintOptions } from '../src/lint.ts';

const ROOT = resolve(import.meta.dirname, '..');
const FOLDERS = ['acquire-release/confirmed', 'unchecked-param/refuted', 'unbounded-index/confirmed', 'registration/confirmed'];
const inputs = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, 'fixtures', folder))
    .filter((name) => /\.(c|patch)$/.test(name))
    .map((name) => join('fixtures', folder, name)),
);

describe('analysis step by step', () => {
  it.each(inputs)('%s: the same findings', async (path) => {
    const { patterns } = await loadPatterns([]);
    const options: LintOptions = { kernel: { series: '6.12', from: 'option' }, tree: null, patterns, trust: 'ruling', keepSeen: true };
    const { files } = filesOf(await readInputs([join(ROOT, path)]), null);
    const steps = [...analyseStepwise(files, options)];
    const whole = analyse(files, options).findings;
    const byPlace = (a: { id: string; message: string }, b: { id: string; message: string }) =>
      a.id + a.message < b.id + b.message ? -1 : 1;
    expect(steps.flatMap((one) => one.findings).sort(byPlace)).toEqual([...whole].sort(byPlace));
    expect(steps.at(-1)).toMatchObject({ kfunc: null, done: steps.at(-1)!.total });
    for (const one of whole) if (one.kfunc !== null) expect(Object.keys(one.seen!.code).length).toBeGreaterThan(0);
  });
});
