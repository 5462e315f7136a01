/** Commits of a range, each against its own tree. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../src/claim.ts';
import { runCli } from '../run-cli.ts';

const root = mkdtempSync(join(tmpdir(), 'kfunc-lint-range-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const git = (...args: string[]) =>
  execFileSync('git', ['-C', root, '-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], { encoding: 'utf8' });
const commit = (subject: string, files: Record<string, string>): string => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  git('add', '-A');
  git('commit', '-qm', subject);
  return git('rev-parse', 'HEAD').trim();
};

const shed = (body: string, more = '') => `#include <linux/shed.h>

__bpf_kfunc int bpf_shed_slot(u32 slot)
{
${body}
}
${more}
BTF_KFUNCS_START(shed_ids)
BTF_ID_FLAGS(func, bpf_shed_slot)
${more === '' ? '' : 'BTF_ID_FLAGS(func, bpf_shed_count, KF_TRUSTED_ARGS)\n'}BTF_KFUNCS_END(shed_ids)

static const struct btf_kfunc_id_set shed_set = {
	.owner = THIS_MODULE,
	.set = &shed_ids,
};

static int __init shed_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_SYSCALL, &shed_set);
}
late_initcall(shed_init);
`;
const COUNT = `
__bpf_kfunc int bpf_shed_count(struct shed *s, u32 n)
{
	return s->counts[n];
}
`;

git('init', '-q', '-b', 'master');
git('config', 'diff.noprefix', 'true');
commit('start', {
  Makefile: 'VERSION = 6\nPATCHLEVEL = 12\n',
  'include/linux/shed.h': 'struct shed { int counts[4]; };\nextern int shed_slots[8];\n',
});
const start = git('rev-parse', 'HEAD').trim();
const first = commit('shed: slots for programs', { 'kernel/shed.c': shed('\treturn shed_slots[slot];') });
commit('docs: a word', { 'Documentation/shed.rst': 'sheds\n' });
const second = commit('shed: count for programs', { 'kernel/shed.c': shed('\treturn shed_slots[slot];', COUNT) });
commit('mm: nothing of ours', { 'mm/other.c': 'int other(void)\n{\n\treturn 0;\n}\n' });
const mended = commit('shed: test the slot', {
  'kernel/shed.c': shed('\tif (slot >= 8)\n\t\treturn -1;\n\treturn shed_slots[slot];', COUNT),
});

const lint = async (...args: string[]) => {
  const run = await runCli(['lint', '--tree', root, '--format', 'json', ...args]);
  return { ...run, findings: run.code === 2 ? [] : (JSON.parse(run.stdout).findings as Finding[]) };
};
const confirmed = (findings: Finding[]) =>
  findings
    .filter((one) => one.verdict === 'confirmed')
    .map((one) => `${one.rule} ${one.kfunc} ${one.commit?.subject}${one.preexisting ? ' (before)' : ''}`);

describe('lint --git', () => {
  it('tells of each commit what it brings', async () => {
    const run = await lint('--git', `${start}..`);
    expect(confirmed(run.findings)).toEqual([
      'unbounded-index bpf_shed_slot shed: slots for programs',
      'unbounded-index bpf_shed_count shed: count for programs',
    ]);
    expect(run.findings.find((one) => one.kfunc === 'bpf_shed_slot')!.commit!.id).toBe(first);
    expect(run.code).toBe(1);
    expect(JSON.parse(run.stdout).kernel).toEqual({ series: '6.12', from: 'tree' });
  });

  it('what was there before the range is not of its making', async () => {
    const run = await lint('--git', `${first}..${second}`);
    expect(confirmed(run.findings)).toContain('unbounded-index bpf_shed_count shed: count for programs');
    expect(run.findings.filter((one) => one.kfunc === 'bpf_shed_slot').every((one) => one.preexisting)).toBe(true);
    const last = await lint('--git', `${second}..${mended}`);
    expect(
      last.findings.filter((one) => one.rule === 'unbounded-index' && one.kfunc === 'bpf_shed_slot' && one.verdict === 'confirmed'),
    ).toEqual([]);
    expect(last.code).toBe(0);
  });

  it('the text tells of what the range adds', async () => {
    const run = await runCli(['lint', '--tree', root, '--git', `${first}..${second}`, '--show', 'refuted,undecided']);
    expect(run.stdout).toContain('bpf_shed_count');
    expect(run.stdout).toContain(`commit    ${second.slice(0, 12)} ("shed: count for programs")`);
    expect(run.stdout).not.toContain('slot is');
    expect(run.stdout).toMatch(/1 confirmed.*, [1-9]\d* in code that was so before; /);
  });

  it('is of the whole checkout, whichever of its folders is named', async () => {
    const run = await runCli(['lint', '--tree', join(root, 'include'), '--git', `${start}..`, '--format', 'json']);
    const whole = await lint('--git', `${start}..`);
    expect([run.code, run.stdout]).toEqual([1, whole.stdout]);
  });

  it('the first commit of all has no tree below it', async () => {
    expect((await lint('--git', start)).code).toBe(0);
    expect(confirmed((await lint('--git', 'HEAD')).findings).length).toBe(2);
  });

  it('an empty range has nothing to say', async () => {
    const run = await lint('--git', 'HEAD..');
    expect([run.code, run.findings, run.stderr]).toEqual([0, [], '']);
  });

  it.each([
    [['--git', 'nowhere..'], /git does not know the range nowhere\.\./],
    [['--git', '--all'], /'--all' is not a range of commits/],
    [['--git', 'HEAD', 'a.patch'], /not both/],
  ])('%j is refused', async (args, message) => {
    const run = await lint(...args);
    expect([run.code, run.stderr]).toEqual([2, expect.stringMatching(message)]);
    expect(run.stderr.split('\n').length).toBe(2);
  });

  it('a folder without git is refused', async () => {
    const plain = mkdtempSync(join(tmpdir(), 'kfunc-lint-plain-'));
    try {
      const run = await runCli(['lint', '--tree', plain, '--git', 'HEAD']);
      expect([run.code, run.stderr]).toEqual([2, expect.stringMatching(/not a git checkout/)]);
    } finally {
      rmSync(plain, { recursive: true });
    }
  });
});
