/** Editing one line of text, grapheme by grapheme. */
import { plain } from '../report/plain.ts';
import { splitGraphemes } from './columns.ts';
import type { TextField } from './state.ts';

/** Longer than any reason a person types; keeps a stuck key or a wrong paste from growing without end. */
const MOST = 2000;

export function insert({ text, caret }: TextField, typed: string): TextField {
  const clean = plain(typed).slice(0, Math.max(0, MOST - text.length));
  return { text: text.slice(0, caret) + clean + text.slice(caret), caret: caret + clean.length };
}

export function erase({ text, caret }: TextField, what: 'before' | 'after' | 'word' | 'all'): TextField {
  const [head, tail] = [text.slice(0, caret), text.slice(caret)];
  switch (what) {
    case 'before': {
      const kept = head.slice(0, head.length - lastLength(head));
      return { text: kept + tail, caret: kept.length };
    }
    case 'after':
      return { text: head + tail.slice((splitGraphemes(tail)[0] ?? '').length), caret };
    case 'word': {
      const kept = head.replace(/\S*\s*$/, '');
      return { text: kept + tail, caret: kept.length };
    }
    case 'all':
      return { text: '', caret: 0 };
  }
}

export function moveCaret({ text, caret }: TextField, to: 'left' | 'right' | 'start' | 'end'): TextField {
  switch (to) {
    case 'left':
      return { text, caret: caret - lastLength(text.slice(0, caret)) };
    case 'right':
      return { text, caret: caret + (splitGraphemes(text.slice(caret))[0] ?? '').length };
    case 'start':
      return { text, caret: 0 };
    case 'end':
      return { text, caret: text.length };
  }
}

function lastLength(text: string): number {
  return (splitGraphemes(text).at(-1) ?? '').length;
}
