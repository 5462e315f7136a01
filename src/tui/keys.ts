/** What a key means in each mode. */
import type { Event, Mode } from './state.ts';

/** A scroll whose limit the screen knows, not the keyboard. */
export type Intent = Exclude<Event, { type: 'scroll' }> | { type: 'scroll'; by: number | 'half' | '-half' | 'top' };

const ANYWHERE: Record<string, Intent> = { 'ctrl+c': { type: 'leave' }, 'ctrl+z': { type: 'suspend' } };

const LIST: Record<string, Intent> = {
  j: { type: 'move', by: 1 },
  down: { type: 'move', by: 1 },
  k: { type: 'move', by: -1 },
  up: { type: 'move', by: -1 },
  pagedown: { type: 'page', by: 1 },
  pageup: { type: 'page', by: -1 },
  g: { type: 'jump', to: 'first' },
  home: { type: 'jump', to: 'first' },
  G: { type: 'jump', to: 'last' },
  end: { type: 'jump', to: 'last' },
  n: { type: 'next-open', by: 1 },
  N: { type: 'next-open', by: -1 },
  ' ': { type: 'scroll', by: 'half' },
  'ctrl+d': { type: 'scroll', by: 'half' },
  'ctrl+u': { type: 'scroll', by: '-half' },
  right: { type: 'scroll', by: 1 },
  left: { type: 'scroll', by: -1 },
  enter: { type: 'walk', by: 1 },
  backspace: { type: 'walk', by: -1 },
  '/': { type: 'open', mode: 'search' },
  f: { type: 'open', mode: 'filter' },
  s: { type: 'open', mode: 'suppress' },
  r: { type: 'open', mode: 'reply' },
  e: { type: 'open', mode: 'explain' },
  '?': { type: 'open', mode: 'help' },
  c: { type: 'confirm' },
  u: { type: 'undo' },
  o: { type: 'edit' },
  escape: { type: 'close' },
  q: { type: 'leave' },
};

const FILTER: Record<string, Intent> = {
  j: { type: 'move', by: 1 },
  down: { type: 'move', by: 1 },
  k: { type: 'move', by: -1 },
  up: { type: 'move', by: -1 },
  ' ': { type: 'toggle' },
  a: { type: 'show-all' },
  enter: { type: 'accept' },
  escape: { type: 'close' },
  f: { type: 'close' },
  q: { type: 'close' },
};

const PAGE: Record<string, Intent> = {
  j: { type: 'scroll', by: 1 },
  down: { type: 'scroll', by: 1 },
  k: { type: 'scroll', by: -1 },
  up: { type: 'scroll', by: -1 },
  ' ': { type: 'scroll', by: 'half' },
  pagedown: { type: 'scroll', by: 'half' },
  pageup: { type: 'scroll', by: '-half' },
  'ctrl+d': { type: 'scroll', by: 'half' },
  'ctrl+u': { type: 'scroll', by: '-half' },
  g: { type: 'scroll', by: 'top' },
  w: { type: 'write-reply' },
  enter: { type: 'close' },
  escape: { type: 'close' },
  q: { type: 'close' },
};

const TEXT: Record<string, Intent> = {
  enter: { type: 'accept' },
  escape: { type: 'close' },
  backspace: { type: 'erase', what: 'before' },
  delete: { type: 'erase', what: 'after' },
  'ctrl+d': { type: 'erase', what: 'after' },
  'ctrl+w': { type: 'erase', what: 'word' },
  'ctrl+u': { type: 'erase', what: 'all' },
  left: { type: 'caret', to: 'left' },
  right: { type: 'caret', to: 'right' },
  home: { type: 'caret', to: 'start' },
  'ctrl+a': { type: 'caret', to: 'start' },
  end: { type: 'caret', to: 'end' },
  'ctrl+e': { type: 'caret', to: 'end' },
};

const FORM: Record<string, Intent> = {
  ...TEXT,
  tab: { type: 'field', by: 1 },
  down: { type: 'field', by: 1 },
  'shift+tab': { type: 'field', by: -1 },
  up: { type: 'field', by: -1 },
};

const QUESTION: Record<string, Intent> = {
  y: { type: 'accept' },
  n: { type: 'close' },
  escape: { type: 'close' },
  enter: { type: 'close' },
};

const MAPS: Record<Mode, Record<string, Intent>> = {
  list: LIST,
  search: TEXT,
  filter: FILTER,
  suppress: FORM,
  withdraw: QUESTION,
  help: PAGE,
  explain: PAGE,
  reply: PAGE,
};

/** @param name as InputReader gives it. null: it asks for nothing */
export function intentOf(mode: Mode, name: string, inRange: boolean): Intent | null {
  const own = [ANYWHERE, MAPS[mode]].find((map) => Object.hasOwn(map, name));
  const found = own?.[name] ?? null;
  if (found) return found.type === 'write-reply' && mode !== 'reply' ? null : found;
  if (mode !== 'search' && mode !== 'suppress') return null;
  if (inRange) return name === ' ' ? { type: 'toggle' } : null;
  return isText(name) ? { type: 'type', text: name } : null;
}

function isText(name: string): boolean {
  return name.length === 1 || (!/^[\x20-\x7e]/.test(name) && !/^(ctrl|shift)\+/.test(name));
}

/** The keys as the help tells them. */
export const KEY_HELP: readonly (readonly [string, string])[] = [
  ['j k ↓ ↑', 'next, previous finding'],
  ['PgDn PgUp g G', 'a screen down, up; first, last'],
  ['n N', 'next, previous one that you have not decided'],
  ['Enter Backspace', 'walk through the places of the evidence, and back'],
  ['Space → ←', 'scroll the detail'],
  ['/', 'search: every word must be found'],
  ['f', 'filter by verdict, rule, decided or not'],
  ['Esc', 'end the search, then the filter'],
  ['c', 'confirm: it is a real bug'],
  ['s', 'suppress, with a reason'],
  ['u', 'undo the last decision'],
  ['r', 'draft a reply (nothing is sent)'],
  ['o', 'open the place in $EDITOR'],
  ['e', 'explain the rule'],
  ['q Ctrl-C', 'leave; everything decided is saved already'],
];
