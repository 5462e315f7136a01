import { describe, expect, it } from 'vitest';
import { EVIDENCE_KINDS } from '../../src/claim.ts';
import { identify, normalizeSnippet } from '../../src/judge/identity.ts';
import type { Idiom, Ruling } from '../../src/judge/patterns/model.ts';
import { like, ruleOn } from '../../src/judge/rulings.ts';
import { maySuppress } from '../../src/judge/trust.ts';

const at = { file: 'p.yaml', line: 1 };
const said = { who: 'A Developer', messageId: 'a@b', url: null, quote: 'it is fine', note: null };
const ruling = (parts: Partial<Ruling>): Ruling => ({
  ...{
    id: 'one',
    rule: 'unbounded-index',
    kfunc: 'bpf_thing',
    subject: 'i',
    series: {},
    snippet: null,
    status: 'upheld',
    reason: 'r',
    sources: [said],
  },
  ...{ recorded: null, until: null, says: 'refuted', lapsed: false, seen: null, at },
  ...parts,
});
const idiom = (parts: Partial<Idiom>): Idiom => ({
  ...{
    id: 'two',
    rule: 'unbounded-index',
    kfunc: null,
    subject: null,
    snippet: 'things[*]',
    series: {},
    says: 'fine',
    status: 'upheld',
    reason: 'r',
  },
  ...{ sources: [said], at },
  ...parts,
});
const claim = { rule: 'unbounded-index', kfunc: 'bpf_thing', subject: 'i', snippet: 'return things[i];' };
const carrying = (patterns: { rulings?: Ruling[]; idioms?: Idiom[] }, series = '6.12', about = claim) => {
  const answer = ruleOn(about, { rulings: [], idioms: [], ...patterns }, series);
  return {
    carries: answer.evidence.filter((one) => one.role === 'carries').length,
    contested: answer.contested,
    evidence: answer.evidence,
  };
};

describe('a ruling', () => {
  it('carries for exactly its rule, kfunc and subject', () => {
    expect(carrying({ rulings: [ruling({})] }).carries).toBe(1);
    for (const other of [{ rule: 'mem-size' }, { kfunc: 'bpf_thing2' }, { subject: 'j' }]) {
      expect(carrying({ rulings: [ruling({})] }, '6.12', { ...claim, ...other }).carries).toBe(0);
    }
  });

  it('holds within its series only', () => {
    const one = ruling({ series: { since: '6.6', until: '6.12' } });
    expect(['6.1', '6.6', '6.10', '6.12', '6.13', '7.0'].map((series) => carrying({ rulings: [one] }, series).carries)).toEqual([
      0, 1, 1, 1, 0, 0,
    ]);
  });

  it('goes stale with its code, and says so', () => {
    const one = ruling({ snippet: 'return things[ i ];' });
    expect(carrying({ rulings: [one] }).carries).toBe(1);
    const stale = carrying({ rulings: [one] }, '6.12', { ...claim, snippet: 'return things[i + 1];' });
    expect(stale.carries).toBe(0);
    expect(stale.evidence[0]).toMatchObject({ kind: 'ruling', role: 'context', text: expect.stringContaining('other code') });
  });

  it('is contested unless an upheld one carries too', () => {
    expect(carrying({ rulings: [ruling({})] }).contested).toBe(false);
    expect(carrying({ rulings: [ruling({ status: 'retracted' })] }).contested).toBe(true);
    expect(carrying({ rulings: [ruling({ status: 'contested' }), ruling({ id: 'b', status: 'upheld' })] }).contested).toBe(false);
    expect(carrying({}).contested).toBe(false);
  });

  it('brings every source, the first carrying', () => {
    const { evidence } = carrying({
      rulings: [ruling({ sources: [said, { ...said, messageId: 'c@d', note: 'taken back' }], status: 'retracted' })],
    });
    expect(evidence.map((one) => [one.role, one.text])).toEqual([
      ['carries', "ruling 'one' (retracted): r"],
      ['context', 'taken back'],
    ]);
  });
});

describe('a pattern', () => {
  it('matches with *', () => {
    expect(carrying({ idioms: [idiom({ snippet: 'return things[*];' })] }).carries).toBe(1);
    expect(carrying({ idioms: [idiom({ snippet: 'things[*]' })] }).carries).toBe(0);
    expect(carrying({ idioms: [idiom({ snippet: null, kfunc: 'bpf_*' })] }).carries).toBe(1);
  });

  it('that says wrong keeps every fine one away', () => {
    const both = carrying({ idioms: [idiom({ snippet: '*' }), idiom({ id: 'b', snippet: '*things*', says: 'wrong' })] });
    expect(both.carries).toBe(0);
    expect(both.evidence).toMatchObject([{ role: 'context', text: expect.stringContaining('known mistake') }]);
  });

  it('needs a kfunc where it names one', () => {
    expect(
      carrying({ idioms: [idiom({ snippet: null, kfunc: '*' })] }, '6.12', { ...claim, kfunc: null as unknown as string }).carries,
    ).toBe(0);
  });
});

describe('like', () => {
  it.each([
    ['abc', 'abc', true],
    ['abc', 'ab', false],
    ['abc', '*c', true],
    ['abc', 'a*', true],
    ['abc', 'a*c', true],
    ['abc', 'ab*bc', false],
    ['aXbXc', 'a*b*c', true],
    ['', '*', true],
    ['a', '', false],
    ['aa', 'a*a*a', false],
  ])('%s ~ %s: %s', (text, pattern, expected) => {
    expect(like(text, pattern)).toBe(expected);
  });

  it('takes linear time', () => {
    const start = performance.now();
    expect(like(`${'a'.repeat(200_000)}b`, `${'a*'.repeat(1000)}c`)).toBe(false);
    expect(performance.now() - start).toBeLessThan(500);
  });
});

describe('trust', () => {
  it('lets through from the strongest kind on', () => {
    const heard = (trust: 'verifier' | 'code' | 'ruling') => EVIDENCE_KINDS.filter((kind) => maySuppress(kind, trust));
    expect(heard('verifier')).toEqual(['verifier']);
    expect(heard('code')).toEqual(['verifier', 'guard', 'type', 'registration', 'series']);
    expect(heard('ruling')).toEqual([...EVIDENCE_KINDS]);
  });
});

describe('identity', () => {
  const one = { ...claim, location: { file: 'a.c', line: 3, column: 1 } };
  it('survives moved lines and white space', () => {
    expect(identify({ ...one, location: { file: 'a.c', line: 99, column: 9 }, snippet: '  return  things[ i ];' })).toBe(identify(one));
  });
  it('changes with rule, file, kfunc, subject and code', () => {
    const others = [
      { rule: 'x' },
      { kfunc: null },
      { subject: 'j' },
      { snippet: 'return things[j];' },
      { location: { file: 'b.c', line: 3, column: 1 } },
    ];
    expect(new Set([one, ...others.map((other) => ({ ...one, ...other }))].map((each) => identify(each))).size).toBe(6);
    expect(identify(one)).toMatch(/^k1:[0-9a-f]{16}$/);
  });
  it('does not fold what C reads differently', () => {
    expect(normalizeSnippet('x = a - -b;')).not.toBe(normalizeSnippet('x = a--b;'));
  });
});
