/** Whole screens, pinned as files. */
import { renderToString } from 'ink';
import { describe, expect, it } from 'vitest';
import { Session } from '../../src/tui/session.ts';
import { Screen } from '../../src/tui/views/screen.tsx';
import { SAMPLE, surroundings } from './sample.ts';

const SIZES = [
  { columns: 80, rows: 24 },
  { columns: 160, rows: 50 },
];

/** name of the screen → keys that lead to it */
const SCREENS: Record<string, readonly string[]> = {
  confirmed: [],
  walk: ['enter'],
  refuted: ['j'],
  contested: ['j', 'j'],
  'undecided-stale': ['j', 'j', 'j'],
  'no-kfunc': ['G'],
  filter: ['f', 'j', ' '],
  search: ['/', ...'weight'],
  suppress: ['j', 's', ...'callers hold it'],
  refusal: ['j', 's', 'enter'],
  help: ['?'],
  explain: ['e'],
  reply: ['r'],
};

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

async function sessionAt(size: { columns: number; rows: number }, keys: readonly string[], look = { color: false, unicode: true }) {
  const host = { lend: async (work: () => Promise<void>) => work(), suspend: async () => {}, leave: () => {} };
  const session = new Session(surroundings(), look, size, host);
  session.send({ type: 'items', items: SAMPLE });
  for (const key of keys) session.press(key);
  await settle();
  return session;
}

describe.each(SIZES)('at $columns x $rows', (size) => {
  it.each(Object.entries(SCREENS))('%s', async (name, keys) => {
    const session = await sessionAt(size, keys);
    const frame = renderToString(<Screen view={session.view} />, { columns: size.columns });
    const lines = frame.split('\n');
    expect(lines).toHaveLength(size.rows);
    for (const line of lines) expect([...line].length).toBeLessThanOrEqual(size.columns);
    await expect(`${frame}\n`).toMatchFileSnapshot(`frames/${size.columns}x${size.rows}/${name}.txt`);
  });
});
