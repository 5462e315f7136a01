/** State → the lines of a whole screen. The components put them in their places; the session asks how far they scroll. */
import { ASCII, type Glyphs, UNICODE } from './code.ts';
import { detailLines } from './detail.ts';
import { layoutOf } from './layout.ts';
import { fillTo, type Line, line, type Piece, piece } from './line.ts';
import { itemLines } from './list.ts';
import type { Look, Surroundings } from './model.ts';
import { fieldPieces, filterLines, formLines, helpLines, textLines, windowed } from './page.ts';
import { current, isFiltering, VERDICT_WORDS, VERDICTS } from './select.ts';
import type { State } from './state.ts';

export interface View {
  state: State;
  around: Surroundings;
  look: Look;
}

export function glyphsOf(look: Look): Glyphs {
  return look.unicode ? UNICODE : ASCII;
}

export function listLines({ state, look }: View): Line[] {
  const { listColumns, listItems } = layoutOf(state.size);
  const glyphs = glyphsOf(look);
  if (state.shown.length === 0) return [line(piece(state.items.length === 0 ? '' : '  nothing passes search and filter', 'dim'))];
  return state.shown
    .slice(state.top, state.top + listItems)
    .flatMap((item) => itemLines(item, state.decisions.get(item.key) ?? null, item.key === state.cursor, listColumns, glyphs));
}

const made = new WeakMap<View, Line[]>();

/** All lines of the detail, or of what covers the body. Asked for several times a frame, made once. */
export function scrolledLines(view: View): Line[] {
  const lines = made.get(view) ?? makeLines(view);
  made.set(view, lines);
  return lines;
}

function makeLines({ state, around, look }: View): Line[] {
  const { columns, detailColumns } = layoutOf(state.size);
  const glyphs = glyphsOf(look);
  switch (state.mode) {
    case 'help':
      return helpLines();
    case 'filter':
      return filterLines(state);
    case 'suppress':
      return state.form ? formLines({ state, form: state.form, width: columns - 2, color: look.color, preview: around.preview }) : [];
    case 'explain':
    case 'reply':
      return state.page ? textLines(state.page.text, columns - 2) : [];
    default: {
      const item = current(state);
      if (!item) return [line(piece(emptyText(state), 'dim'))];
      const decision = state.decisions.get(item.key) ?? null;
      return detailLines({ item, decision, stop: state.stop, width: detailColumns, glyphs, code: around.code });
    }
  }
}

function emptyText(state: State): string {
  if (state.items.length > 0) return 'Esc shows everything again.';
  return state.progress.what === null ? 'Nothing was found: there is nothing to decide.' : 'Nothing found yet.';
}

export function isCovered(state: State): boolean {
  return ['help', 'filter', 'suppress', 'explain', 'reply'].includes(state.mode);
}

/** The first line at which the last one is still at the bottom of the screen. */
export function scrollLimit(view: View): number {
  return Math.max(0, scrolledLines(view).length - layoutOf(view.state.size).bodyRows);
}

/** Where the filter menu is longer than the screen its chosen line stays in view. */
export function scrollOf(view: View): number {
  const { state } = view;
  if (state.mode !== 'filter') return Math.min(state.scroll, scrollLimit(view));
  return Math.max(0, Math.min(scrollLimit(view), state.filterLine - Math.floor(layoutOf(state.size).bodyRows / 2)));
}

export function headLine({ state, around, look }: View): Line {
  const { columns } = state.size;
  const counts = VERDICTS.map((verdict) => ({
    word: VERDICT_WORDS[verdict],
    n: state.items.filter((one) => one.verdict === verdict).length,
  }))
    .filter(({ n }) => n > 0)
    .map(({ word, n }) => `${n} ${word}`);
  const { what, done, total } = state.progress;
  const progress = what === null ? [] : [total > 0 ? `${what} ${done}/${total}` : what];
  const narrowed = isFiltering(state.filter) || state.search.text !== '' ? [`${state.shown.length} shown`] : [];
  const decided = `${state.items.filter((one) => state.decisions.has(one.key)).length}/${state.items.length} decided`;
  const right = ` ${[...progress, ...counts, decided, ...narrowed].join('  ')} `;
  const left = `${columns < 100 ? '' : ' kfunc-lint triage '} ${around.title}  Linux ${around.series}`;
  return [...fillTo([piece(left)], columns - right.length, glyphsOf(look).ellipsis), piece(right)].map(inverse);
}

const inverse = ({ text }: Piece): Piece => ({ text, style: 'inverse' });

const HINTS: Partial<Record<State['mode'], string>> = {
  filter: ' Space choose  a all  Enter done',
  suppress: ' Enter write  Tab next field  Esc cancel',
  withdraw: '',
  help: ' j k scroll  Esc back',
  explain: ' j k scroll  Esc back',
  reply: ' w write to a file  j k scroll  Esc back  (nothing is sent)',
};
const NARROW = ' c confirm  s suppress  u undo  Enter walk  / search  f filter  ? help  q leave';
const WIDE =
  ' c confirm  s suppress  u undo  Enter walk  r reply  o open  e explain  n next undecided  / search  f filter  ? help  q leave';

export function footLine({ state, look }: View): Line {
  if (state.mode === 'search')
    return [piece(' /', 'bold'), ...fieldPieces(windowed(state.search, state.size.columns - 4), true, look.color)];
  if (state.mode === 'withdraw') {
    const item = current(state);
    const id = item ? state.decisions.get(item.key)?.saved?.id : null;
    return [piece(` take ruling '${id ?? ''}' out of ${state.rulingFile}? y/n`, 'yellow')];
  }
  if (state.message) {
    const style = { good: 'green', bad: 'red', plain: 'text' } as const;
    return [piece(` ${state.message.text}`, style[state.message.tone])];
  }
  const page = state.page && (state.mode === 'explain' || state.mode === 'reply') ? ` ${state.page.title} ` : '';
  const hint = HINTS[state.mode] ?? (state.size.columns >= 130 ? WIDE : NARROW);
  const search = state.mode === 'list' && state.search.text !== '' ? [piece(` /${state.search.text} `, 'yellow')] : [];
  return [...search, piece(page, 'bold'), piece(hint, 'dim')];
}
