/** SARIF of every fixture: valid, the verdicts kept when it is read back, and each suppression justified by what can be looked up. */
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RULES } from '../../rules/index.ts';
import { fixturesOf, optionsOf } from '../../scripts/rule-page.ts';
import { readResult } from '../../src/report/result-read.ts';
import { runCli } from '../run-cli.ts';
import { faultsOf } from './sarif-schema.ts';

const ROOT = resolve(import.meta.dirname, '../..');

async function lint(path: string, format: string): Promise<string> {
  const { code, stdout } = await runCli(['lint', '--show', 'undecided', '--format', format, ...optionsOf(path, ROOT), path]);
  expect(code).toBeLessThan(2);
  return stdout;
}

describe.each(RULES.map(({ id }) => id))('%s', (id) => {
  it.each(fixturesOf(id, ROOT).map(({ path }) => path))('%s', async (path) => {
    const sarif = await lint(path, 'sarif');
    expect(faultsOf(sarif)).toEqual([]);
    const before = readResult(await lint(path, 'json'), 'json');
    expect(readResult(sarif, 'sarif').findings).toEqual(before.findings);
    // a line of the code, a place in the kernel's sources, or somebody's mail
    for (const { suppressions = [] } of JSON.parse(sarif).runs[0].results)
      for (const { justification } of suppressions) expect(justification).toMatch(/[\w./-]+:\d+:\d+|Linux \d+\.\d+ \S+ \S+|<\S+@\S+>/);
  });
});
