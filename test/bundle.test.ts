/** What is installed: the chunks of dist/, as processes. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from './run-cli.ts';

const ROOT = resolve(import.meta.dirname, '..');
const PATTERNS = 'kfunc-patterns.yaml';
const REFUTED = 'fixtures/unchecked-param/refuted/rcu-slot-reassigned.patch';
const CONFIRMED = 'fixtures/unbounded-index/confirmed/off-by-one.c';
let home: string;
let tool: string;

const run = (args: string[], options: { input?: string; env?: Record<string, string> } = {}) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [tool, ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    input: options.input ?? '',
    env: { ...process.env, ...options.env },
  });
  return { status, stdout, stderr };
};

// in node_modules, so that the parser is found; a package of its own, so that its pattern file can be edited
beforeAll(() => {
  home = mkdtempSync(join(ROOT, 'node_modules', '.kfunc-lint-bundle-'));
  for (const file of ['package.json', PATTERNS]) copyFileSync(join(ROOT, file), join(home, file));
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs'), join(home, 'dist')], { cwd: ROOT, stdio: 'pipe' });
  tool = join(home, 'dist/kfunc-lint.cjs');
}, 120_000);
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('the bundle', () => {
  it.each([
    [['lint', '--show', 'refuted,undecided', REFUTED], 0],
    [['--kernel', '6.12', CONFIRMED], 1],
    [['--fail-on', 'never', CONFIRMED], 0],
    [['lint', '--format', 'json', CONFIRMED], 1],
    [['explain', 'KF_RCU'], 0],
    [['explain', 'root-memcg-is-immortal'], 0],
  ])('%j says what the sources say, exit code %i', async (args, code) => {
    const { status, stdout, stderr } = run(args);
    const fromSource = await runCli(args);
    const version = (text: string) => text.replace(/"version": "[^"]*"/, '"version": ""');
    expect(version(stdout)).toBe(version(fromSource.stdout));
    expect(stderr).toBe(fromSource.stderr);
    expect(status).toBe(code);
  });

  it('has the version of the package', () => {
    expect(run(['--version']).stdout).toBe(`${JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version}\n`);
  });

  it.skipIf(!existsSync('/dev/full'))('says that the disk is full', () => {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, [tool, CONFIRMED], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', full, 'pipe'],
    });
    closeSync(full);
    expect([status, stderr]).toEqual([2, "kfunc-lint: standard output: can't be written (ENOSPC)\n"]);
  });

  it('reads standard input', () => {
    const { status, stdout } = run(['-'], { input: readFileSync(join(ROOT, REFUTED), 'utf8') });
    expect(stdout).toContain('suppressed error unchecked-param');
    expect(status).toBe(0);
  });

  it('reads what is packed', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [tool, '-'], {
      cwd: ROOT,
      encoding: 'utf8',
      input: gzipSync(readFileSync(join(ROOT, REFUTED))),
    });
    expect(stdout).toContain('suppressed error unchecked-param');
    expect([status, stderr]).toEqual([0, '']);
  });

  it('imports in no way that Node warns of', () => {
    const chunks = readdirSync(join(home, 'dist')).filter((file) => /^(?!kfunc-lint).*\.cjs$/.test(file));
    expect(chunks.length).toBeGreaterThan(10);
    expect(chunks.filter((file) => /\bimport\(["'`]/.test(readFileSync(join(home, 'dist', file), 'latin1')))).toEqual([]);
  });

  it.each([
    [['none.patch']],
    [[]],
    [['--kernel', 'six', REFUTED]],
    [['--tree', 'none', REFUTED]],
    [['--patterns', 'fixtures/patterns/bad/unknown-key.yaml', REFUTED]],
  ])('%j: exit code 2 and one line', (args) => {
    const { status, stdout, stderr } = run(args);
    expect(stderr).toMatch(/^kfunc-lint: (?!internal)[^\n]+\n$/);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });

  describe('scans a tree', () => {
    const scan = (...more: string[]) => {
      const { status, stdout, stderr } = run(['scan', join(home, 'tree'), '--kernel', '6.12', '--show', 'refuted,undecided', ...more], {
        env: { XDG_CACHE_HOME: join(home, 'cache'), KFUNC_LINT_THREADS: '2' },
      });
      return { status, stdout, stderr };
    };
    const worker = () => join(home, 'dist/scan-worker.cjs');
    let alone: ReturnType<typeof scan>;

    beforeAll(() => {
      // sources of our own in the folders of a kernel
      for (const [at, rule] of ['unchecked-param', 'unbounded-index', 'acquire-release', 'missing-sleepable'].entries()) {
        const folder = join(home, 'tree', ['kernel', 'net', 'mm', 'fs'][at]!);
        mkdirSync(folder, { recursive: true });
        for (const kind of ['confirmed', 'clean'])
          for (const file of readdirSync(join(ROOT, 'fixtures', rule, kind)).filter((name) => name.endsWith('.c')))
            copyFileSync(join(ROOT, 'fixtures', rule, kind, file), join(folder, `${kind}-${file}`));
      }
      const text = readFileSync(worker());
      rmSync(worker());
      alone = scan('--no-cache');
      writeFileSync(worker(), text);
    });

    it('alone and with a helper: the same', () => {
      expect(alone.stdout).toMatch(/[1-9]\d* confirmed, /);
      expect(scan('--no-cache')).toEqual(alone);
    });

    it('with a helper that breaks: the same', () => {
      const text = readFileSync(worker(), 'utf8');
      try {
        for (const broken of ['throw new Error("no");', 'process.exit(1);', `${text}\nsetTimeout(() => process.exit(0), 30);`]) {
          writeFileSync(worker(), broken);
          expect(scan('--no-cache')).toEqual(alone);
        }
      } finally {
        writeFileSync(worker(), text);
      }
    });

    it('a second time: the same, from the cache, until a line changes', () => {
      expect(scan()).toEqual(alone);
      const [kept] = readdirSync(join(home, 'cache/kfunc-lint'));
      const file = join(home, 'cache/kfunc-lint', kept!);
      const text = readFileSync(file, 'utf8');
      writeFileSync(file, text.replaceAll('"message":"', '"message":"kept: '));
      expect(scan().stdout).toContain('kept: ');
      appendFileSync(join(home, 'tree/mm', readdirSync(join(home, 'tree/mm'))[0]!), '\n');
      expect(scan().stdout).toBe(alone.stdout);
      expect(readdirSync(join(home, 'cache/kfunc-lint')).length).toBe(2);
    });
  });

  it('minds no reader that goes away', () => {
    const piped = spawnSync(
      'bash',
      ['-c', `( "${process.execPath}" "${tool}" --show refuted,undecided ${CONFIRMED}; echo "code $?" >&2 ) | true`],
      { cwd: ROOT, encoding: 'utf8' },
    );
    expect(piped.stderr).toBe('code 1\n');
  });

  it('colours neither a pipe nor where NO_COLOR is set', () => {
    expect(run([REFUTED]).stdout).not.toContain('\u001b');
  });
});

describe('kept bytecode', () => {
  it.each([
    ['another size', (bytes: Buffer) => bytes.subarray(0, bytes.length >> 1)],
    [
      'made by another Node',
      (bytes: Buffer) => Buffer.from(bytes.toString('latin1').replace(process.version, process.version.replace(/\d/g, '0')), 'latin1'),
    ],
    ['no index', () => Buffer.from([255, 255, 255, 127, 1])],
    ['nothing', () => Buffer.alloc(0)],
  ])('that is of no use (%s) changes nothing', (_, broken) => {
    const file = join(home, 'dist/code-cache.bin');
    const whole = readFileSync(file);
    const before = run([CONFIRMED]);
    writeFileSync(file, broken(whole));
    const after = run([CONFIRMED]);
    writeFileSync(file, whole);
    expect(after).toEqual(before);
    expect(before.status).toBe(1);
  });
});

describe('the pattern file beside the bundle', () => {
  it('is read again where it was edited, and told where it is broken', () => {
    const before = run([REFUTED]);
    appendFileSync(join(home, PATTERNS), '# a remark\n');
    expect(run([REFUTED])).toEqual(before);
    appendFileSync(join(home, PATTERNS), 'rulngs: []\n');
    expect(run([REFUTED])).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/^kfunc-lint: kfunc-patterns\.yaml:\d+: unknown key 'rulngs'.*'rulings'/),
    });
    rmSync(join(home, PATTERNS));
    expect(run([REFUTED])).toMatchObject({ status: 2, stderr: expect.stringContaining('installation is not complete') });
    copyFileSync(join(ROOT, PATTERNS), join(home, PATTERNS));
  });
});
