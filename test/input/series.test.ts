import { describe, expect, it } from 'vitest';
import type { Entry } from '../../src/input/postings.ts';
import { chooseSeries } from '../../src/input/series.ts';
import { parseSubject } from '../../src/input/subject.ts';

let order = 0;

function mail(subject: string, id: string | null, more: Partial<Entry> & { to?: string; day?: number } = {}): Entry {
  const parsed = parseSubject(subject);
  const { to, day = 1, ...rest } = more;
  return {
    subject: parsed,
    from: 'Ada <ada@example.org>',
    date: Date.UTC(2025, 10, day),
    messageId: id,
    inReplyTo: to ?? null,
    references: to ? [to] : [],
    source: `box:${id}`,
    origin: 'box',
    order: order++,
    hasDiff: !parsed.isCover,
    commitLike: true,
    isAnswer: parsed.isReply,
    ...rest,
  };
}

function choose(entries: Entry[]): { series: (string | null)[][]; told: string } {
  const { series, diagnostics } = chooseSeries(entries);
  return {
    series: series.map((one) => one.patches.map((entry) => entry.messageId)),
    told: diagnostics.map((one) => `${one.level}: ${one.message}`).join('\n'),
  };
}

describe('versions', () => {
  const v = (version: number, day: number) => [
    mail(`[PATCH v${version} 0/2] mm: series`, `${version}c`, { day }),
    mail(`[PATCH v${version} 1/2] mm: a`, `${version}a`, { to: `${version}c`, day }),
    mail(`[PATCH v${version} 2/2] mm: b`, `${version}b`, { to: `${version}c`, day }),
  ];

  it('the newest wins, in whatever order they come', () => {
    expect(choose([...v(1, 1), ...v(3, 9), ...v(2, 5)]).series).toEqual([['3a', '3b']]);
    expect(choose([...v(2, 5).reverse(), ...v(1, 1)]).series).toEqual([['2a', '2b']]);
    expect(choose([...v(1, 1), ...v(2, 2)]).told).toBe("note: 'mm: series': v2 is judged, what was sent before is left out (v1)");
  });

  it('a series comes after its RFC, unless the dates say otherwise', () => {
    const rfc = (day: number) => mail('[RFC PATCH v2] mm: a', `rfc${day}`, { day });
    expect(choose([mail('[PATCH] mm: a', 'real', { day: 5 }), rfc(1)]).series).toEqual([['real']]);
    expect(choose([mail('[PATCH] mm: a', 'real', { day: 5 }), rfc(9)]).series).toEqual([['rfc9']]);
  });

  it('sent again, the later one counts', () => {
    expect(choose([mail('[PATCH RESEND] mm: a', 'later', { day: 9 }), mail('[PATCH] mm: a', 'first')]).series).toEqual([['later']]);
  });

  it('a backport to another tree is no version', () => {
    expect(choose([mail('[PATCH 6.1.y] mm: a', 'six'), mail('[PATCH 6.6.y] mm: a', 'sixsix')]).series).toEqual([['six'], ['sixsix']]);
  });

  it('nor is a patch of the same name by another person', () => {
    expect(choose([mail('[PATCH] mm: a', '1'), mail('[PATCH v2] mm: a', '2', { from: 'Ben <ben@example.net>' })]).series).toEqual([
      ['1'],
      ['2'],
    ]);
  });

  it('of a reroll of one patch the others are those of the version before', () => {
    const { series, told } = choose([
      mail('[PATCH v2 1/2] mm: a', 'a2'),
      mail('[PATCH v2 2/2] mm: b', 'b2', { to: 'a2' }),
      mail('[PATCH v3 1/2] mm: a', 'a3', { to: 'a2', day: 3 }),
    ]);
    expect(series).toEqual([['a3', 'b2']]);
    expect(told).toContain('v3 replaces part of v2');
  });
});

describe('parts', () => {
  it('are ordered, once each; holes are told', () => {
    const { series, told } = choose([
      mail('[PATCH 4/4] d', 'd', { to: 'a' }),
      mail('[PATCH 1/4] a', 'a'),
      mail('[PATCH 2/4] b', 'b', { to: 'a' }),
      mail('[PATCH 2/4] b', 'b', { to: 'a' }),
    ]);
    expect(series).toEqual([['a', 'b', 'd']]);
    expect(told).toBe("warning: 'd': patch 3 of 4 is not in the input");
  });

  it('of a deep thread belong together', () => {
    const deep = [mail('[PATCH 1/3] a', 'a'), mail('[PATCH 2/3] b', 'b', { to: 'a' }), mail('[PATCH 3/3] c', 'c', { to: 'b' })];
    expect(choose(deep.map((one) => ({ ...one, references: [] }))).series).toEqual([['a', 'b', 'c']]);
  });

  it('sent without threading belong together by their ids, or by the hour', () => {
    const ids = [1, 2].map((n) => `20251104100000.1234-${n}-ada@example.org`);
    expect(choose([mail('[PATCH 1/2] a', ids[0]!), mail('[PATCH 2/2] b', ids[1]!, { day: 20 })]).series).toEqual([ids]);
    expect(choose([mail('[PATCH 1/2] a', 'x'), mail('[PATCH 2/2] b', 'y')]).series).toEqual([['x', 'y']]);
    expect(choose([mail('[PATCH 1/2] a', 'x'), mail('[PATCH 2/2] b', 'y', { day: 9 })]).series).toEqual([['x'], ['y']]);
  });

  it('two series of one person with as many parts stay apart', () => {
    const { series } = choose([
      mail('[PATCH 1/2] a', 'a'),
      mail('[PATCH 1/2] p', 'p'),
      mail('[PATCH 2/2] b', 'b', { to: 'a' }),
      mail('[PATCH 2/2] q', 'q', { to: 'p' }),
    ]);
    expect(series).toEqual([
      ['a', 'b'],
      ['p', 'q'],
    ]);
  });

  it('of files without ids belong together by where they lie', () => {
    const local = (subject: string, origin: string) => mail(subject, null, { origin, source: `${origin}/${subject}` });
    const { series } = chooseSeries([
      local('[PATCH 2/2] b', 'one'),
      local('[PATCH 1/2] a', 'one'),
      local('[PATCH] c', 'two'),
      local('[PATCH] d', 'two'),
    ]);
    expect(series.map((one) => one.patches.map((entry) => entry.subject.title))).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('threads that go round in a circle end', () => {
    expect(
      choose([mail('[PATCH 1/2] a', 'a', { to: 'b' }), mail('[PATCH 2/2] b', 'b', { to: 'a' })])
        .series.flat()
        .sort(),
    ).toEqual(['a', 'b']);
  });
});

describe('answers with a diff', () => {
  const patch = () => mail('[PATCH v2] mm: a', 'a');
  const answer = (more: Partial<Entry> & { to?: string }) => mail('Re: [PATCH v2] mm: a', 'answer', { to: 'a', ...more });

  it('of the author come after the series', () => {
    const { series, told } = choose([patch(), answer({ commitLike: false })]);
    expect(series).toEqual([['a', 'answer']]);
    expect(told).toContain('applied after the series');
    expect(chooseSeries([patch(), answer({})]).series[0]!.followUps.map((one) => one.messageId)).toEqual(['answer']);
  });

  it('of others are suggestions unless they are signed off', () => {
    const ben = { from: 'Ben <ben@example.net>' };
    expect(choose([patch(), answer({ ...ben, commitLike: false })])).toEqual({
      series: [['a']],
      told: expect.stringContaining('a suggestion and not applied'),
    });
    expect(choose([patch(), answer(ben)]).series).toEqual([['a', 'answer']]);
  });

  it('find their series through mails that are not here', () => {
    expect(choose([patch(), answer({ to: 'unknown', references: ['a', 'unknown'] })]).series).toEqual([['a', 'answer']]);
  });

  it('to a version that is left out are left out with it', () => {
    const { series, told } = choose([mail('[PATCH] mm: a', 'old'), mail('[PATCH v2] mm: a', 'a', { day: 2 }), answer({ to: 'old' })]);
    expect(series).toEqual([['a']]);
    expect(told).toContain('about a version that is left out');
  });

  it('to what is not here stand by themselves', () => {
    expect(choose([answer({ to: 'nowhere' })]).series).toEqual([['answer']]);
  });
});
