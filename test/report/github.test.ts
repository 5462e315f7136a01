import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/claim.ts';
import { ANNOTATIONS_PER_STEP, renderGithub } from '../../src/report/github.ts';
import type { Showable } from '../../src/report/model.ts';
import { annotationsOf } from './runner.ts';
import { CONTESTED, finding, report, SUPPRESSED, UNDECIDED } from './sample.ts';

const write = (findings: Finding[], show: Showable[] = []) => renderGithub(report(findings), { show: new Set(show) });

describe('workflow annotations', () => {
  it('tell what, where, why and what to do', () => {
    const [first, last] = write([finding(10)]).split('\n');
    expect(first).toBe(
      '::error file=kernel/thing.c,line=10,col=9,title=kfunc-lint confirmed error unchecked-param::t is dereferenced without a NULL check%0Apath: bpf_thing() dereferences t [kernel/thing.c:10:9]%0Ato do: test t first',
    );
    expect(last).toBe('kfunc-lint: 2 kfuncs in 1 file: 1 confirmed, 0 suppressed, 0 undecided; by the verifier of Linux 6.12 (--kernel)');
  });

  it('go to the worst, and the rest is told without', () => {
    const findings = [
      ...Array.from({ length: 8 }, (_, n) => finding(n + 1, { severity: 'note' })),
      ...Array.from({ length: 8 }, (_, n) => finding(n + 11, { severity: 'warning' })),
      ...Array.from({ length: 5 }, (_, n) => finding(n + 21)),
    ];
    const text = write(findings);
    const shown = annotationsOf(text);
    expect(shown).toHaveLength(ANNOTATIONS_PER_STEP);
    expect(shown.filter(({ command }) => command === 'error')).toHaveLength(5);
    expect(shown.filter(({ command }) => command === 'warning')).toHaveLength(5);
    expect(text).toContain('kfunc-lint: 11 more without an annotation');
    for (const { location } of findings) expect(text).toMatch(new RegExp(`thing\\.c(:${location.line}:|,line=${location.line},)`));
  });

  it('name the contested without being asked, the others on request', () => {
    const all = [SUPPRESSED, CONTESTED, UNDECIDED];
    expect(annotationsOf(write(all)).map(({ command, properties }) => [command, properties.title])).toEqual([
      ['notice', 'kfunc-lint suppressed, contested error unbounded-index'],
    ]);
    expect(annotationsOf(write(all, ['refuted', 'undecided']))).toHaveLength(3);
  });

  it('come back whole from the encoding', () => {
    const one = finding(3, { location: { file: 'a:b,c%d.c', line: 3, column: 1 }, message: '100% of a, b: c' });
    const [shown] = annotationsOf(write([one]));
    expect(shown?.properties.file).toBe('a:b,c%d.c');
    expect(shown?.message.split('\n')[0]).toBe('100% of a, b: c');
  });
});
