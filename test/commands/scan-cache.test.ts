/** Results of scans are taken again only where nothing has changed that they rest on. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { loadPatterns } from '../../src/commands/patterns.ts';
import { cacheFolder, readScan, scanKey, writeScan } from '../../src/commands/scan-cache.ts';
import type { LintOptions } from '../../src/lint.ts';
import { scanTree } from '../../src/scan.ts';
import { openTree } from '../../src/source/tree.ts';

const top = mkdtempSync(join(tmpdir(), 'kfunc-lint-cache-'));
afterAll(() => rmSync(top, { recursive: true, force: true }));

const root = join(top, 'tree');
const source = join(root, 'kernel/box.c');
const { patterns } = await loadPatterns([]);
const options = (): LintOptions & { tree: ReturnType<typeof openTree> } => ({
  kernel: { series: '6.12', from: 'tree' },
  tree: openTree(root),
  patterns,
  trust: 'ruling',
});
const key = (more: Partial<LintOptions> = {}) => scanKey({ ...options(), ...more }, 'build');

beforeEach(() => {
  rmSync(root, { recursive: true, force: true });
  for (const folder of ['kernel', 'Documentation', 'include/linux']) mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(
    source,
    '__bpf_kfunc int bpf_box(struct box *b)\n{\n\treturn b->n;\n}\nBTF_KFUNCS_START(box)\nBTF_ID_FLAGS(func, bpf_box)\nBTF_KFUNCS_END(box)\n',
  );
  writeFileSync(join(root, 'include/linux/box.h'), 'struct box {\n\tint n;\n\tstruct box *next;\n};\n');
  writeFileSync(join(root, 'Documentation/box.c'), 'x\n');
});

describe('the name of a result', () => {
  it('stays while nothing changes, and without the build there is none', () => {
    expect(key()).toBe(key());
    expect(scanKey(options(), null)).toBeNull();
  });

  it.each<[string, () => void]>([
    ['a line', () => writeFileSync(source, 'int x;\n')],
    ['a line of the same length', () => writeFileSync(source, readFileSync(source, 'utf8').replace('b->n', 'b->m'))],
    ['a header', () => writeFileSync(join(root, 'include/linux/box.h'), 'struct box {\n};\n')],
    ['a new file', () => writeFileSync(join(root, 'kernel/new.c'), '')],
    ['a file that is gone', () => rmSync(source)],
    ['another name', () => renameSync(source, join(root, 'kernel/other.c'))],
    ['the version', () => writeFileSync(join(root, 'Makefile'), 'VERSION = 7\n')],
    [
      'time put back after a change',
      () => {
        writeFileSync(source, readFileSync(source, 'utf8').replace('b->n', 'b->m'));
        utimesSync(source, 1, 1);
      },
    ],
  ])('changes with %s', (_, change) => {
    utimesSync(source, 1, 1);
    const before = key();
    change();
    expect(key()).not.toBe(before);
  });

  it('does not change with what is no source', () => {
    const before = key();
    writeFileSync(join(root, 'Documentation/box.c'), 'y\n');
    writeFileSync(join(root, 'kernel/box.o'), 'y\n');
    expect(key()).toBe(before);
  });

  it('changes with what the verdicts rest on', () => {
    const all = [
      key(),
      key({ trust: 'code' }),
      key({ kernel: { series: '7.0', from: 'option' } }),
      key({ patterns: { ...patterns, rulings: [] } }),
      scanKey(options(), 'other'),
    ];
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('what is kept', () => {
  const folder = join(top, 'kept');
  beforeEach(() => rmSync(folder, { recursive: true, force: true }));

  it('comes back as it was', () => {
    const { fixPatch: _, ...result } = scanTree(options());
    expect(result.findings.some((one) => one.verdict === 'confirmed')).toBe(true);
    writeScan(folder, key()!, result);
    expect(readScan(folder, key()!)).toEqual(result);
    writeFileSync(source, 'int x;\n');
    expect(readScan(folder, key()!)).toBeNull();
  });

  it('is nothing where the file is broken, cut short or another’s', () => {
    const name = key()!;
    expect(readScan(folder, name)).toBeNull();
    writeScan(folder, name, scanTree(options()));
    const [file] = readdirSync(folder);
    const text = readFileSync(join(folder, file!), 'utf8');
    for (const broken of ['', '{', text.slice(0, 200), text.replace(name, 'another'), '{"key":1}', `{"key":"${name}","result":{}}`]) {
      writeFileSync(join(folder, file!), broken);
      expect(readScan(folder, name)).toBeNull();
    }
  });

  it('is the newest few', () => {
    for (let n = 0; n < 12; n++) writeScan(folder, String(n).padStart(64, '0').split('').reverse().join(''), scanTree(options()));
    expect(readdirSync(folder).length).toBe(8);
  });

  it('no folder is no error', () => {
    writeFileSync(join(top, 'file'), '');
    expect(() => writeScan(join(top, 'file/below'), key()!, scanTree(options()))).not.toThrow();
  });
});

it('lies where the user keeps caches', () => {
  expect(cacheFolder({ XDG_CACHE_HOME: '/c', HOME: '/h' })).toBe('/c/kfunc-lint');
  expect(cacheFolder({ XDG_CACHE_HOME: 'relative', HOME: '/h' })).toBe('/h/.cache/kfunc-lint');
  expect(cacheFolder({ HOME: '/h' })).toBe('/h/.cache/kfunc-lint');
});
