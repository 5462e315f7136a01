import { describe, expect, it } from 'vitest';
import type { Finding, RulingUse, Seen } from '../../src/claim.ts';
import type { Ruling } from '../../src/judge/patterns/model.ts';
import { type Now, settleStale, tellStale, whyStale } from '../../src/judge/staleness.ts';

const seen: Seen = { series: '6.12', model: 'm1', flags: 'KF_RCU', code: { bpf_thing: 'a1', thing_ok: 'b1' } };
const ruling = (parts: Partial<Ruling>): Ruling => ({
  ...{ id: 'one', rule: 'unchecked-param', kfunc: 'bpf_thing', subject: 't', series: {}, snippet: 'return t->value;', says: 'refuted' },
  ...{
    status: 'upheld',
    reason: 'r',
    sources: [],
    recorded: { by: 'A', on: '2026-01-01' },
    until: null,
    lapsed: false,
    seen,
    at: { file: 'p', line: 1 },
  },
  ...parts,
});
const now = (parts: Partial<Seen> | null, model = 'm1'): Now => ({ seen: () => parts && { ...seen, ...parts }, model: () => model });
const why = (one: Ruling, present: Now = now({}), snippet = '\treturn  t->value;', series = '6.12') =>
  whyStale(one, { snippet }, series, present);

describe('a ruling goes stale', () => {
  it('not while everything is as it was, wherever the line moved', () => {
    expect(why(ruling({}))).toBeNull();
  });

  it('with its line', () => {
    expect(why(ruling({}), now({}), 'return t->other;')).toMatch(/other code \('return t->value;'\)/);
  });

  it('with its function, though the line is the same', () => {
    expect(why(ruling({}), now({ code: { bpf_thing: 'a2', thing_ok: 'b1' } }))).toBe('bpf_thing() changed');
  });

  it('with a helper that the function calls', () => {
    expect(why(ruling({}), now({ code: { bpf_thing: 'a1', thing_ok: 'b2' } }))).toBe('thing_ok() changed');
    expect(why(ruling({}), now({ code: { bpf_thing: 'a1' } }))).toBeNull();
  });

  it('with the flags of its registration', () => {
    expect(why(ruling({}), now({ flags: '' }))).toBe('its flags were KF_RCU and are none');
    expect(why(ruling({}), now({ flags: null }))).toBeNull();
    expect(why(ruling({ seen: { ...seen, flags: null } }), now({ flags: 'KF_RCU' }))).toBeNull();
  });

  it('with the model of the series that it was made for', () => {
    expect(why(ruling({}), now({}, 'm2'))).toMatch(/verifier of Linux 6.12 changed/);
    expect(why(ruling({ seen: { ...seen, model: null } }), now({}, 'm2'))).toBeNull();
  });

  it('when its series have passed, and not before', () => {
    const one = ruling({ series: { since: '6.6', until: '6.12' } });
    expect(why(one, now({}), undefined, '6.12')).toBeNull();
    expect(why(one, now({}), undefined, '6.13')).toBe('it holds up to Linux 6.12, and this is 6.13');
  });

  it('when its last day has passed', () => {
    expect(why(ruling({ until: '2026-05-01', lapsed: true }))).toBe('it expired on 2026-05-01');
    expect(why(ruling({ until: '2026-05-01' }))).toBeNull();
  });

  it('when the code it is tied to is not at hand', () => {
    expect(why(ruling({}), now(null))).toMatch(/not at hand/);
    expect(why(ruling({}), now({ code: {} }))).toMatch(/not at hand/);
  });

  it('never for the sake of stamps where it was written by hand', () => {
    expect(why(ruling({ seen: null }), now(null, 'm2'))).toBeNull();
  });
});

describe('findings together', () => {
  const use = (stale: string | null): RulingUse => ({
    ...{ id: 'one', file: 'p', line: 1, says: 'refuted', status: 'upheld', reason: 'r', by: null, on: null, stale },
  });
  const finding = (id: string, stale: string | null) =>
    ({ id, rulings: [use(stale)], evidence: stale === null ? [] : [tellStale('one', stale)] }) as unknown as Finding;

  it('a ruling that applies to one line is not stale for the other lines of the function', () => {
    const [first, other] = settleStale([finding('a', null), finding('b', 'it is about other code')]);
    expect(first!.rulings).toHaveLength(1);
    expect(other!.rulings).toEqual([]);
    expect(other!.evidence).toEqual([]);
  });

  it('one that applies nowhere stays marked', () => {
    const [first] = settleStale([finding('b', 'it is about other code')]);
    expect(first!.rulings![0]!.stale).not.toBeNull();
    expect(first!.evidence).toHaveLength(1);
  });
});
