import { describe, expect, it } from 'vitest';
import { readPasted } from '../../src/input/pasted.ts';
import { quotedAuthor, readQuote, splitJoined, unquote } from '../../src/input/quote.ts';

describe('quotes', () => {
  it.each([
    ['> a', 1, 'a'],
    ['>> a', 2, 'a'],
    ['> > >> a', 4, 'a'],
    ['>+a', 1, '+a'],
    ['>', 1, ''],
    ['>  a', 1, ' a'],
    ['  > a', 0, '  > a'],
    ['a > b', 0, 'a > b'],
  ])('%j', (line, depth, rest) => {
    expect(readQuote(line)).toEqual({ depth, rest });
  });

  it('come off level by level', () => {
    expect(unquote('> >> a', 2)).toBe('> a');
    expect(unquote('> a', 2)).toBeNull();
    expect(unquote('>>  a', 2)).toBe(' a');
  });

  it.each([
    ['On Tue, Oct 28, 2025 at 9:11 AM Ada Wren <ada@example.org> wrote:', 'Ada Wren <ada@example.org>'],
    ['On Mon, Oct 27, 2025 at 04:17:11PM -0700, Ada Wren wrote:', 'Ada Wren'],
    ['On 10/28/25 1:12 PM, Ada Wren wrote:', 'Ada Wren'],
    ['On Mon, 5 Jan 2026 at 22:04, Ada Wren <ada@example.org> wrote:', 'Ada Wren <ada@example.org>'],
    ['On 2025-11-04, Ada Wren wrote:', 'Ada Wren'],
    ['Ada Wren <ada@example.org> writes:', 'Ada Wren <ada@example.org>'],
    ['> Ada Wren <ada@example.org> writes:', null],
    ['this is what she wrote', null],
  ])('%s', (line, author) => {
    expect(quotedAuthor(line)).toBe(author);
  });

  it('on one long line are taken apart, the answer behind them cut off at a sentence', () => {
    const first = 'Is the index bounded here? It comes straight from the program, as far as I can see.';
    const answer = 'It is, see the check above it, and the selftest that passes the largest value there is, and one more.';
    const line = `On Tue, Ada Wren wrote: > ${first.slice(0, 60)} > ${first.slice(61)} >> older words > > ${answer.slice(0, 6)} ${answer}`;
    const pieces = splitJoined(line)!;
    expect(pieces[0]).toBe('On Tue, Ada Wren wrote:');
    expect(pieces.filter((piece) => piece.startsWith('>')).length).toBeGreaterThan(3);
    expect(pieces.at(-1)!.startsWith('>')).toBe(false);
    expect(splitJoined('short > line')).toBeNull();
    expect(splitJoined(`if (a > b) ${'x'.repeat(300)}`)).toBeNull();
  });

  it('take linear time', () => {
    const started = performance.now();
    for (const line of [
      '> '.repeat(100_000),
      `On ${'a, '.repeat(50_000)}wrote:`,
      `${'> a '.repeat(50_000)}`,
      `a wrote: ${'>'.repeat(100_000)}`,
    ]) {
      readQuote(line);
      quotedAuthor(line);
      splitJoined(line);
    }
    readPasted(`${'> '.repeat(5000)}\n`.repeat(50), 'x');
    expect(performance.now() - started).toBeLessThan(3000);
  });
});

const DIFF = ['--- a/mm/x.c', '+++ b/mm/x.c', '@@ -1,2 +1,3 @@', ' int a;', '+int something_that_is_new;', ' int c;'];
const read = (...lines: string[]) => readPasted(lines.join('\n'), 'page');

describe('pages', () => {
  it('an unquoted patch beats all quoted ones', () => {
    const page = read(
      'On Tue, Ben wrote:',
      ...DIFF.map((line) => `> ${line}`),
      'No.',
      '```',
      'commit 0123456',
      'Author: Ada',
      ...DIFF,
      '```',
    );
    expect(page.patches).toHaveLength(1);
    expect(page.patches[0]!.files[0]!.hunks[0]!.lines).toHaveLength(3);
    expect(page.messages.map((message) => message.body.split('\n').at(-1))).toContain('No.');
  });

  it('of two unquoted copies the fuller one counts', () => {
    const page = read(...DIFF.slice(0, 5), '', 'Posted by Ada 2 days ago', ...DIFF, '', 'Posted by Ben 1 day ago', 'Thanks.');
    expect(page.patches).toHaveLength(1);
    expect(page.patches[0]!.files[0]!.hunks[0]!.lines).toHaveLength(3);
    expect(page.diagnostics.some((one) => one.message.includes('second unquoted copy'))).toBe(true);
  });

  it('of quoted copies only the least quoted counts, and it is told', () => {
    const page = read(...DIFF.map((line) => `>> ${line}`), ...DIFF.map((line) => `> ${line}`), 'No.');
    expect(page.patches).toHaveLength(1);
    expect(page.diagnostics[0]).toMatchObject({ level: 'note', message: 'page: the patch is there only as a quotation' });
  });

  it('two patches of a series on one page are two', () => {
    const second = DIFF.map((line) => line.replaceAll('x.c', 'y.c'));
    const page = read(
      '[PATCH 1/2] one',
      'Posted by Ada 2 days ago',
      ...DIFF,
      '--',
      '2.51.0',
      '[PATCH 2/2] two',
      'Posted by Ada 2 days ago',
      ...second,
      '--',
      '2.51.0',
    );
    expect(page.patches.map((patch) => [patch.subject, patch.part, patch.total, patch.author])).toEqual([
      ['one', 1, 2, 'Ada'],
      ['two', 2, 2, 'Ada'],
    ]);
  });

  it('the writer of a mail is named by the one who quotes it', () => {
    const page = read(
      ...DIFF,
      '--',
      '2.51.0',
      'Ada Wren writes:',
      '> int something_that_is_new;',
      'Is this needed at all, I wonder?',
      'Ben Okafor <ben@example.net> writes:',
      '> Is this needed at all, I wonder?',
      'Yes.',
    );
    expect(page.messages.map((message) => message.from)).toEqual(['Ben Okafor <ben@example.net>', null]);
  });
});
