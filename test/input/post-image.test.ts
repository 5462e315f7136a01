import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/claim.ts';
import { beginsInBody, readSignature } from '../../src/input/gap-text.ts';
import type { Patch } from '../../src/input/model.ts';
import { parseDiff } from '../../src/input/patch.ts';
import { postImages, preImages } from '../../src/input/post-image.ts';
import { GAP_MARK, type TreeFiles } from '../../src/source/model.ts';
import { showFile } from './show.ts';

function patch(...lines: string[]): Patch {
  const { files } = parseDiff(lines, { source: 'test' });
  return { subject: '', messageId: null, author: null, version: 1, part: 0, total: 0, baseCommit: null, files, source: 'test', body: '' };
}

const change = (...hunks: string[]) => patch('--- a/mm/x.c', '+++ b/mm/x.c', ...hunks);
const tree = (files: Record<string, string[]>): TreeFiles => ({
  label: 'linux',
  read: (path) => (files[path] ? `${files[path].join('\n')}\n` : null),
  search: () => [],
});
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `line ${from + i};`);
const told = (post: ReturnType<typeof postImages>) => post.diagnostics.map((one) => `${one.level}: ${one.message}`);
const shown = (post: ReturnType<typeof postImages>, i = 0) => showFile(post.files[i]!).slice(1);

describe('from hunks alone', () => {
  it('line n is line n, and gaps hold the mark', () => {
    const post = postImages([change('@@ -3,2 +3,3 @@', ' a;', '+b;', ' c;', '@@ -10,2 +11,1 @@', '-d;', ' e;')], null);
    expect(post.files[0]).toMatchObject({ path: 'mm/x.c', complete: false, origin: 'patch', added: new Set([4]) });
    expect(post.files[0]!.text.split('\n')).toEqual([GAP_MARK, '', 'a;', 'b;', 'c;', GAP_MARK, '', '', '', '', 'e;', GAP_MARK, '']);
    expect(post.before()[0]!.text.split('\n')).toEqual([GAP_MARK, '', 'a;', 'c;', GAP_MARK, '', '', '', '', 'd;', 'e;', GAP_MARK, '']);
  });

  it('a new file is complete, and has no before', () => {
    const post = postImages([patch('--- /dev/null', '+++ b/mm/x.c', '@@ -0,0 +1,2 @@', '+a;', '+b;')], null);
    expect(post.files[0]).toMatchObject({ text: 'a;\nb;\n', complete: true, added: new Set([1, 2]) });
    expect(post.before()).toEqual([]);
  });

  it('a new file that was cut is not complete', () => {
    const post = postImages([patch('--- /dev/null', '+++ b/mm/x.c', '@@ -0,0 +1,5 @@', '+a;', '+b;', '+half')], null);
    expect(post.files[0]).toMatchObject({ text: `a;\nb;\n${GAP_MARK}\n\n\n`, complete: false, added: new Set([1, 2]) });
  });

  it('behind the end of a hunk that was cut nothing is known, in a tree either', () => {
    const post = postImages([change('@@ -3,4 +3,6 @@', ' line 3;', '+new;', ' li')], tree({ 'mm/x.c': numbers(1, 8) }));
    expect(post.files[0]).toMatchObject({ complete: false, added: new Set([4]) });
    expect(post.files[0]!.text.split('\n')).toEqual([
      'line 1;',
      'line 2;',
      'line 3;',
      'new;',
      GAP_MARK,
      '',
      '',
      '',
      'line 7;',
      'line 8;',
      '',
    ]);
  });

  it('files that are no C, empty or gone are none', () => {
    const patches = [
      patch('--- a/Makefile', '+++ b/Makefile', '@@ -1 +1,2 @@', ' a', '+b'),
      patch('--- a/mm/gone.c', '+++ /dev/null', '@@ -1,2 +0,0 @@', '-a;', '-b;'),
      patch('diff --git a/mm/run.c b/mm/run.c', 'old mode 100644', 'new mode 100755'),
    ];
    const post = postImages(patches, null);
    expect(post.files).toEqual([]);
    expect(post.before().map((file) => file.path)).toEqual(['mm/gone.c']);
  });

  it('a renamed file goes on under its new name, a copied one under both', () => {
    const rename = patch(
      'diff --git a/mm/x.c b/mm/y.c',
      'similarity index 90%',
      'rename from mm/x.c',
      'rename to mm/y.c',
      '--- a/mm/x.c',
      '+++ b/mm/y.c',
      '@@ -5,1 +6,2 @@',
      ' e;',
      '+f;',
    );
    const copy = patch('diff --git a/mm/y.c b/mm/z.c', 'similarity index 100%', 'copy from mm/y.c', 'copy to mm/z.c');
    const post = postImages([change('@@ -1,1 +1,2 @@', ' a;', '+b;'), rename, copy], null);
    expect(post.files.map((file) => file.path)).toEqual(['mm/y.c', 'mm/z.c']);
    expect(shown(post)).toEqual(['    1   a;', '    2 + b;', `    3   ${GAP_MARK}`, '    6   e;', '    7 + f;', `    8   ${GAP_MARK}`]);
    expect(post.before().map((file) => file.path)[0]).toBe('mm/x.c');
  });

  it('later patches know where earlier ones put things, and who added what', () => {
    const first = change('@@ -10,2 +10,3 @@', ' a;', '+b;', ' c;');
    const second = change('@@ -1,1 +1,3 @@', ' z;', '+y;', '+x;', '@@ -10,3 +12,4 @@', ' a;', '-b;', '+B;', '+bb;', ' c;');
    const post = postImages([first, second], null);
    expect(told(post)).toEqual([]);
    expect(shown(post)).toEqual([
      '    1   z;',
      '    2 + y;',
      '    3 + x;',
      `    4   ${GAP_MARK}`,
      '   12   a;',
      '   13 + B;',
      '   14 + bb;',
      '   15   c;',
      `   16   ${GAP_MARK}`,
    ]);
    expect(post.steps.map((step) => step.added.get('mm/x.c'))).toEqual([[11], [2, 3, 13, 14]]);
    expect([...post.owners.get('mm/x.c')!]).toEqual([
      [2, 1],
      [3, 1],
      [13, 1],
      [14, 1],
    ]);
  });

  it('a patch between them that is not here moves the numbers, and the newest are right', () => {
    const first = change('@@ -10,3 +10,4 @@', ' a;', ' b;', '+int something_long_enough;', ' d;');
    const third = change('@@ -30,4 +30,5 @@', ' a;', ' b;', ' int something_long_enough;', ' d;', '+e;');
    const post = postImages([first, third], null);
    expect(told(post)).toEqual(['note: mm/x.c: hunk at line 30 belongs 20 lines further up by what earlier patches show']);
    expect(shown(post)).toEqual([
      `    1   ${GAP_MARK}`,
      '   30   a;',
      '   31   b;',
      '   32 + int something_long_enough;',
      '   33   d;',
      '   34 + e;',
      `   35   ${GAP_MARK}`,
    ]);
  });

  it('where two patches contradict each other the later text wins and its neighbours become unknown', () => {
    const first = patch('--- /dev/null', '+++ b/mm/x.c', '@@ -0,0 +1,6 @@', '+a;', '+b;', '+c;', '+d;', '+e;', '+f;');
    const second = change('@@ -3,2 +3,3 @@', ' other;', '+new;', ' lines;');
    const post = postImages([first, second], null);
    expect(told(post)).toEqual([
      'warning: mm/x.c: hunk at line 3 contradicts an earlier patch of the input: the later text counts, and the lines around it count as unknown',
    ]);
    expect(shown(post)).toEqual([
      '    1 + a;',
      `    2   ${GAP_MARK}`,
      '    3   other;',
      '    4 + new;',
      '    5   lines;',
      `    6   ${GAP_MARK}`,
      '    7 + f;',
    ]);
    expect(post.files[0]!.complete).toBe(false);
  });

  it('patches of independent series on one file are told', () => {
    const one = { ...change('@@ -1,1 +1,2 @@', ' a;', '+b;'), series: 0 };
    const two = { ...change('@@ -9,1 +9,2 @@', ' c;', '+d;'), series: 1 };
    expect(told(postImages([one, two], null))[0]).toContain('independent series');
    expect(told(postImages([one, { ...two, series: 0 }], null))).toEqual([]);
  });

  it('numbers that would fill the memory are refused', () => {
    const far = Array.from({ length: 20 }, (_, i) =>
      patch(`--- a/mm/x${i}.c`, `+++ b/mm/x${i}.c`, '@@ -900000 +900000,2 @@', ' a;', '+b;'),
    );
    expect(() => postImages(far, null)).toThrow(InputError);
  });
});

describe('what a hunk heading tells', () => {
  const body = ['@@ -20,3 +20,4 @@ __bpf_kfunc void f(struct x *y)', ' \ta();', '+\tb();', ' \tc();', ' }'];

  it('the function that the hunk is in', () => {
    expect(shown(postImages([change(...body)], null))).toEqual([
      `    1   ${GAP_MARK}`,
      '   18   __bpf_kfunc void f(struct x *y) {',
      `   19   ${GAP_MARK}`,
      '   20   \ta();',
      '   21 + \tb();',
      '   22   \tc();',
      '   23   }',
      `   24   ${GAP_MARK}`,
    ]);
  });

  it('also in two lines, and not twice', () => {
    const post = postImages(
      [change('@@ -3,1 +3,2 @@ int f(int a)', ' \ta();', '+\tb();', '@@ -9,1 +10,2 @@ int f(int a)', ' \tc();', '+\td();')],
      null,
    );
    expect(shown(post).slice(0, 2)).toEqual([`    1   ${GAP_MARK}`, `    2   int f(int a) { ${GAP_MARK}`]);
    expect(shown(post).filter((line) => line.includes('int f(int a)'))).toHaveLength(1);
  });

  it('nothing where the head was changed by the patch itself', () => {
    const post = postImages(
      [
        change(
          '@@ -3,2 +3,2 @@',
          '-int f(struct x *y)',
          '+int f(struct x *y__nullable)',
          ' {',
          '@@ -30,1 +30,2 @@ int f(struct x *y)',
          ' \tc();',
          '+\td();',
        ),
      ],
      null,
    );
    expect(shown(post).join('\n')).not.toMatch(/int f\(struct x \*y\)/);
  });

  it('nothing where the hunk begins between functions, or the heading is cut', () => {
    for (const [heading, first] of [
      ['int f(int a)', '/**'],
      ['int f(int a)', 'static int g(void)'],
      ['int f(int a,', '\ta();'],
      ['struct x {', '\tint a;'],
    ]) {
      const post = postImages([change(`@@ -20,1 +20,2 @@ ${heading}`, ` ${first}`, '+x')], null);
      expect(post.files[0]!.text).not.toContain(heading!);
    }
  });

  it('the head right above its brace, and the registration line above a hunk', () => {
    expect(shown(postImages([change('@@ -20,2 +20,3 @@ int f(int a)', ' {', '+\tb();', ' \tc();')], null))[1]).toBe('   19   int f(int a)');
    const post = postImages(
      [change('@@ -9,1 +9,2 @@ BTF_ID_FLAGS(func, bpf_a, KF_RCU)', ' BTF_ID_FLAGS(func, bpf_b)', '+BTF_ID_FLAGS(func, bpf_c)')],
      null,
    );
    expect(shown(post)[1]).toBe('    8   BTF_ID_FLAGS(func, bpf_a, KF_RCU)');
  });

  it.each([
    ['static int __init f(void)', true],
    ['__bpf_kfunc struct x *f(struct y *(*g)(int), u32 n)', true],
    ['int f(int a) {', true],
    ['f(int a)', false],
    ['static f(int a)', false],
    ['__bpf_kfunc f(int a)', false],
    ['DEFINE_MUTEX(x)', false],
    ['static DEFINE_MUTEX(x)', false],
    ['int f(int a', false],
    ['int f(int a);', false],
    ['int a = f(1)', false],
    ['return f(1)', false],
  ])('%s: a whole head? %s', (heading, whole) => {
    expect(readSignature(heading) !== null).toBe(whole);
  });

  it.each([
    [['\ta();'], true],
    [['a();', '}'], true],
    [['}', '', '/**'], true],
    [[' * a comment', ' */', 'int f(void)'], false],
    [['', '\t/* { */', '\ta();'], true],
    [['int f(void)', '{', '}'], false],
    [['\t\tint b)', '{', '\ta();', '}'], false],
    [['\tint a; \\', '\tint b;'], false],
    [['#include <x.h>'], false],
    [[], false],
  ])('%j begins in a body? %s', (lines, inside) => {
    expect(beginsInBody(lines)).toBe(inside);
  });
});

describe('on a tree', () => {
  it('hunks are found where they moved to', () => {
    const post = postImages(
      [change('@@ -2,3 +2,4 @@', ' line 12;', ' line 13;', '+new;', ' line 14;')],
      tree({ 'mm/x.c': numbers(1, 20) }),
    );
    expect(post.files[0]).toMatchObject({ complete: true, added: new Set([14]) });
    expect(post.files[0]!.text.split('\n')[13]).toBe('new;');
    expect(told(post)).toEqual(['note: mm/x.c: applies to linux at other lines than it says, by up to 10']);
    expect(post.before()[0]!.text).toBe(`${numbers(1, 20).join('\n')}\n`);
  });

  it('with less context where the rest changed, and says so', () => {
    const post = postImages(
      [change('@@ -3,6 +3,7 @@', ' other 3;', ' line 4;', ' line 5;', '+new;', ' line 6;', ' line 7;', ' other 8;')],
      tree({ 'mm/x.c': numbers(1, 20) }),
    );
    expect(post.files[0]!.text.split('\n').slice(2, 9)).toEqual(['line 3;', 'line 4;', 'line 5;', 'new;', 'line 6;', 'line 7;', 'line 8;']);
    expect(told(post)).toEqual(['warning: mm/x.c: hunk at line 3 applies to linux only with 1 line less of context']);
  });

  it('with other white space, and without the blank lines that an archive ate', () => {
    const file = ['int f(void)', '{', '\tint a;', '', '\ta();', '\tb();', '}'];
    const spaced = postImages(
      [change('@@ -1,5 +1,6 @@', ' int f(void)', ' {', '         int a;', ' ', '+        c();', '         a();')],
      tree({ 'mm/x.c': file }),
    );
    expect(spaced.files[0]!.text.split('\n').slice(2, 6)).toEqual(['        int a;', '', '        c();', '        a();']);
    const eaten = postImages(
      [change('@@ -2,5 +2,6 @@', '{', 'int a;', 'a();', '+ c();', 'b();', '--', '2.51.0')],
      tree({ 'mm/x.c': file }),
    );
    expect(eaten.files[0]!.text.split('\n')).toEqual(['int f(void)', '{', '\tint a;', '', '\ta();', ' c();', '\tb();', '}', '']);
    expect(eaten.files[0]!.complete).toBe(true);
  });

  it('a change that is there already is the patch all the same', () => {
    const post = postImages([change('@@ -2,2 +2,3 @@', ' line 2;', '+line 3;', ' line 4;')], tree({ 'mm/x.c': numbers(1, 6) }));
    expect(post.files[0]).toMatchObject({ text: `${numbers(1, 6).join('\n')}\n`, added: new Set([3]) });
    expect(told(post)).toEqual(['note: mm/x.c: hunk at line 2 is in linux already']);
  });

  it('one hunk that does not apply makes the whole file fragments, of all patches', () => {
    const good = change('@@ -2,2 +2,3 @@', ' line 2;', '+new;', ' line 3;');
    const bad = change('@@ -9,2 +10,3 @@', ' nothing;', '+like;', ' this;');
    const post = postImages([good, bad], tree({ 'mm/x.c': numbers(1, 20) }));
    expect(told(post)).toEqual(['warning: mm/x.c: hunk at line 10 does not apply to linux; only the hunks of the patch are known']);
    expect(shown(post)).toEqual([
      `    1   ${GAP_MARK}`,
      '    2   line 2;',
      '    3 + new;',
      '    4   line 3;',
      `    5   ${GAP_MARK}`,
      '   10   nothing;',
      '   11 + like;',
      '   12   this;',
      `   13   ${GAP_MARK}`,
    ]);
  });

  it('a file that the tree lacks is known by its hunks; other files are not touched by that', () => {
    const post = postImages(
      [change('@@ -1,1 +1,2 @@', ' a;', '+b;'), patch('--- a/mm/y.c', '+++ b/mm/y.c', '@@ -1,1 +1,2 @@', ' line 1;', '+b;')],
      tree({ 'mm/y.c': numbers(1, 3) }),
    );
    expect(told(post)).toEqual(['note: mm/x.c: is not in linux; only the hunks of the patch are known']);
    expect(post.files.map((file) => file.complete)).toEqual([false, true]);
  });

  it('the before is the tree', () => {
    expect(preImages([change('@@ -1,1 +1,2 @@', ' line 1;', '+b;')], tree({ 'mm/x.c': numbers(1, 3) }))[0]).toMatchObject({
      path: 'mm/x.c',
      text: 'line 1;\nline 2;\nline 3;\n',
      complete: true,
    });
  });
});
