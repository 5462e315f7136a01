/**
 * Whole trees and patches with a tree, against ripgrep over the same tree, in one run: A B C …, A B C …, so that a busy machine slows all of them.
 * `node test/bench/tree.mjs --tree LINUX [--patch PATCH] [--rounds N]`. The tree is read before, so that all runs find it in memory. The patch, unless another is
 * named, calls what leads through two functions of the tree to an index.
 * Goals: facts 2 x, scan 10 x, scan again a quarter of the first, a patch with the tree 3 x of without, 600 MB.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const { values } = parseArgs({
  options: {
    tree: { type: 'string' },
    patch: { type: 'string', default: join(root, 'fixtures/triage/memcg-stats.patch') },
    rounds: { type: 'string', default: '5' },
  },
});
const tool = join(root, 'dist/kfunc-lint.cjs');
if (!existsSync(tool)) throw new Error('dist/kfunc-lint.cjs is not there: npm run build');
const { tree } = values;
if (tree === undefined) throw new Error('name a kernel tree: --tree DIR');
const cache = mkdtempSync(join(tmpdir(), 'kfunc-lint-bench-'));
const SEARCH = ['-l', '-F', '-e', '__bpf_kfunc', '-e', 'BTF_ID_FLAGS', '-g', '*.c', '--no-ignore', '-j16', tree];

/** Milliseconds from spawn to exit. */
function time(command, args) {
  const start = process.hrtime.bigint();
  const { status, stderr } = spawnSync(command, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, XDG_CACHE_HOME: cache },
  });
  if (status !== 0 && status !== 1) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${stderr}`);
  return Number(process.hrtime.bigint() - start) / 1e6;
}

const tell = (...args) => time(process.execPath, [tool, ...args]);
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** Most memory that a scan holds at once, both threads, in MB: as the kernel counts it. */
function memory() {
  const { stderr } = spawnSync('/usr/bin/time', ['-f', '%M', process.execPath, tool, 'scan', '--no-cache', tree], { encoding: 'utf8' });
  const kilobytes = Number(/(\d+)\s*$/.exec(stderr ?? '')?.[1]);
  return Number.isFinite(kilobytes) && kilobytes > 0 ? kilobytes / 1000 : null;
}

/** A tree of `count` kfuncs of the size that kernels have, each in a file of ten. Milliseconds for each of them. */
function perKfunc(count) {
  const made = join(cache, `made-${count}`);
  const empty = join(cache, 'empty');
  mkdirSync(empty, { recursive: true });
  writeFileSync(join(empty, 'Makefile'), 'VERSION = 6\nPATCHLEVEL = 12\n');
  mkdirSync(join(made, 'kernel'), { recursive: true });
  writeFileSync(join(made, 'Makefile'), 'VERSION = 6\nPATCHLEVEL = 12\n');
  for (let file = 0; file < count / 10; file++) {
    const names = Array.from({ length: 10 }, (_, i) => `bpf_made_${file}_${i}`);
    const bodies = names.map(
      (name) => `static int help_${name}(struct made *m, u32 n)
{
	if (n >= ARRAY_SIZE(m->counts))
		return -EINVAL;
	if (m->state == MADE_DEAD || !m->owner)
		return -ENOENT;
	return m->counts[n] + m->owner->weight;
}

__bpf_kfunc int ${name}(struct made *m, u32 n, void *to, u32 to__sz)
{
	struct made *next;
	int err, sum = 0;

	err = help_${name}(m, n);
	if (err < 0)
		goto out;
	for (next = m->first; next; next = next->first) {
		if (next->state == MADE_BUSY)
			continue;
		sum += help_${name}(next, n);
	}
	if (to__sz < sizeof(sum))
		return -EINVAL;
	memcpy(to, &sum, sizeof(sum));
out:
	return err;
}
`,
    );
    writeFileSync(
      join(made, `kernel/made_${file}.c`),
      `enum made_state { MADE_NEW, MADE_BUSY, MADE_DEAD };
struct made { int counts[8]; enum made_state state; struct made *first; struct made *owner; int weight; };
${bodies.join('\n')}
BTF_KFUNCS_START(ids_${file})
${names.map((name) => `BTF_ID_FLAGS(func, ${name}, KF_TRUSTED_ARGS)`).join('\n')}
BTF_KFUNCS_END(ids_${file})
`,
    );
  }
  const runs = Array.from({ length: 3 }, () => ({ empty: tell('scan', '--no-cache', empty), scan: tell('scan', '--no-cache', made) }));
  return median(runs.map((one) => one.scan - one.empty)) / count;
}

function row(name, runs, of, goal) {
  const ratio = median(runs.map((one) => one[name] / one[of]));
  console.log(
    `${name.padEnd(12)} ${median(runs.map((one) => one[name]))
      .toFixed(0)
      .padStart(6)} ms  ${ratio.toFixed(2).padStart(6)} x ${of} (goal ${goal})`,
  );
}

try {
  time('rg', SEARCH);
  tell('facts', tree);
  const runs = Array.from({ length: Number(values.rounds) }, () => {
    for (const name of existsSync(join(cache, 'kfunc-lint')) ? readdirSync(join(cache, 'kfunc-lint')) : [])
      rmSync(join(cache, 'kfunc-lint', name));
    return {
      rg: time('rg', SEARCH),
      facts: tell('facts', tree),
      scan: tell('scan', tree),
      again: tell('scan', tree),
      patch: tell('--trust', 'code', values.patch),
      'with tree': tell('--trust', 'code', '--tree', tree, values.patch),
    };
  });
  console.log(
    `rg           ${median(runs.map((one) => one.rg))
      .toFixed(0)
      .padStart(6)} ms  (medians of ${values.rounds} rounds)`,
  );
  row('facts', runs, 'rg', 2);
  row('scan', runs, 'rg', 10);
  row('again', runs, 'scan', 0.25);
  row('with tree', runs, 'patch', 3);
  const most = memory();
  console.log(`memory       ${most === null ? 'not told: /usr/bin/time is not there' : `${most.toFixed(0).padStart(6)} MB (goal 600)`}`);
  for (const count of [10, 50, 200, 400])
    console.log(`${String(count).padStart(4)} kfuncs  ${perKfunc(count).toFixed(2).padStart(6)} ms each`);
} finally {
  rmSync(cache, { recursive: true, force: true });
}
