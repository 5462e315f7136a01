import { describe, expect, it } from 'vitest';
import type { IdFlagsEntry, Program } from '../../src/source/model.ts';
import { GAP_MARK } from '../../src/source/model.ts';
import { buildProgram } from '../../src/source/program.ts';
import { fileOf } from './print.ts';

const lines = (...text: string[]) => text.join('\n').replaceAll('…', GAP_MARK);
const program = (...text: string[]): Program => buildProgram([fileOf(lines(...text))], null);
const entries = (p: Program) => p.kfuncs.flatMap((k) => k.entries);
const shown = (e: IdFlagsEntry) =>
  `${e.set ?? '-'}: ${e.func} ${e.flags.join('|')}${e.unreadFlags.length > 0 ? ` unread ${e.unreadFlags.join('|')}` : ''}${e.conditions.length > 0 ? ` #if ${e.conditions.join(' & ')}` : ''}`;

describe('flags', () => {
  it.each([
    ['BTF_ID_FLAGS(func, f)', ''],
    ['BTF_ID_FLAGS(func, f, 0)', ''],
    ['BTF_ID_FLAGS(func, f, KF_ACQUIRE)', 'KF_ACQUIRE'],
    ['BTF_ID_FLAGS(func,f,KF_ACQUIRE|KF_RET_NULL)', 'KF_ACQUIRE|KF_RET_NULL'],
    ['BTF_ID_FLAGS( func , f , ( KF_ACQUIRE | KF_RET_NULL ) )', 'KF_ACQUIRE|KF_RET_NULL'],
    ['BTF_ID_FLAGS(func, f,\n\t     KF_ACQUIRE | /* may fail */ KF_RET_NULL |\n\t     KF_RCU) // why', 'KF_ACQUIRE|KF_RET_NULL|KF_RCU'],
    ['BTF_ID_FLAGS(func, f, ((KF_RCU) | (KF_RCU | KF_SLEEPABLE)))', 'KF_RCU|KF_SLEEPABLE'],
    ['BTF_ID_FLAGS(func, f, MY_FLAGS)', 'KF_TRUSTED_ARGS|KF_SLEEPABLE'],
    ['BTF_ID_FLAGS(func, f, MY_FLAGS | KF_RCU)', 'KF_TRUSTED_ARGS|KF_SLEEPABLE|KF_RCU'],
    ['BTF_ID_FLAGS(func, f, TWICE)', 'KF_TRUSTED_ARGS|KF_SLEEPABLE|KF_RET_NULL'],
    ['BTF_ID_FLAGS(func, f, KF_LOCAL)', 'KF_LOCAL'],
    ['BTF_ID_FLAGS(func, f, KF_RCU | OTHER)', 'KF_RCU unread OTHER'],
    ['BTF_ID_FLAGS(func, f, KF_RCU | (1 << 30))', 'KF_RCU unread 1 << 30'],
    ['BTF_ID_FLAGS(func, f, flags(KF_RCU))', ' unread flags(KF_RCU)'],
  ])('%s', (entry, expected) => {
    const p = program(
      '#define MY_FLAGS (KF_TRUSTED_ARGS | KF_SLEEPABLE)',
      '#define TWICE MY_FLAGS | \\',
      '\tKF_RET_NULL',
      '#define KF_LOCAL (1 << 20)',
      'BTF_KFUNCS_START(set)',
      entry,
      'BTF_KFUNCS_END(set)',
    );
    expect(entries(p).map(shown)).toEqual([`set: f ${expected}`]);
  });

  it('says where the flags stand and how they are written', () => {
    const text = 'BTF_KFUNCS_START(set)\nBTF_ID_FLAGS(func, f, KF_RCU |\n\tKF_ACQUIRE)\nBTF_ID_FLAGS(func, g)\nBTF_KFUNCS_END(set)\n';
    const [f, g] = entries(program(text));
    expect(f).toMatchObject({ flagsText: 'KF_RCU | KF_ACQUIRE', line: 'BTF_ID_FLAGS(func, f, KF_RCU |', location: { line: 2, column: 1 } });
    expect(f!.flagsLocation).toEqual({
      start: { file: 'kernel/x.c', line: 2, column: 23 },
      end: { file: 'kernel/x.c', line: 3, column: 12 },
    });
    expect(g).toMatchObject({ flagsText: '', flagsLocation: { start: { line: 4, column: 21 }, end: { line: 4, column: 22 } } });
  });
});

describe('sets', () => {
  it('of each macro', () => {
    const p = program(
      'BTF_KFUNCS_START(a)',
      'BTF_ID_FLAGS(func, f)',
      'BTF_KFUNCS_END(a)',
      'BTF_SET8_START(b)',
      'BTF_ID_FLAGS(func, g)',
      'BTF_SET8_END(b)',
    );
    expect(p.sets.map((s) => `${s.name} ${s.macro} ${s.complete} ${s.entries.map((e) => e.func)}`)).toEqual([
      'a BTF_KFUNCS_START true f',
      'b BTF_SET8_START true g',
    ]);
  });

  it('BTF_SET_START holds kfuncs where a set variable points at it', () => {
    const list = [
      'BTF_SET_START(hooks)',
      'BTF_ID(func, hook)',
      'BTF_SET_END(hooks)',
      'BTF_SET_START(old)',
      'BTF_ID(func, f)',
      'BTF_SET_END(old)',
    ];
    const p = program(...list, 'static const struct btf_kfunc_id_set kset = {', '\t.owner = THIS_MODULE,', '\t.set = &old,', '};');
    expect(p.sets.map((s) => s.name)).toEqual(['old']);
    expect(p.kfuncs.map((k) => k.name)).toEqual(['f']);
  });

  it('records conditions of entries and sees both sides', () => {
    const p = program(
      '#ifdef CONFIG_NET',
      'BTF_KFUNCS_START(s)',
      'BTF_ID_FLAGS(func, f)',
      '#if A',
      'BTF_ID_FLAGS(func, g, KF_RCU)',
      '#else',
      'BTF_ID_FLAGS(func, g)',
      '#endif',
      'BTF_KFUNCS_END(s)',
      '#endif',
    );
    expect(entries(p).map(shown)).toEqual([
      's: f  #if defined(CONFIG_NET)',
      's: g KF_RCU #if defined(CONFIG_NET) & A',
      's: g  #if defined(CONFIG_NET) & !(A)',
    ]);
  });

  it('expands macros that make entries', () => {
    const p = program(
      '#define ENTRY(name, ...) BTF_ID_FLAGS(func, bpf_##name, ##__VA_ARGS__)',
      'BTF_KFUNCS_START(s)',
      'ENTRY(a)',
      'ENTRY(b, KF_RCU)',
      'BTF_KFUNCS_END(s)',
      'ENTRY(outside)',
    );
    expect(entries(p).map(shown)).toEqual(['s: bpf_a ', 's: bpf_b KF_RCU']);
  });

  it('expands lists of entries, as often as they are used', () => {
    const p = program(
      '#define ALL \\',
      '\tONE(1, bpf_a, KF_RCU) \\',
      '\tONE(2, bpf_b, 0)',
      '#define ONE(_, name, flags) name,',
      'static const char *names[] = { ALL };',
      '#undef ONE',
      'BTF_KFUNCS_START(s)',
      '#define ONE(_, name, flags) BTF_ID_FLAGS(func, name, flags)',
      'ALL',
      '#undef ONE',
      'BTF_KFUNCS_END(s)',
    );
    expect(entries(p).map(shown)).toEqual(['s: bpf_a KF_RCU', 's: bpf_b ']);
    expect(p.kfuncs[0]!.entries[0]!.location.line).toBe(9);
  });

  it('other prefixes are no kfuncs', () =>
    expect(program('BTF_KFUNCS_START(s)', 'BTF_ID_FLAGS(struct, foo)', 'BTF_KFUNCS_END(s)').kfuncs).toEqual([]));
  it('the macros themselves are no sets', () =>
    expect(program('#define BTF_KFUNCS_START(name) x', '/* BTF_ID_FLAGS(func, f) */').sets).toEqual([]));
});

describe('hunks', () => {
  it('a set whose start is not shown has the name of its end', () => {
    const p = program('…', 'BTF_ID_FLAGS(func, f)', 'BTF_ID_FLAGS(func, g, KF_RCU)', 'BTF_KFUNCS_END(s)');
    expect(p.sets).toMatchObject([{ name: 's', macro: 'BTF_KFUNCS_START', complete: false }]);
    expect(entries(p).map(shown)).toEqual(['s: f ', 's: g KF_RCU']);
  });

  it('a set whose end is not shown is not complete, and what follows the gap is not in it', () => {
    const p = program('BTF_KFUNCS_START(s)', 'BTF_ID_FLAGS(func, f)', '…', 'BTF_ID_FLAGS(func, g)', 'BTF_KFUNCS_END(t)');
    expect(p.sets.map((s) => `${s.name} ${s.complete}`)).toEqual(['s false', 't false']);
    expect(entries(p).map(shown)).toEqual(['s: f ', 't: g ']);
  });

  it('the same set goes on after a gap', () => {
    const p = program('BTF_KFUNCS_START(s)', 'BTF_ID_FLAGS(func, f)', '…', 'BTF_ID_FLAGS(func, g)', 'BTF_KFUNCS_END(s)');
    expect(entries(p).map(shown)).toEqual(['s: f ', 's: g ']);
  });

  it('neither start nor end', () =>
    expect(entries(program('…', 'BTF_ID_FLAGS(func, f, KF_RCU)', '…', 'int x;')).map(shown)).toEqual(['-: f KF_RCU']));
});

describe('register calls', () => {
  const set = [
    'BTF_KFUNCS_START(s)',
    'BTF_ID_FLAGS(func, f)',
    'BTF_KFUNCS_END(s)',
    'static const struct btf_kfunc_id_set kset = {',
    '\t.owner = THIS_MODULE, .set = &s, .filter = only_some',
    '};',
  ];
  const types = (...body: string[]) => {
    const p = program(...set, 'static int init(void)', '{', ...body, '}');
    return p.programTypes(p.kfuncs[0]!);
  };

  it('plain and chained', () => {
    expect(
      types(
        'int ret = register_btf_kfunc_id_set(BPF_PROG_TYPE_XDP, &kset);',
        'ret = ret ?: register_btf_kfunc_id_set(',
        '\tBPF_PROG_TYPE_TRACING,',
        '\t&kset);',
        'return ret;',
      ),
    ).toEqual(['BPF_PROG_TYPE_TRACING', 'BPF_PROG_TYPE_XDP']);
  });

  it('inside conditions', () =>
    expect(types('if ((ret = register_btf_kfunc_id_set(BPF_PROG_TYPE_SYSCALL, &kset)) || x)', '\treturn ret;')).toEqual([
      'BPF_PROG_TYPE_SYSCALL',
    ]));

  it('over an array', () => {
    expect(
      types(
        'enum bpf_prog_type types[] = { BPF_PROG_TYPE_XDP, BPF_PROG_TYPE_SCHED_CLS };',
        'for (i = 0; i < 2; i++)',
        '\tregister_btf_kfunc_id_set(types[i], &kset);',
      ),
    ).toEqual(['BPF_PROG_TYPE_SCHED_CLS', 'BPF_PROG_TYPE_XDP']);
  });

  it('by a macro or a variable', () => {
    expect(types('#define TYPE BPF_PROG_TYPE_LSM', 'register_btf_kfunc_id_set(TYPE, &kset);')).toEqual(['BPF_PROG_TYPE_LSM']);
    expect(types('enum bpf_prog_type t = BPF_PROG_TYPE_KPROBE;', 'register_btf_kfunc_id_set(t, &kset);')).toEqual(['BPF_PROG_TYPE_KPROBE']);
  });

  it('of other sets say nothing', () => expect(types('register_btf_kfunc_id_set(BPF_PROG_TYPE_XDP, &other);')).toEqual([]));

  it('has the variable with its filter', () => {
    const p = program(...set);
    expect(p.idSets).toMatchObject([{ name: 'kset', set: 's', filter: 'only_some', location: { line: 4 } }]);
  });

  it('the declaration is no call', () =>
    expect(
      program('int register_btf_kfunc_id_set(enum bpf_prog_type prog_type,', '\t\tconst struct btf_kfunc_id_set *kset);').registrations,
    ).toEqual([]));

  it('sets of the same name in two files are two', () => {
    const one = fileOf(lines(...set, 'int a(void) { return register_btf_kfunc_id_set(BPF_PROG_TYPE_XDP, &kset); }'), 'net/a.c');
    const two = fileOf(
      lines(
        ...set.map((l) => l.replace('func, f', 'func, g')),
        'int b(void) { return register_btf_kfunc_id_set(BPF_PROG_TYPE_LSM, &kset); }',
      ),
      'net/b.c',
    );
    const p = buildProgram([one, two], null);
    expect(p.kfuncs.map((k) => `${k.name} ${p.programTypes(k)}`)).toEqual(['f BPF_PROG_TYPE_XDP', 'g BPF_PROG_TYPE_LSM']);
  });
});

describe('destructors', () => {
  it('are pairs of a list', () => {
    const p = program(
      'BTF_ID_LIST(dtor_ids)',
      'BTF_ID(struct, foo)',
      'BTF_ID(func, foo_dtor)',
      '#ifdef X',
      'BTF_ID(struct, bar)',
      'BTF_ID(func, bar_dtor)',
      '#endif',
      'BTF_ID_LIST(others)',
      'BTF_ID(func, no_dtor)',
    );
    expect(p.dtors).toMatchObject([
      { type: 'foo', func: 'foo_dtor', location: { line: 3 } },
      { type: 'bar', func: 'bar_dtor' },
    ]);
  });
});

describe('definitions', () => {
  const p = program(
    '__bpf_kfunc static int early(void) { }',
    '__bpf_kfunc_start_defs();',
    '__bpf_kfunc int inside(int a)',
    '{',
    '}',
    'static int unmarked(void) { }',
    '__bpf_kfunc_end_defs();',
    '__diag_push();',
    '__bpf_kfunc int diag(void) { }',
    '__diag_pop();',
    'int helper(void) { }',
    '#ifdef A',
    '__bpf_kfunc int twice(void) { }',
    '#else',
    '__bpf_kfunc int twice(void) { }',
    '#endif',
    'BTF_KFUNCS_START(s)',
    'BTF_ID_FLAGS(func, unmarked)',
    'BTF_ID_FLAGS(func, missing)',
    'BTF_KFUNCS_END(s)',
  );
  it('are marked or listed', () => {
    expect(p.kfuncs.map((k) => `${k.name} ${k.definitions.length} ${k.entries.length}`)).toEqual([
      'early 1 0',
      'inside 1 0',
      'unmarked 1 1',
      'diag 1 0',
      'twice 2 0',
      'missing 0 1',
    ]);
  });

  it('know their marks', () => {
    const facts = p.kfuncs.flatMap((k) => k.definitions.map((d) => `${k.name}: ${d.hasBpfKfunc} ${d.isStatic} ${d.insideDefs}`));
    expect(facts.slice(0, 4)).toEqual([
      'early: true true false',
      'inside: true false true',
      'unmarked: false true true',
      'diag: true false true',
    ]);
    expect(p.kfuncs[1]!.definitions[0]!.location).toEqual({ file: 'kernel/x.c', line: 3, column: 17 });
  });

  it('a gap hides the marks, unless the next one tells', () => {
    const inside = (...text: string[]) => program(...text).kfuncs[0]!.definitions[0]!.insideDefs;
    expect(inside('…', '__bpf_kfunc int f(void) { }', '…')).toBeNull();
    expect(inside('…', '__bpf_kfunc int f(void) { }', '__bpf_kfunc_end_defs();')).toBe(true);
    expect(inside('…', '__bpf_kfunc int f(void) { }', '__bpf_kfunc_start_defs();')).toBe(false);
    expect(inside('__bpf_kfunc_start_defs();', '…', '__bpf_kfunc int f(void) { }', '…')).toBeNull();
    expect(inside('…', '__bpf_kfunc_start_defs();', '__bpf_kfunc int f(void) { }')).toBe(true);
  });
});
