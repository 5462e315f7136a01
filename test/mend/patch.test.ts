/** Mends as a unified diff: what git makes of it, at edges that fixtures do not have. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Mend } from '../../src/claim.ts';
import { applyMends, insertion, offsetOf, placeOf, removal, replacement } from '../../src/mend/edit.ts';
import { renderFixPatch } from '../../src/mend/patch.ts';
import { GAP_MARK, type SourceFile } from '../../src/source/model.ts';

function file(text: string): SourceFile {
  return { path: 'a.c', text, added: new Set(), complete: true, origin: 'file' };
}

/** What git makes of `text` with the mends' patch; throws where it does not apply. */
function byGit(text: string, mends: Mend[]): string {
  const { text: patch } = renderFixPatch([file(text)], mends);
  const folder = mkdtempSync(join(tmpdir(), 'kfunc-lint-patch-'));
  try {
    writeFileSync(join(folder, 'a.c'), text);
    if (patch !== '') execFileSync('git', ['apply', '-'], { input: patch, cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] });
    return readFileSync(join(folder, 'a.c'), 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const word = (text: string, old: string, by: string): Mend =>
  replacement(file(text), text.indexOf(old), text.indexOf(old) + old.length, by, `${by} for ${old}`);

const lines = (n: number) => Array.from({ length: n }, (_, i) => `line ${i + 1};`).join('\n');

describe('the fix patch', () => {
  it.each([
    ['/srv/linux/a.c', 'a/srv/linux/a.c'],
    ['../a.c', 'a/a.c'],
    ['./net/a.c', 'a/net/a.c'],
    ['net/a.c', 'a/net/a.c'],
  ])('names %s as git takes it', (path, named) => {
    const source = { ...file(lines(3)), path };
    const mend = { ...word(lines(3), 'line 2;', 'other;'), file: path };
    expect(renderFixPatch([source], [mend]).text.split('\n')[0]).toBe(`--- ${named}`);
  });

  it.each([
    ['in the middle', `${lines(20)}\n`, ['line 10;']],
    ['on the first line', `${lines(9)}\n`, ['line 1;']],
    ['on the last line', `${lines(9)}\n`, ['line 9;']],
    ['on the last line, which has no newline', lines(9), ['line 9;']],
    ['near an end without newline', lines(9), ['line 7;']],
    ['the only line', 'line 1;\n', ['line 1;']],
    ['twice, close', `${lines(30)}\n`, ['line 10;', 'line 13;']],
    ['twice, far', `${lines(60)}\n`, ['line 10;', 'line 50;']],
    ['with carriage returns', `${lines(20).replace(/\n/g, '\r\n')}\r\n`, ['line 10;']],
  ])('changes words %s', (_, text, words) => {
    const mends = words.map((w) => word(text, w, 'changed;'));
    const expected = words.reduce((t, w) => t.replace(w, 'changed;'), text);
    expect(byGit(text, mends)).toBe(expected);
    expect(applyMends(text, mends)).toBe(expected);
  });

  it('puts lines in and takes them out', () => {
    const text = `${lines(12)}\n`;
    const at = text.indexOf('line 6;');
    const mends = [insertion(file(text), at, 'new;\n', 'add'), removal(file(text), 0, text.length, 'line 9;\n', 'drop')!];
    expect(byGit(text, mends)).toBe(text.replace('line 6;', 'new;\nline 6;').replace('line 9;\n', ''));
  });

  it('says the same thing once', () => {
    const text = `${lines(5)}\n`;
    expect(byGit(text, [word(text, 'line 3;', 'x;'), word(text, 'line 3;', 'x;')])).toBe(text.replace('line 3;', 'x;'));
  });

  it('takes the first of two that overlap', () => {
    const text = `${lines(5)}\n`;
    expect(byGit(text, [word(text, 'line 3;', 'x;'), word(text, '3;', 'y;')])).toBe(text.replace('line 3;', 'x;'));
  });

  it('leaves out what a gap surrounds, and says so', () => {
    const text = `${GAP_MARK}\n\n\nline a;\n${GAP_MARK}\n\n`;
    const mend = word(text, 'line a;', 'b;');
    expect(renderFixPatch([file(text)], [mend])).toEqual({ text: '', count: 0, left: [mend] });
  });

  it('keeps away from a gap in its context', () => {
    const text = `a1;\na2;\na3;\n${GAP_MARK}\n\nb1;\nb2;\nb3;\n${GAP_MARK}\n`;
    const { text: patch, count } = renderFixPatch([file(text)], [word(text, 'a2;', 'x;'), word(text, 'b2;', 'y;')]);
    expect(count).toBe(2);
    expect(patch).not.toContain('gap');
    expect(patch.match(/^@@/gm)).toHaveLength(2);
  });

  it('is what applying the mends gives, wherever they are', () => {
    const mends = fc.array(fc.record({ line: fc.integer({ min: 1, max: 40 }), text: fc.constantFrom('', 'x', 'x;\ny') }), { maxLength: 5 });
    fc.assert(
      fc.property(mends, fc.boolean(), (list, newline) => {
        const text = lines(40) + (newline ? '\n' : '');
        const edits = list.map(({ line, text: by }) => word(text, `line ${line};`, `${by} /* ${line} */`));
        expect(byGit(text, edits)).toBe(applyMends(text, edits));
      }),
      { numRuns: 25 },
    );
  });
});

describe('places', () => {
  it('are offsets and back', () => {
    const text = 'one\ntwo\n\nfour';
    for (let i = 0; i <= text.length; i++) expect(offsetOf(text, placeOf(text, i))).toBe(i);
  });

  it('that a text does not have are none', () => {
    expect(offsetOf('one\n', { line: 5, column: 1 })).toBe(-1);
    expect(offsetOf('one\n', { line: 1, column: 50 })).toBe(-1);
  });
});
