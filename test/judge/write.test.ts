import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RULES } from '../../rules/index.ts';
import { parsePatterns } from '../../src/judge/patterns/load.ts';
import { addRuling, type RulingEntry, removeRuling, renderRuling, replaceRuling, rulingEntries } from '../../src/judge/patterns/write.ts';

const checks = { ruleIds: RULES.map((rule) => rule.id) };
const entry = (parts: Partial<RulingEntry> = {}): RulingEntry => ({
  id: 'new-one',
  match: {
    rule: 'unchecked-param',
    kfunc: 'bpf_thing',
    subject: 't',
    snippet: 'return t->value;',
    series: { since: '6.12', until: '6.12' },
  },
  verdict: 'refuted',
  status: 'upheld',
  reason: "the caller's lock: keeps it",
  recorded: { by: 'M. Maintainer', on: '2026-06-01' },
  seen: { series: '6.12', model: '00ff', flags: 'KF_RCU', code: { bpf_thing: '1e5' } },
  ...parts,
});
const add = (text: string, one = entry()) => addRuling(text, 'p.yaml', one).text;
const rulings = (text: string) => parsePatterns(text, 'p.yaml', checks).rulings;

const LAYOUTS: Record<string, string> = {
  'an empty file': '',
  'no rulings yet': 'version: 1\n# the end\n',
  'an empty list': 'version: 1\nrulings: [] # none yet\npatterns: []\n',
  'a list not indented':
    'version: 1\nrulings:\n- id: a\n  match: { rule: mem-size, kfunc: k, subject: s }\n  verdict: refuted\n  status: upheld\n  reason: r\n  sources: [{ who: x }] # said\n# after\n',
  'a list in the middle':
    'version: 1\n\nrulings:\n    # first\n    - id: a\n      match: { rule: mem-size, kfunc: k, subject: s }\n      verdict: refuted\n      status: upheld\n      reason: >-\n        in two\n        lines\n      sources: [{ who: x }]\n\n# functions are below\nfunctions:\n  f: { pure: true }\n',
  'no line break at the end': 'version: 1\nfunctions:\n  f: { pure: true }',
  'a block text last':
    'version: 1\nrulings:\n  - id: a\n    match: { rule: mem-size, kfunc: k, subject: s }\n    verdict: refuted\n    status: upheld\n    sources: [{ who: x }]\n    reason: |\n      in two\n      lines\n',
  'line breaks of Windows': 'version: 1\r\n# kept\r\nfunctions:\r\n  f: { pure: true }\r\n',
  'the built-in file': readFileSync(resolve(import.meta.dirname, '../../kfunc-patterns.yaml'), 'utf8'),
};

describe('adding a ruling', () => {
  it.each(Object.entries(LAYOUTS))('to %s: it is the last one, and every line that was there is still there in order', (_, before) => {
    const { text, line } = addRuling(before, 'p.yaml', entry());
    const found = rulings(text);
    expect(found.at(-1)).toMatchObject({ id: 'new-one', snippet: 'return t->value;', reason: "the caller's lock: keeps it", at: { line } });
    expect(found.at(-1)!.seen).toEqual(entry().seen);
    expect(text.split(/\r?\n/)[line - 1]).toContain('id: new-one');
    const left = text.split('\n');
    for (const kept of before.split('\n').filter((one) => one.trim() !== '' && !one.startsWith('rulings:'))) {
      const at = left.indexOf(kept);
      expect(at, kept).toBeGreaterThanOrEqual(0);
      left.splice(0, at + 1);
    }
    if (before.includes('\r\n')) expect(text.replaceAll('\r\n', '')).not.toContain('\n');
  });

  it.each(Object.entries(LAYOUTS).filter(([, text]) => text.includes('- id')))('to %s and out again: the same bytes', (_, before) => {
    expect(removeRuling(add(before), 'p.yaml', 'new-one')).toBe(before);
  });

  it('comments on the line of an empty list stay', () => {
    expect(add(LAYOUTS['an empty list']!)).toMatch(/^rulings: # none yet\n {2}- id: new-one$/m);
  });

  it.each([
    ['{ version: 1, rulings: [] }', /block style/],
    ['version: 1\nrulings: [{ id: a, match: { rule: mem-size, kfunc: k, subject: s } }]\n', /block style/],
    ['version: 1\nrulings: &all\n  - { id: a }\nother: *all\n', /./],
  ])('refuses what it cannot keep: %s', (text, message) => {
    const before = text;
    let after = before;
    try {
      after = add(text);
    } catch (error) {
      expect((error as Error).message).toMatch(message);
    }
    // either refused, or everything that was there is there
    expect(after.startsWith(before.trimEnd().slice(0, 20))).toBe(true);
  });

  it('writes what a terminal would obey as escapes', () => {
    const hostile = 'x \u001b[2J \u202e y \u0007 \ufeff z';
    const text = add('version: 1\n', entry({ reason: hostile, match: { ...entry().match, snippet: hostile } }));
    expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
    expect(rulings(text)[0]!.reason).toBe(hostile);
  });

  it('keeps any reason and snippet as they are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), fc.string({ minLength: 1 }), (reason, subject) => {
        fc.pre(reason.trim() !== '' && subject.trim() !== '');
        const text = add(LAYOUTS['a list in the middle']!, entry({ reason, match: { ...entry().match, subject } }));
        const last = rulings(text).at(-1)!;
        expect(last.reason).toBe(reason.trim());
        expect(last.subject).toBe(subject.trim());
      }),
      { numRuns: 300 },
    );
  });
});

describe('replacing and removing', () => {
  const file = add(add('version: 1\n', entry({ id: 'first' })), entry({ id: 'second' }));

  it('replaces in place', () => {
    const { text } = replaceRuling(file, 'p.yaml', 'first', entry({ id: 'third', reason: 'other' }));
    expect(rulingEntries(text).map((one) => one.id)).toEqual(['third', 'second']);
  });

  it('leaves an empty list behind the last one', () => {
    const text = removeRuling(removeRuling(file, 'p.yaml', 'first'), 'p.yaml', 'second');
    expect(text).toBe('version: 1\n\nrulings: []\n');
  });

  it('names a ruling that is not there', () => {
    expect(() => removeRuling(file, 'p.yaml', 'nobody')).toThrow("p.yaml: holds no ruling 'nobody'");
    expect(() => replaceRuling('version: 1\n', 'p.yaml', 'nobody', entry())).toThrow("p.yaml: holds no ruling 'nobody'");
  });
});

describe('the entry as it is shown', () => {
  it('is what is written', () => {
    expect(add('version: 1\n')).toBe(`version: 1\n\nrulings:\n${renderRuling(entry()).replace(/^(?=.)/gm, '  ')}`);
  });
});
