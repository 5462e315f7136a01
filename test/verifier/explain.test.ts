import { describe, expect, it } from 'vitest';
import { explain, explainedNames, explainText, rangeText } from '../../src/verifier/explain.ts';
import { FLAG_EFFECTS } from '../../src/verifier/explain-flags.ts';
import { SUFFIX_EFFECTS } from '../../src/verifier/explain-suffixes.ts';
import { FLAGS } from '../../src/verifier/flags.ts';
import { SERIES } from '../../src/verifier/series.ts';
import { SUFFIXES } from '../../src/verifier/suffixes.ts';

describe('explain', () => {
  it('knows every flag and suffix of the model, and no other', () => {
    expect(Object.keys(FLAG_EFFECTS).sort()).toEqual(FLAGS.map((f) => f.name).sort());
    expect(Object.keys(SUFFIX_EFFECTS).sort()).toEqual([...SUFFIXES.map((s) => s.suffix), 'rdonly_buf_size', 'rdwr_buf_size'].sort());
  });

  it('tells KF_RCU as of 6.3: NULL gets through', () => {
    const text = explainText(explain('KF_RCU', '6.3')!, '6.3');
    expect(text).toContain('exists: 6.2 and later');
    expect(text).toContain('NULL is not refused');
    expect(text).not.toContain('NULL is refused for every pointer parameter');
  });

  it('tells KF_RCU as of 6.12: it does not', () => {
    const text = explainText(explain('KF_RCU', '6.12')!, '6.12');
    expect(text).toContain('NULL is refused for every pointer parameter');
    expect(text).toContain('kernel/bpf/verifier.c, check_kfunc_args(): "Possibly NULL pointer passed to trusted ');
    expect(text).not.toContain('NULL is not refused');
  });

  it('says where a flag is gone or not yet there', () => {
    expect(explainText(explain('KF_TRUSTED_ARGS', '7.0')!, '7.0')).toContain('in 7.0: does not exist');
    expect(explainText(explain('KF_PERFMON', '6.12')!, '6.12')).toContain('does not exist');
    expect(explain('KF_RCU', '6.16')!.notes.join(' ')).toContain('rules of 6.14');
  });

  it('says where it can be read in that series', () => {
    const place = (series: string) => explain('__szk', series)!.effects[0]!.source;
    expect(place('6.12')).toMatchObject({ kernel: '6.12', symbol: 'check_kfunc_args' });
    expect(place('7.3')).toMatchObject({ kernel: '7.3', symbol: 'process_const_arg' });
    expect(explain('__szk', null)!.effects[0]!.source).toMatchObject({ kernel: '7.3' });
  });

  it('tells kinds by the series that have them', () => {
    expect(explainText(explain('string', '6.1')!, '6.1')).toContain('in 6.1: does not exist');
    expect(explainText(explain('string', '6.12')!, '6.12')).toContain('6.8 and later:');
    expect(explain('callback', '6.5')!.effects.map((e) => e.text)).toEqual(['It is taken as: its register is not looked at.']);
    expect(explain('callback', null)!.effects).toHaveLength(2);
    expect(explain('scalar', '6.1')!.effects[0]!.source).toMatchObject({ path: 'kernel/bpf/btf.c' });
  });

  it('knows what no kernel knows', () => {
    expect(explain('__const', null)).toMatchObject({ kind: 'suffix', life: null, summary: expect.stringContaining('No kernel') });
    expect(explain('KF_NOPE', null)).toBeNull();
    expect(explain('toString', null)).toBeNull();
  });

  it('has effects that live inside the life of their flag', () => {
    for (const name of explainedNames()) {
      for (const series of SERIES) {
        const told = explain(name, series)!;
        if (told.exists && told.kind !== 'parameter kind') expect(told.effects.length, `${name} in ${series}`).toBeGreaterThan(0);
      }
    }
  });

  it('ends sentences and stays on one line each', () => {
    for (const name of explainedNames()) {
      const told = explain(name, null)!;
      for (const text of [told.summary, ...told.effects.map((e) => e.text)]) expect(text, name).toMatch(/^[A-Z_0-9].*\.$/s);
      expect(explainText(told, null)).not.toMatch(/undefined|\bnull[:,)]|\[object|\n\n\n/);
    }
  });

  it('names ranges', () => {
    expect([
      rangeText({ since: '6.1', until: '6.1' }),
      rangeText({ since: '6.4', until: '6.19' }),
      rangeText({ since: '6.2', until: null }),
    ]).toEqual(['6.1 only', '6.4 to 6.19', '6.2 and later']);
  });
});
