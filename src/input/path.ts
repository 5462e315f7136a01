/** File names in diffs: C-quoted, with prefixes or without, and never outside the tree. */
import { InputError } from '../claim.ts';

const ESCAPES: Record<string, number> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, '\\': 92 };

/** Git's C-style quoting: `"a/f\303\244.c"` → `a/fä.c`; null where the text doesn't begin with a whole quoted name. */
export function unquoteName(text: string): { name: string; length: number } | null {
  const quoted = /^"((?:[^"\\]|\\.){0,4096})"/.exec(text);
  if (!quoted) return null;
  const bytes: Buffer[] = [];
  for (const [piece, octal, letter] of quoted[1]!.matchAll(/\\([0-3][0-7]{2})|\\(.)|[^\\]+/g)) {
    if (octal !== undefined) bytes.push(Buffer.from([Number.parseInt(octal, 8)]));
    else if (letter !== undefined) bytes.push(letter in ESCAPES ? Buffer.from([ESCAPES[letter]!]) : Buffer.from(letter));
    else bytes.push(Buffer.from(piece));
  }
  return { name: Buffer.concat(bytes).toString('utf8'), length: quoted[0].length };
}

/** The name on a `---` or `+++` line: a time stamp after it is no part of it. */
export function nameOf(text: string): string {
  const quoted = unquoteName(text);
  if (quoted) return quoted.name;
  return text
    .replace(/\t.*$/, '')
    .replace(/ {1,9}(?:\d{4}-\d\d-\d\d \d\d:\d\d.*|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} .*)$/, '')
    .trimEnd();
}

const NULL_NAMES = new Set(['/dev/null', 'dev/null', 'a/dev/null', 'b/dev/null', 'nul']);
/** git's own, and what diff.mnemonicPrefix makes of them */
const PREFIX = /^[abciow12]\//;

export interface Names {
  oldPath: string | null;
  newPath: string | null;
}

/**
 * The two names of a diff without their prefixes.
 * @throws InputError where one leads out of the tree
 */
export function stripNames(oldName: string, newName: string): Names {
  const before = NULL_NAMES.has(oldName) ? null : oldName;
  const after = NULL_NAMES.has(newName) ? null : newName;
  for (const name of [before, after]) if (name !== null) checkName(name);
  if (before === null || after === null) return { oldPath: before && stripOne(before), newPath: after && stripOne(after) };
  return stripPair(before, after);
}

function stripPair(before: string, after: string): Names {
  const rest = (name: string) => name.slice(name.indexOf('/') + 1);
  // Andrew Morton's scripts: --- a/mm/x.c~name-of-the-patch
  const plain = before.startsWith(`${after.replace(PREFIX, '')}~`) || rest(before).startsWith(`${rest(after)}~`);
  const old = plain ? before.slice(0, before.lastIndexOf('~')) : before;
  const differ = old.includes('/') && after.includes('/') && old.slice(0, old.indexOf('/')) !== after.slice(0, after.indexOf('/'));
  // linux.orig/mm/x.c and linux/mm/x.c
  if (differ && rest(old) === rest(after)) return { oldPath: tidy(rest(old)), newPath: tidy(rest(after)) };
  if (PREFIX.test(old) && PREFIX.test(after) && differ) return { oldPath: tidy(rest(old)), newPath: tidy(rest(after)) };
  // x.c.orig beside x.c
  if (/^\.(?:orig|old|bak)$/.test(old.slice(after.length)) && old.startsWith(after))
    return { oldPath: stripOne(after), newPath: stripOne(after) };
  return { oldPath: stripOne(old), newPath: stripOne(after) };
}

function stripOne(name: string): string {
  return tidy(/^linux[-.\w]*\//.test(name) || PREFIX.test(name) ? name.slice(name.indexOf('/') + 1) : name);
}

function tidy(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}

/** @throws InputError: absolute, climbing, holding NUL, or empty */
export function checkName(name: string): void {
  const shown = JSON.stringify(name.slice(0, 100));
  if (name.includes('\0')) throw new InputError(`file name ${shown} holds a NUL character`);
  if (name.trim() === '') throw new InputError('a diff names no file');
  if (/^(?:\/|[A-Za-z]:[\\/]|\\)/.test(name))
    throw new InputError(`file name ${shown} is absolute: a patch must name files inside the tree`);
  if (name.split(/[\\/]/).includes('..')) throw new InputError(`file name ${shown} climbs out of the tree`);
}
