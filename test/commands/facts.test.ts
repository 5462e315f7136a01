import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../run-cli.ts';

const CODE = `
struct opts {
	int kind;
	u64 wide;
};

struct box {
	void *data;
};

__bpf_kfunc struct box *bpf_box_find(struct box *box, enum box_kind kind, struct opts *opts, u32 opts__sz)
{
	return box;
}

__bpf_kfunc int bpf_box_count(struct box *box__nullable, u64 which__k, int *out)
{
	return 0;
}

BTF_KFUNCS_START(box_kfuncs)
BTF_ID_FLAGS(func, bpf_box_find, KF_ACQUIRE | KF_RET_NULL | KF_RCU)
BTF_ID_FLAGS(func, bpf_box_count)
BTF_KFUNCS_END(box_kfuncs)

static const struct btf_kfunc_id_set box_set = { .owner = THIS_MODULE, .set = &box_kfuncs };

static int __init box_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_XDP, &box_set);
}
`;

let folder = '';
let file = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'facts-'));
  file = join(folder, 'box.c');
  writeFileSync(file, CODE);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function facts(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(['facts', file, ...args]);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return stdout;
}

describe('facts', () => {
  it('prints a table for a kernel developer', async () => {
    const text = (await facts('--kernel', '6.12')).replace(/ {2}\S*box\.c/g, '  box.c');
    expect(text.split('\n')).toEqual([
      'bpf_box_find()  KF_ACQUIRE | KF_RET_NULL | KF_RCU  for XDP',
      '  box.c:11',
      '  parameter           taken as      NULL   trust       count',
      '  struct box *box     btf-pointer   never  RCU         may be 0',
      '  enum box_kind kind  scalar        -      -           -         any value',
      '  struct opts *opts   sized-memory  never  own memory  -         opts__sz is not checked for every pointer',
      '  u32 opts__sz        scalar        -      -           -         any value',
      '  returns an object, trusted, with a reference to release; the program must test for NULL',
      '  runs RCU is held, must not sleep',
      '',
      'bpf_box_count()  no flags  for XDP',
      '  box.c:16',
      '  parameter                  taken as     NULL    trust       count',
      '  struct box *box__nullable  btf-pointer  may be  any         may be 0',
      '  u64 which__k               scalar       -       -           -         any constant',
      '  int *out                   memory       may be  own memory  -         as long as the type',
      '  returns a number without a range',
      '  runs RCU is held, must not sleep',
      '',
      '2 kfuncs in 1 file, Linux 6.12 (--kernel)',
      '',
    ]);
  });

  it("prints the contract's JSON", async () => {
    const result = JSON.parse(await facts('--kernel', '7.0', '--format', 'json'));
    expect(result).toMatchObject({ schemaVersion: 1, kernel: { series: '7.0', from: 'option' }, summary: { files: 1, kfuncs: 2 } });
    const [find, count] = result.kfuncs;
    expect(find).toMatchObject({
      name: 'bpf_box_find',
      line: 11,
      flags: ['KF_ACQUIRE', 'KF_RET_NULL', 'KF_RCU'],
      sets: ['box_kfuncs'],
      programTypes: ['BPF_PROG_TYPE_XDP'],
      return: { mayBeNull: true, acquires: true, trust: 'trusted' },
    });
    expect(find.parameters[0]).toMatchObject({
      name: 'box',
      type: 'struct box *box',
      kind: 'btf-pointer',
      mayBeNull: false,
      trust: 'rcu',
      refcountMayBeZero: true,
      bounded: false,
    });
    expect(find.parameters[0].because[0]).toMatchObject({
      kind: 'verifier',
      source: { kernel: '7.0', path: expect.stringMatching(/^kernel\/bpf\//) },
    });
    expect(count.parameters.map((p: { mayBeNull: boolean }) => p.mayBeNull)).toEqual([true, false, false]);
    expect(count.parameters[1]).toMatchObject({ constant: true, bounded: false });
  });

  it('prints a sheet for reviewers, with the wrong conclusions that the facts invite', async () => {
    const old = await facts('--kernel', '6.12', '--format', 'markdown');
    expect(old).toContain('# What the BPF verifier of Linux 6.12 guarantees');
    expect(old).toContain('Before 7.0 it does not');
    expect(old).toContain('any value of the register arrives');
    expect(old).toContain('only a tryget');
    expect(old).toContain('`KF_ACQUIRE | KF_RET_NULL | KF_RCU`');
    expect(old).toContain('registered for XDP. Returns');
    const fresh = await facts('--kernel', '7.0', '--format', 'markdown');
    expect(fresh).toContain('From 7.0 on the flag does not exist');
    expect(fresh).not.toContain('Before 7.0 it does not');
  });

  it('says that it does not know who calls', async () => {
    const sheet = await runCli(['facts', '-', '--kernel', '6.12', '--format', 'markdown'], {
      stdin: CODE.replace(/static int __init[^}]*}/, ''),
    });
    expect(sheet.stdout).toContain('for which programs it is registered is not at hand');
    const table = await runCli(['facts', '-', '--kernel', '6.12'], { stdin: CODE.replace('TYPE_XDP', 'TYPE_UNSPEC') });
    expect(table.stdout).toContain('KF_RCU  for every type of program');
  });

  it('names flags that the series does not have', async () => {
    const code = CODE.replace('bpf_box_count)', 'bpf_box_count, KF_TRUSTED_ARGS)');
    const fresh = await runCli(['facts', '-', '--kernel', '7.0'], { stdin: code });
    expect(fresh.stdout).toContain('bpf_box_count()  KF_TRUSTED_ARGS; this series has no KF_TRUSTED_ARGS  for XDP');
    const old = await runCli(['facts', '-', '--kernel', '6.19'], { stdin: code });
    expect(old.stdout).toContain('bpf_box_count()  KF_TRUSTED_ARGS  for XDP');
  });

  it('tells slots to fill, refused returns and what comes with NULL', async () => {
    const code = CODE.replace('int *out)', 'struct bpf_dynptr *out__uninit)')
      .replace('struct box *bpf_box_find', 'int bpf_box_find')
      .replace('struct opts *opts,', 'void *opts__nullable,');
    const { stdout } = await runCli(['facts', '-', '--kernel', '6.12'], { stdin: code });
    expect(stdout).toContain('an empty slot to fill');
    expect(stdout).toContain('returns nothing: every call is refused, because KF_ACQUIRE asks for a pointer to a struct');
    expect(stdout).toContain('opts__sz bytes; NULL with any opts__sz');
  });

  it('tells where it can be read', async () => {
    const text = await facts('--kernel', '6.12', '--why');
    expect(text).toContain('KF_RCU in BTF_ID_FLAGS(func, bpf_box_find, KF_ACQUIRE | KF_RET_NULL | KF_RCU): ');
    expect(text).toContain('[Linux 6.12 kernel/bpf/verifier.c check_kfunc_args: "Possibly NULL pointer passed to trusted "]');
  });

  it('reads standard input, and says what is missing', async () => {
    const { code, stdout } = await runCli(['facts', '-', '--kernel', '6.12'], { stdin: CODE });
    expect(code).toBe(0);
    expect(stdout).toContain('2 kfuncs in 1 file');
    const none = await runCli(['facts']);
    expect(none.code).toBe(2);
    expect(none.stderr).toMatch(/^kfunc-lint: no input: .*\n$/);
  });

  it('does not let hostile names out of their cells', async () => {
    const hostile = CODE.replaceAll('enum box_kind kind', 'enum box_kind \u202ekind');
    writeFileSync(join(folder, 'hostile.c'), hostile);
    const { stdout } = await runCli(['facts', join(folder, 'hostile.c'), '--format', 'markdown', '--kernel', '6.12']);
    expect(stdout).not.toContain('\u202e');
  });
});
