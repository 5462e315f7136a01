import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { SearchOptions, TreeFiles } from '../../src/source/model.ts';
import { openRevision, openTree, treeSeries } from '../../src/source/tree.ts';
import { insidePath } from '../../src/source/tree-path.ts';
import { directorySearch, type Needle, revisionSearch } from '../../src/source/tree-search.ts';

const FILES: Record<string, string> = {
  Makefile: 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 3\n',
  'kernel/a.c': '#include <linux/a.h>\nint far(int x);\n\nint near(int x)\n{\n\treturn far(x);\n}\n',
  'kernel/b.c': '__bpf_kfunc int bpf_b(void)\n{\n\treturn near(1);\n}\n#define wrap(x) near(x)\n',
  'include/linux/a.h': 'struct a {\n\tint x;\n};\nenum e {\n\tA,\n};\nunion a2 {\n};\n',
  'tools/t.c': '__bpf_kfunc int tool(void) { }\n',
  'kernel/ignored.o.c': 'int ignored(void)\n{\n\treturn 0;\n}\n',
  '.gitignore': '/*\n',
  'kernel/latin1.c': 'int near(void); /* caf\u00e9 */\n',
};

const root = mkdtempSync(join(tmpdir(), 'kfunc-lint-tree-'));
const outside = mkdtempSync(join(tmpdir(), 'kfunc-lint-outside-'));
afterAll(() => {
  for (const dir of [root, outside]) rmSync(dir, { recursive: true, force: true });
});
for (const [path, text] of Object.entries(FILES)) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
writeFileSync(join(outside, 'secret.c'), 'int secret(void) { }\n');
symlinkSync(join(outside, 'secret.c'), join(root, 'kernel/link.c'));
symlinkSync('a.c', join(root, 'kernel/inner.c'));
const git = (...args: string[]) =>
  execFileSync('git', ['-C', root, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
git('init', '-q');
git('add', '-f', '.');
git('commit', '-qm', 'one');
writeFileSync(join(root, 'kernel/later.c'), 'int later(void)\n{\n}\n');

function engine(kind: 'rg' | 'git' | 'walk') {
  process.env.KFUNC_LINT_SEARCH = kind;
  try {
    const made = directorySearch(root);
    made.files(['x'], {});
    return made;
  } finally {
    delete process.env.KFUNC_LINT_SEARCH;
  }
}

describe.each(['rg', 'git', 'walk'] as const)('searching with %s', (kind) => {
  const search = engine(kind);

  it('finds files that hold any of the strings, ignored and untracked ones too', () => {
    expect(search.files(['__bpf_kfunc', 'int later'], { extensions: ['.c'] })).toEqual(['kernel/b.c', 'kernel/later.c', 'tools/t.c']);
    expect(search.files(['int ignored'], { extensions: ['.c'] })).toEqual(['kernel/ignored.o.c']);
  });

  it('keeps to folders and leaves folders out', () => {
    expect(search.files(['__bpf_kfunc'], { under: ['tools'] })).toEqual(['tools/t.c']);
    expect(search.files(['__bpf_kfunc'], { except: ['tools'] })).toEqual(['kernel/b.c']);
    expect(search.files(['__bpf_kfunc'], { under: ['nowhere', '../..', '/etc'] })).toEqual([]);
  });

  it('takes strings as they are', () => {
    expect(search.files(['near(1);'], {})).toEqual(['kernel/b.c']);
    expect(search.files(['ne.r'], {})).toEqual([]);
    expect(search.files(['-e'], {})).toEqual([]);
  });

  it('gives lines', () => {
    const lines = (needle: Needle, options: SearchOptions) => {
      const found: string[] = [];
      search.each(needle, options, (path, line, text) => found.push(`${path}:${line} ${text}`));
      return found.sort();
    };
    expect(lines({ fixed: ['near('] }, { extensions: ['.c'], under: ['kernel'] })).toEqual([
      'kernel/a.c:4 int near(int x)',
      'kernel/b.c:3 \treturn near(1);',
      'kernel/b.c:5 #define wrap(x) near(x)',
      'kernel/latin1.c:1 int near(void); /* café */',
    ]);
    expect(lines({ pattern: '^(struct|union) [a-z0-9]+ \\{' }, { extensions: ['.h'] }).map((r) => r.replace(/^\S+ /, ''))).toEqual([
      'struct a {',
      'union a2 {',
    ]);
  });
});

describe.each([
  ['a directory', () => openTree(root)],
  ['a revision', () => openRevision(root, 'HEAD')],
])('%s', (_, open) => {
  const tree: TreeFiles = open();

  it('reads files inside and nothing else', () => {
    expect(tree.read('kernel/a.c')).toBe(FILES['kernel/a.c']);
    expect(tree.read('kernel/latin1.c')).toContain('café');
    for (const path of [
      '../secret.c',
      'kernel/../../x',
      '/etc/passwd',
      '',
      '.',
      'kernel',
      'kernel/none.c',
      'a\0b',
      'kernel\\a.c',
      `../${outside.split('/').at(-1)}/secret.c`,
    ])
      expect(tree.read(path)).toBeNull();
    expect(tree.read('kernel/../kernel/a.c')).toBe(FILES['kernel/a.c']);
  });

  it('reads what it did not see before', () => {
    expect(tree.read('kernel/none.c')).toBeNull();
    expect(tree.read('kernel/b.c')).toBe(FILES['kernel/b.c']);
    expect(tree.read('nowhere/b.c')).toBeNull();
    expect(tree.read('kernel/b.c/')).toBeNull();
  });

  it('follows no link out of the tree', () => expect(tree.read('kernel/link.c') ?? '').not.toContain('secret(void)'));

  it('a #define is of what it defines, whatever else is asked for along with it', () => {
    const hits = (...names: string[]) => tree.margin!(names, { under: ['kernel'] }).filter((h) => h.path === 'kernel/b.c');
    expect(hits('wrap').map((h) => h.name)).toEqual(['wrap']);
    expect(hits('near', 'wrap').map((h) => h.name)).toEqual(['wrap']);
  });

  it('indexes what may be defined, by name', () => {
    const index = tree.definitions!({ extensions: ['.c'], under: ['kernel'] });
    expect(
      [...index]
        .filter(([name]) => name !== 'later')
        .map(([name, paths]) => `${name} ${paths.join()}`)
        .sort(),
    ).toEqual(['bpf_b kernel/b.c', 'ignored kernel/ignored.o.c', 'near kernel/a.c', 'wrap kernel/b.c']);
  });

  it('finds what begins at the margin', () => {
    const hits = tree.margin!(['near', 'far', 'wrap', 'return'], { extensions: ['.c'], under: ['kernel'] });
    expect(hits.map((h) => `${h.name} ${h.path}:${h.line}`)).toEqual([
      'far kernel/a.c:2',
      'near kernel/a.c:4',
      'wrap kernel/b.c:5',
      'near kernel/latin1.c:1',
    ]);
  });

  it('finds tags in headers', () => {
    expect(tree.tags!()).toEqual([
      { path: 'include/linux/a.h', tag: 'a', keyword: 'struct' },
      { path: 'include/linux/a.h', tag: 'e', keyword: 'enum' },
      { path: 'include/linux/a.h', tag: 'a2', keyword: 'union' },
    ]);
  });

  it('knows the series', () => expect(treeSeries(tree)).toBe('6.12'));
});

describe('opening', () => {
  it('follows links inside a directory', () => expect(openTree(root).read('kernel/inner.c')).toBe(FILES['kernel/a.c']));

  it('a revision shows what was committed', () => {
    const tree = openRevision(root, 'HEAD');
    expect(tree.read('kernel/later.c')).toBeNull();
    expect(tree.search(['int later'])).toEqual([]);
    tree.load!(['kernel/a.c', 'kernel/none.c', 'include/linux/a.h', 'a\nb']);
    expect(tree.read('include/linux/a.h')).toBe(FILES['include/linux/a.h']);
    expect(tree.label).toBe(`${root}@HEAD`);
  });

  it.each(['nothing', '--help', '-h', 'HEAD~9', 'HEAD:Makefile', '', 'a\0b'])('refuses the revision %j', (revision) => {
    expect(() => openRevision(root, revision)).toThrow(expect.objectContaining({ name: 'InputError' }));
  });

  it('refuses what is no directory', () => {
    expect(() => openTree(join(root, 'nowhere'))).toThrow(expect.objectContaining({ name: 'InputError' }));
    expect(() => openTree(join(root, 'Makefile'))).toThrow(expect.objectContaining({ name: 'InputError' }));
    expect(() => openRevision(outside, 'HEAD')).toThrow(expect.objectContaining({ name: 'InputError' }));
  });

  it('has no series without a Makefile', () => expect(treeSeries(openTree(outside))).toBeNull());

  it('normal forms of paths', () => {
    expect(['a/b', 'a//b', './a', 'a/../b', '..', 'a/../..', '/a'].map(insidePath)).toEqual(['a/b', 'a/b', 'a', 'b', null, null, null]);
  });

  it('a commit is searched without its name in the paths', () => {
    const commit = git('rev-parse', 'HEAD').trim();
    expect(revisionSearch(root, commit).files(['near('], { under: ['kernel'], except: ['include'] })).toEqual([
      'kernel/a.c',
      'kernel/b.c',
      'kernel/latin1.c',
    ]);
  });
});
