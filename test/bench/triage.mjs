/**
 * The screen of triage with 2,000 findings: how long from the end of the analysis to the first frame, the loading of Ink included, and how long each key takes
 * from its arrival to the frame that it leads to. On a terminal of 160 x 50 that exists only here, so that nothing but the program is measured; each run is a
 * process of its own, and of several runs the best time of each key counts, so that a busy machine does not.
 * `node test/bench/triage.mjs [--findings N] [--keys N] [--runs N]`: exits with 1 above 300 ms for the first frame or 50 ms for a key.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { loadTypeScript } from '../../scripts/load-ts.mjs';

const FIRST_FRAME_MS = 300;
const KEY_MS = 50;

const { values } = parseArgs({
  options: {
    findings: { type: 'string', default: '2000' },
    keys: { type: 'string', default: '400' },
    runs: { type: 'string', default: '5' },
    once: { type: 'boolean', default: false },
  },
});

// decisions, pages, search and filter among them
const KEYS = [
  ...['j', 'j', 'j', 'k', 'G', 'g', 'n', 'N', 'j', '\r', '\r', '\u007f', ' ', '\u0015', '?', '\u001b', 'c', 'u', 'e', 'q', 'r', 'q'],
  ...['f', ' ', 'j', ' ', 'a', '\r', '/', ...'weight', '\r', '\u001b', 's', ...'no', '\u001b', '\u001b[6~', '\u001b[5~'],
];

/** A terminal that tells when it is written to. */
function terminal() {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => stdin, ref: () => stdin, unref: () => stdin });
  let painted = null;
  const stdout = Object.assign(new PassThrough(), { columns: 160, rows: 50, isTTY: true });
  stdout.write = (text) => {
    painted?.(text);
    return true;
  };
  /** when something with this in it is written; null where nothing is, because the key changes nothing */
  const nextFrame = (holds = '', patience = 500) =>
    Promise.race([
      new Promise((resolve) => {
        painted = (text) => text.includes(holds) && resolve(performance.now());
      }),
      new Promise((resolve) => setTimeout(() => resolve(null), patience)),
    ]);
  return { stdin, stdout, nextFrame };
}

/** @returns {Promise<{first: number, keys: (number | null)[]}>} milliseconds */
async function measure() {
  const dist = join(dirname(fileURLToPath(import.meta.url)), '../../dist');
  const chunk = existsSync(dist) && readdirSync(dist).find((name) => /^run-.*\.mjs$/.test(name));
  if (!chunk) throw new Error('the screen is not in dist/: npm run build');
  const { SAMPLE, surroundings } = await loadTypeScript('test/tui/sample.ts');
  const items = Array.from({ length: Number(values.findings) }, (_, n) => {
    const one = SAMPLE[n % SAMPLE.length];
    return { ...one, key: `${one.key}-${n}`, kfunc: one.kfunc && `${one.kfunc}_${n % 271}` };
  });
  const { stdin, stdout, nextFrame } = terminal();
  const start = performance.now();
  const { runTriage } = await import(pathToFileURL(join(dist, chunk)).href);
  const all = nextFrame(`/${items.length} decided`, 10_000);
  const run = runTriage({
    around: surroundings(),
    look: { color: true, unicode: true },
    stdin,
    stdout,
    feed: async (send) => {
      send({ type: 'items', items });
      send({ type: 'progress', progress: { what: null, done: 0, total: 0 } });
    },
  });
  const first = (await all) - start;
  const keys = [];
  for (let n = 0; n < Number(values.keys); n++) {
    const key = KEYS[n % KEYS.length];
    const sent = performance.now();
    stdin.write(key);
    const at = await nextFrame();
    // a lone Escape waits for the rest of a sequence before it is a key: that is no work
    keys.push(at === null || key === '\u001b' ? null : at - sent);
  }
  stdin.write('\u0003');
  await run;
  return { first, keys };
}

if (values.once) {
  process.stdout.write(`${JSON.stringify(await measure())}\n`, () => process.exit(0));
} else {
  const runs = Array.from({ length: Number(values.runs) }, () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [...process.argv.slice(1), '--once'], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`a run ended with ${status}: ${stderr}`);
    return JSON.parse(stdout);
  });
  const first = Math.min(...runs.map((one) => one.first));
  const best = runs[0].keys.map((_, n) => ({
    key: KEYS[n % KEYS.length],
    ms: Math.min(...runs.map((one) => one.keys[n] ?? Number.POSITIVE_INFINITY)),
  }));
  const times = best.filter(({ ms }) => Number.isFinite(ms)).sort((a, b) => a.ms - b.ms);
  const slowest = times.at(-1);
  const median = times[Math.floor(times.length / 2)];
  console.log(
    `${values.findings} findings: first frame after ${first.toFixed(0)} ms (limit ${FIRST_FRAME_MS}); ${times.length} keys: median ${median.ms.toFixed(1)} ms, ` +
      `slowest ${slowest.ms.toFixed(1)} ms (${JSON.stringify(slowest.key)}, limit ${KEY_MS}); best of ${runs.length} runs`,
  );
  process.exitCode = first <= FIRST_FRAME_MS && slowest.ms <= KEY_MS ? 0 : 1;
}
