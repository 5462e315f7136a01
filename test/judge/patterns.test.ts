import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RULES } from '../../rules/index.ts';
import { InputError } from '../../src/claim.ts';
import { parsePatterns } from '../../src/judge/patterns/load.ts';
import { knowledgeOf, mergePatterns } from '../../src/judge/patterns/merge.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const FIXTURES = join(ROOT, 'fixtures/patterns');
const checks = { ruleIds: RULES.map((rule) => rule.id) };
const load = (path: string) => parsePatterns(readFileSync(path, 'utf8'), path.split('/').at(-1)!, checks);
const yaml = (folder: string) => readdirSync(join(FIXTURES, folder)).filter((name) => name.endsWith('.yaml'));

function messageOf(path: string): string {
  try {
    load(path);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return `${(error as Error).message}\n`;
  }
  return 'accepted\n';
}

describe('broken pattern files', () => {
  it.each(yaml('bad'))('%s: one line with path, line and what to write instead', (name) => {
    const message = messageOf(join(FIXTURES, 'bad', name));
    expect(message).toMatch(/^[\w-]+\.yaml:\d+: .+\n$/);
    const golden = join(FIXTURES, 'bad', name.replace('.yaml', '.out'));
    if (process.env.KFUNC_LINT_UPDATE === '1') writeFileSync(golden, message);
    expect(message).toBe(readFileSync(golden, 'utf8'));
  });
});

describe('a good pattern file', () => {
  const patterns = load(join(FIXTURES, 'good/everything.yaml'));

  it('gives functions by series', () => {
    expect(knowledgeOf(patterns, '6.6').functions.get('thing_lookup')?.returns).toEqual(['null', 'valid']);
    expect(knowledgeOf(patterns, '6.8').functions.has('thing_lookup')).toBe(false);
    expect(knowledgeOf(patterns, '6.10').functions.get('thing_lookup')?.takes?.when).toBe('valid');
    expect(knowledgeOf(patterns, '7.0').functions.get('thing_tryget')?.takes?.when).toBe('true');
  });

  it('gives members by series', () => {
    const why = (series: string) => knowledgeOf(patterns, series).members.get('thing.owner')?.why;
    expect([why('6.6'), why('6.8'), why('6.10')]).toEqual(['nobody has it yet', undefined, 'its owner may have left']);
    expect(knowledgeOf(patterns, '6.12').members.get('thing.peer')).toEqual({
      struct: 'thing',
      member: 'peer',
      may: ['null'],
      why: 'it may stand alone',
      source: { path: 'include/linux/thing.h', symbol: 'struct thing' },
    });
  });

  it('keeps where each ruling and pattern stands', () => {
    expect(patterns.rulings[0]).toMatchObject({
      id: 'thing-may-be-null',
      snippet: 'return t->value;',
      until: '2026-12-31',
      at: { file: 'everything.yaml', line: 12 },
    });
    expect(patterns.idioms[0]).toMatchObject({
      says: 'fine',
      status: 'upheld',
      at: { line: 20 },
      sources: [{ note: 'at the conference' }],
    });
  });

  it('survives JSON, as the bundle carries it', () => {
    expect(JSON.parse(JSON.stringify(patterns))).toEqual(patterns);
  });

  it('gives way to a later file for each function and id', () => {
    const later = parsePatterns(
      'version: 1\nfunctions:\n  thing_lookup: { returns: [valid] }\nmembers:\n  thing.owner: { may: [null], why: later, source: { path: p, symbol: s } }\npatterns:\n  - { id: thing-may-be-null, match: { rule: unchecked-param, subject: t }, says: wrong, reason: r, sources: [{ who: x }] }',
      'later.yaml',
      checks,
    );
    const all = mergePatterns([patterns, later]);
    expect(knowledgeOf(all, '6.1').functions.get('thing_lookup')?.returns).toEqual(['valid']);
    expect(knowledgeOf(all, '6.1').functions.has('thing_alloc')).toBe(true);
    expect(knowledgeOf(all, '6.1').members.get('thing.owner')?.why).toBe('later');
    expect(knowledgeOf(all, '6.1').members.has('thing.peer')).toBe(true);
    expect(all.rulings).toEqual([]);
    expect(all.idioms.map((one) => one.id)).toEqual(['thing-values-are-small', 'thing-may-be-null']);
  });
});

describe('the built-in pattern file', () => {
  const patterns = load(join(ROOT, 'kfunc-patterns.yaml'));

  it('knows what kfuncs reach', () => {
    const { functions } = knowledgeOf(patterns, '6.12');
    expect(functions.size).toBeGreaterThan(250);
    expect(functions.get('css_tryget')).toEqual({ name: 'css_tryget', dereferences: [0], takes: { what: 0, when: 'true', live: false } });
  });

  it('knows members that may be NULL, each with the place that shows it', () => {
    expect(knowledgeOf(patterns, '6.12').members.has('task_struct.mm')).toBe(true);
    expect(knowledgeOf(patterns, '6.12').members.has('vm_area_struct.vm_mm')).toBe(false);
    expect(knowledgeOf(patterns, '7.3').members.has('vm_area_struct.vm_mm')).toBe(true);
    for (const one of patterns.members) expect(one.source.path, `${one.struct}.${one.member}`).toMatch(/^[\w/-]+\.[ch]$/);
  });

  it('leaves memcg_events() to the source', () => {
    expect(patterns.functions.some((one) => one.name === 'memcg_events')).toBe(false);
  });

  it('names nobody without a place to look it up', () => {
    for (const { sources } of [...patterns.rulings, ...patterns.idioms]) {
      expect(sources.length).toBeGreaterThan(0);
      for (const source of sources) expect(source.messageId ?? source.url).not.toBeNull();
    }
  });

  it('describes no function in terms that contradict each other', () => {
    for (const one of patterns.functions) {
      const both = (one.dereferences ?? []).filter((argument) => one.toleratesNull?.includes(argument));
      expect(both, one.name).toEqual([]);
      if (one.takes) expect(one.pure, one.name).toBeUndefined();
      if (one.takes?.when === 'valid') expect(one.returns, one.name).toContain('error');
      if (one.takes?.when === 'non-null') expect(one.returns, one.name).not.toContain('error');
    }
  });
});
