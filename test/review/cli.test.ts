import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { JudgedClaim } from '../../src/claim.ts';
import { finding as findingSchema } from '../../src/report/result-schema.ts';
import { runCli } from '../run-cli.ts';
import { FOLDER, SERIES } from './judged.ts';

const DIR = mkdtempSync(join(tmpdir(), 'judge-'));
afterAll(() => rmSync(DIR, { recursive: true, force: true }));

const review = (name: string) => resolve(FOLDER, name);
const PATCH = ['--patch', SERIES[0]!, '--kernel', '6.12'];

async function judge(...args: string[]) {
  return runCli(['judge', ...args]);
}

describe('kfunc-lint judge', () => {
  it('tells claim, verdict and why; exit code 1 where something is confirmed', async () => {
    const { code, stdout, stderr } = await judge(review('shelf/review-inline.txt'), ...PATCH);
    expect(code).toBe(1);
    expect(stdout).toMatch(/lib\/bpf_shelf\.c:22: refuted null-deref of s in bpf_shelf_width\(\)\n {4}claim {5}Can s be NULL/);
    expect(stdout).toMatch(/8 claims in 1 review: 4 confirmed, 3 refuted, 0 undecided, 1 out of scope/);
    expect(stderr.split('\n').filter((l) => l !== '' && !/patch 1 of 3/.test(l))).toEqual([]);
  });

  it('heeds --fail-on', async () => {
    expect((await judge(review('shelf/review-inline.txt'), ...PATCH, '--fail-on', 'never')).code).toBe(0);
    expect((await judge(review('shelf/clean.txt'), ...PATCH)).code).toBe(0);
  });

  it('is undecided on what is said to be NULL in code that is not at hand', async () => {
    const file = join(DIR, 'elsewhere.json');
    const claims = [
      { id: 'a', function: 'bpf_shelf_elsewhere', text: 's may be NULL' },
      { id: 'b', function: 'bpf_shelf_width', text: 'q might become NULL here' },
    ];
    writeFileSync(file, JSON.stringify({ claims }));
    const { code, stdout } = await judge(file, ...PATCH, '--format', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).claims.map((one: JudgedClaim) => [one.category, one.verdict])).toEqual([
      ['null-deref', 'undecided'],
      ['null-deref', 'undecided'],
    ]);
  });

  it('JSON by the contract, the same bytes every time', async () => {
    const first = await judge(review('shelf/bpf-ci.eml'), ...PATCH, '--format', 'json');
    const value = JSON.parse(first.stdout);
    expect(Object.keys(value)).toEqual(['schemaVersion', 'tool', 'kernel', 'claims', 'diagnostics', 'summary']);
    for (const key of [
      'id',
      'source',
      'file',
      'line',
      'function',
      'subject',
      'category',
      'text',
      'verdict',
      'fixedLater',
      'preexisting',
      'contested',
      'evidence',
      'reply',
    ]) {
      expect(value.claims[0]).toHaveProperty(key);
    }
    expect(new Set(value.claims.map((c: { id: string }) => c.id)).size).toBe(8);
    expect((await judge(review('shelf/bpf-ci.eml'), ...PATCH, '--format', 'json')).stdout).toBe(first.stdout);
  });

  it('a mail to answer with: headers of the thread, 78 columns, only the refuted', async () => {
    const { stdout } = await judge(review('shelf/bpf-ci.eml'), ...PATCH, '--format', 'mail');
    expect(stdout).toMatch(
      /^To: bot\+bpf-ci@kernel\.org\nSubject: Re: \[PATCH bpf-next v2 1\/3\] lib: let BPF programs look at shelves\nIn-Reply-To: <5f0e1d2c3b4a@mail\.kernel\.org>/,
    );
    expect(stdout.match(/^No, /gm)).toHaveLength(3);
    expect(
      stdout
        .split('\n')
        .slice(5)
        .every((l) => l.length <= 78),
    ).toBe(true);
    expect((await judge(review('shelf/clean.txt'), ...PATCH, '--format', 'mail')).stdout).toBe('');
  });

  it('annotations, a summary and code scanning tell of the claims that have a place and a verdict', async () => {
    const all = JSON.parse((await judge(review('shelf/bpf-ci.eml'), ...PATCH, '--format', 'json')).stdout).claims;
    const count = (verdict: string) => all.filter((c: { verdict: string }) => c.verdict === verdict).length;
    const github = (await judge(review('shelf/bpf-ci.eml'), ...PATCH, '--format', 'github', '--show', 'refuted,undecided')).stdout;
    expect(github.match(/^::error .*confirmed/gm)).toHaveLength(count('confirmed'));
    expect(github.match(/^::notice .*suppressed/gm)).toHaveLength(count('refuted'));
    const markdown = (await judge(review('shelf/bpf-ci.eml'), ...PATCH, '--format', 'markdown')).stdout;
    expect(markdown).toContain(`kfunc-lint: ${count('confirmed')} confirmed`);
    const [run] = JSON.parse((await judge(review('shelf/bpf-ci.eml'), ...PATCH, '--format', 'sarif')).stdout).runs;
    expect(run.results).toHaveLength(count('confirmed') + count('refuted'));
    expect(
      new Set(run.results.map((r: { properties: { finding: unknown } }) => findingSchema.safeParse(r.properties.finding).success)),
    ).toEqual(new Set([true]));
    expect(new Set(run.results.map((r: { message: { text: string } }) => /claimed: "/.test(r.message.text)))).toEqual(new Set([true]));
  });

  it('a mail to answer with has a subject where the thread lost its own', async () => {
    const thread = join(DIR, 'no-subject.txt');
    const patch = readFileSync(SERIES[0]!, 'utf8');
    writeFileSync(
      thread,
      `${patch.slice(patch.indexOf('\n---\n'))}\n${readFileSync(review('shelf/pull-request-comment.md'), 'utf8')
        .replace(/^In-Reply-To-Subject:.*$/m, '')
        .replace(/^(commit|Author:).*\n/gm, '')}`,
    );
    const { stdout } = await judge(thread, '--patch', thread, '--kernel', '6.12', '--format', 'mail');
    expect(stdout).toMatch(/^Subject: Re: your review$/m);
  });

  it('shouts about what the reviewer threw away wrongly', async () => {
    const { stdout } = await judge(review('review-context'), ...PATCH);
    expect(stdout).toMatch(/^lib\/bpf_shelf\.c:48: confirmed out-of-bounds of column/);
    expect(stdout).toMatch(/threw this away as false, and it is not/);
    expect(stdout).toMatch(/1 dismissal of the reviewer not told/);
  });

  it('several reviews at once', async () => {
    const { stdout } = await judge(review('shelf/review-inline.txt'), review('shelf/list.json'), ...PATCH, '--format', 'json');
    const { claims } = JSON.parse(stdout);
    expect(claims).toHaveLength(11);
    expect(new Set(claims.map((c: { source: string }) => c.source))).toEqual(new Set(['review-inline.txt', 'list.json']));
  });

  it('a thread that holds the patch too', async () => {
    const thread = join(DIR, 'thread.txt');
    writeFileSync(thread, `${readFileSync(SERIES[0]!, 'utf8')}\n${readFileSync(review('shelf/pull-request-comment.md'), 'utf8')}`);
    const { stdout } = await judge(thread, '--patch', thread, '--kernel', '6.12');
    expect(stdout).toMatch(/8 claims in 1 review/);
  });

  it('standard input', async () => {
    const stdin = readFileSync(review('shelf/list.json'), 'utf8');
    const { stdout } = await runCli(['judge', '-', ...PATCH], { stdin });
    expect(stdout).toMatch(/3 claims in 1 review/);
    expect((await runCli(['judge', '-', '--patch', '-'], { stdin })).stderr).toMatch(/not both/);
  });

  it('code that is in a tree, without a patch', async () => {
    const tree = join(DIR, 'tree');
    mkdirSync(join(tree, 'lib'), { recursive: true });
    const text = readFileSync(SERIES[0]!, 'utf8');
    const code = text
      .slice(text.indexOf('@@ -0,0'), text.indexOf('-- \n'))
      .split('\n')
      .slice(1)
      .map((l) => l.slice(1))
      .join('\n');
    writeFileSync(join(tree, 'lib/bpf_shelf.c'), code);
    writeFileSync(join(tree, 'Makefile'), 'VERSION = 6\nPATCHLEVEL = 12\n');
    const list = join(DIR, 'list.json');
    writeFileSync(
      list,
      '{"claims":[{"id":1,"function":"bpf_shelf_width","text":"Can s be NULL?"},{"id":2,"function":"bpf_shelf_column_raw","text":"column is not bounded"}]}',
    );
    const { stdout } = await judge(list, '--tree', tree, '--format', 'json');
    const value = JSON.parse(stdout);
    expect(value.kernel).toEqual({ series: '6.12', from: 'tree' });
    expect(value.claims.map((c: Record<string, unknown>) => [c.id, c.verdict, c.preexisting])).toEqual([
      ['1', 'refuted', true],
      ['2', 'confirmed', true],
    ]);
  });
});

describe('--filtered', () => {
  it('keeps five of eight, word for word; removes the file where nothing stands', async () => {
    const target = join(DIR, 'filtered.txt');
    await judge(review('shelf/review-inline.txt'), ...PATCH, '--filtered', target);
    const left = readFileSync(target, 'utf8');
    for (const kept of [
      'Should this have the same bounds check',
      'Can this sleep',
      'Can copy be NULL',
      'rcu_read_lock() missing',
      'mention these',
    ])
      expect(left).toContain(kept);
    for (const gone of ['Can s be NULL', 'further down', 'usually signed']) expect(left).not.toContain(gone);
    const list = join(DIR, 'false.json');
    writeFileSync(list, '{"claims":[{"id":"x","function":"bpf_shelf_width","text":"Can s be NULL?"}]}');
    await judge(list, ...PATCH, '--filtered', target);
    expect(existsSync(target)).toBe(false);
  });

  it('several reviews go into a folder', async () => {
    const folder = join(DIR, 'out');
    expect(
      (await judge(review('shelf/review-inline.txt'), review('shelf/list.json'), ...PATCH, '--filtered', join(DIR, 'one.txt'))).stderr,
    ).toMatch(/must be a folder/);
    mkdirSync(folder);
    await judge(review('shelf/review-inline.txt'), review('shelf/list.json'), ...PATCH, '--filtered', folder);
    expect(JSON.parse(readFileSync(join(folder, 'list.json'), 'utf8')).claims.map((c: { id: string }) => c.id)).toEqual(['b']);
    expect(existsSync(join(folder, 'review-inline.txt'))).toBe(true);
  });

  it('in place', async () => {
    const own = join(DIR, 'own.txt');
    writeFileSync(own, readFileSync(review('shelf/review-inline.txt')));
    await judge(own, ...PATCH, '--filtered', own);
    expect(readFileSync(own, 'utf8')).not.toContain('Can s be NULL');
  });
});

describe('--memory', () => {
  it('recognises what it judged', async () => {
    const memory = join(DIR, 'memory.json');
    await judge(review('shelf/bpf-ci.eml'), ...PATCH, '--memory', memory);
    const { stdout } = await judge(review('shelf/review-inline.txt'), ...PATCH, '--memory', memory);
    expect(stdout.match(/judged before \(first in 5f0e1d2c3b4a@mail\.kernel\.org\), and nothing changed/g)).toHaveLength(7);
    expect(JSON.parse(readFileSync(memory, 'utf8'))).toMatchObject({ version: 1 });
  });
});

describe('what can not be done', () => {
  it.each([
    [[], /no review/],
    [[review('shelf/list.json')], /nothing to hold the review against/],
    [['nope.txt', ...PATCH], /nope\.txt: can't be read \(ENOENT\)/],
    [[review('shelf/list.json'), '--patch', 'nope.patch'], /nope\.patch/],
    [[review('shelf/list.json'), ...PATCH, '--format', 'html'], /--format.* must be text or json/],
    [[review('shelf/list.json'), ...PATCH, '--memory', resolve(FOLDER, 'shelf/list.json')], /memory of version/],
    [[DIR, ...PATCH], /holds no review|is JSON|no review/],
  ])('%j: one line, exit code 2', async (args, message) => {
    const { code, stdout, stderr } = await judge(...args);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^kfunc-lint: [^\n]+\n$/);
    expect([code, stdout]).toEqual([2, '']);
  });

  it('a folder without a result for each part', async () => {
    const folder = join(DIR, 'unfinished');
    mkdirSync(folder);
    writeFileSync(join(folder, 'FILE-1-CHANGE-1.json'), '{}');
    const { code, stderr } = await judge(folder, ...PATCH);
    expect([code, stderr]).toEqual([2, `kfunc-lint: ${folder}: FILE-1 has no FILE-1-review-result.json: the reviewer did not finish\n`]);
  });
});
