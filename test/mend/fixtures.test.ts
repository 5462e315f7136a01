/** Every mend of a confirmed fixture: git takes it, the finding is gone afterwards, and nothing new is confirmed. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RULES } from '../../rules/index.ts';
import { fixturesOf } from '../../scripts/rule-page.ts';
import type { Finding } from '../../src/claim.ts';
import { loadPatterns } from '../../src/commands/patterns.ts';
import type { Patterns } from '../../src/judge/patterns/model.ts';
import { analyse } from '../../src/lint.ts';
import { fixPatchOf } from '../../src/mend/patch.ts';
import type { SourceFile } from '../../src/source/model.ts';

const ROOT = resolve(import.meta.dirname, '../..');
let folder = '';
let patterns: Patterns;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kfunc-lint-mend-'));
  patterns = (await loadPatterns([])).patterns;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(path: string, text: string): { file: SourceFile; findings: Finding[] } {
  const file: SourceFile = { path, text, added: new Set(), complete: true, origin: 'file' };
  const named = /--kernel (\S+)/.exec(text.split('\n', 1)[0]!)?.[1];
  const kernel = { series: named ?? '7.3', from: named ? ('option' as const) : ('default' as const) };
  return { file, findings: analyse([file], { kernel, tree: null, patterns, trust: 'ruling' }).findings };
}

/** Through git, as a user would. */
function applied(path: string, text: string, patch: string): string {
  const at = join(folder, path);
  mkdirSync(dirname(at), { recursive: true });
  writeFileSync(at, text);
  execFileSync('git', ['apply', '--unsafe-paths', `--directory=${folder}`, '-'], {
    input: patch,
    cwd: '/',
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  return readFileSync(at, 'utf8');
}

const confirmed = (findings: Finding[]) => findings.filter((f) => f.verdict === 'confirmed');
const claimOf = (f: Finding) => `${f.rule} ${f.kfunc} ${f.subject}`;

const cases = RULES.flatMap((rule) => fixturesOf(rule.id, ROOT))
  .filter((one) => one.intent === 'confirmed' && one.path.endsWith('.c'))
  .map((one) => one.path);
let mended = 0;

describe('mends', () => {
  it.each(cases)('%s', (path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    const before = read(path, text);
    const withMend = confirmed(before.findings).filter((f) => f.mend !== null);
    if (withMend.length === 0) return;
    const patch = fixPatchOf([before.file], before.findings);
    expect(patch.left).toEqual([]);
    const after = read(path, applied(path, text, patch.text));
    const left = confirmed(after.findings).map(claimOf);
    for (const f of withMend) expect(left, `${f.mend!.title} mends it`).not.toContain(claimOf(f));
    const old = new Set(before.findings.map(claimOf));
    expect(
      after.findings.filter((f) => f.verdict !== 'refuted' && !old.has(claimOf(f))).map((f) => `${claimOf(f)}: ${f.message}`),
      'new findings',
    ).toEqual([]);
    mended++;
  });

  it('are there for many kinds of finding', () => {
    expect(mended).toBeGreaterThan(25);
  });
});
