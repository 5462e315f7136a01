import { describe, expect, it } from 'vitest';
import type { Evidence, Finding } from '../../src/claim.ts';
import { renderJson } from '../../src/report/json.ts';
import type { Report, Showable } from '../../src/report/model.ts';
import { plain, plainJson } from '../../src/report/plain.ts';
import { renderText } from '../../src/report/text.ts';

const evidence = (parts: Partial<Evidence>): Evidence => ({
  kind: 'verifier',
  role: 'carries',
  text: 'NULL is refused',
  location: null,
  source: null,
  ...parts,
});
const finding = (parts: Partial<Finding>): Finding => ({
  ...{
    id: 'k1:0',
    rule: 'unchecked-param',
    verdict: 'confirmed',
    contested: false,
    severity: 'error',
    kfunc: 'bpf_thing',
    function: 'bpf_thing',
    subject: 't',
  },
  ...{
    message: 't is dereferenced without a NULL check',
    advice: 'test t first',
    location: { file: 'kernel/thing.c', line: 5, column: 9 },
  },
  ...{ snippet: 'return t->value;', inDiff: true, evidence: [evidence({})], missing: [], mend: null, preexisting: false },
  ...parts,
});
const report = (findings: Finding[]): Report => ({
  kernel: { series: '6.12', from: 'option' },
  findings,
  kfuncCount: 2,
  fileCount: 1,
  diagnostics: [],
});
const text = (findings: Finding[], show: Showable[] = [], color = false) =>
  renderText(report(findings), { show: new Set(show), color, version: '1' });

const kernel = {
  kernel: '6.12',
  path: 'kernel/bpf/verifier.c',
  symbol: 'check_kfunc_args',
  quote: 'Possibly NULL pointer passed to trusted arg%d',
};
const suppressed = finding({
  verdict: 'refuted',
  evidence: [
    evidence({ text: 'KF_RCU refuses NULL', location: { file: 'kernel/thing.c', line: 20, column: 1 }, source: kernel }),
    evidence({ text: 'and again', kind: 'guard' }),
    evidence({ text: 'the later test is about another value', role: 'context', kind: 'guard' }),
  ],
});
const contested = finding({
  ...{ verdict: 'refuted', contested: true, rule: 'unbounded-index', subject: 'i', message: 'i is no bounded index' },
  evidence: [
    evidence({
      kind: 'ruling',
      text: "ruling 'x' (retracted): said so",
      source: { who: 'A. Developer', messageId: 'a@b', url: null, quote: 'trust me' },
    }),
  ],
});

describe('text', () => {
  it('tells a confirmed finding in full: what, where, why, what to do', () => {
    const one = finding({
      function: 'helper',
      preexisting: true,
      evidence: [
        evidence({
          role: 'step',
          kind: 'guard',
          text: 'bpf_thing() calls helper(t)',
          location: { file: 'kernel/thing.c', line: 9, column: 2 },
        }),
      ],
    });
    expect(text([one])).toBe(`kernel/thing.c:5:9: confirmed error unchecked-param: t is dereferenced without a NULL check
    code      return t->value;
    about     t of kfunc bpf_thing(), in helper()
    path      bpf_thing() calls helper(t) [kernel/thing.c:9:2]
    to do     test t first
    note      the code was so before the patch

2 kfuncs in 1 file: 1 confirmed, 0 suppressed, 0 undecided; by the verifier of Linux 6.12 (--kernel)
`);
  });

  it('tells a suppression in two lines, with what carries it', () => {
    expect(text([suppressed]).split('\n\n')[0]).toBe(
      [
        'kernel/thing.c:5:9: suppressed error unchecked-param: t is dereferenced without a NULL check',
        '    verifier  KF_RCU refuses NULL [kernel/thing.c:20:1] [Linux 6.12 kernel/bpf/verifier.c check_kfunc_args: "Possibly NULL pointer passed to trusted arg%d"] (+1 more: --show refuted)',
      ].join('\n'),
    );
    expect(text([suppressed], ['refuted'])).toContain('    note      the later test is about another value\n');
  });

  it('shows a contested suppression in full without being asked', () => {
    const out = text([contested]);
    expect(out).toContain('suppressed (contested) error unbounded-index');
    expect(out).toContain(`    ruling    ruling 'x' (retracted): said so [A. Developer, <a@b>: "trust me"]\n`);
    expect(out).toContain('    contested this suppression rests on a word');
    expect(out).toContain('1 suppressed (1 contested)');
  });

  it('counts what is undecided, and tells it on request with what is missing', () => {
    const missing = { what: 'helper', why: 'helper() is not in the patch', treeWouldHelp: true };
    const one = finding({
      verdict: 'undecided',
      missing: [missing],
      evidence: [evidence({ role: 'context', kind: 'guard', text: 'needs --tree: helper() is not in the patch' })],
    });
    expect(text([one])).toBe(
      '2 kfuncs in 1 file: 0 confirmed, 0 suppressed, 1 undecided (--show undecided); by the verifier of Linux 6.12 (--kernel)\n',
    );
    expect(text([one], ['undecided']).match(/helper\(\) is not in the patch/g)).toHaveLength(1);
  });

  it('keeps the order of the contract whatever order it is given', () => {
    const at = (file: string, line: number, column: number, rule: string) => finding({ location: { file, line, column }, rule });
    const sorted = [at('a.c', 2, 1, 'a'), at('a.c', 10, 1, 'a'), at('a.c', 10, 1, 'b'), at('a.c', 10, 2, 'a'), at('b.c', 1, 1, 'a')];
    const out = text(sorted.toReversed());
    expect(out).toBe(text(sorted));
    expect([...out.matchAll(/^(\S+): confirmed error (\w)/gm)].map((one) => `${one[1]} ${one[2]}`)).toEqual([
      'a.c:2:1 a',
      'a.c:10:1 a',
      'a.c:10:1 b',
      'a.c:10:2 a',
      'b.c:1:1 a',
    ]);
  });

  it('colours only when told to, and around plain text only', () => {
    expect(text([suppressed, contested])).not.toContain('\u001b');
    const hostile = finding({ message: 'a\u001b[31mb\u0007\u202ec\nd\u009be' });
    expect(text([hostile])).toContain('unchecked-param: a[31mbc de\n');
    expect(text([hostile], [], true)).not.toContain('\u001b[31mb');
    expect(text([hostile], [], true)).toContain('\u001b[31mconfirmed\u001b[39m');
  });
});

describe('json', () => {
  it('has the shape of the contract', () => {
    const value = JSON.parse(renderJson(report([suppressed]), { version: '1.2.3' }));
    expect(Object.keys(value)).toEqual(['schemaVersion', 'tool', 'kernel', 'findings', 'diagnostics', 'summary']);
    expect(value).toMatchObject({
      schemaVersion: 1,
      tool: { name: 'kfunc-lint', version: '1.2.3' },
      kernel: { series: '6.12', from: 'option' },
    });
    expect(value.findings[0]).toMatchObject({
      id: 'k1:0',
      verdict: 'refuted',
      contested: false,
      kfunc: 'bpf_thing',
      subject: 't',
      inDiff: true,
    });
    expect(value.findings[0].location).toEqual({ file: 'kernel/thing.c', line: 5, column: 9 });
    expect(value.findings[0].evidence[0]).toMatchObject({ kind: 'verifier', text: 'KF_RCU refuses NULL', source: kernel });
    expect(value.summary).toEqual({ files: 1, kfuncs: 2, confirmed: 0, refuted: 1, undecided: 0 });
  });

  it('is the same for the same input and keeps every character of it', () => {
    const odd = finding({ message: '\u001b[0m\u202e\u{1f600}\u009b\ud800 "\\' });
    const out = renderJson(report([odd, suppressed]), { version: '1' });
    expect(out).toBe(renderJson(report([suppressed, odd]), { version: '1' }));
    expect(JSON.parse(out).findings.map((one: Finding) => one.message)).toContain(odd.message);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\ud800](?![\udc00-\udfff])/);
  });
});

describe('plain', () => {
  it.each([
    ['tab\tand\r\nline', 'tab and line'],
    ['\u0000nul\u007f', 'nul'],
    ['\u2066isolate\u2069\u200b', 'isolate'],
    ['para\u2029graph\u0085next', 'para graph next'],
    ['\u{e0041}tags', 'tags'],
    ['grüße 世界 😀', 'grüße 世界 😀'],
  ])('%j', (dirty, clean) => {
    expect(plain(dirty)).toBe(clean);
  });

  it('escapes beyond the basic plane in two halves', () => {
    expect(plainJson('\u{e0041}')).toBe('"\\udb40\\udc41"');
    expect(JSON.parse(plainJson({ a: '\u{e0041}' }))).toEqual({ a: '\u{e0041}' });
  });
});
