/** What a patch breaks without touching it is of its making; what it leaves as broken as it was is not. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Finding, JudgedClaim } from '../../src/claim.ts';
import { runCli } from '../run-cli.ts';

const root = mkdtempSync(join(tmpdir(), 'kfunc-lint-preexisting-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const git = (...args: string[]) =>
  execFileSync('git', ['-C', root, '-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], { encoding: 'utf8' });

const SHED = `#include <linux/btf.h>

#define SHED_ROWS 4

struct shed {
	struct shed *next;
	int rows[SHED_ROWS];
};

static int shed_row(struct shed *s, u32 n)
{
	if (n >= 4)
		return 0;
	return s->rows[n];
}

__bpf_kfunc int bpf_shed_row(struct shed *s, u32 n)
{
	return shed_row(s, n);
}

__bpf_kfunc int bpf_shed_first(struct shed *s, u32 n)
{
	if (!s)
		return 0;
	if (n > 3)
		return 0;
	return s->rows[n];
}

BTF_KFUNCS_START(shed_ids)
BTF_ID_FLAGS(func, bpf_shed_row, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_shed_first)
BTF_KFUNCS_END(shed_ids)

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

git('init', '-q', '-b', 'master');
writeFileSync(join(root, 'Makefile'), 'VERSION = 6\nPATCHLEVEL = 12\n');
writeFileSync(join(root, 'shed.c'), SHED);
git('add', '-A');
git('commit', '-qm', 'shed');

/** The patch that changes the file so, in a file of its own; the tree is as it was. */
function patchOf(from: string, to: string, context = 3): string {
  writeFileSync(join(root, 'shed.c'), SHED.replace(from, to));
  const file = join(root, 'change.patch');
  writeFileSync(file, git('diff', `-U${context}`));
  git('checkout', '-q', '.');
  return file;
}

async function lint(...args: string[]) {
  const { code, stdout } = await runCli(['lint', '--format', 'json', ...args]);
  const found = (JSON.parse(stdout).findings as Finding[]).filter((one) => one.verdict === 'confirmed');
  return { code, confirmed: found.map((one) => `${one.rule} ${one.kfunc}${one.preexisting ? ' (before)' : ''}`) };
}

const BEFORE = 'untrusted-param bpf_shed_first (before)';

describe('what a patch does to lines that it leaves alone', () => {
  it.each([
    ['takes a bound away', '\tif (n > 3)\n\t\treturn 0;\n', '', ['unbounded-index bpf_shed_first', BEFORE]],
    ['takes a NULL check away', '\tif (!s)\n\t\treturn 0;\n', '', ['unchecked-param bpf_shed_first']],
    ['takes the bound of a helper away', '\tif (n >= 4)\n\t\treturn 0;\n', '', ['unbounded-index bpf_shed_row', BEFORE]],
    ['loosens the bound of a helper', 'n >= 4', 'n >= 8', ['unbounded-index bpf_shed_row', BEFORE]],
    ['makes an array shorter', 'SHED_ROWS 4', 'SHED_ROWS 3', ['unbounded-index bpf_shed_row', 'unbounded-index bpf_shed_first', BEFORE]],
    ['registers one no more', 'BTF_ID_FLAGS(func, bpf_shed_row, KF_TRUSTED_ARGS)\n', '', ['registration bpf_shed_row', BEFORE]],
  ])('%s', async (_, from, to, expected) => {
    const { code, confirmed } = await lint('--tree', root, patchOf(from, to));
    expect(confirmed.sort()).toEqual(expected.sort());
    expect(code).toBe(1);
  });

  it('without a tree, as far as the hunks show it', async () => {
    const { code, confirmed } = await lint('--kernel', '6.12', patchOf('\tif (n > 3)\n\t\treturn 0;\n', '', 8));
    expect(confirmed).toContain('unbounded-index bpf_shed_first');
    expect(code).toBe(1);
  });

  it('leaves what was wrong before as it was, under another name of the file too', async () => {
    expect(await lint('--tree', root, patchOf('\tint rows', '\tint chairs;\n\tint rows'))).toEqual({ code: 0, confirmed: [BEFORE] });
    git('mv', 'shed.c', 'barn.c');
    const file = join(root, 'change.patch');
    writeFileSync(file, git('diff', '-M', 'HEAD'));
    git('reset', '-q', '--hard');
    expect(await lint('--tree', root, file)).toEqual({ code: 0, confirmed: [BEFORE] });
  });

  it('also where the tree has the patch already', async () => {
    const file = patchOf('n >= 4', 'n >= 8');
    git('apply', file);
    const { code, confirmed } = await lint('--tree', root, file);
    git('checkout', '-q', '.');
    expect(confirmed).toContain('unbounded-index bpf_shed_row');
    expect(code).toBe(1);
  });

  it('judge blames it on the patch as well', async () => {
    const review = join(root, 'claims.json');
    const claim = { id: 'a', function: 'bpf_shed_row', text: 'n is not bounded before it indexes rows', subject: 'n' };
    writeFileSync(review, JSON.stringify({ claims: [{ ...claim, file: 'shed.c', category: 'out-of-bounds' }] }));
    const patch = patchOf('\tif (n >= 4)\n\t\treturn 0;\n', '');
    const { stdout } = await runCli(['judge', review, '--tree', root, '--patch', patch, '--format', 'json']);
    const [judged] = JSON.parse(stdout).claims as JudgedClaim[];
    expect([judged!.verdict, judged!.preexisting]).toEqual(['confirmed', false]);
  });
});
