/** Whatever is done to a patch: an answer or one clear error, soon; and what is applied is what was meant. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/claim.ts';
import { MboxSplitter } from '../../src/input/mbox.ts';
import { parseDiff } from '../../src/input/patch.ts';
import { postImages } from '../../src/input/post-image.ts';
import { readInputs } from '../../src/input/read.ts';
import { GAP_MARK, type TreeFiles } from '../../src/source/model.ts';
import { type Edit, makeDiff, sides } from './make-diff.ts';

const FOLDER = resolve(import.meta.dirname, '../../fixtures/input');
const INPUTS = readdirSync(FOLDER)
  .filter((name) => !name.endsWith('.out') && statSync(join(FOLDER, name)).isFile())
  .map((name) => readFileSync(join(FOLDER, name)));

/** Reads and applies; anything but InputError is thrown on. */
async function survive(bytes: Buffer): Promise<void> {
  const started = performance.now();
  try {
    const set = await readInputs(['-'], { stdin: Readable.from([bytes]), keepMessages: true, need: 'any' });
    postImages(set.patches, null).before();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    expect(error.message).not.toContain('\n');
  }
  expect(performance.now() - started).toBeLessThan(10_000);
}

const input = fc.constantFrom(...INPUTS);

describe('whatever is done to an input', () => {
  it('any prefix of it is read or refused', async () => {
    await fc.assert(
      fc.asyncProperty(input, fc.double({ min: 0, max: 1, noNaN: true }), (bytes, part) =>
        survive(bytes.subarray(0, Math.floor(bytes.length * part))),
      ),
      { numRuns: 150 },
    );
  });

  it('any byte of it may flip', async () => {
    const flips = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 });
    const flip = (bytes: Buffer, places: [number, number][]) => {
      const copy = Buffer.from(bytes);
      for (const [at, value] of places) copy[at % copy.length] = value;
      return survive(copy);
    };
    await fc.assert(fc.asyncProperty(input, flips, flip), { numRuns: 250 });
  });

  it('its lines may come in any order, twice, or not at all', async () => {
    const mix = (bytes: Buffer, picks: number[]) => {
      const lines = bytes.toString('latin1').split('\n');
      return survive(Buffer.from(picks.map((pick) => lines[pick % lines.length]).join('\n'), 'latin1'));
    };
    await fc.assert(fc.asyncProperty(input, fc.array(fc.nat(), { maxLength: 120 }), mix), { numRuns: 150 });
  });

  it('its hunks may come in any order', async () => {
    const shuffle = (bytes: Buffer, seed: number) => {
      const pieces = bytes.toString('latin1').split(/^(?=@@ )/m);
      const order = pieces
        .map((piece, i) => ({ piece, key: i === 0 ? -1 : Math.imul(i + seed, 2654435761) >>> 0 }))
        .sort((a, b) => a.key - b.key);
      return survive(Buffer.from(order.map((one) => one.piece).join(''), 'latin1'));
    };
    await fc.assert(fc.asyncProperty(input, fc.nat(), shuffle), { numRuns: 100 });
  });
});

/** Words of C that no mailer or diff gives a meaning of its own. */
const line = fc.constantFrom(
  '',
  '\tint a;',
  '\treturn a;',
  '}',
  '{',
  'static int f(int a)',
  '\tif (a)',
  '\t\tb(a);',
  '/* c */',
  '\tx = y + 1;',
  'int g(void);',
);
const edit: fc.Arbitrary<Edit> = fc.record({ kind: fc.constantFrom(' ', ' ', ' ', ' ', '+', '-'), text: line }) as fc.Arbitrary<Edit>;
const numbered = fc
  .array(edit, { minLength: 1, maxLength: 60 })
  .map((edits) => edits.map((one, i) => ({ ...one, text: one.text === '' ? '' : `${one.text} /* ${i} */` })));

function patchOf(diff: string) {
  const { files, diagnostics } = parseDiff(diff.split('\n').slice(0, -1), { source: 'test' });
  return {
    patch: {
      subject: '',
      messageId: null,
      author: null,
      version: 1,
      part: 0,
      total: 0,
      baseCommit: null,
      files,
      source: 'test',
      body: diff,
    },
    diagnostics,
  };
}

function treeOf(path: string, text: string): TreeFiles {
  return { label: 'test tree', read: (name) => (name === path ? text : null), search: () => [] };
}

const asText = (lines: readonly string[]) => (lines.length > 0 ? `${lines.join('\n')}\n` : '');

describe('what is applied is what was meant', () => {
  it('to a tree: the text after the edits, with the added lines marked', () => {
    fc.assert(
      fc.property(numbered, fc.nat(4), (edits, context) => {
        const diff = makeDiff('a.c', edits, context);
        fc.pre(diff !== '');
        const { before, after } = sides(edits);
        const { patch, diagnostics } = patchOf(diff);
        const post = postImages([patch], treeOf('a.c', asText(before)));
        expect([...diagnostics, ...post.diagnostics]).toEqual([]);
        expect(post.files[0]?.text ?? '').toBe(asText(after));
        const added = edits.filter((one) => one.kind !== '-').flatMap((one, i) => (one.kind === '+' ? [i + 1] : []));
        expect([...(post.files[0]?.added ?? [])]).toEqual(added);
      }),
      { numRuns: 150 },
    );
  });

  it('from hunks alone: every line that is shown stands where it stands in the file', () => {
    fc.assert(
      fc.property(numbered, (edits) => {
        const diff = makeDiff('a.c', edits);
        fc.pre(diff !== '');
        const { before, after } = sides(edits);
        const post = postImages([patchOf(diff).patch], null);
        checkShown(post.files[0]?.text, after);
        checkShown(post.before()[0]?.text, before);
      }),
      { numRuns: 150 },
    );
  });

  it('a second patch goes on top of the first, with a tree and without', () => {
    fc.assert(
      fc.property(numbered, fc.array(fc.tuple(fc.nat(), fc.boolean()), { minLength: 1, maxLength: 6 }), (edits, changes) => {
        const middle = sides(edits).after;
        const second: Edit[] = middle.flatMap((text, i): Edit[] => {
          const change = changes.find(([at]) => at % middle.length === i);
          if (!change) return [{ kind: ' ', text }];
          return change[1]
            ? [{ kind: '-', text }]
            : [
                { kind: ' ', text },
                { kind: '+', text: `\tnew(${i});` },
              ];
        });
        const diffs = [makeDiff('a.c', edits), makeDiff('a.c', second)].filter((diff) => diff !== '');
        fc.pre(diffs.length > 0);
        const patches = diffs.map((diff) => patchOf(diff).patch);
        const { after } = sides(second);
        const whole = postImages(patches, treeOf('a.c', asText(sides(edits).before)));
        expect(whole.diagnostics).toEqual([]);
        expect(whole.files[0]?.text ?? '').toBe(asText(after));
        checkShown(postImages(patches, null).files[0]?.text, after);
      }),
      { numRuns: 150 },
    );
  });

  it('also where an archive ate the white space: the same lines are added, in the same order', () => {
    fc.assert(
      fc.property(numbered, (edits) => {
        const diff = makeDiff('a.c', edits);
        fc.pre(diff !== '');
        const damaged = diff
          .split('\n')
          .flatMap((text) => (text.startsWith(' ') ? (text.trim() === '' ? [] : [text.trim()]) : [text.replace(/\t+/g, ' ')]));
        const { patch } = patchOf(damaged.join('\n'));
        const added = patch.files.flatMap((file) =>
          file.hunks.flatMap((hunk) => hunk.lines.filter((one) => one.kind === '+').map((one) => one.text.trim())),
        );
        expect(added).toEqual(edits.filter((one) => one.kind === '+').map((one) => one.text.trim()));
      }),
      { numRuns: 150 },
    );
  });
});

function checkShown(text: string | undefined, expected: readonly string[]): void {
  const lines = (text ?? '').split('\n');
  lines.forEach((shown, i) => {
    if (shown !== '' && shown !== GAP_MARK) expect({ line: i + 1, shown }).toEqual({ line: i + 1, shown: expected[i] });
  });
}

describe('a mailbox', () => {
  it('comes apart the same whatever the size of its pieces', () => {
    const boxes = INPUTS.filter((bytes) => bytes.toString('latin1', 0, 5) === 'From ');
    const cut = (bytes: Buffer, size: number) => {
      const splitter = new MboxSplitter();
      const mails: string[] = [];
      for (let at = 0; at < bytes.length; at += size)
        mails.push(...splitter.push(bytes.subarray(at, at + size)).map(({ bytes, offset }) => `${offset} ${bytes.toString('latin1')}`));
      return [...mails, ...splitter.end().map(({ bytes, offset }) => `${offset} ${bytes.toString('latin1')}`)];
    };
    fc.assert(
      fc.property(fc.constantFrom(...boxes), fc.integer({ min: 1, max: 3000 }), (bytes, size) => {
        const whole = cut(bytes, bytes.length);
        expect(cut(bytes, size)).toEqual(whole);
        expect(whole.map((mail) => mail.slice(mail.indexOf(' ') + 1)).join('')).toBe(bytes.toString('latin1'));
      }),
      { numRuns: 100 },
    );
  });
});
