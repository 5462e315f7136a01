import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/claim.ts';
import { nameOf, stripNames, unquoteName } from '../../src/input/path.ts';

describe('names in diffs', () => {
  it.each([
    ['a/mm/x.c', 'b/mm/x.c', 'mm/x.c', 'mm/x.c'],
    ['mm/x.c', 'mm/x.c', 'mm/x.c', 'mm/x.c'],
    ['/dev/null', 'b/mm/x.c', null, 'mm/x.c'],
    ['a/mm/x.c', '/dev/null', 'mm/x.c', null],
    ['a/mm/x.c', 'b/kernel/y.c', 'mm/x.c', 'kernel/y.c'],
    ['i/mm/x.c', 'w/mm/x.c', 'mm/x.c', 'mm/x.c'],
    ['linux-6.12.orig/mm/x.c', 'linux-6.12/mm/x.c', 'mm/x.c', 'mm/x.c'],
    ['/dev/null', 'linux-6.12/mm/x.c', null, 'mm/x.c'],
    ['a/mm/x.c~name-of-patch', 'a/mm/x.c', 'mm/x.c', 'mm/x.c'],
    ['mm/x.c.orig', 'mm/x.c', 'mm/x.c', 'mm/x.c'],
    ['a/./mm//x.c', 'b/./mm//x.c', 'mm/x.c', 'mm/x.c'],
  ])('%s, %s', (before, after, oldPath, newPath) => {
    expect(stripNames(before, after)).toEqual({ oldPath, newPath });
  });

  it.each([
    ['a/../x.c', 'climbs'],
    ['a/mm/../../x.c', 'climbs'],
    ['..', 'climbs'],
    ['a\\..\\x.c', 'climbs'],
    ['/etc/passwd', 'absolute'],
    ['C:/x.c', 'absolute'],
    ['\\\\host\\x.c', 'absolute'],
    ['a/x\0.c', 'NUL'],
    [' ', 'names no file'],
  ])('refuses %j', (name, why) => {
    expect(() => stripNames('a/x.c', name)).toThrow(InputError);
    expect(() => stripNames('a/x.c', name)).toThrow(why);
    expect(() => stripNames(name, 'b/x.c')).toThrow(why);
  });

  it('lets dots be part of a name', () => {
    expect(stripNames('a/mm/..x.c', 'b/mm/x..c')).toEqual({ oldPath: 'mm/..x.c', newPath: 'mm/x..c' });
  });

  it('reads quoted names and leaves time stamps out', () => {
    expect(unquoteName('"a/f\\303\\244 \\"q\\"\\t.c" rest')).toEqual({ name: 'a/fä "q"\t.c', length: 23 });
    expect(unquoteName('"never ends')).toBeNull();
    expect(nameOf('a/mm/x.c\t2025-11-04 10:00:00 +0000')).toBe('a/mm/x.c');
    expect(nameOf('a/mm/x.c 2025-11-04 10:00:00.0 +0000')).toBe('a/mm/x.c');
    expect(nameOf('a/mm/x.c Tue Nov  4 10:00:00 2025')).toBe('a/mm/x.c');
    expect(nameOf('a/with blank.c\t')).toBe('a/with blank.c');
  });
});
