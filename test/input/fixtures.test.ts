/** Every input of fixtures/input is read as the golden beside it says. `KFUNC_LINT_UPDATE=1` rewrites the goldens: read them before they are committed. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readInputs } from '../../src/input/read.ts';
import { show } from './show.ts';

const FOLDER = resolve(import.meta.dirname, '../../fixtures/input');
const CASES = readdirSync(FOLDER).filter((name) => !name.endsWith('.out'));

describe('fixtures/input', () => {
  it('has cases, each with a golden', () => {
    expect(CASES.length).toBeGreaterThan(20);
    const goldens = readdirSync(FOLDER).filter((name) => name.endsWith('.out'));
    expect(goldens.map((name) => name.slice(0, -4)).sort()).toEqual([...CASES].sort());
  });

  it.each(CASES)('%s', async (name) => {
    const path = join(FOLDER, name);
    const set = await readInputs([path], { keepMessages: true });
    const shown = show(set).replaceAll(`${FOLDER}/`, '');
    const golden = `${path}.out`;
    if (process.env.KFUNC_LINT_UPDATE === '1') writeFileSync(golden, shown);
    expect(existsSync(golden), 'golden').toBe(true);
    expect(shown).toBe(readFileSync(golden, 'utf8'));
  });
});
