import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RULES } from '../../rules/index.ts';
import { RulingStore } from '../../src/commands/ruling-store.ts';
import { parsePatterns } from '../../src/judge/patterns/load.ts';
import type { RulingEntry } from '../../src/judge/patterns/write.ts';

const check = (text: string, file: string) => void parsePatterns(text, file, { ruleIds: RULES.map((rule) => rule.id) });
const entry = (id: string): RulingEntry => ({
  id,
  match: { rule: 'unchecked-param', kfunc: 'bpf_thing', subject: 't' },
  verdict: 'refuted',
  status: 'upheld',
  reason: `because of ${id}`,
  recorded: { by: 'M. Maintainer', on: '2026-06-01' },
});
const free =
  (wish: string) =>
  (taken: ReadonlySet<string>): RulingEntry =>
    entry(taken.has(wish) ? `${wish}-2` : wish);

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kfunc-lint-store-'));
  file = join(folder, 'rulings.yaml');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const store = () => new RulingStore(file, check);
const ids = () => parsePatterns(readFileSync(file, 'utf8'), 'f', { ruleIds: RULES.map((rule) => rule.id) }).rulings.map((one) => one.id);

describe('a store of rulings', () => {
  it('makes the file, tells the line, and leaves nothing else in the folder', async () => {
    expect(await store().save(free('a'), null)).toEqual({ id: 'a', file, line: 4 });
    expect(ids()).toEqual(['a']);
    expect(readdirSync(folder)).toEqual(['rulings.yaml']);
  });

  it('gives ids that the file has not', async () => {
    await store().save(free('a'), null);
    expect((await store().save(free('a'), null)).id).toBe('a-2');
  });

  it('takes back what it made: the same bytes, or no file where there was none', async () => {
    const one = store();
    await one.save(free('a'), null);
    await one.withdraw('a');
    expect(existsSync(file)).toBe(false);
    const before = '# mine\nversion: 1\nrulings: [ ] # empty\n';
    writeFileSync(file, before);
    await one.save(free('a'), null);
    await one.withdraw('a');
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('takes back only its own where another wrote meanwhile', async () => {
    const [one, other] = [store(), store()];
    await one.save(free('a'), null);
    await other.save(free('b'), null);
    await one.withdraw('a');
    expect(ids()).toEqual(['b']);
  });

  it('brings back what it had replaced', async () => {
    const [one, other] = [store(), store()];
    await one.save(free('a'), null);
    await one.save(free('b'), 'a');
    await other.save(free('c'), null);
    expect(ids()).toEqual(['b', 'c']);
    await one.withdraw('b');
    expect(ids()).toEqual(['a', 'c']);
  });

  it('writes nothing to a broken file, and names the line', async () => {
    const broken = 'version: 1\nrulings:\n  - id: Not An Id\n';
    writeFileSync(file, broken);
    await expect(store().save(free('a'), null)).rejects.toThrow(/rulings\.yaml:3: /);
    expect(readFileSync(file, 'utf8')).toBe(broken);
    expect(readdirSync(folder)).toEqual(['rulings.yaml']);
  });

  it('keeps mode and link', async () => {
    writeFileSync(file, 'version: 1\n');
    chmodSync(file, 0o640);
    const link = join(folder, 'link.yaml');
    symlinkSync('rulings.yaml', link);
    await new RulingStore(link, check).save(free('a'), null);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(ids()).toEqual(['a']);
  });

  it('says in one line where it can not write', async () => {
    await expect(new RulingStore(join(folder, 'none', 'r.yaml'), check).save(free('a'), null)).rejects.toThrow(
      /can't be written \(ENOENT\)/,
    );
    await expect(new RulingStore(folder, check).save(free('a'), null)).rejects.toThrow(/can't be written \(EISDIR\)/);
  });

  it('loses nothing when many write at once', async () => {
    const wanted = Array.from({ length: 20 }, (_, at) => `r${at}`);
    await Promise.all(wanted.map((id) => store().save(free(id), null)));
    expect(ids().sort()).toEqual(wanted.sort());
    expect(readdirSync(folder)).toEqual(['rulings.yaml']);
  });
});

describe('a lock left behind', () => {
  const lock = () => `${file}.lock`;
  const owner = (parts: object) => JSON.stringify({ pid: process.pid, host: hostname(), born: null, token: 'x', ...parts });

  it.each([
    ['by a process that died', () => owner({ pid: deadPid() })],
    ['by a process whose number was given out again', () => owner({ born: 'long ago' })],
  ])('%s is taken over at once', async (_, text) => {
    writeFileSync(lock(), text());
    await store().save(free('a'), null);
    expect(readdirSync(folder)).toEqual(['rulings.yaml']);
  });

  it('by another machine is taken over when it is old', async () => {
    writeFileSync(lock(), owner({ host: 'elsewhere' }));
    utimesSync(lock(), new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));
    await store().save(free('a'), null);
    expect(ids()).toEqual(['a']);
  });

  it('half written is taken over when it is old', async () => {
    writeFileSync(lock(), '{"pi');
    utimesSync(lock(), new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));
    await store().save(free('a'), null);
    expect(ids()).toEqual(['a']);
  });

  it('by a living process is respected', async () => {
    writeFileSync(lock(), owner({}));
    await expect(new RulingStore(file, check, 100).save(free('a'), null)).rejects.toThrow(
      `another kfunc-lint (process ${process.pid}) holds`,
    );
    expect(existsSync(file)).toBe(false);
    rmSync(lock());
  });
});

/** A number that no living process has. */
function deadPid(): number {
  for (let pid = 4_000_000; ; pid--) {
    try {
      process.kill(pid, 0);
    } catch {
      return pid;
    }
  }
}
