/** What the detail, the list and the draft reply say, where a pinned frame would not show why. */
import { describe, expect, it } from 'vitest';
import type { Finding, JudgedClaim } from '../../src/claim.ts';
import { ASCII, codeLines, UNICODE } from '../../src/tui/code.ts';
import { cut, expandTabs, widthOf, wrap } from '../../src/tui/columns.ts';
import { decisionOnFile } from '../../src/tui/decide.ts';
import { detailLines } from '../../src/tui/detail.ts';
import { claimItem, findingItem, Keys } from '../../src/tui/item.ts';
import { bare, cutTo, fillTo, line, lineWidth } from '../../src/tui/line.ts';
import { itemLines } from '../../src/tui/list.ts';
import { draftReply } from '../../src/tui/reply.ts';
import { paintPane } from '../../src/tui/views/paint.ts';
import { CONFIRMED, CONTESTED, item, REFUTED, SAMPLE, surroundings, UNDECIDED } from './sample.ts';

const { code } = surroundings();
/** As told, wherever its lines break. */
const unwrapped = (text: string) => text.replace(/\s+/g, ' ');
const detail = (one = REFUTED, width = 60, stop = 0) =>
  detailLines({ item: one, decision: null, stop, width, glyphs: UNICODE, code }).map(bare);

describe('columns', () => {
  it('wide characters count two, combining ones none', () => {
    expect([widthOf('漢字'), widthOf('é'), widthOf('ab'), widthOf('👩‍👩‍👧')]).toEqual([4, 1, 2, 2]);
    expect(cut('漢字漢字', 5)).toBe('漢字…');
    expect(cut('abcdef', 3)).toBe('ab…');
    expect(cut('abc', 3)).toBe('abc');
    expect(cut('abc', 0)).toBe('');
  });

  it('wraps at blanks, and inside words that are too long', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrap('abcdefgh ij', 3)).toEqual(['abc', 'def', 'gh', 'ij']);
    expect(wrap('漢字漢', 3)).toEqual(['漢', '字', '漢']);
    expect(wrap('漢', 1)).toEqual(['漢']);
    expect(wrap('', 5)).toEqual(['']);
  });

  it('tabs go to the next stop', () => {
    expect(expandTabs('a\tb', 8)).toBe('a       b');
    expect(expandTabs('\t\tx', 4)).toBe('        x');
  });

  it('cuts and fills lines of several pieces to the column', () => {
    const one = line({ text: 'abc', style: 'bold' }, 'def', 'ghi');
    for (let width = 0; width < 12; width++) {
      expect(lineWidth(fillTo(one, width, '…'))).toBe(width);
      expect(lineWidth(cutTo(one, width, '…'))).toBe(Math.min(width, 9));
    }
    expect(bare(cutTo(one, 6, '…'))).toBe('abcde…');
    expect(bare(cutTo(one, 3, '…'))).toBe('ab…');
  });
});

describe('the detail', () => {
  it('of a ruling that this --trust does not take says so, and counts it as no decision', () => {
    const unheard = { ...CONTESTED, verdict: 'confirmed' as const, contested: false };
    expect(decisionOnFile(CONTESTED)).toMatchObject({ says: 'refuted', saved: { id: 'widget-event' } });
    expect(decisionOnFile(unheard)).toBeNull();
    expect(unwrapped(detail(unheard, 100).join(' '))).toContain('ruling widget-event would suppress it, which this --trust does not take');
    expect(detail(CONTESTED, 100).join(' ')).not.toContain('does not take');
  });

  it('marks the place, and each line that the evidence names with its number', () => {
    const text = detail(REFUTED, 100);
    expect(text.find((one) => one.startsWith('>   15'))).toContain('root_widget->kind');
    expect(text.find((one) => one.startsWith('  2 17'))).toContain('rcu_dereference_raw');
    expect(text.find((one) => one.startsWith('  3 19'))).toContain('if (ref &&');
    expect(text.find((one) => one.startsWith('  1 32'))).toContain('BTF_ID_FLAGS(func, bpf_widget_get');
  });

  it('tells the kernel’s own words, and where', () => {
    expect(detail().join('\n')).toMatch(
      /Linux 6\.12 kernel\/bpf\/verifier\.c check_kfunc_args\n +"Possibly NULL pointer passed to trusted arg%d"/,
    );
  });

  it('says what to do only where something is to be done', () => {
    expect(detail(CONFIRMED).join('\n')).toContain('to do');
    expect(detail(REFUTED).join('\n')).not.toContain('to do');
  });

  it('walks to the line that the evidence names', () => {
    const text = detail(REFUTED, 60, 1);
    expect(text.some((one) => one.startsWith('[1] kernel/widget/bpf_widget.c:32'))).toBe(true);
    expect(text.find((one) => one.startsWith('> 1 32'))).toContain('BTF_ID_FLAGS');
  });

  it('names what is missing, a stale ruling, a contested word', () => {
    expect(unwrapped(detail(UNDECIDED).join('\n'))).toMatch(/stale ruling widget-never-sleeps: .*changed since/);
    expect(detail(UNDECIDED).join('\n')).toMatch(/needs {2}--tree: widget_lock\(\) is not in the patch/);
    expect(unwrapped(detail(CONTESTED).join('\n'))).toMatch(/contested or taken back/);
  });

  it('a long claim is cut at the top and told in full at the end', () => {
    const text = detail(item({ key: 'long', origin: 'review', message: `${'word '.repeat(200)}end` }));
    expect(text.slice(0, 6)).toContain('(in full below)');
    expect(text.at(-1)).toMatch(/end$/);
  });

  it('no line is wider than the pane once painted', () => {
    for (const one of SAMPLE) {
      for (const width of [24, 45, 72, 120]) {
        const lines = detailLines({ item: one, decision: null, stop: 0, width, glyphs: UNICODE, code });
        for (const painted of paintPane(lines, lines.length, width, false, '…').split('\n'))
          expect(widthOf(painted)).toBeLessThanOrEqual(width);
      }
    }
  });

  it('a place beyond the file or in an unknown one is told, not guessed', () => {
    expect(codeLines(REFUTED, { file: 'x.c', line: 1, column: 1 }, null, 60, ASCII).map(bare).join(' ')).toMatch(
      /x\.c is not at hand: --tree/,
    );
    expect(
      codeLines(REFUTED, { file: 'x.c', line: 9, column: 1 }, { lines: ['a'], added: new Set() }, 60, ASCII)
        .map(bare)
        .join(' '),
    ).toMatch(/not at hand/);
  });
});

describe('hostile text', () => {
  const BAD = '\u001b[2J\u001b]0;x\u0007\u009b31m\u202e\u2066\u0000\r\nend';
  const hostile = item({
    key: BAD,
    rule: BAD,
    kfunc: BAD,
    subject: BAD,
    message: BAD,
    advice: BAD,
    snippet: BAD,
    location: { file: BAD, line: 1, column: 1 },
    evidence: [
      {
        kind: 'verifier',
        role: 'carries',
        text: BAD,
        location: { file: BAD, line: 1, column: 1 },
        source: { kernel: BAD, path: BAD, symbol: BAD, quote: BAD },
      },
    ],
    missing: [{ what: BAD, why: BAD, treeWouldHelp: true }],
    rulings: [{ id: BAD, file: BAD, line: 1, says: 'refuted', status: 'upheld', reason: BAD, by: BAD, on: BAD, stale: BAD }],
  });

  it('is nothing but text in list, detail and reply', () => {
    const lines = [
      ...detailLines({
        item: hostile,
        decision: null,
        stop: 0,
        width: 40,
        glyphs: UNICODE,
        code: () => ({ lines: [BAD], added: new Set([1]) }),
      }),
      ...itemLines(hostile, null, true, 33, UNICODE),
    ].map(bare);
    const reply = draftReply(hostile, { says: 'refuted', reason: BAD }, { lines: [BAD], added: new Set() });
    for (const text of [...lines, ...reply.split('\n')]) expect(text).not.toMatch(/[^\P{Cc}\t]|\p{Cf}/u);
    expect(lines.join('')).toContain('[2J');
  });
});

describe('the draft reply', () => {
  it('for a real one tells the way and asks for the mend', () => {
    const text = draftReply(CONFIRMED, null, code(CONFIRMED.location!.file, 0));
    expect(text).toMatch(/^> kernel\/widget\/bpf_widget\.c:6\n/);
    expect(text).toContain('> \treturn w->weights[slot];');
    expect(text).toContain('slot reaches the index of weights[] without a bound.');
    expect(unwrapped(text)).toContain('- bpf_widget_weight() calls widget_weight(w, slot) (kernel/widget/bpf_widget.c:26)');
    expect(text).toMatch(/Could you refuse slot >= NR_WEIGHTS before the array is read\?\n$/);
  });

  it('for one that is none says what rules it out, and the person’s own reason', () => {
    const text = draftReply(REFUTED, { says: 'refuted', reason: 'the hook hands in a live one' }, null);
    expect(unwrapped(text)).toContain('is none, as far as I can see. The hook hands in a live one.');
    expect(text).toContain('check_kfunc_args() in');
    expect(text).not.toContain('Could you');
  });

  it('does not lean on a word that was taken back', () => {
    const text = draftReply(CONTESTED, null, null);
    expect(unwrapped(text)).toMatch(/disputed or taken back since, so I would not rely on it/);
    expect(text).toContain('<1@example.org>');
  });

  it('a person who confirms a suppressed one speaks for it', () => {
    expect(draftReply(CONTESTED, { says: 'confirmed', reason: '' }, null)).toMatch(/event reaches an array index without a bound\.\n/);
  });

  it('what can not be told is said to be so', () => {
    expect(unwrapped(draftReply(UNDECIDED, null, null))).toMatch(/I can't tell from what is here: widget_lock\(\) is not in the patch\./);
  });

  it('is wrapped at 78 columns, but for quoted code', () => {
    for (const one of SAMPLE) {
      for (const text of draftReply(one, null, code(one.location!.file, 0)).split('\n'))
        if (!text.startsWith('>')) expect(widthOf(text)).toBeLessThanOrEqual(78);
    }
  });
});

describe('items', () => {
  const finding = {
    id: 'k1:1',
    rule: 'unchecked-param',
    kfunc: 'bpf_a',
    function: 'helper',
    subject: 'p',
    snippet: 's',
    location: { file: 'f', line: 1, column: 1 },
  };
  const claim = {
    ...{
      id: 'c1',
      source: 'r.txt',
      file: 'f',
      line: 3,
      function: 'bpf_a',
      subject: 'p',
      category: 'null-deref',
      text: 't',
      verdict: 'refuted',
    },
    ...{
      severity: 'error',
      why: 'w',
      fixedLater: null,
      preexisting: false,
      contested: false,
      dismissed: false,
      rules: ['unchecked-param'],
    },
    ...{ evidence: [], missing: [], reply: 'draft', memory: null },
  } as unknown as JudgedClaim;

  it('of the same id have keys of their own', () => {
    const keys = new Keys();
    const made = [1, 2, 3].map(() => findingItem(finding as unknown as Finding, '6.12', 0, keys).key);
    expect(new Set(made).size).toBe(3);
  });

  it('a claim is ruled on through the finding that says the same', () => {
    const one = claimItem(claim, [finding as unknown as Finding], '6.12', 0, new Keys());
    expect(one).toMatchObject({
      origin: 'review',
      rule: 'unchecked-param',
      reply: 'draft',
      target: { kfunc: 'bpf_a', subject: 'p', snippet: 's' },
    });
  });

  it('one that no rule makes can not be, and says why', () => {
    const one = claimItem({ ...claim, rules: [] }, [finding as unknown as Finding], '6.12', 0, new Keys());
    expect(one).toMatchObject({ rule: 'null-deref', target: null, whyNoTarget: expect.stringMatching(/no rule makes this claim/) });
  });
});
