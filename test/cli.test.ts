import { describe, expect, it } from 'vitest';
import { runCli } from './run-cli.ts';

describe('bad usage', () => {
  it.each([
    [['--forma', 'json', 'x.patch'], /unknown option '--forma' \(Did you mean --format\?\)/],
    [['lint', '--trsut', 'code', 'x.patch'], /unknown option '--trsut' \(Did you mean --trust\?\)/],
    [['--format', 'jsn', 'x.patch'], /--format.* It must be text or json.*did you mean 'json'\?/],
    [['--trust', 'codes', 'x.patch'], /--trust.* did you mean 'code'\?/],
    [['--show', 'refuted,undecidd', 'x.patch'], /--show.* did you mean 'undecided'\?/],
    [['--show', '', 'x.patch'], /--show/],
    [['--fail-on', 'warn', 'x.patch'], /--fail-on.* It must be error or warning or note or never/],
    [['lnit', 'x.patch'], /'lnit' is neither a command nor a file, did you mean 'lint'\?/],
    [['frobnicate'], /'frobnicate' is neither a command nor a file \(--help lists the commands\)/],
    [['scan'], /missing required argument 'tree'/],
    [['scan', 'a', 'b'], /too many arguments/],
    [['explain'], /missing required argument 'name'/],
    [['--tree'], /argument missing/],
    [['\u001b[31mx', '--nope\u001b[0m'], /unknown option '--nope\[0m'/],
  ])('%j: one line, exit code 2, nothing on standard output', async (argv, message) => {
    const { code, stdout, stderr } = await runCli(argv);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^kfunc-lint: [^\n]+\n$/);
    expect(stderr).not.toContain('\u001b');
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

describe('help and version', () => {
  it.each([[['--help']], [['-h']], [['help']], [['lint', '--help']], [['help', 'scan']], [['--version']], [['-V']]])(
    '%j goes to standard output, exit code 0',
    async (argv) => {
      const { code, stdout, stderr } = await runCli(argv);
      expect(stdout.length).toBeGreaterThan(3);
      expect(stderr).toBe('');
      expect(code).toBe(0);
    },
  );

  it('lists the options with their values', async () => {
    const stdout = (await runCli(['lint', '--help'])).stdout.replace(/\s+/g, ' ');
    for (const option of ['--tree', '--kernel', '--format', '--patterns', '--trust', '--show', '--fail-on', '--output'])
      expect(stdout).toContain(option);
    expect(stdout).toContain('verifier, code, ruling');
  });
});

describe('explain', () => {
  it.each([
    ['unchecked-param', /NULL/],
    ['KF_RCU', /KF_RCU \(flag\)/],
    ['__sz', /__sz \(suffix\)/],
    [
      'root-memcg-is-immortal',
      /ruling, upheld[\s\S]*bpf_get_root_mem_cgroup[\s\S]*<20251223044156\.208250-4-roman\.gushchin@linux\.dev>[\s\S]*kfunc-patterns\.yaml, line \d+/,
    ],
    ['memcg-vm-event-by-verifier', /ruling, retracted[\s\S]*<87pl862m0w\.fsf@linux\.dev>/],
    ['memcg-enum-has-no-range', /pattern, says wrong/],
  ])('%s', async (name, told) => {
    const { code, stdout, stderr } = await runCli(['explain', name]);
    expect(stdout).toMatch(told);
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  it('tells a flag as of a series', async () => {
    const [old, later] = await Promise.all(['6.2', '6.12'].map((series) => runCli(['explain', 'KF_RCU', '--kernel', series])));
    expect(old?.stdout).not.toBe(later?.stdout);
  });

  it.each([
    [['explain', 'KF_RCUU'], /nothing is known of 'KF_RCUU', did you mean 'KF_RCU'\?/],
    [['explain', 'unchekced-param'], /did you mean 'unchecked-param'\?/],
    [['explain', 'KF_RCU', '--kernel', 'six'], /'six' is not a kernel series/],
    [['explain', 'KF_RCU', '--patterns', 'none.yaml'], /none\.yaml: can't be read \(ENOENT\)/],
    [['explain', 'KF_RCU', '--patterns', 'fixtures/patterns/bad/unknown-key.yaml'], /unknown-key\.yaml:4: unknown key 'retuns'/],
  ])('%j: exit code 2', async (argv, message) => {
    const { code, stdout, stderr } = await runCli(argv);
    expect(stderr).toMatch(message);
    expect(stderr.split('\n')).toHaveLength(2);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});
