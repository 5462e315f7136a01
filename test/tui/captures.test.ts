/** The screens in the README are those of the program. `npm run captures` writes them. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BLOCK, capture } from './captures.ts';
import { hasTmux } from './terminal.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const BUILD = join(ROOT, 'node_modules', `.kfunc-lint-captures-${process.pid}`);
const blocks = [...readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(BLOCK)];

describe.skipIf(!hasTmux() && !process.env.CI)('the README', { timeout: 60_000 }, () => {
  let home: string;
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'kfunc-lint-captures-'));
    execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs'), BUILD], { stdio: 'pipe' });
  }, 120_000);
  afterAll(() => {
    rmSync(BUILD, { recursive: true, force: true });
    rmSync(home, { recursive: true, force: true });
  });

  it('shows three screens', () => {
    expect(blocks).toHaveLength(3);
  });

  it.each(blocks.map(([, what, screen]) => [what!, screen!]))('%s', async (what, screen) => {
    expect(screen).toBe(await capture(join(BUILD, 'kfunc-lint.cjs'), what, ROOT, home));
  });
});
