import { describe, expect, it } from 'vitest';
import { parseDiff } from '../../src/input/patch.ts';

const HEAD = ['diff --git a/mm/x.c b/mm/x.c', '--- a/mm/x.c', '+++ b/mm/x.c'];
const parse = (...lines: string[]) => parseDiff([...HEAD, ...lines], { source: 'x.patch' });
const texts = (parsed: ReturnType<typeof parse>) =>
  parsed.files.flatMap((file) => file.hunks.map((hunk) => hunk.lines.map((line) => `${line.kind}${line.text}`)));

describe('a hunk whose counts hold', () => {
  it('is taken by them, signature and text behind it are not', () => {
    const parsed = parse('@@ -1,2 +1,3 @@ int f(void)', ' a', '+-- ', ' b', '-- ', '2.51.0', '', '+not this');
    expect(texts(parsed)).toEqual([[' a', '+-- ', ' b']]);
    expect(parsed.files[0]?.hunks[0]).toMatchObject({
      oldStart: 1,
      oldCount: 2,
      newStart: 1,
      newCount: 3,
      heading: 'int f(void)',
      damaged: false,
    });
    expect(parsed.diagnostics).toEqual([]);
    expect(parsed.next).toBe(HEAD.length + 4);
  });

  it('may remove a line that looks like a header, and have blank lines without their blank', () => {
    const parsed = parse('@@ -1,3 +1,2 @@', '--- a comment of SQL', '', ' +x');
    expect(texts(parsed)).toEqual([['--- a comment of SQL', ' ', ' +x']]);
    expect(parsed.diagnostics).toEqual([]);
  });

  it('has no part in the remark about its last line break', () => {
    const parsed = parse('@@ -1 +1 @@', '-a', '\\ No newline at end of file', '+b', '\\ No newline at end of file');
    expect(texts(parsed)).toEqual([['-a', '+b']]);
    expect(parsed.diagnostics).toEqual([]);
  });
});

describe('a hunk whose counts do not hold', () => {
  it('goes on where marked lines go on', () => {
    const parsed = parse('@@ -1,2 +1,2 @@', ' a', ' b', '+c', '+d', '-- ', '2.51.0');
    expect(texts(parsed)).toEqual([[' a', ' b', '+c', '+d']]);
    expect(parsed.files[0]?.hunks[0]).toMatchObject({ oldCount: 2, newCount: 4, damaged: true });
    expect(parsed.diagnostics.map((one) => one.level)).toEqual(['note']);
  });

  it('is cut where the text ends, and says so', () => {
    const parsed = parse('@@ -1,9 +1,12 @@', ' a', '+b', '+half of');
    expect(texts(parsed)).toEqual([[' a', '+b']]);
    expect(parsed.files[0]!.hunks[0]!.lost).toEqual({ before: 8, after: 10 });
    expect(parsed.diagnostics).toEqual([
      { level: 'warning', message: 'x.patch: mm/x.c: hunk at line 1: ends in the middle', location: null },
    ]);
  });

  it('loses a trailing blank line to an editor', () => {
    const parsed = parse('@@ -1,3 +1,4 @@', ' a', '+b', ' c', '-- ', '2.51.0');
    expect(texts(parsed)).toEqual([[' a', '+b', ' c', ' ']]);
  });

  it('leaves the text of the mail below it alone', () => {
    const parsed = parse('@@ -5,6 +5,7 @@', ' int a;', '+int b;', ' int c;', '', 'What do you think?', '', 'Ada');
    expect(texts(parsed)[0]?.slice(0, 3)).toEqual([' int a;', '+int b;', ' int c;']);
    expect(texts(parsed).flat().join()).not.toContain('think');
    expect(parsed.diagnostics.map((one) => one.level)).toEqual(['warning']);
  });

  it('gets lost blank lines back from a quoted copy', () => {
    const damaged = ['@@ -10,4 +10,5 @@', 'one();', 'two();', '+three();', 'four();', '--', '2.51.0'];
    const witness = (before: string, after: string) => before === 'one();' && after === 'two();';
    const parsed = parseDiff([...HEAD, ...damaged], { source: 'x', witness });
    expect(texts(parsed)).toEqual([[' one();', ' ', ' two();', '+three();', ' four();']]);
    expect(parsed.diagnostics[0]?.message).toContain('where a quoted copy has them');
  });

  it('never takes an answer for itself', () => {
    const parsed = parse('@@ -1,4 +1,5 @@', ' a', '+b', '> +quoted', ' c');
    expect(texts(parsed).flat().join()).not.toContain('quoted');
  });
});

describe('around the hunks', () => {
  it('a wrapped hunk header is read', () => {
    const parsed = parse('@@ -1,2 +1,3 @@ static int some_function_name(struct foo *foo,', 'struct bar *bar)', ' a', '+b', ' c');
    expect(parsed.files[0]?.hunks[0]?.heading).toBe('static int some_function_name(struct foo *foo, struct bar *bar)');
    expect(texts(parsed)).toEqual([[' a', '+b', ' c']]);
  });

  it('text between two hunks of a file loses neither', () => {
    const parsed = parse('@@ -1,2 +1,3 @@', ' a', '+b', ' c', 'and further down', '@@ -9,2 +10,3 @@', ' d', '+e', ' f');
    expect(texts(parsed)).toEqual([
      [' a', '+b', ' c'],
      [' d', '+e', ' f'],
    ]);
    expect(parsed.diagnostics.map((one) => one.level)).toEqual(['warning']);
  });

  it('a hunk of no file is told', () => {
    const parsed = parseDiff(['@@ -1 +1,2 @@', ' a', '+b'], { source: 'x' });
    expect(parsed.files).toEqual([]);
    expect(parsed.diagnostics[0]?.message).toContain('belongs to no file');
  });

  it('a commit message that speaks of `---` and `+++` is none', () => {
    expect(parseDiff(['--- before', '+++ after', 'words'], { source: 'x' }).files).toEqual([]);
  });
});
