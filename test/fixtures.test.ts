/** Every case of fixtures/<rule>/<intent>/ shows what its folder says, and prints what stands beside it. `npm run fixtures:update` rewrites the latter. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RULES } from '../rules/index.ts';
import { type Fixture, fixturesOf, goldenOf, INTENTS, listFiles, optionsOf, renderPage } from '../scripts/rule-page.ts';
import { runCli } from './run-cli.ts';

const ROOT = resolve(import.meta.dirname, '..');
const UPDATE = process.env.KFUNC_LINT_UPDATE === '1';

interface Shown {
  rule: string;
  verdict: string;
}

async function findingsOf(path: string): Promise<Shown[]> {
  const { code, stdout, stderr } = await runCli(['lint', '--format', 'json', ...optionsOf(path, ROOT), path]);
  expect(stderr, 'the case must be readable').not.toMatch(/internal error|^kfunc-lint: (?!warning|note)/m);
  expect(code).toBeLessThan(2);
  return (JSON.parse(stdout) as { findings: Shown[] }).findings;
}

async function textOf(path: string): Promise<string> {
  return (await runCli(['lint', '--show', 'refuted,undecided', ...optionsOf(path, ROOT), path])).stdout;
}

function checkIntent({ rule, intent }: Fixture, findings: Shown[]): void {
  const own = (verdict: string) => findings.filter((one) => one.rule === rule && one.verdict === verdict);
  const confirmed = findings.filter((one) => one.verdict === 'confirmed');
  if (intent === 'confirmed') {
    expect(own('confirmed').length, `a confirmed ${rule}`).toBeGreaterThan(0);
    expect(
      confirmed.filter((one) => one.rule !== rule),
      'confirmed by other rules',
    ).toEqual([]);
    return;
  }
  expect(confirmed, 'confirmed').toEqual([]);
  if (intent === 'clean')
    expect(
      findings.filter((one) => one.rule === rule),
      `claims of ${rule}`,
    ).toEqual([]);
  else expect(own(intent).length, `${rule}, ${intent}`).toBeGreaterThan(0);
}

describe.each(RULES.map((rule) => [rule.id, rule] as const))('%s', (id, rule) => {
  const fixtures = fixturesOf(id, ROOT);

  it('has fixtures that confirm, that do not, and that are clean', () => {
    const intents = new Set(fixtures.map((one) => one.intent));
    expect(intents.has('confirmed'), 'confirmed').toBe(true);
    expect(intents.has('refuted') || intents.has('undecided'), 'refuted or undecided').toBe(true);
    expect(intents.has('clean'), 'clean').toBe(true);
  });

  it.each(fixtures.map((one) => [one.path, one] as const))('%s', async (path, fixture) => {
    checkIntent(fixture, await findingsOf(path));
    const text = await textOf(path);
    const golden = join(ROOT, goldenOf(path));
    if (UPDATE) writeFileSync(golden, text);
    expect(existsSync(golden), 'what it prints is recorded: npm run fixtures:update').toBe(true);
    expect(text).toBe(readFileSync(golden, 'utf8'));
  });

  it('has a page that is up to date: npm run pages', () => {
    const page = join(ROOT, 'rules', `${id}.md`);
    expect(existsSync(page)).toBe(true);
    expect(readFileSync(page, 'utf8')).toBe(renderPage(rule, ROOT));
  });

  it('leaves no output without its case', () => {
    const known = new Set(fixtures.map((one) => goldenOf(one.path)));
    const outputs = INTENTS.flatMap((intent) =>
      listFiles(join(ROOT, 'fixtures', id, intent)).map((name) => join('fixtures', id, intent, name)),
    );
    expect(outputs.filter((path) => path.endsWith('.out') && !known.has(path))).toEqual([]);
  });
});

describe('rules', () => {
  it('are one file each, listed', () => {
    const files = listFiles(join(ROOT, 'rules')).filter((name) => name.endsWith('.ts') && name !== 'index.ts');
    expect(files.map((name) => name.slice(0, -3))).toEqual(RULES.map((rule) => rule.id).toSorted());
  });

  it('have a page only if they exist', () => {
    const pages = listFiles(join(ROOT, 'rules')).filter((name) => name.endsWith('.md'));
    expect(pages.map((name) => name.slice(0, -3)).filter((id) => !RULES.some((rule) => rule.id === id))).toEqual([]);
  });
});
