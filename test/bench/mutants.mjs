/**
 * node test/bench/mutants.mjs TREE [--kernel SERIES] [--kind KIND]… [--list] [--json FILE]
 * Edits the kfuncs of a kernel tree, one mistake at a time, and prints by kind of mistake what is said of it. Exit code 1 where nothing could be mutated.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { loadTypeScript } from '../../scripts/load-ts.mjs';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    kernel: { type: 'string', default: '6.12' },
    kind: { type: 'string', multiple: true, default: [] },
    list: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
if (positionals.length !== 1) {
  console.error('usage: node test/bench/mutants.mjs TREE [--kernel SERIES] [--kind KIND]... [--list] [--json FILE]');
  process.exit(2);
}
const { measure, table, rest } = await loadTypeScript('test/bench/mutants/measure.ts');
const progress = (text) => process.stderr.write(`${text}\n`);
const measured = await measure({ tree: positionals[0], series: values.kernel, kinds: values.kind, progress });
if (values.list) console.log(`${rest(measured)}\n`);
if (values.json) writeFileSync(values.json, `${JSON.stringify(measured, null, 1)}\n`);
console.log(table(measured));
process.exitCode = measured.length === 0 ? 1 : 0;
