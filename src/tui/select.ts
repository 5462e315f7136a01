/** Which items the list shows and which of them is looked at. */
import type { Verdict } from '../claim.ts';
import { layoutOf } from './layout.ts';
import type { TriageItem } from './model.ts';
import type { Filter, State } from './state.ts';

export const VERDICT_WORDS: Record<Verdict, string> = {
  confirmed: 'confirmed',
  refuted: 'suppressed',
  undecided: 'undecided',
  'out-of-scope': 'off topic',
};
export const VERDICTS: readonly Verdict[] = ['confirmed', 'undecided', 'refuted', 'out-of-scope'];

const searched = new WeakMap<TriageItem, string>();

function textOf(item: TriageItem): string {
  let text = searched.get(item);
  if (text === undefined) {
    const { rule, kfunc, subject, message, location, verdict, id } = item;
    const where = [item.function ?? '', item.function === kfunc ? '' : (kfunc ?? ''), location?.file ?? ''];
    text = [rule, subject, message, VERDICT_WORDS[verdict], id, ...where].join('\n').toLowerCase();
    searched.set(item, text);
  }
  return text;
}

/** Every word must be somewhere. */
export function isFound(item: TriageItem, words: readonly string[]): boolean {
  return words.every((word) => textOf(item).includes(word));
}

function passes(item: TriageItem, filter: Filter, state: State): boolean {
  if (filter.verdicts.size > 0 && !filter.verdicts.has(item.verdict)) return false;
  if (filter.rules.size > 0 && !filter.rules.has(item.rule)) return false;
  return filter.decided === 'all' || state.decisions.has(item.key) === (filter.decided === 'decided');
}

/** Computes `shown` anew: after items came, and after filter or search changed. Not after a decision, so that nothing jumps away under a person's eyes. */
export function reselect(state: State): State {
  const words = state.search.text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const shown = state.items.filter((item) => passes(item, state.filter, state) && isFound(item, words));
  return keepInView({ ...state, shown, cursor: nearestShown(state, shown) });
}

/** The item looked at; where it is no longer shown, the next one after it, else the last. */
function nearestShown(state: State, shown: readonly TriageItem[]): string | null {
  if (shown.length === 0) return null;
  if (state.cursor === null) return shown[0]!.key;
  if (shown.some((item) => item.key === state.cursor)) return state.cursor;
  const left = new Set(shown);
  const from = state.items.findIndex((item) => item.key === state.cursor);
  return (state.items.slice(from).find((item) => left.has(item)) ?? shown.at(-1)!).key;
}

export function cursorIndex(state: State): number {
  return state.shown.findIndex((item) => item.key === state.cursor);
}

export function current(state: State): TriageItem | null {
  return state.shown[cursorIndex(state)] ?? null;
}

/** Scrolls the list as little as needed for the cursor to be on the screen. */
export function keepInView(state: State): State {
  const visible = layoutOf(state.size).listItems;
  const at = Math.max(0, cursorIndex(state));
  const last = Math.max(0, state.shown.length - visible);
  const top = Math.min(last, Math.max(at - visible + 1, Math.min(state.top, at)));
  return top === state.top ? state : { ...state, top };
}

/** Looks at another item: from its beginning. */
export function lookAt(state: State, index: number): State {
  const item = state.shown[Math.min(Math.max(0, index), state.shown.length - 1)];
  if (!item || item.key === state.cursor) return state;
  return keepInView({ ...state, cursor: item.key, scroll: 0, stop: 0 });
}

/** The next item (in either direction, not round the end) that nobody has decided; null where there is none. */
export function nextOpen(state: State, by: 1 | -1): number | null {
  for (let at = cursorIndex(state) + by; at >= 0 && at < state.shown.length; at += by) {
    if (!state.decisions.has(state.shown[at]!.key)) return at;
  }
  return null;
}

export interface FilterChoice {
  kind: 'verdict' | 'rule' | 'decided';
  value: string;
  label: string;
  count: number;
  chosen: boolean;
}

/** The lines of the filter menu: verdicts and rules that occur, with how often, and what became of them. */
export function filterChoices(state: State): FilterChoice[] {
  const count = (test: (item: TriageItem) => boolean) => state.items.filter(test).length;
  const rules = [...new Set(state.items.map((item) => item.rule))].sort();
  const open = count((item) => !state.decisions.has(item.key));
  const decided = (value: Filter['decided'], label: string, n: number): FilterChoice => ({
    ...{ kind: 'decided', value, label, count: n },
    chosen: state.filter.decided === value,
  });
  return [
    ...VERDICTS.map((value): FilterChoice => {
      const n = count((item) => item.verdict === value);
      return { kind: 'verdict', value, label: VERDICT_WORDS[value], count: n, chosen: state.filter.verdicts.has(value) };
    }).filter((choice) => choice.count > 0 || choice.chosen),
    ...rules.map(
      (value): FilterChoice => ({
        ...{ kind: 'rule', value, label: value, count: count((item) => item.rule === value) },
        chosen: state.filter.rules.has(value),
      }),
    ),
    decided('open', 'not decided yet', open),
    decided('decided', 'decided', state.items.length - open),
  ];
}

export function toggleChoice(filter: Filter, choice: FilterChoice): Filter {
  if (choice.kind === 'decided') return { ...filter, decided: choice.chosen ? 'all' : (choice.value as Filter['decided']) };
  const key = choice.kind === 'verdict' ? 'verdicts' : 'rules';
  const set = new Set<string>(filter[key]);
  if (!set.delete(choice.value)) set.add(choice.value);
  return { ...filter, [key]: set };
}

export function isFiltering({ verdicts, rules, decided }: Filter): boolean {
  return verdicts.size > 0 || rules.size > 0 || decided !== 'all';
}
