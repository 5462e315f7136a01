/**
 * One small patch, cold, whole process, against `node -e 0`: medians of paired runs, A B A B …, so that a busy machine slows both.
 * `node test/bench/startup.mjs [--pairs N] [--limit RATIO]`: exits with 1 where the ratio is above the limit.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const { values } = parseArgs({
  options: { pairs: { type: 'string', default: '41' }, limit: { type: 'string', default: '1.8' }, input: { type: 'string' } },
});
const pairs = Number(values.pairs);
const limit = Number(values.limit);
const bundle = join(root, 'dist/kfunc-lint.cjs');
const patch = values.input ?? join(root, 'fixtures/unchecked-param/refuted/rcu-slot-reassigned.patch');
if (!existsSync(bundle)) throw new Error('dist/kfunc-lint.cjs is not there: npm run build');

/** Milliseconds from spawn to exit. */
function time(args, expected) {
  const start = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const elapsed = Number(process.hrtime.bigint() - start) / 1e6;
  if (!expected.includes(status)) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`);
  return elapsed;
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const run = () => ({ bare: time(['-e', '0'], [0]), lint: time([bundle, 'lint', patch], [0, 1]) });

for (let i = 0; i < 3; i++) run();
const runs = Array.from({ length: pairs }, run);
const bare = median(runs.map((one) => one.bare));
const lint = median(runs.map((one) => one.lint));
const ratio = median(runs.map((one) => one.lint / one.bare));
console.log(
  `node -e 0: ${bare.toFixed(1)} ms   lint of one patch: ${lint.toFixed(1)} ms   ratio ${ratio.toFixed(2)} (limit ${limit}, ${pairs} pairs)`,
);
process.exitCode = ratio <= limit ? 0 : 1;
