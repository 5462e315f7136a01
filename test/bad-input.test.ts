/** What no run can be made of: exit code 2, one clear line, nothing on standard output, no stack trace, at once. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { makeBadInput } from './bad-input-made.ts';
import { runCli } from './run-cli.ts';

interface Case {
  what: string;
  args: string[];
  stdin?: string;
  says: string;
}

const FOLDER = resolve(import.meta.dirname, '../fixtures/bad-input');
const CASES = parse(readFileSync(join(FOLDER, 'index.yaml'), 'utf8')) as Case[];
const COMMANDS = ['explain', 'explian', 'scan'];

let made = '';
let empty = '';
const before = process.cwd();

beforeAll(() => {
  made = mkdtempSync(join(tmpdir(), 'kfunc-lint-bad-'));
  empty = mkdtempSync(join(tmpdir(), 'kfunc-lint-empty-'));
  makeBadInput(made);
  process.chdir(FOLDER);
});

afterAll(() => {
  process.chdir(before);
  for (const folder of [made, empty]) rmSync(folder, { recursive: true, force: true });
});

describe('bad input', () => {
  it('is of at least forty kinds, each with a name of its own', () => {
    expect(new Set(CASES.map((one) => one.what)).size).toBe(CASES.length);
    expect(CASES.length).toBeGreaterThanOrEqual(40);
  });

  it.each(CASES)(
    '$what',
    async ({ args, stdin, says }) => {
      const words = args.map((arg) =>
        arg
          .replace('{made}', made)
          .replace('{tmp}', empty)
          .replace('{long}', `${'n'.repeat(5000)}.patch`),
      );
      const argv = COMMANDS.includes(words[0] ?? '') ? words : ['lint', ...words];
      const result = await runCli(argv, stdin === undefined ? {} : { stdin });
      expect(result.stderr).toMatch(/^kfunc-lint: [^\n]+\n$/);
      expect(result.stderr.slice('kfunc-lint: '.length).trimEnd()).toMatch(new RegExp(says));
      expect(result.stderr, 'no stack trace, no crash').not.toMatch(/internal error|\bat .+:\d+:\d+/);
      expect(result.stdout).toBe('');
      expect(result.code).toBe(2);
    },
    10_000,
  );
});
