/** One case for each series in which rules changed: its verdict differs from that of the series beside it. */
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from '../run-cli.ts';

const ROOT = resolve(import.meta.dirname, '../..');

async function verdictOf(file: string, series: string, rule: string, subject: string): Promise<string[]> {
  const { code, stdout } = await runCli(['lint', '--format', 'json', '--kernel', series, join(ROOT, 'fixtures/series', file)]);
  expect(code).toBeLessThan(2);
  const { findings } = JSON.parse(stdout) as { findings: { rule: string; subject: string; verdict: string }[] };
  return findings.filter((f) => f.rule === rule && f.subject === subject).map((f) => f.verdict);
}

describe('verdicts by series', () => {
  it.each([
    ['6.1-reference.c', 'refcount-zero', 'box', { '6.1': ['refuted'], '6.2': ['undecided'] }],
    ['6.4-rcu-null.c', 'unchecked-param', 'task', { '6.3': ['confirmed'], '6.4': ['refuted'] }],
    ['6.12-iter-suffix.c', 'unchecked-param', 'it__iter', { '6.11': ['confirmed'], '6.12': ['refuted'] }],
    ['6.18-rcu-protected.c', 'rcu-context', 'rcu_dereference', { '6.14': ['confirmed'], '6.18': ['refuted'] }],
    ['7.0-trusted-default.c', 'unchecked-param', 'task', { '6.19': ['confirmed'], '7.0': ['refuted'] }],
    ['7.2-release-position.c', 'acquire-release', 'box', { '7.1': [], '7.2': ['confirmed'] }],
  ] as const)('%s: %s of %s', async (file, rule, subject, expected) => {
    for (const [series, verdicts] of Object.entries(expected)) {
      expect(await verdictOf(file, series, rule, subject), series).toEqual(verdicts);
    }
  });

  it('knows no series before 6.1', async () => {
    const { code, stderr } = await runCli(['lint', '--kernel', '6.0', join(ROOT, 'fixtures/series/6.1-reference.c')]);
    expect(code).toBe(2);
    expect(stderr).toContain('older than 6.1');
  });
});
