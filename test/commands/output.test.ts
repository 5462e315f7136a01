import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { InputError } from '../../src/claim.ts';
import { writeResult } from '../../src/commands/output.ts';

const folder = mkdtempSync(join(tmpdir(), 'kfunc-lint-'));
afterAll(() => rmSync(folder, { recursive: true }));
const nowhere = { stdout: () => expect.unreachable('nothing goes to standard output') };

it('writes to standard output without a file', () => {
  let out = '';
  writeResult('x\n', undefined, { stdout: (text) => (out += text) });
  expect(out).toBe('x\n');
});

it('replaces a file, keeps its mode, and leaves no draft', () => {
  const file = join(folder, 'a.json');
  writeFileSync(file, 'old');
  chmodSync(file, 0o640);
  writeResult('new', file, nowhere);
  expect(readFileSync(file, 'utf8')).toBe('new');
  expect(statSync(file).mode & 0o777).toBe(0o640);
  expect(readdirSync(folder)).toEqual(['a.json']);
});

it('writes through a symbolic link', () => {
  symlinkSync(join(folder, 'a.json'), join(folder, 'link'));
  writeResult('through', join(folder, 'link'), nowhere);
  expect(readFileSync(join(folder, 'a.json'), 'utf8')).toBe('through');
});

it.each([
  ['a folder', () => folder],
  ['a folder that is not there', () => join(folder, 'none', 'a')],
  ['an empty name', () => ''],
])('says in one line that it can not write to %s', (_, path) => {
  expect(() => writeResult('x', path(), nowhere)).toThrow(InputError);
  expect(() => writeResult('x', path(), nowhere)).toThrow(/^--output .*: can't be written \(E[A-Z]+\)$/);
});

it('leaves the old file where the new one can not be put', () => {
  const locked = join(folder, 'locked');
  mkdirSync(locked);
  writeFileSync(join(locked, 'a'), 'old');
  // a name too long for its draft: the write fails after the checks
  const long = join(locked, 'n'.repeat(250));
  writeFileSync(long, 'old');
  expect(() => writeResult('x', long, nowhere)).toThrow(InputError);
  expect(readFileSync(long, 'utf8')).toBe('old');
  expect(existsSync(`${long}.tmp`)).toBe(false);
});
