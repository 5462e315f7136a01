import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../../src/claim.ts';
import { openInputs, readInputs } from '../../src/input/read.ts';

const FIXTURES = resolve(import.meta.dirname, '../../fixtures/input');
const fixture = (name: string) => readFileSync(join(FIXTURES, name));
const DIFF = '--- a/mm/x.c\n+++ b/mm/x.c\n@@ -1 +1,2 @@\n a\n+b\n';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kfunc-lint-read-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

const subjects = async (...args: string[]) => (await readInputs(args)).patches.map((patch) => patch.subject);
const chunks = (bytes: Buffer, size: number) =>
  Readable.from(Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size)));

describe('kinds of input', () => {
  it('C files are themselves, whatever they are called on standard input', async () => {
    const code = '#include <linux/btf.h>\nint f(void)\n{\n\treturn 0;\n}\n';
    expect((await readInputs([put('mm/x.c', code), put('x.h', '\n')])).plainFiles.map((file) => file.text)).toEqual([code, '\n']);
    expect((await readInputs(['-'], { stdin: Readable.from([code]) })).plainFiles).toEqual([{ path: '-', text: code }]);
  });

  it('a patch is one although it is called x.c', async () => {
    expect((await readInputs([put('x.c', DIFF)])).patches).toHaveLength(1);
  });

  it('an ESC or a form feed is no binary, and a byte order mark no text', async () => {
    expect((await readInputs([put('x.patch', `\ufeff${DIFF}\f\u001b[0m\n`)])).patches).toHaveLength(1);
  });

  it('JSON and reviews are messages, where messages will do', async () => {
    const args = [put('r.json', '{"claims": []}'), put('review-inline.txt', 'Words.\n')];
    const set = await readInputs(args, { keepMessages: true, need: 'any' });
    expect(set.messages.map((message) => message.body)).toEqual(['{"claims": []}', 'Words.\n']);
    await expect(readInputs(args)).rejects.toThrow(InputError);
  });

  it('gzip is unpacked, alone and in a folder', async () => {
    put('box/t.mbox.gz', gzipSync(fixture('thread.mbox')));
    expect(await subjects(join(folder, 'box', 't.mbox.gz'))).toHaveLength(3);
    expect(await subjects(join(folder, 'box'))).toHaveLength(3);
  });

  it.each([1, 7, 1000, 100_000])('a stream in pieces of %i bytes is the file', async (size) => {
    for (const name of ['thread.mbox', 'pasted-archive.txt', 'attached.mbox']) {
      const whole = await readInputs([join(FIXTURES, name)], { keepMessages: true });
      const piped = await readInputs(['-'], { stdin: chunks(fixture(name), size), keepMessages: true });
      const bare = (set: typeof whole) => JSON.stringify(set).replaceAll(join(FIXTURES, name), '-');
      expect(bare(piped)).toBe(bare(whole));
    }
  });

  it('a patch of binary files and modes alone is no error', async () => {
    const set = await readInputs([put('x.patch', 'diff --git a/x.png b/x.png\nBinary files a/x.png and b/x.png differ\n')]);
    expect(set.patches[0]!.files).toEqual([{ oldPath: 'x.png', newPath: 'x.png', binary: true, hunks: [] }]);
  });

  it('messages are kept only when asked for', async () => {
    expect((await readInputs([join(FIXTURES, 'thread.mbox')])).messages).toEqual([]);
    expect((await readInputs([join(FIXTURES, 'thread.mbox')], { keepMessages: true })).messages.length).toBeGreaterThan(3);
  });
});

describe('folders', () => {
  it('give patches in name order, and pass other things over', async () => {
    put('f/b.patch', `Subject: two\n\n${DIFF}`);
    put('f/a.patch', `Subject: one\n\n${DIFF.replace('+b', '+c')}`);
    put('f/sub/c.patch', `Subject: three\n\n${DIFF.replace('+b', '+d')}`);
    put('f/notes.txt', 'no patch in here\n');
    put('f/README', 'nor here\n');
    put('f/.hidden.patch', 'garbage\0');
    expect(await subjects(join(folder, 'f'))).toEqual(['one', 'two', 'three']);
  });

  it('a maildir is a mailbox', async () => {
    put('md/cur/1.host', 'Message-ID: <1@x>\nSubject: [PATCH 1/2] one\n\n'.concat(DIFF));
    put('md/new/2.host', 'Message-ID: <2@x>\nIn-Reply-To: <1@x>\nSubject: [PATCH 2/2] two\n\n'.concat(DIFF.replace('+b', '+c')));
    put('md/tmp/3.host', 'half a ma');
    expect(await subjects(join(folder, 'md'))).toEqual(['one', 'two']);
  });

  it('a link back to the folder ends', async () => {
    put('f/a.patch', DIFF);
    symlinkSync(join(folder, 'f'), join(folder, 'f', 'again'));
    expect((await readInputs([join(folder, 'f')])).patches).toHaveLength(1);
  });

  it.skipIf(process.getuid?.() === 0)('what can not be read is an error', async () => {
    const path = put('f/a.patch', DIFF);
    chmodSync(path, 0);
    await expect(readInputs([join(folder, 'f')])).rejects.toThrow('permission denied');
  });
});

it('a C file that is named twice is read once', async () => {
  put('f/a.c', 'int a;\n');
  const set = await readInputs([join(folder, 'f'), join(folder, 'f', 'a.c'), `${folder}/f/./a.c`]);
  expect(set.plainFiles).toHaveLength(1);
});

describe('several patches', () => {
  it('named one by one are a series', async () => {
    const set = await readInputs([put('b.patch', DIFF), put('a.patch', DIFF.replace('+b', '+c'))]);
    expect(set.patches.map((patch) => [patch.source.slice(-7), patch.series])).toEqual([
      ['b.patch', 0],
      ['a.patch', 0],
    ]);
  });

  it('written by git format-patch are one as well, in any order', async () => {
    const file = (part: number, added: string) =>
      put(
        `000${part}-x.patch`,
        `From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\nFrom: A <a@x>\nSubject: [PATCH ${part}/2] ${added}\n\n---\n${DIFF.replace('+b', `+${added}`)}\n`,
      );
    const [one, two] = [file(1, 'one'), file(2, 'two')];
    const set = await readInputs([two, one]);
    expect(set.patches.map((patch) => [patch.subject, patch.series])).toEqual([
      ['one', 0],
      ['two', 0],
    ]);
    expect(set.diagnostics).toEqual([]);
  });

  it('the same change twice counts once', async () => {
    expect((await readInputs([put('b.patch', DIFF), put('a.patch', DIFF)])).patches).toHaveLength(1);
  });

  it('one that can not be read does not hide the others', async () => {
    const box = (path: string, id: string) =>
      `From a@x Tue Nov  4 10:00:00 2025\nMessage-ID: <${id}@x>\nSubject: [PATCH] ${id}\n\n${DIFF.replaceAll('mm/x.c', path)}\n`;
    const set = await readInputs([put('x.mbox', box('../x.c', 'bad') + box('mm/y.c', 'good'))]);
    expect(set.patches.map((patch) => patch.subject)).toEqual(['good']);
    expect(set.diagnostics).toEqual([
      expect.objectContaining({ level: 'warning', message: expect.stringMatching(/climbs out of the tree; the patch is left out$/) }),
    ]);
  });

  it('come series by series from openInputs, what was left out told before', async () => {
    const { rest, series } = await openInputs([join(FIXTURES, 'two-series.mbox'), join(FIXTURES, 'thread.mbox'), put('x.c', 'int a;\n')]);
    expect(rest.plainFiles).toHaveLength(1);
    expect(rest.patches).toEqual([]);
    expect(rest.diagnostics.some((one) => one.message.includes('v2 is judged'))).toBe(true);
    const got = [];
    for await (const one of series) got.push(one.patches.map((patch) => patch.subject));
    expect(got.map((one) => one.length)).toEqual([2, 1, 3]);
  });

  it('and nothing at all is an error of openInputs too', async () => {
    const { series } = await openInputs([put('x.mbox', 'From a@x Tue Nov  4 10:00:00 2025\nSubject: hello\n\nwords\n')]);
    await expect(series.next()).rejects.toThrow('this mail holds no patch');
  });
});

describe('a mailbox beyond what memory is meant for', () => {
  /** 40 patches of a megabyte, two of which speak of kfuncs. */
  function* large() {
    const line = `+${'x'.repeat(99)}\n`;
    for (let i = 0; i < 40; i++) {
      const word = i % 20 === 0 ? '__bpf_kfunc' : 'nothing';
      yield Buffer.from(
        `From a@x Tue Nov  4 10:00:00 2025\nMessage-ID: <${i}@x>\nSubject: [PATCH] number ${i}\n\n--- /dev/null\n+++ b/mm/x${i}.c\n@@ -0,0 +1,10001 @@\n+${word} ${i}\n${line.repeat(10_000)}-- \n2.51.0\n\n`,
      );
    }
  }

  it('is cut down to what speaks of kfuncs where all must be held at once, with a warning', async () => {
    const set = await readInputs(['-'], { stdin: Readable.from(large()) });
    expect(set.patches.map((patch) => patch.subject)).toEqual(['number 0', 'number 20']);
    expect(set.diagnostics.map((one) => `${one.level}: ${one.message}`)).toEqual([
      'warning: 38 series that name no kfunc were dropped: the input holds more than 32 MB of patches',
    ]);
  });

  it('is read to the end series by series, and leaves no temporary file behind', async () => {
    const before = readdirSync(tmpdir()).filter((name) => /^kfunc-lint-[^-]*$/.test(name));
    const { series } = await openInputs(['-'], { stdin: Readable.from(large()) });
    let count = 0;
    for await (const { patches } of series) count += patches.length;
    expect(count).toBe(40);
    expect(readdirSync(tmpdir()).filter((name) => /^kfunc-lint-[^-]*$/.test(name) && !before.includes(name))).toEqual([]);
  });
});
