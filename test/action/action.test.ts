/** action.yml as it is written: a fresh copy, a checkout one commit deep, an event, and the server in place of GitHub. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { PullRequest } from '../github/pull-request.ts';
import { FakeGithub, TOKEN } from '../github/server.ts';
import { annotationsOf, commandsOf } from '../report/runner.ts';
import { faultsOf } from '../report/sarif-schema.ts';
import { Origin } from './checkout.ts';
import { type Ran, runAction } from './composite.ts';
import { copyAction, lendModules, npmStore } from './install.ts';

const FIXTURES = resolve(import.meta.dirname, '../../fixtures');
const BAD = readFileSync(join(FIXTURES, 'unchecked-param/confirmed/plain-read.c'), 'utf8').replace(/^.*\n/, '');
const GOOD = BAD.replace('\treturn slot->filled;', '\tif (!slot)\n\t\treturn 0;\n\treturn slot->filled;');

let root: string;
let action: string;
let origin: Origin;
let base: string;
let bad: string;
let good: string;
let github: FakeGithub;
let url: string;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'kfunc-lint-action-'));
  action = copyAction(join(root, 'action'));
  origin = new Origin(join(root, 'origin'));
  base = origin.commit({ 'kernel/depot.c': '/* nothing yet */\n', README: 'x\n' }, 'base');
  origin.git('switch', '--quiet', '--create', 'topic');
  bad = origin.commit({ 'kernel/depot.c': BAD }, 'depot: a kfunc');
  good = origin.commit({ 'kernel/depot.c': GOOD }, 'depot: test the slot');
  // main goes on: what it changes is not the pull request's
  origin.git('switch', '--quiet', 'main');
  base = origin.commit({ 'kernel/later.c': BAD.replaceAll('depot', 'later') }, 'main goes on');
  github = new FakeGithub(new PullRequest(bad, []));
  url = await github.start();
}, 60_000);
afterAll(async () => {
  await github.stop();
  rmSync(root, { recursive: true, force: true });
}, 60_000);

const pullEvent = (head: string) => ({ pull_request: { number: 5, commits: 1, base: { sha: base }, head: { sha: head } } });
let count = 0;

async function run(
  head: string,
  inputs: Record<string, string>,
  event: Parameters<typeof runAction>[0]['event'] = pullEvent(head),
  env: Record<string, string> = {},
): Promise<Ran & { workspace: string }> {
  const here = join(root, `run-${count++}`);
  const workspace = origin.checkout(head, join(here, 'workspace'));
  mkdirSync(join(here, 'temp'));
  github.pull.push(head, origin.files(origin.git('merge-base', base, head), head));
  const ran = await runAction({
    action,
    workspace,
    temp: join(here, 'temp'),
    inputs: { kernel: '6.12', ...inputs },
    event,
    env: { GITHUB_API_URL: url, GITHUB_REPOSITORY: 'o/r', TOKEN, ...env },
  });
  expect(JSON.stringify(ran), 'the token stands nowhere').not.toContain(TOKEN);
  return { ...ran, workspace };
}

const step = (ran: Ran, name: string) => ran.steps.find((one) => one.name.startsWith(name))!;

describe('action.yml', () => {
  it('installs itself, lints what the pull request changes, tells it everywhere, and fails', { timeout: 180_000 }, async () => {
    const npm = { npm_config_cache: npmStore(), npm_config_offline: 'true', npm_config_update_notifier: 'false' };
    let ran = await run(bad, { sarif: 'out.sarif' }, pullEvent(bad), npm);
    if (/ENOTCACHED/.test(step(ran, 'Install').stderr)) {
      lendModules(action);
      ran = await run(bad, { sarif: 'out.sarif' });
    }
    expect(ran.failed, step(ran, 'Install').stderr).not.toBe('Install kfunc-lint');
    expect(ran.steps.map(({ name, stderr }) => [name, name.startsWith('Install') ? '' : stderr])).toEqual([
      ['Install kfunc-lint', ''],
      ['Find what to lint', ''],
      ['Lint', ''],
      ['Annotations, job summary, SARIF', ''],
      ['Comment', ''],
      ['Verdict', ''],
    ]);
    expect([ran.code, ran.failed]).toEqual([1, 'Verdict']);
    expect(ran.outputs).toMatchObject({
      confirmed: '1',
      suppressed: '0',
      contested: '0',
      undecided: '0',
      sarif: 'out.sarif',
      filtered: '',
    });
    expect(JSON.parse(readFileSync(ran.outputs.json!, 'utf8')).findings).toHaveLength(1);
    expect(annotationsOf(step(ran, 'Annotations').stdout).map(({ properties }) => [properties.file, properties.line])).toEqual([
      ['kernel/depot.c', '7'],
    ]);
    expect(ran.summary).toMatch(/^### kfunc-lint: 1 confirmed/);
    const sarif = readFileSync(join(ran.workspace, 'out.sarif'), 'utf8');
    expect(faultsOf(sarif)).toEqual([]);
    expect(step(ran, 'Verdict').stdout).toContain('kernel/depot.c:7:9: confirmed error unchecked-param');
    // on the line of its mend, for only there GitHub can apply it
    expect(github.pull.threads.map(({ path, line }) => [path, line])).toEqual([['kernel/depot.c', 13]]);
    expect(github.pull.threads[0]!.comments[0]!.body).toMatch(
      /at `kernel\/depot\.c:7:9`[\s\S]*```suggestion\nBTF_ID_FLAGS\(func, bpf_depot_filled, KF_\w+\)\n```/,
    );
    expect(github.pull.comments).toHaveLength(1);
    expect(step(ran, 'Comment').stdout).toBe('kfunc-lint: o/r#5: 1 comment posted, 0 updated, 0 resolved, summary posted (5 requests)\n');
    expect(github.faults).toEqual([]);
  });

  it('resolves on the next push what it mends, and passes', { timeout: 60_000 }, async () => {
    const ran = await run(good, {});
    expect([ran.code, ran.failed, ran.outputs.confirmed]).toEqual([0, null, '0']);
    expect(github.pull.threads.map(({ resolved }) => resolved)).toEqual([true]);
    expect(github.pull.comments[0]!.body).toContain('nothing confirmed any more');
  });

  it('in two steps: the first without a token, the second on its result', { timeout: 60_000 }, async () => {
    github.pull = new PullRequest(bad, []);
    const first = await run(bad, { comment: 'none', 'fail-on': 'never' }, pullEvent(bad), { TOKEN: '' });
    expect([first.code, first.steps.some(({ name }) => name === 'Comment')]).toEqual([0, false]);
    const event = { workflow_run: { head_sha: bad, head_branch: 'topic', head_repository: { owner: { login: 'stranger' } } } };
    const second = await run(bad, { from: first.outputs.json! }, event);
    expect(second.steps.map(({ name }) => name)).toEqual(['Install kfunc-lint', 'Comment']);
    expect(second.code).toBe(0);
    expect(github.pull.threads).toHaveLength(1);
    expect(github.faults).toEqual([]);
  });

  it('says nothing of a result that somebody made up', { timeout: 60_000 }, async () => {
    github.pull = new PullRequest(bad, []);
    const forged = join(root, 'forged.json');
    writeFileSync(
      forged,
      JSON.stringify({
        schemaVersion: 1,
        tool: { name: 'kfunc-lint' },
        kernel: { series: '6.12', from: 'option' },
        findings: [{ message: '@everyone' }],
        diagnostics: [],
        summary: { files: 0, kfuncs: 0 },
      }),
    );
    const ran = await run(bad, { from: forged });
    expect([ran.code, ran.failed]).toEqual([2, 'Comment']);
    expect(step(ran, 'Comment').stderr).toMatch(/^kfunc-lint: .*forged\.json: not a result of kfunc-lint: findings\[0\]\.id: .*\n$/);
    expect(github.pull.comments).toEqual([]);
  });

  it('lints a range, and paths, instead', { timeout: 60_000 }, async () => {
    const range = await run(good, { range: 'HEAD', comment: 'none' }, { ref: 'refs/heads/main' });
    expect([range.code, range.outputs.confirmed]).toEqual([0, '0']);
    const paths = await run(bad, { paths: 'kernel/depot.c\n', comment: 'none', 'fail-on': 'never' }, { ref: 'refs/heads/main' });
    expect([paths.code, paths.outputs.confirmed]).toEqual([0, '1']);
  });

  it('judges a review, and hands back what stands', { timeout: 60_000 }, async () => {
    const review = {
      claims: [
        {
          id: 'a',
          function: 'bpf_depot_filled',
          subject: 'slot',
          category: 'null-deref',
          text: 'Can slot be NULL here?',
          file: 'kernel/depot.c',
          line: 7,
        },
      ],
    };
    const file = join(root, 'review.json');
    writeFileSync(file, JSON.stringify(review, null, 2));
    const stands = await run(bad, { review: file, comment: 'none', 'fail-on': 'never' });
    expect(stands.code).toBe(0);
    expect(JSON.parse(readFileSync(stands.outputs.judged!, 'utf8')).claims.map(({ verdict }: { verdict: string }) => verdict)).toEqual([
      'confirmed',
    ]);
    expect(readFileSync(stands.outputs.filtered!, 'utf8')).toBe(readFileSync(file, 'utf8'));
    const falls = await run(good, { review: file, comment: 'none', 'fail-on': 'never' });
    expect([falls.code, falls.outputs.filtered, existsSync(falls.outputs.judged!)]).toEqual([0, '', true]);
  });

  it('lets nothing of hostile patches become a command or an output', { timeout: 60_000 }, async () => {
    const folder = join(root, 'hostile');
    mkdirSync(folder);
    for (const name of [
      'reaches/command-old-form',
      'reaches/command-encoded',
      'reaches/path-newline',
      'reaches/command-file-heredoc',
      'quiet/body',
      'quiet/subject',
    ])
      cpSync(join(FIXTURES, 'hostile', `${name}.patch`), join(folder, name.replace('/', '-')));
    for (const name of ['reaches-command-old-form', 'reaches-path-newline', 'quiet-body']) {
      const ran = await run(bad, { paths: join(folder, name), comment: 'none', 'fail-on': 'never' });
      expect(ran.code).toBe(0);
      const commands = ran.steps.flatMap(({ stdout, stderr }) => commandsOf(stdout + stderr)).map(({ command }) => command);
      expect(new Set(commands)).toEqual(
        new Set(['group', 'endgroup', 'error', 'warning', 'notice'].filter((one) => commands.includes(one))),
      );
      expect(ran.outputs).toMatchObject({ sarif: '', filtered: '', judged: '' });
      for (const name of ['confirmed', 'suppressed', 'contested', 'undecided']) expect(ran.outputs[name]).toMatch(/^\d+$/);
    }
  });

  it.each([
    ['an event without a pull request', {}, { ref: 'x' }, /^kfunc-lint: this event is of no pull request: set paths or range\n$/],
    [
      'a commit that is not there',
      {},
      pullEventOf('0'.repeat(40)),
      /^kfunc-lint: the history .* check out with fetch-depth: 0, or set paths$/m,
    ],
    ['a path that is not there', { paths: 'nowhere.patch' }, { ref: 'x' }, /^kfunc-lint: nowhere\.patch/],
    ['an option as a range', { range: '--output=x' }, { ref: 'x' }, /git can't tell what changed/],
    ['a series that is none', { kernel: 'new', paths: 'kernel/depot.c' }, { ref: 'x' }, /^kfunc-lint: .*new/],
  ])('fails with a clear line on %s', { timeout: 60_000 }, async (_, inputs, event, message) => {
    const ran = await run(bad, { comment: 'none', ...inputs }, event);
    expect(ran.code).not.toBe(0);
    expect(ran.steps.at(-1)!.stderr).toMatch(message);
  });

  it('says so where Node is too old, or not there', { timeout: 60_000 }, async () => {
    const bin = join(root, 'old-bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'node'), '#!/bin/sh\n[ "$1" = --version ] || exit 1\necho v18.20.0\n', { mode: 0o755 });
    const ran = await run(bad, {}, pullEvent(bad), { PATH: `${bin}:${process.env.PATH}` });
    expect([ran.code, ran.failed]).toEqual([2, 'Install kfunc-lint']);
    expect(ran.steps[0]!.stderr).toBe('kfunc-lint: needs Node 20, 22 or 24; this runner has v18.20.0: use actions/setup-node\n');
  });

  it('takes nothing of an event or an input into a script but through the environment', () => {
    const { runs } = parse(readFileSync(join(action, 'action.yml'), 'utf8')) as {
      runs: { steps: { run: string; env: Record<string, string> }[] };
    };
    for (const { run: script } of runs.steps) expect(script).not.toContain('${{');
  });
});

function pullEventOf(head: string) {
  return { pull_request: { number: 5, commits: 1, base: { sha: 'f'.repeat(40) }, head: { sha: head } } };
}
