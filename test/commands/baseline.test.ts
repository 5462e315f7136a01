import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareBaseline, parseBaseline, renderBaseline } from '../../src/baseline.ts';
import type { Finding, KnownFinding } from '../../src/claim.ts';
import { runCli } from '../run-cli.ts';

const PATCH = resolve(import.meta.dirname, '../../fixtures/triage/widget.patch');
const TEXT = readFileSync(PATCH, 'utf8');

let folder: string;
let base: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kfunc-lint-baseline-'));
  base = join(folder, 'base.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const lint = (args: string[]) => runCli(['lint', '--kernel', '6.12', '--baseline', base, ...args]);

function other(from: string, to: string): string {
  const path = join(folder, 'other.patch');
  const text = TEXT.replace(from, to);
  expect(text).not.toBe(TEXT);
  writeFileSync(path, text);
  return path;
}

describe('--baseline', () => {
  it('is written where there is none, and hides nothing from that run', async () => {
    const { code, stdout, stderr } = await lint([PATCH]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/2 confirmed/);
    expect(stderr).toMatch(/base\.json was written/);
    expect(readFileSync(base, 'utf8').match(/"verdict":"confirmed"/g)).toHaveLength(2);
  });

  it('that cannot be written is named by its own option', async () => {
    base = join(folder, 'nowhere', 'base.json');
    const { code, stdout, stderr } = await lint([PATCH]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe(`kfunc-lint: --baseline ${base}: can't be written (ENOENT)\n`);
  });

  it('what was known does not fail again, and is told as a number', async () => {
    await lint([PATCH]);
    const before = readFileSync(base, 'utf8');
    const { code, stdout, stderr } = await lint([PATCH]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toMatch(/: confirmed error/);
    expect(stdout).toMatch(/2 confirmed, .*against .*base\.json: 0 new, 2 unchanged, 0 gone/);
    expect(readFileSync(base, 'utf8')).toBe(before);
  });

  it('tells new from gone when a line changes', async () => {
    await lint([PATCH]);
    const { code, stdout } = await lint([other('return w->events[event];', 'return w->events[event + 1];')]);
    expect(code).toBe(1);
    expect(stdout.match(/: confirmed error/g)).toHaveLength(1);
    expect(stdout).toMatch(/bpf_widget\.c: gone unbounded-index: event /);
    expect(stdout).toMatch(/1 new, 1 unchanged, 1 gone/);
  });

  it('what is mended is gone', async () => {
    await lint([PATCH]);
    const { code, stdout } = await lint([other('event > NR_WIDGET_EVENTS', 'event >= NR_WIDGET_EVENTS')]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/0 new, 1 unchanged, 1 gone/);
  });

  it('is rewritten only where that is asked for, and the run still speaks of what was there before', async () => {
    await lint([PATCH]);
    const patch = other('return w->events[event];', 'return w->events[event + 1];');
    expect((await lint(['--update-baseline', patch])).code).toBe(1);
    expect((await lint([patch])).code).toBe(0);
  });

  it('in JSON each finding says what it is', async () => {
    await lint([PATCH]);
    const { stdout } = await lint(['--format', 'json', other('return w->events[event];', 'return w->events[event + 1];')]);
    const { findings, baseline } = JSON.parse(stdout) as {
      findings: { verdict: string; baseline?: string }[];
      baseline: { new: number; unchanged: number; gone: KnownFinding[] };
    };
    expect(findings.filter((one) => one.verdict === 'confirmed').map((one) => one.baseline)).toEqual(['unchanged', 'new']);
    expect(findings.every((one) => one.verdict !== 'refuted' || one.baseline === undefined)).toBe(true);
    expect(baseline).toMatchObject({ new: 1, unchanged: 1, gone: [{ rule: 'unbounded-index', kfunc: 'bpf_widget_events' }] });
  });

  it.each([
    ['', /base\.json:1: is no JSON/],
    ['{\n  "kfuncLintBaseline": 1,\n  "findings": [,]\n}\n', /base\.json:3: is no JSON/],
    ['[]', /base\.json:1: is no baseline/],
    ['{"kfuncLintBaseline":2,"findings":[]}', /is no baseline/],
    [
      '{\n  "kfuncLintBaseline": 1,\n  "findings": [\n    {"id":"k1:1","verdict":"confirmed"},\n    {"id":"k1:2","verdict":"refuted"}\n  ]\n}',
      /base\.json:5: findings\[1\]/,
    ],
  ])('a broken one stops the run with its line: %j', async (text, message) => {
    writeFileSync(base, text);
    const { code, stdout, stderr } = await lint([PATCH]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toContain('\n');
    expect(readFileSync(base, 'utf8')).toBe(text);
  });

  it('can be neither a folder nor updated without a name', async () => {
    expect(await runCli(['lint', '--update-baseline', PATCH])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--baseline must name/),
    });
    base = folder;
    expect(await lint([PATCH])).toMatchObject({ code: 2, stderr: expect.stringMatching(/can't be read \(EISDIR\)/) });
    base = join(folder, 'none', 'base.json');
    expect(await lint([PATCH])).toMatchObject({ code: 2 });
    expect(existsSync(base)).toBe(false);
  });
});

describe('the comparison', () => {
  const finding = (id: string, verdict: Finding['verdict'] = 'confirmed') =>
    ({ id, rule: 'r', verdict, location: { file: 'f', line: 1, column: 1 }, kfunc: 'k', message: 'm' }) as Finding;
  const known = (...findings: Finding[]) => parseBaseline(renderBaseline(findings), 'f');
  const states = (before: Finding[], now: Finding[]) => {
    const { findings, gone } = compareBaseline(known(...before), now);
    return [findings.map((one) => one.baseline ?? null), gone.map((one) => one.id)];
  };

  it('counts: of two lines alike one is new where one was known', () => {
    expect(states([finding('a')], [finding('a'), finding('a')])).toEqual([['unchanged', 'new'], []]);
  });

  it('what was undecided and is confirmed now is new; the other way round it is known', () => {
    expect(states([finding('a', 'undecided')], [finding('a')])).toEqual([['new'], []]);
    expect(states([finding('a')], [finding('a', 'undecided')])).toEqual([['unchanged'], []]);
  });

  it('what is suppressed now is gone, and what was suppressed then was not known', () => {
    expect(states([finding('a')], [finding('a', 'refuted')])).toEqual([[null], ['a']]);
    expect(states([finding('a', 'refuted')], [finding('a')])).toEqual([['new'], []]);
  });
});
