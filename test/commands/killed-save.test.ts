/** A process that saves decisions is killed a hundred times: the file must be whole each time, and nobody may be kept out by what it left behind. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RULES } from '../../rules/index.ts';
import { RulingStore } from '../../src/commands/ruling-store.ts';
import { parsePatterns } from '../../src/judge/patterns/load.ts';
import type { RulingEntry } from '../../src/judge/patterns/write.ts';

const entry = (id: string): RulingEntry => ({
  id,
  match: { rule: 'unchecked-param', kfunc: 'bpf_thing', subject: 't' },
  verdict: 'refuted',
  status: 'upheld',
  reason: `because of ${id}`,
  recorded: { by: 'M. Maintainer', on: '2026-06-01' },
});

let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kfunc-lint-killed-'));
  file = join(folder, 'rulings.yaml');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const store = () => new RulingStore(file, (text, name) => void parsePatterns(text, name, { ruleIds: RULES.map((rule) => rule.id) }));
const ids = () => parsePatterns(readFileSync(file, 'utf8'), 'f', { ruleIds: RULES.map((rule) => rule.id) }).rulings.map((one) => one.id);

describe('killed at any moment of a save', () => {
  it('leaves the file whole, and the next save goes on', { timeout: 120_000 }, async () => {
    const script = await bundledSaver();
    let before = 0;
    let inside = 0;
    for (let round = 0; round < 100; round++) {
      await killDuringSaves(script);
      const found = existsSync(file) ? ids() : [];
      // n whole entries in the order they were made, nothing lost that was there at the round's start
      expect(found).toEqual(Array.from({ length: found.length }, (_, at) => `r${at}`));
      expect(found.length).toBeGreaterThanOrEqual(before);
      if (readdirSync(folder).some((name) => name.includes('lock') || name.includes('tmp'))) inside++;
      const next = found.length;
      await store().save(() => entry(`r${next}`), null);
      expect(ids()).toHaveLength(next + 1);
      expect(readdirSync(folder).filter((name) => name !== 'saver.mjs')).toEqual(['rulings.yaml']);
      before = next + 1;
      if (before > 60) {
        rmSync(file);
        before = 0;
      }
    }
    // the kills really came in the middle of saves
    expect(inside).toBeGreaterThan(20);
  });
});

/** A process that saves one entry after another, r0, r1, …, until it is killed. */
async function bundledSaver(): Promise<string> {
  const { build } = await import('esbuild');
  const outfile = join(folder, 'saver.mjs');
  await build({
    stdin: {
      contents: `
        import { RulingStore } from './src/commands/ruling-store.ts';
        const store = new RulingStore(process.argv[2], () => {});
        const entry = (id) => (${JSON.stringify(entry('ID'))});
        process.stdout.write('ready\\n');
        for (;;) {
          await store.save((taken) => {
            const one = entry();
            one.id = 'r' + taken.size;
            return one;
          }, null);
        }`,
      resolveDir: join(import.meta.dirname, '../..'),
      loader: 'ts',
    },
    bundle: true,
    outfile,
    platform: 'node',
    format: 'esm',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'error',
  });
  return outfile;
}

async function killDuringSaves(script: string): Promise<void> {
  const child = spawn(process.execPath, [script, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 25));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}
