/** Every key in every mode, as the state that it leads to. */
import { describe, expect, it } from 'vitest';
import { scrolledLines } from '../../src/tui/frame.ts';
import { intentOf, KEY_HELP } from '../../src/tui/keys.ts';
import { bare } from '../../src/tui/line.ts';
import type { RulingDraft, SavedRuling } from '../../src/tui/model.ts';
import { current } from '../../src/tui/select.ts';
import { type Host, Session } from '../../src/tui/session.ts';
import type { State } from '../../src/tui/state.ts';
import { CONFIRMED, CONTESTED, item, REFUTED, SAMPLE, SET, surroundings, UNDECIDED } from './sample.ts';

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

interface Desk {
  session: Session;
  state(): State;
  /** what was asked of the outside, in order */
  asked: string[];
  press(...names: string[]): Promise<void>;
}

function desk(items = SAMPLE, changes: Parameters<typeof surroundings>[0] = {}, size = { columns: 80, rows: 24 }): Desk {
  const asked: string[] = [];
  const around = surroundings(changes);
  const spied: typeof around = {
    ...around,
    save: async (draft: RulingDraft): Promise<SavedRuling> => {
      asked.push(
        `save ${draft.says} ${draft.itemKey} "${draft.reason}" until ${draft.until} later ${draft.laterSeries} replaces ${draft.replaces}`,
      );
      return around.save(draft);
    },
    withdraw: async (id) => {
      asked.push(`withdraw ${id}`);
      return around.withdraw(id);
    },
    edit: async (at) => {
      asked.push(`edit ${at.file}:${at.line}`);
      return around.edit(at);
    },
    writeReply: async (one, text) => {
      asked.push(`reply ${one.key} ${text.length}`);
      return around.writeReply(one, text);
    },
  };
  const host: Host = {
    lend: async (work) => {
      asked.push('lend');
      await work();
    },
    suspend: async () => void asked.push('suspend'),
    leave: () => void asked.push('leave'),
  };
  const session = new Session(spied, { color: false, unicode: true }, size, host);
  session.send({ type: 'items', items });
  return {
    session,
    asked,
    state: () => session.view.state,
    press: async (...names) => {
      for (const name of names) {
        session.press(name);
        await settle();
      }
    },
  };
}

const keyOf = (state: State) => current(state)?.key;

describe('in the list', () => {
  it.each([
    [['j'], REFUTED.key],
    [['down'], REFUTED.key],
    [['j', 'k'], CONFIRMED.key],
    [['j', 'up'], CONFIRMED.key],
    [['k'], CONFIRMED.key],
    [['G'], SET.key],
    [['end'], SET.key],
    [['G', 'g'], CONFIRMED.key],
    [['G', 'home'], CONFIRMED.key],
    [['G', 'j'], SET.key],
    [['pagedown'], SET.key],
    [['G', 'pageup'], CONFIRMED.key],
    [['j', 'n'], UNDECIDED.key],
    [['G', 'N', 'N'], REFUTED.key],
  ])('%j leads to %s', async (keys, expected) => {
    const { press, state } = desk();
    await press(...keys);
    expect(keyOf(state())).toBe(expected);
  });

  it('n at the last undecided one says so and stays', async () => {
    const { press, state } = desk();
    await press('G', 'n');
    expect(keyOf(state())).toBe(SET.key);
    expect(state().message?.text).toMatch(/nothing undecided by you below/);
  });

  it('enter walks through the places of the evidence and round; backspace back', async () => {
    const { press, state } = desk();
    await press('j');
    const stops: number[] = [];
    for (const key of ['enter', 'enter', 'enter', 'enter', 'backspace']) {
      await press(key);
      stops.push(state().stop);
    }
    expect(stops).toEqual([1, 2, 3, 0, 3]);
    await press('j', 'k');
    expect(state().stop).toBe(0);
  });

  it('enter where the evidence names no place says so', async () => {
    const { press, state } = desk();
    await press('G', 'enter');
    expect(state().message?.text).toMatch(/no other place/);
  });

  it('scrolls the detail, not beyond its end, and begins anew with the next finding', async () => {
    const { press, state } = desk();
    await press('j', 'right');
    expect(state().scroll).toBe(1);
    await press(' ', ' ', ' ', ' ', ' ', ' ');
    const end = state().scroll;
    await press('ctrl+d');
    expect(state().scroll).toBe(end);
    expect(end).toBeGreaterThan(1);
    await press('left');
    expect(state().scroll).toBe(end - 1);
    await press('ctrl+u', 'ctrl+u', 'ctrl+u');
    expect(state().scroll).toBe(0);
    await press('right', 'j');
    expect(state().scroll).toBe(0);
  });

  it('o lends the terminal to the editor at the place walked to', async () => {
    const { press, asked } = desk();
    await press('j', 'enter', 'o');
    expect(asked).toEqual(['lend', 'edit kernel/widget/bpf_widget.c:32']);
  });

  it('what the editor complains of is shown', async () => {
    const { press, state } = desk(SAMPLE, { edit: async () => Promise.reject(new Error('$EDITOR is not set')) });
    await press('o');
    expect(state().message).toEqual({ text: '$EDITOR is not set', tone: 'bad' });
  });

  it.each(['q', 'ctrl+c'])('%s leaves', async (key) => {
    const { press, asked } = desk();
    await press(key);
    expect(asked).toEqual(['leave']);
  });

  it('ctrl+z suspends', async () => {
    const { press, asked } = desk();
    await press('ctrl+z');
    expect(asked).toEqual(['suspend']);
  });

  it('keys that mean nothing change nothing', async () => {
    const { press, state, asked } = desk();
    const before = state();
    await press('x', 'Z', '§', 'tab', 'ctrl+x', 'constructor', 'toString');
    expect(state()).toBe(before);
    expect(asked).toEqual([]);
  });

  it('in an empty list no key fails', async () => {
    for (const key of [
      'j',
      'k',
      'G',
      'n',
      'N',
      'enter',
      'backspace',
      'c',
      's',
      'u',
      'r',
      'e',
      'o',
      ' ',
      '/',
      'escape',
      'f',
      'j',
      ' ',
      'escape',
      '?',
      'q',
      'q',
    ]) {
      const { press, session } = desk([]);
      await press(key);
      session.send({ type: 'items', items: SAMPLE });
      expect(session.view.state.items).toHaveLength(SAMPLE.length);
    }
  });
});

describe('search', () => {
  it('narrows with every letter; enter keeps it, escape ends it', async () => {
    const { press, state } = desk();
    await press('/', ...'unbounded');
    expect(state().shown.map((one) => one.key)).toEqual([CONFIRMED.key, CONTESTED.key]);
    await press(' ', ...'kind');
    expect(state().shown.map((one) => one.key)).toEqual([CONTESTED.key]);
    expect(keyOf(state())).toBe(CONTESTED.key);
    await press('enter');
    expect(state().mode).toBe('list');
    expect(state().shown).toHaveLength(1);
    await press('escape');
    expect(state().shown).toHaveLength(SAMPLE.length);
    expect(keyOf(state())).toBe(CONTESTED.key);
  });

  it('edits as a line does', async () => {
    const { press, state } = desk();
    const text = () => `${state().search.text.slice(0, state().search.caret)}|${state().search.text.slice(state().search.caret)}`;
    await press('/', 'a', 'b', 'left', 'c');
    expect(text()).toBe('ac|b');
    await press('backspace', 'home', 'ctrl+d', 'end', 'x', ' ', 'y');
    expect(text()).toBe('bx y|');
    await press('ctrl+w');
    expect(text()).toBe('bx |');
    await press('ctrl+a', 'right', 'right', 'right', 'right');
    expect(text()).toBe('bx |');
    await press('ctrl+u', '😀', 'é', 'left', 'left', 'backspace');
    expect(text()).toBe('|😀é');
    await press('ctrl+e', 'backspace', 'backspace');
    expect(text()).toBe('|');
  });

  it('letters that are keys elsewhere are text here', async () => {
    const { press, state, asked } = desk();
    await press('/', ...'qscu?fjk');
    expect(state().search.text).toBe('qscu?fjk');
    expect(asked).toEqual([]);
  });

  it('finding nothing shows nothing, and nothing breaks', async () => {
    const { press, state } = desk();
    await press('/', ...'zzz', 'enter', 'j', 'c', 's', 'enter');
    expect(state().cursor).toBeNull();
    await press('escape');
    expect(keyOf(state())).toBe(CONFIRMED.key);
  });

  it('a paste is text, line breaks and all, and never keys', async () => {
    const { press, state, session, asked } = desk();
    session.paste('c\rq');
    expect(state().message).toBeNull();
    await press('/');
    session.paste('bpf_widget\r\nget\u001b[2J');
    expect(state().search.text).toBe('bpf_widget get[2J');
    expect(asked).toEqual([]);
  });
});

describe('filter', () => {
  it('chooses verdicts and rules; a shows all again', async () => {
    const { press, state } = desk();
    await press('f', ' ');
    expect(state().shown.map((one) => one.verdict)).toEqual(['confirmed', 'confirmed']);
    await press('j', ' ');
    expect(state().shown.map((one) => one.verdict)).toEqual(['confirmed', 'undecided', 'confirmed']);
    await press(' ', 'down', 'down', ' ');
    expect(state().shown).toEqual([]);
    await press('a');
    expect(state().shown).toHaveLength(SAMPLE.length);
    await press('k', 'up', 'k', 'k', 'k', 'k', ' ', 'enter');
    expect(state().mode).toBe('list');
    expect(state().shown.map((one) => one.verdict)).toEqual(['confirmed', 'confirmed']);
    await press('escape');
    expect(state().shown).toHaveLength(SAMPLE.length);
  });

  it('tells the decided from the others', async () => {
    const { press, state } = desk();
    await press('f', ...Array(8).fill('j'), ' ', 'f');
    expect(state().shown.map((one) => one.key)).toEqual([CONTESTED.key]);
    await press('f', ...Array(7).fill('j'), ' ', 'q');
    expect(state().shown.map((one) => one.key)).not.toContain(CONTESTED.key);
    await press('f', ...Array(7).fill('j'), ' ', 'escape');
    expect(state().shown).toHaveLength(SAMPLE.length);
  });

  it('what is decided stays where it is until the filter is set anew', async () => {
    const { press, state } = desk();
    await press('f', ...Array(7).fill('j'), ' ', 'enter', 'c');
    expect(state().shown.map((one) => one.key)).toContain(CONFIRMED.key);
  });
});

describe('decisions', () => {
  it('c confirms at once', async () => {
    const { press, state, asked } = desk();
    await press('c');
    expect(asked).toEqual(['save confirmed confirmed "" until null later false replaces null']);
    expect(state().decisions.get(CONFIRMED.key)).toMatchObject({ says: 'confirmed', here: true, saved: { id: 'ruling-1' } });
    expect(state().message).toEqual({ text: 'saved: rulings.yaml:4 ruling-1', tone: 'good' });
    await press('c');
    expect(asked).toHaveLength(1);
    expect(state().message?.text).toMatch(/confirmed already/);
  });

  it('s asks for a reason and writes it', async () => {
    const { press, state, asked } = desk();
    await press('j', 's', ...'it is held', 'enter');
    expect(asked).toEqual(['save refuted refuted "it is held" until null later false replaces null']);
    expect(state().mode).toBe('list');
    expect(state().decisions.get(REFUTED.key)).toMatchObject({ says: 'refuted', reason: 'it is held' });
  });

  it('what will be written is on the screen, however much a reviewer said', async () => {
    const wordy = item({ key: 'wordy', origin: 'review', message: 'Can ref be NULL here? '.repeat(80) });
    const { press, session } = desk([wordy]);
    await press('s');
    const lines = scrolledLines(session.view).map(bare);
    expect(lines.findIndex((one) => one.includes('This is added to rulings.yaml'))).toBeLessThan(12);
    expect(lines.join('\n')).toContain('(in full beside the list)');
    expect(lines.join('\n')).toContain('- id: made-up');
  });

  it('without a reason nothing is written', async () => {
    const { press, state, asked } = desk();
    await press('s', ' ', 'enter');
    expect(asked).toEqual([]);
    expect(state().form?.refusal).toMatch(/a reason is needed/);
    await press('x');
    expect(state().form?.refusal).toBeNull();
    await press('escape');
    expect(state().mode).toBe('list');
    expect(state().form).toBeNull();
  });

  it('tab goes through the fields; the last day must be one, and to come; space or an arrow widens the series', async () => {
    const { press, state, asked } = desk();
    await press('s', 'r', 'tab', ...'2026-02-30', 'enter');
    expect(state().form).toMatchObject({ field: 'until', refusal: expect.stringMatching(/must be a day/) });
    await press('ctrl+u', ...'2026-05-31', 'enter');
    expect(state().form?.refusal).toMatch(/has passed/);
    await press('ctrl+u', ...'2026-06-01', 'down', ' ', 'x', 'up', 'shift+tab', 'shift+tab');
    expect(state().form).toMatchObject({ field: 'range', laterSeries: true });
    await press('left');
    expect(state().form?.laterSeries).toBe(false);
    await press('right', 'enter');
    expect(asked).toEqual(['save refuted confirmed "r" until 2026-06-01 later true replaces null']);
  });

  it('a stale ruling is renewed in its place, with its reason', async () => {
    const { press, asked } = desk();
    await press('j', 'j', 'j', 's', ...', still', 'enter');
    expect(asked).toEqual(['save refuted undecided "the lock is a spinlock, still" until null later false replaces widget-never-sleeps']);
  });

  it('a decision made here is replaced, not added to', async () => {
    const { press, asked } = desk();
    await press('c');
    await press('s', 'x', 'enter');
    expect(asked[1]).toMatch(/replaces ruling-1$/);
  });

  it('a finding that no ruling can match is told so', async () => {
    const { press, state, asked } = desk();
    for (const key of ['c', 's']) {
      await press('G', key);
      expect(state().message).toMatchObject({ tone: 'bad', text: expect.stringMatching(/about none/) });
      expect(state().mode).toBe('list');
    }
    expect(asked).toEqual([]);
  });

  it('what can not be saved is not decided, and the screen says why', async () => {
    const { press, state } = desk(SAMPLE, { save: async () => Promise.reject(new Error('disk full')) });
    await press('c');
    expect(state().decisions.has(CONFIRMED.key)).toBe(false);
    expect(state().message).toEqual({ text: 'not saved: disk full', tone: 'bad' });
    expect(state().undo).toEqual([]);
  });

  it('while one is being written the next on the same finding waits, and leaving does too', async () => {
    let finish: (ruling: SavedRuling) => void = () => {};
    const { session, state, asked } = desk(SAMPLE, { save: () => new Promise((resolve) => (finish = resolve)) });
    session.press('c');
    session.press('s');
    expect(state().mode).toBe('list');
    expect(state().message?.text).toMatch(/being written/);
    session.press('u');
    expect(state().message?.text).toMatch(/being written/);
    session.press('q');
    expect(asked.filter((one) => one === 'leave')).toEqual([]);
    finish({ id: 'one', file: 'rulings.yaml', line: 1, by: 'me' });
    await settle();
    expect(asked.at(-1)).toBe('leave');
  });

  it('a save that fails while leaving keeps the person here', async () => {
    let fail: (error: Error) => void = () => {};
    const { session, state, asked } = desk(SAMPLE, { save: () => new Promise((_, reject) => (fail = reject)) });
    session.press('c');
    session.press('q');
    fail(new Error('disk full'));
    await settle();
    expect(asked).not.toContain('leave');
    expect(state()).toMatchObject({ leaving: false, message: { tone: 'bad' } });
  });
});

describe('undo', () => {
  it('takes back one decision after the other, and goes to where each was', async () => {
    const { press, state, asked } = desk();
    await press('c');
    await press('j', 's', 'x', 'enter');
    await press('G', 'u');
    expect(asked.at(-1)).toBe('withdraw ruling-2');
    expect(keyOf(state())).toBe(REFUTED.key);
    expect(state().decisions.has(REFUTED.key)).toBe(false);
    await press('u');
    expect(asked.at(-1)).toBe('withdraw ruling-1');
    await press('u');
    expect(state().message?.text).toBe('nothing to undo');
  });

  it('brings back the decision that was replaced', async () => {
    const { press, state } = desk();
    await press('c');
    await press('s', 'x', 'enter');
    await press('u');
    expect(state().decisions.get(CONFIRMED.key)?.says).toBe('confirmed');
  });

  it('what can not be taken back stays decided', async () => {
    const { press, state } = desk(SAMPLE, { withdraw: async () => Promise.reject(new Error('gone')) });
    await press('c');
    await press('u');
    expect(state().decisions.has(CONFIRMED.key)).toBe(true);
    expect(state().undo).toHaveLength(1);
    expect(state().message?.text).toBe('not taken back: gone');
  });

  const earlier = item({
    key: 'earlier',
    verdict: 'refuted',
    rulings: [
      {
        ...{ id: 'old', file: 'rulings.yaml', line: 3, says: 'refuted', status: 'upheld', reason: 'r' },
        ...{ by: 'J. Reviewer', on: '2026-01-01', stale: null },
      },
    ],
  });

  it('of a decision of an earlier run asks first', async () => {
    const { press, state, asked } = desk([earlier]);
    await press('u');
    expect(state().mode).toBe('withdraw');
    await press('n');
    expect(asked).toEqual([]);
    for (const no of ['escape', 'enter']) {
      await press('u', no);
      expect(state().mode).toBe('list');
    }
    await press('u', 'y');
    expect(asked).toEqual(['withdraw old']);
    expect(state().decisions.size).toBe(0);
  });

  it('leaves other files alone', async () => {
    const { press, state, asked } = desk();
    await press('j', 'j', 'u');
    expect(asked).toEqual([]);
    expect(state().message?.text).toMatch(/kfunc-patterns.yaml: take it out there/);
  });
});

describe('pages', () => {
  it.each([
    ['?', 'help'],
    ['e', 'explain'],
    ['r', 'reply'],
  ])('%s opens one, and escape, enter and q close it', async (key, mode) => {
    const { press, state } = desk();
    for (const back of ['escape', 'enter', 'q']) {
      await press(key);
      expect(state().mode).toBe(mode);
      await press(back);
      expect(state().mode).toBe('list');
    }
  });

  it('scroll to their end and no further', async () => {
    const { press, state } = desk(SAMPLE, { explain: async () => 'line\n'.repeat(100) });
    await press('e', 'j', 'down', 'k', 'up', 'pagedown');
    expect(state().scroll).toBe(11);
    await press(...Array(20).fill(' '));
    expect(state().scroll).toBe(100 - 22);
    await press('ctrl+u', 'pageup', 'ctrl+d');
    expect(state().scroll).toBe(100 - 22 - 11);
    await press('g');
    expect(state().scroll).toBe(0);
  });

  it('w writes a reply, and nothing elsewhere', async () => {
    const { press, state, asked } = desk();
    await press('e', 'w', 'escape', 'r', 'w');
    expect(asked).toEqual([expect.stringMatching(/^reply confirmed \d+$/)]);
    expect(state().message).toEqual({ text: 'written to reply.txt', tone: 'good' });
    expect(state().pending).toBe(0);
  });

  it('one that comes when the person has moved on is not shown', async () => {
    let give: (text: string) => void = () => {};
    const { session, state } = desk(SAMPLE, { explain: () => new Promise((resolve) => (give = resolve)) });
    session.press('e');
    session.press('j');
    give('late');
    await settle();
    expect(state().mode).toBe('list');
  });
});

describe('what comes from outside', () => {
  it('findings that come later keep the place', async () => {
    const { press, state, session } = desk();
    await press('j');
    session.send({ type: 'items', items: [item({ key: 'late' })] });
    expect(keyOf(state())).toBe(REFUTED.key);
    expect(state().items).toHaveLength(SAMPLE.length + 1);
  });

  it('a resize keeps the cursor in view', async () => {
    const many = Array.from({ length: 100 }, (_, at) => item({ key: `k${at}` }));
    const { press, state, session } = desk(many);
    await press('G');
    expect(state().top).toBe(100 - 11);
    for (const [columns, rows] of [
      [160, 50],
      [80, 24],
      [60, 10],
      [20, 3],
      [1, 1],
      [400, 200],
    ] as const) {
      session.send({ type: 'resize', columns, rows });
      const visible = Math.max(1, Math.floor((rows - 2) / 2));
      expect(state().top).toBeLessThanOrEqual(99);
      expect(state().top + visible).toBeGreaterThan(99);
    }
  });
});

describe('the help', () => {
  it('tells of every key of the list', () => {
    const told = KEY_HELP.map(([keys]) => keys).join(' ');
    const names: Record<string, string> = {
      '↓': 'down',
      '↑': 'up',
      '→': 'right',
      '←': 'left',
      Space: ' ',
      Esc: 'escape',
      'Ctrl-C': 'ctrl+c',
    };
    for (const word of told.split(' ').filter(Boolean)) {
      const name = names[word] ?? { PgDn: 'pagedown', PgUp: 'pageup', Enter: 'enter', Backspace: 'backspace' }[word] ?? word;
      expect(intentOf('list', name, false), word).not.toBeNull();
    }
    for (const key of ['j', 'k', '/', 'f', 'c', 's', 'u', 'r', 'o', 'e', 'q', 'n', 'N', 'g', 'G']) expect(told.split(' ')).toContain(key);
  });
});
