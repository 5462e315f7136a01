import { describe, expect, it } from 'vitest';
import { RULES } from '../../rules/index.ts';
import { type Finding, InputError } from '../../src/claim.ts';
import { renderJson } from '../../src/report/json.ts';
import type { Report, Showable } from '../../src/report/model.ts';
import { readResult } from '../../src/report/result-read.ts';
import { renderSarif } from '../../src/report/sarif.ts';
import { CONTESTED, evidence, finding, report, SUPPRESSED, UNDECIDED } from './sample.ts';
import { faultsOf } from './sarif-schema.ts';

const write = (value: Report, show: Showable[] = []) => renderSarif(value, { show: new Set(show), version: '1.2.3', rules: RULES });
const results = (text: string) => JSON.parse(text).runs[0].results;

const chain = finding(50, {
  evidence: [
    evidence({
      kind: 'guard',
      role: 'step',
      text: 'bpf_thing() calls helper(t)',
      location: { file: 'kernel/thing.c', line: 50, column: 2 },
    }),
    evidence({
      kind: 'guard',
      role: 'step',
      text: 'helper() dereferences t',
      location: { file: 'kernel/other file#1.c', line: 7, column: 4 },
    }),
  ],
  mend: {
    file: 'kernel/thing.c',
    start: { line: 60, column: 5 },
    end: { line: 60, column: 5 },
    text: ' | KF_RET_NULL',
    title: 'add KF_RET_NULL',
  },
});
const all = [finding(10), SUPPRESSED, CONTESTED, UNDECIDED, chain];

describe('sarif', () => {
  it('is valid, whatever it tells', () => {
    expect(faultsOf(write(report([])))).toEqual([]);
    expect(
      faultsOf(write(report(all, { diagnostics: [{ level: 'warning', message: 'guessed', location: chain.location }] }), ['undecided'])),
    ).toEqual([]);
  });

  it('is checked by a schema that objects', () => {
    const log = JSON.parse(write(report(all)));
    log.runs[0].results[0].locations[0].physicalLocation.region.startLine = 0;
    expect(faultsOf(JSON.stringify(log))).not.toEqual([]);
    const absolute = write(report(all)).replace('"kernel/thing.c"', '"/etc/passwd"');
    expect(faultsOf(absolute)).not.toEqual([]);
  });

  it('tells verdicts by the means of the standard', () => {
    const [confirmed, suppressed, contested, undecided] = results(write(report(all), ['undecided']));
    expect(confirmed).toMatchObject({ kind: 'fail', level: 'error' });
    expect(confirmed.suppressions).toBeUndefined();
    expect(suppressed.suppressions).toEqual([
      {
        kind: 'external',
        status: 'accepted',
        justification:
          'KF_RCU makes the verifier refuse NULL for t (kernel/thing.c:90:1; Linux 6.12 kernel/bpf/verifier.c check_kfunc_args: "Possibly NULL pointer passed to trusted arg%d")',
      },
    ]);
    expect(contested.suppressions[0].status).toBe('underReview');
    expect(undecided).toMatchObject({ kind: 'open', level: 'none' });
  });

  it('leaves undecided ones out unless asked', () => {
    expect(results(write(report(all)))).toHaveLength(4);
  });

  it('leads through callees, and says how to mend', () => {
    const one = results(write(report([chain])))[0];
    expect(
      one.codeFlows[0].threadFlows[0].locations.map((step: { location: { message: { text: string } } }) => step.location.message.text),
    ).toEqual(['bpf_thing() calls helper(t)', 'helper() dereferences t']);
    expect(one.codeFlows[0].threadFlows[0].locations[1].location.physicalLocation.artifactLocation.uri).toBe('kernel/other%20file%231.c');
    expect(one.fixes[0].artifactChanges[0].replacements[0].insertedContent.text).toBe(' | KF_RET_NULL');
  });

  it('numbers twins, and keeps fingerprints when lines move', () => {
    const prints = (findings: Finding[]) =>
      results(write(report(findings))).map(
        (one: { partialFingerprints: Record<string, string> }) => one.partialFingerprints.primaryLocationLineHash,
      );
    const twin = finding(10, { location: { file: 'kernel/thing.c', line: 80, column: 9 } });
    expect(prints([finding(10), twin])).toEqual(['000000000000000a:1', '000000000000000a:2']);
    expect(prints([twin])).toEqual(['000000000000000a:1']);
  });

  it('cuts what is too much, the least severe first, and says so', () => {
    const many = Array.from({ length: 5200 }, (_, n) => finding(n + 1, { severity: n < 5000 ? 'note' : 'error' }));
    const text = write(report([...many, SUPPRESSED]));
    expect(text.length).toBeLessThan(10_000_000 / 3);
    const { invocations, results: kept } = JSON.parse(text).runs[0];
    expect(kept.filter((one: { level: string }) => one.level === 'error')).toHaveLength(200);
    expect(kept.some((one: { suppressions?: unknown }) => one.suppressions)).toBe(false);
    expect(invocations[0].toolExecutionNotifications[0].message.text).toMatch(new RegExp(`^${5201 - kept.length} results left out`));
    expect(faultsOf(text)).toEqual([]);
  });

  it('has links nowhere', () => {
    const one = finding(1, { message: 'see [this](https://evil.example) and x[i](2)' });
    expect(results(write(report([one])))[0].message.text).toBe('see [this] (https://evil.example) and x[i] (2). Test t first');
  });
});

describe('a result read back', () => {
  it('keeps every verdict and all that carries it, from both formats', () => {
    const before = report(all);
    expect(readResult(renderJson(before, { version: '1' }), 'r.json')).toEqual(before);
    expect(readResult(write(before, ['undecided']), 'r.sarif')).toEqual(before);
  });

  it('takes a suppression that was rejected for none', () => {
    const log = JSON.parse(write(report([SUPPRESSED])));
    log.runs[0].results[0].suppressions[0].status = 'rejected';
    expect(readResult(JSON.stringify(log), 'r.sarif').findings[0]!.verdict).toBe('confirmed');
  });

  it('refuses a suppression that the finding does not know of', () => {
    const log = JSON.parse(write(report([finding(1)])));
    log.runs[0].results[0].suppressions = [{ kind: 'external' }];
    expect(() => readResult(JSON.stringify(log), 'r.sarif')).toThrow(InputError);
  });

  const good = JSON.parse(renderJson(report([finding(1)]), { version: '1' }));
  /** `path` is of names and `[n]` */
  const set = (value: typeof good, path: string, to: unknown) => {
    const keys = path.replace(/\[(\d+)\]/g, '.$1').split('.');
    const inner = keys.slice(0, -1).reduce((at, key) => at[key], value);
    inner[keys.at(-1)!] = to;
    return value;
  };
  it.each<[string, (value: typeof good) => unknown, RegExp]>([
    ['no JSON', () => '{', /^r\.json: not a result of kfunc-lint: it is no JSON$/],
    ['another file', () => ({ hello: 1 }), /schemaVersion/],
    [
      'a path that climbs',
      (v) => set(v, 'findings[0].location.file', 'a/../../etc/passwd'),
      /findings\[0\]\.location\.file: must be a path within the tree/,
    ],
    ['an absolute path', (v) => set(v, 'findings[0].evidence[0].location.file', '/etc/passwd'), /within the tree/],
    ['an id that ends a comment', (v) => set(v, 'findings[0].id', 'k1:--><b>'), /findings\[0\]\.id/],
    ['a rule that is no word', (v) => set(v, 'findings[0].rule', '<b>'), /rule/],
    ['a verdict without evidence', (v) => set(v, 'findings[0].evidence', []), /verdict without evidence/],
    ['a line below one', (v) => set(v, 'findings[0].location.line', 0), /line/],
    ['a text without end', (v) => set(v, 'findings[0].message', 'x'.repeat(30_000)), /message/],
    ['a series that is none', (v) => set(v, 'kernel.series', '6.12</summary>'), /series/],
    ['contested and confirmed', (v) => set(v, 'findings[0].contested', true), /contested/],
  ])('refuses %s', (_, change, message) => {
    const value = change(structuredClone(good));
    expect(() => readResult(typeof value === 'string' ? value : JSON.stringify(value), 'r.json')).toThrow(message);
  });
});
