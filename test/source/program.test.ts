import { describe, expect, it } from 'vitest';
import type { MarginHit, SearchOptions, SourceFile, TreeFiles } from '../../src/source/model.ts';
import { buildProgram } from '../../src/source/program.ts';
import { fileOf } from './print.ts';

/** A tree in memory that counts what is asked of it. */
function treeOf(files: Record<string, string>): TreeFiles & { searches: string[] } {
  const searches: string[] = [];
  const paths = (o: SearchOptions = {}) =>
    Object.keys(files)
      .sort()
      .filter((p) => !o.under || o.under.some((u) => p.startsWith(`${u}/`)))
      .filter((p) => !o.except?.some((e) => p.startsWith(`${e}/`)))
      .filter((p) => !o.extensions || o.extensions.some((e) => p.endsWith(e)));
  return {
    searches,
    label: 'memory',
    read: (path) => files[path] ?? null,
    search(needles, options) {
      searches.push(`search ${needles.join(' ')}`);
      return paths(options).filter((p) => needles.some((n) => files[p]!.includes(n)));
    },
    margin(names, options) {
      searches.push(`margin ${[...names].sort().join(' ')} in ${options?.under?.join(',') ?? 'rest'}`);
      const hits: MarginHit[] = [];
      for (const path of paths(options)) {
        for (const [i, text] of files[path]!.split('\n').entries()) {
          for (const name of names)
            if (/^[A-Za-z_#]/.test(text) && new RegExp(`(^|\\W)${name} ?\\(`).test(text)) hits.push({ path, line: i + 1, name, text });
        }
      }
      return hits;
    },
    definitions(options) {
      searches.push('definitions');
      const index = new Map<string, string[]>();
      for (const path of paths(options))
        for (const m of files[path]!.matchAll(/^[A-Za-z_#].*?(\w+) ?\(/gm)) index.set(m[1]!, [...(index.get(m[1]!) ?? []), path]);
      return index;
    },
    tags: () =>
      Object.keys(files).flatMap((path) =>
        [...files[path]!.matchAll(/^(struct|enum) (\w+) \{/gm)].map((m) => ({ path, keyword: m[1] as 'struct', tag: m[2]! })),
      ),
  };
}

const input = (text: string, path = 'mm/new.c'): SourceFile => ({ ...fileOf(text, path), origin: 'patch' });
const places = (found: { file: SourceFile; start: number }[]) =>
  found.map((f) => `${f.file.path}:${f.file.text.slice(0, f.start).split('\n').length}`);

describe('functions', () => {
  it('the file that asks, then the input, then headers, then the tree', () => {
    const tree = treeOf({
      'include/linux/h.h': 'static inline int helper(int a)\n{\n\treturn a;\n}\n',
      'mm/near.c': 'int helper2(void)\n{\n}\nstatic int own(void)\n{\n}\n',
      'kernel/core.c': 'int core(void)\n{\n}\n',
      'drivers/far.c': 'int far(void)\n{\n}\n',
      'tools/no.c': 'int tool(void)\n{\n}\n',
    });
    const file = input('#include <linux/h.h>\nstatic int own(void)\n{\n}\n');
    const other = input('int other(void)\n{\n}\n', 'mm/other.c');
    const p = buildProgram([file, other], tree);
    const at = (name: string) => places(p.findFunctions(name, file)).join();
    expect(['own', 'other', 'helper', 'helper2', 'core', 'far', 'tool', 'missing'].map(at)).toEqual([
      'mm/new.c:2',
      'mm/other.c:1',
      'include/linux/h.h:1',
      'mm/near.c:1',
      'kernel/core.c:1',
      '',
      '',
      '',
    ]);
    const driver = input('int x;', 'drivers/hid/x.c');
    expect(places(p.findFunctions('far', driver))).toEqual(['drivers/far.c:1']);
  });

  it('static functions of other files are others', () => {
    const tree = treeOf({ 'kernel/a.c': 'static int f(void)\n{\n}\n', 'kernel/b.c': 'int f(void)\n{\n\treturn 1;\n}\n' });
    const file = input('int g(void) { return f(); }');
    expect(places(buildProgram([file], tree).findFunctions('f', file))).toEqual(['kernel/b.c:1']);
  });

  it('real ones come before stubs, and both are there', () => {
    const tree = treeOf({
      'include/linux/h.h':
        '#ifndef _LINUX_H_H\n#ifdef CONFIG_X\nint f(int a);\n#else\nstatic inline int f(int a)\n{\n\treturn -EINVAL;\n}\n#endif\n#endif\n',
      'kernel/f.c': 'int f(int a)\n{\n\treturn g(a);\n}\n',
    });
    const file = input('#include <linux/h.h>\n');
    expect(places(buildProgram([file], tree).findFunctions('f', file))).toEqual(['kernel/f.c:1', 'include/linux/h.h:5']);
  });

  it('a real function under #else is none', () => {
    const tree = treeOf({
      'include/linux/h.h':
        '#ifdef CONFIG_RT\n#include <linux/rt.h>\n#else\nstatic inline void lock(int *a)\n{\n\traw_lock(a);\n\tacquired(a);\n}\n#endif\n',
    });
    const file = input('#include <linux/h.h>\n');
    const p = buildProgram([file], tree);
    expect(places(p.findFunctions('lock', file))).toEqual(['include/linux/h.h:4']);
    expect(tree.searches.filter((s) => s.startsWith('margin'))).toEqual([]);
  });

  it('architectures come last', () => {
    const tree = treeOf({
      'arch/arm/a.c': 'int f(void)\n{\n\treturn 1;\n}\n',
      'arch/x86/a.c': 'int f(void)\n{\n\treturn 2;\n}\n',
      'drivers/a.c': 'int f(void)\n{\n\treturn 3;\n}\n',
    });
    const file = input('int x;', 'drivers/x/x.c');
    expect(places(buildProgram([file], tree).findFunctions('f', file))).toEqual(['drivers/a.c:1', 'arch/x86/a.c:1', 'arch/arm/a.c:1']);
  });

  it('one that a gap cuts comes after a whole one', () => {
    const cut = { ...input('int f(void)\n{\n\ta();\n', 'mm/cut.c'), complete: false };
    const tree = treeOf({ 'mm/whole.c': 'int f(void)\n{\n\ta();\n}\n' });
    expect(places(buildProgram([cut], tree).findFunctions('f', input('int x;')))).toEqual(['mm/whole.c:1', 'mm/cut.c:1']);
  });

  it('many that are far are indexed all at once', () => {
    const names = Array.from({ length: 24 }, (_, i) => `core_${i}`);
    const tree = treeOf({
      ...Object.fromEntries(names.map((n) => [`kernel/${n}.c`, `int ${n}(void)\n{\n}\n`])),
      'drivers/hid/core.c': 'int near_by(void)\n{\n}\n',
    });
    const file = input('int x;', 'drivers/hid/x.c');
    const p = buildProgram([file], tree);
    expect(names.map((n) => places(p.findFunctions(n, file)).join())).toEqual(names.map((n) => `kernel/${n}.c:1`));
    expect(places(p.findFunctions('near_by', file))).toEqual(['drivers/hid/core.c:1']);
    expect(p.findFunctions('missing', file)).toEqual([]);
    expect(tree.searches.filter((s) => s === 'definitions').length).toBe(2);
    expect(tree.searches.filter((s) => s.startsWith('margin') && s.includes('kernel')).length).toBe(10);
  });

  it('the input hides the version that the tree has', () => {
    const tree = treeOf({ 'mm/new.c': 'int old(void)\n{\n}\n', 'kernel/x.c': '' });
    const file = input('int fresh(void)\n{\n}\n');
    const p = buildProgram([file], tree);
    expect(p.findFunction('old', input('', 'mm/asks.c'))).toBeNull();
    expect(p.findFunction('fresh', input('', 'mm/asks.c'))?.name).toBe('fresh');
  });
});

describe('what a file does not see', () => {
  const other = input(
    '#define LIMIT 5\nstruct private { int a; };\nstatic int hidden[3];\nstatic int f(void)\n{\n}\nint g(void)\n{\n}\n',
    'mm/other.c',
  );
  const header = input('#define SHOWN 6\n', 'mm/shown.h');
  const file = input('int x;');
  const p = buildProgram([file, other, header], null);

  it('macros, types and variables of other sources', () => {
    expect([
      p.findConstant('LIMIT', file),
      p.findMacro('LIMIT', file),
      p.findStruct('private', file),
      p.findVariable('hidden', file),
      p.findFunction('f', file),
    ]).toEqual([null, null, null, null, null]);
  });

  it('but functions that are not static, and headers of the input', () => {
    expect(p.findFunction('g', file)?.file.path).toBe('mm/other.c');
    expect(p.findConstant('SHOWN', file)?.value).toBe(6);
  });

  const two = {
    'include/net/a.h': '#define both(x) 1\nstatic inline int twin(void)\n{\n\treturn one();\n}\n',
    'include/net/b.h': '#define both(x) 2\nstatic inline int twin(void)\n{\n\treturn two();\n}\n',
    'kernel/c.c': '#define far_macro(x) 3\n',
  };

  it('which of two headers is meant', () => {
    const q = buildProgram([file], treeOf(two));
    expect([q.findMacro('both', file), q.findFunction('twin', file), q.findMacro('far_macro', file)]).toEqual([null, null, null]);
    const sees = input('#include <net/b.h>\n');
    const r = buildProgram([sees], treeOf(two));
    expect([r.findMacro('both', sees)?.body, r.findFunction('twin', sees)?.file.path]).toEqual(['2', 'include/net/b.h']);
  });

  it('is the same when the tree is indexed', () => {
    const sees = input('#include <net/b.h>\n');
    const q = buildProgram([sees], treeOf(two));
    q.indexTree();
    expect([q.findMacro('both', sees)?.body, q.findFunction('twin', sees)?.file.path, q.findMacro('far_macro', sees)]).toEqual([
      '2',
      'include/net/b.h',
      null,
    ]);
    expect(q.findFunction('twin', file)).toBeNull();
  });

  it('hunks see what the whole file in the tree includes', () => {
    const hunks = { ...input('int y = LIMIT_IN_HEADER;\n', 'mm/known.c'), complete: false };
    const q = buildProgram([hunks], treeOf({ 'mm/known.c': '#include <linux/h.h>\n', 'include/linux/h.h': '#define LIMIT_IN_HEADER 9\n' }));
    expect(q.findConstant('LIMIT_IN_HEADER', hunks)?.value).toBe(9);
  });
});

describe('searches of the tree', () => {
  it('structs that no header in sight defines are searched for one by one only a few times', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const tree = treeOf({
      'include/linux/seen.h': 'struct seen {\n\tint x;\n};\n',
      'include/linux/far.h': names.map((n) => `struct ${n} {\n\tint x;\n};\n`).join(''),
    });
    const file = input('#include <linux/seen.h>\n');
    const p = buildProgram([file], tree);
    expect(p.findStruct('seen', file)?.fields.length).toBe(1);
    expect(tree.searches).toEqual([]);
    for (const n of names) expect(p.findStruct(n, file)?.fields.length).toBe(1);
    expect(tree.searches).toEqual(['search struct a { union a {', 'search struct b { union b {', 'search struct c { union c {']);
  });

  it('misses are remembered, and callees go out together', () => {
    const tree = treeOf({ 'kernel/a.c': 'int one(void)\n{\n\treturn two() + three();\n}\n', 'kernel/b.c': 'int two(void)\n{\n}\n' });
    const file = input('int f(void)\n{\n\treturn one();\n}\n');
    const p = buildProgram([file], tree);
    const one = p.findFunction('one', file)!;
    p.parse(one);
    p.findFunction('two', one.file);
    p.findFunction('three', one.file);
    const first = tree.searches.length;
    expect(tree.searches.filter((s) => s.includes('two') && s.includes('three')).length).toBeGreaterThan(0);
    for (let i = 0; i < 3; i++) p.findFunction('three', file);
    for (let i = 0; i < 3; i++) p.findFunction('three', one.file);
    expect(tree.searches.length).toBe(first);
  });

  it('a macro at hand is no function to be searched for', () => {
    const tree = treeOf({ 'include/linux/h.h': '#define twice(x) ((x) + (x))\n' });
    const file = input('#include <linux/h.h>\n');
    const p = buildProgram([file], tree);
    expect(p.findFunction('twice', file)).toBeNull();
    expect(p.findMacro('twice', file)).toMatchObject({ parameters: ['x'], body: '((x) + (x))' });
    expect(tree.searches).toEqual([]);
  });

  it('a function that the file sees is no macro to be searched for', () => {
    const tree = treeOf({
      'include/linux/h.h': 'static inline int seen(int x)\n{\n\treturn x;\n}\nint declared(int x);\n',
      'include/linux/other.h': '#define seen(x) (x)\n#define declared(x) (x)\n',
    });
    const file = input('#include <linux/h.h>\n');
    const p = buildProgram([file], tree);
    expect(p.findMacro('seen', file)).toBeNull();
    expect(p.findFunction('seen', file)?.file.path).toBe('include/linux/h.h');
    expect(tree.searches).toEqual([]);
    expect(p.findMacro('declared', file)?.body).toBe('(x)');
  });

  it("what a file defines as a function is none of a header's macros to it, unless it has one itself", () => {
    const tree = treeOf({ 'include/linux/h.h': '#define own(x) 0\n#define half(x) 0\n#define both(x) 0\n' });
    const file = input(
      '#include <linux/h.h>\nint own(int x)\n{\n\treturn x;\n}\nint half(int x);\n#ifdef A\nint both(int x)\n{\n}\n#else\n#define both(x) 1\n#endif\n',
    );
    const p = buildProgram([file], tree);
    expect(p.findMacro('own', file)).toBeNull();
    expect(p.findMacro('half', file)?.body).toBe('0');
    expect(p.findMacro('both', file)?.body).toBe('1');
  });

  it('what a header calls is what the file sees that includes it', () => {
    const tree = treeOf({
      'include/linux/first.h': '#define twice(x) ((x) + (x))\nstatic inline int thrice(int x)\n{\n\treturn x;\n}\n#define either(x) 1\n',
      'include/linux/second.h': 'static inline int calls(int x)\n{\n\treturn twice(x) + thrice(x) + either(x);\n}\n',
      'include/linux/third.h': '#define either(x) 2\n',
      'include/linux/unseen.h': '#define twice(x) 0\nstatic inline int thrice(int x)\n{\n\treturn 0;\n}\n',
    });
    const file = input('#include <linux/first.h>\n#include <linux/second.h>\n#include <linux/third.h>\n');
    const p = buildProgram([file], tree);
    const { file: header } = p.findFunction('calls', file)!;
    expect(p.findMacro('twice', header)?.body).toBe('((x) + (x))');
    expect(p.findMacro('thrice', header)).toBeNull();
    expect(p.findFunction('thrice', header)?.file.path).toBe('include/linux/first.h');
    expect(p.findFunction('twice', header)).toBeNull();
    expect(tree.searches).toEqual([]);
    expect(p.findMacro('either', header)).toBeNull();
    expect(tree.searches.length).toBeGreaterThan(0);
  });

  it('a long header is read for a definition, wherever on its line that stands, and not for a declaration', () => {
    const padding = '/* nothing to see here */\n'.repeat(400);
    const tree = treeOf({
      'include/linux/h.h': `${padding}extern int late(int x);\nextern int never(int x);\nint some(void) { return never(late(1)); }\n  static int\n  late(int x)\n{\n}\nint bare(x) int x;\n{\n}\n`,
    });
    const file = input('#include <linux/h.h>\n');
    const p = buildProgram([file], tree);
    expect(p.findFunction('never', file)).toBeNull();
    for (const name of ['some', 'late', 'bare']) expect(p.findFunction(name, file)?.name).toBe(name);
  });

  it('a macro far away is found', () => {
    const tree = treeOf({ 'include/linux/h.h': '#define twice(x) ((x) + (x))\n' });
    const file = input('int x;');
    expect(buildProgram([file], tree).findMacro('twice', file)?.body).toBe('((x) + (x))');
  });

  it('answers the same before and after the index of headers', () => {
    const headers = Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [
        `include/linux/h${i}.h`,
        `#define N${i} ${i}\n${i < 59 ? `#include <linux/h${i + 1}.h>\n` : ''}`,
      ]),
    );
    const file = input('#include <linux/h0.h>\n');
    const p = buildProgram([file], treeOf(headers));
    const ask = (from: SourceFile) => Array.from({ length: 60 }, (_, i) => p.findConstant(`N${i}`, from)?.value);
    expect(ask(file)).toEqual(Array.from({ length: 60 }, (_, i) => i));
    expect(p.findConstant('N', file)).toBeNull();
    expect(p.findConstant('NOT_THERE', file)).toBeNull();
  });
});

describe('types', () => {
  const tree = treeOf({
    'include/linux/h.h': '#include <linux/deep.h>\nextern int counter;\n',
    'include/linux/deep.h': 'struct deep {\n\tint a;\n};\nenum e {\n\tA,\n\tNR_E\n};\ntypedef u64 big_t;\n',
    'include/net/apart.h': 'struct apart {\n\tint a;\n};\nstruct twice {\n\tint a;\n};\n',
    'include/net/apart2.h': 'struct twice {\n\tlong b;\n};\n',
    'include/asm-generic/page.h': '#define PAGE_SIZE 4096\n',
    'include/linux/mm.h': '#include <asm/page.h>\n',
  });
  const file = input('#include <linux/h.h>\n#include <linux/mm.h>\nstruct own { int b; };\n');
  const p = buildProgram([file], tree);

  it('are found through what a file includes', () => {
    expect(p.findStruct('struct deep', file)?.location.file).toBe('include/linux/deep.h');
    expect(p.findEnum('enum e', file)?.enumerators.length).toBe(2);
    expect(p.findConstant('NR_E', file)?.value).toBe(1);
    expect(p.findTypedef('big_t', file)?.name).toBe('u64');
    expect(p.findVariable('counter', file)?.type.name).toBe('int');
    expect(p.findStruct('own', file)?.fields.length).toBe(1);
  });

  it('are found elsewhere only where there is one', () => {
    expect(p.findStruct('apart', file)?.location.file).toBe('include/net/apart.h');
    expect(p.findStruct('twice', file)).toBeNull();
  });

  it('what architectures define has no value', () => expect(p.findConstant('PAGE_SIZE', file)).toMatchObject({ value: null }));
});

describe('kfuncs and the tree', () => {
  const registered =
    'BTF_KFUNCS_START(s)\nBTF_ID_FLAGS(func, bpf_f, KF_RCU)\nBTF_KFUNCS_END(s)\nstatic const struct btf_kfunc_id_set k = { .set = &s };\nint i(void) { return register_btf_kfunc_id_set(BPF_PROG_TYPE_XDP, &k); }\n';

  it('a registration elsewhere in the kernel is found', () => {
    const p = buildProgram([input('__bpf_kfunc int bpf_f(void) { }\n')], treeOf({ 'net/reg.c': registered }));
    expect(p.kfuncs.map((k) => `${k.name} ${k.entries.map((e) => `${e.location.file} ${e.flags}`)} ${p.programTypes(k)}`)).toEqual([
      'bpf_f net/reg.c KF_RCU BPF_PROG_TYPE_XDP',
    ]);
    expect(p.sets.map((s) => s.name)).toEqual(['s']);
  });

  it('a definition elsewhere too', () => {
    const p = buildProgram([input(registered)], treeOf({ 'drivers/hid/def.c': '__bpf_kfunc int bpf_f(void) { }\n' }));
    expect(p.kfuncs[0]!.definitions.map((d) => d.source.file.path)).toEqual(['drivers/hid/def.c']);
  });

  it('what hidden lines of the core most likely define is not searched for in drivers', () => {
    const hunks = { ...input(registered), complete: false };
    const tree = treeOf({ 'drivers/hid/def.c': '__bpf_kfunc int bpf_f(void) { }\n', 'net/def.c': 'int bpf_f;\n' });
    expect(buildProgram([hunks], tree).kfuncs[0]!.definitions).toEqual([]);
    expect(tree.searches).toEqual([]);
    expect(buildProgram([{ ...hunks, added: new Set([2]) }], tree).kfuncs[0]!.definitions).toEqual([]);
    expect(tree.searches).toEqual(['search bpf_f']);
    const driver = { ...hunks, path: 'drivers/hid/reg.c' };
    expect(buildProgram([driver], tree).kfuncs[0]!.definitions.length).toBe(1);
  });

  it('what has both is not searched for', () => {
    const tree = treeOf({});
    expect(buildProgram([input(`__bpf_kfunc int bpf_f(void) { }\n${registered}`)], tree).kfuncs.length).toBe(1);
    expect(tree.searches).toEqual([]);
  });

  it('those of the tree come after those of the input', () => {
    const p = buildProgram(
      [input(`__bpf_kfunc int bpf_f(void) { }\n${registered}`)],
      treeOf({ 'net/a.c': '__bpf_kfunc int bpf_g(void) { }\n', 'tools/t.c': '__bpf_kfunc int bpf_t(void) { }\n' }),
    );
    expect(p.kfuncs.map((k) => k.name)).toEqual(['bpf_f']);
    expect(p.nearestKfuncs((k) => k.name.startsWith('bpf_')).map((k) => k.name)).toEqual(['bpf_f']);
    expect(p.nearestKfuncs((k) => k.name === 'bpf_g').map((k) => k.name)).toEqual(['bpf_g']);
    expect(p.nearestKfuncs((k) => k.name === 'bpf_h')).toEqual([]);
  });
});
