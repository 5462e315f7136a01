/** `npm run oracle`: real kernels, from the archive to the verdict. Started by scripts/oracle.mjs. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { InputError } from '../../src/claim.ts';
import { type Answers, answersOf } from './answers.ts';
import { ask, once, workFolder } from './ask.ts';
import { judgeModel } from './check.ts';
import { FLIPS } from './flips.ts';
import { Archive, checkTools } from './packages.ts';
import { difference, report, verdictLine } from './report.ts';
import { showFlips, tellFlips } from './teeth.ts';
import { unpackImage } from './vmlinux.ts';

/** Series that Debian keeps kernels of. */
const SERIES = ['6.1', '6.12', '6.18', '6.19', '7.0', '7.1', '7.2', '7.3'];

/** Where rules changed: the rest answers as its neighbour did, and is asked with `--series all`. */
const USUAL = ['6.1', '6.12', '6.18', '7.0', '7.2', '7.3'];

/** @param root of the repository. @returns exit code: 1 where the model and a kernel disagree */
export async function main(argv: readonly string[], root: string): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: { series: { type: 'string' }, record: { type: 'boolean' }, flip: { type: 'string' }, flips: { type: 'boolean' } },
  });
  if (values.flips) return showFlips(join(root, 'test/oracle/answers'));
  const wanted = values.series === 'all' ? SERIES : (values.series?.split(',') ?? USUAL);
  const unknown = wanted.find((s) => !SERIES.includes(s));
  if (unknown) throw new InputError(`the oracle has no kernel of series '${unknown}' (it has ${SERIES.join(', ')})`);
  checkTools();
  if (values.flip) flip(Number(values.flip));
  const { answers, failures } = await askKernels(wanted, root);
  const agreed = answers.map((a) => tellAnswers(a, root, values.record === true));
  for (const f of failures) process.stdout.write(`FAILED ${f}\n`);
  const hasTeeth = values.flip !== undefined || tellFlips(answers);
  const good = failures.length === 0 && agreed.every(Boolean) && hasTeeth;
  process.stdout.write(verdictLine(good));
  return good ? 0 : 1;
}

/** Two kernels at a time; one that fails does not stop the others. */
async function askKernels(wanted: readonly string[], root: string): Promise<{ answers: Answers[]; failures: string[] }> {
  const cache = join(root, '.oracle-cache');
  mkdirSync(cache, { recursive: true });
  const guest = join(cache, 'guest');
  execFileSync('gcc', ['-O2', '-static', '-Wall', '-o', guest, join(root, 'test/oracle/guest.c')]);
  say('looking for kernels');
  const archive = new Archive(cache);
  archive.update();
  const answers: Answers[] = [];
  const failures: string[] = [];
  await each(wanted, Math.min(2, availableParallelism()), async (series) => {
    try {
      answers.push(await askKernel(series, archive, cache, guest));
    } catch (error) {
      failures.push(`${series}: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
  answers.sort((a, b) => SERIES.indexOf(a.series) - SERIES.indexOf(b.series));
  return { answers, failures };
}

/** @returns whether the model agrees with this kernel */
function tellAnswers(a: Answers, root: string, record: boolean): boolean {
  const judgement = judgeModel(a);
  process.stdout.write(report(a, judgement));
  const path = join(root, 'test/oracle/answers', `${a.series}.json`);
  if (existsSync(path)) process.stdout.write(difference(JSON.parse(readFileSync(path, 'utf8')), a));
  if (record) writeFileSync(path, encode(a));
  return judgement.unsound.length === 0 && judgement.weaker.every((w) => w.reason !== null);
}

async function askKernel(series: string, archive: Archive, cache: string, guest: string): Promise<Answers> {
  const started = Date.now();
  const tell = progress(series);
  tell('downloading');
  const { release, image } = archive.kernel(series);
  const folder = workFolder(cache, series);
  mkdirSync(folder, { recursive: true });
  const vmlinux = once(join(folder, `vmlinux-${release}`), () => unpackImage(image));
  tell(release);
  const asked = await ask(series, vmlinux, guest, folder, tell);
  tell(`done in ${Math.round((Date.now() - started) / 1000)} s`);
  return answersOf(series, release, asked);
}

/** One line a step; of the programs every tenth part. */
function progress(series: string): (line: string) => void {
  let shown = -1;
  return (line) => {
    const done = /^(\d+) of (\d+) programs$/.exec(line);
    if (!done) return say(`${series}: ${line}`);
    const tenth = Math.floor((10 * Number(done[1])) / Number(done[2]));
    if (tenth > shown) say(`${series}: ${line}`);
    shown = Math.max(shown, tenth);
  };
}

function say(line: string): void {
  process.stderr.write(`oracle: ${line}\n`);
}

/** Runs `work` on every item, `most` at a time. */
async function each<T>(items: readonly T[], most: number, work: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items];
  const worker = async () => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: most }, worker));
}

function flip(number: number): void {
  const chosen = FLIPS[number - 1];
  if (!chosen) throw new InputError(`--flip takes a number from 1 to ${FLIPS.length}`);
  chosen.turn();
  say(`one entry of the model is turned wrong: ${chosen.name}`);
}

/** One line a row, so that changes can be read. */
export function encode(a: Answers): string {
  const { matrix, specials, messages, ...head } = a;
  const lines = (o: Record<string, unknown>, depth: string) =>
    Object.entries(o)
      .map(([k, v]) => `${depth}${JSON.stringify(k)}: ${JSON.stringify(v)}`)
      .join(',\n');
  const sets = Object.entries(matrix).map(([set, kinds]) => `  ${JSON.stringify(set)}: {\n${lines(kinds, '   ')}\n  }`);
  return `{\n${lines(head, ' ')},\n "matrix": {\n${sets.join(',\n')}\n },\n "specials": {\n${lines(specials, '  ')}\n },\n "messages": {\n${lines(messages, '  ')}\n }\n}\n`;
}
