import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Project } from 'ts-morph';
import { afterAll, beforeAll, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const root = mkdtempSync(join(tmpdir(), 'kfunc-lint-'));
const newRule = (...args: string[]) =>
  execFileSync(process.execPath, [join(ROOT, 'scripts/new-rule.mjs'), ...args], {
    env: { ...process.env, KFUNC_LINT_ROOT: root },
    encoding: 'utf8',
    stdio: 'pipe',
  });

beforeAll(() => {
  mkdirSync(join(root, 'rules'));
  copyFileSync(join(ROOT, 'rules/index.ts'), join(root, 'rules/index.ts'));
  newRule('stale-thing');
});
afterAll(() => rmSync(root, { recursive: true }));

it('makes the rule, its fixtures and its entry in the list', () => {
  expect(readdirSync(join(root, 'fixtures/stale-thing'))).toEqual(['clean', 'confirmed', 'refuted']);
  const index = readFileSync(join(root, 'rules/index.ts'), 'utf8');
  expect(index).toContain("import { staleThing } from './stale-thing.ts';");
  expect(index).toMatch(/RULES.*=[\s\S]*staleThing/);
});

it('makes code without syntax errors', () => {
  const project = new Project({ skipAddingFilesFromTsConfig: true });
  project.addSourceFilesAtPaths(`${root}/rules/*.ts`);
  expect(project.getProgram().getSyntacticDiagnostics()).toEqual([]);
});

it('leaves something to fill: no recorded output, no page', () => {
  expect(readdirSync(join(root, 'fixtures/stale-thing/confirmed'))).toEqual(['first.c']);
  expect(readdirSync(join(root, 'rules')).filter((name) => name.endsWith('.md'))).toEqual([]);
});

it.each([['stale-thing'], ['Stale'], ['../x'], [''], ['a', 'b']])('refuses %j', (...args) => {
  expect(() => newRule(...args)).toThrow(/new-rule: /);
});
