/** The whole state of the screen as one value, and all that can happen to it. */
import type { Location, Verdict } from '../claim.ts';
import type { RulingDraft, SavedRuling, TriageItem } from './model.ts';

export type Mode = 'list' | 'search' | 'filter' | 'suppress' | 'withdraw' | 'help' | 'explain' | 'reply';

export interface TextField {
  text: string;
  /** offset in UTF-16 units, never inside a grapheme */
  caret: number;
}

export type DecidedFilter = 'all' | 'open' | 'decided';

/** What the list shows. An empty set of verdicts or rules: all of them. */
export interface Filter {
  verdicts: ReadonlySet<Verdict>;
  rules: ReadonlySet<string>;
  decided: DecidedFilter;
}

export type FormField = 'reason' | 'until' | 'range';

export interface SuppressForm {
  itemKey: string;
  field: FormField;
  reason: TextField;
  until: TextField;
  laterSeries: boolean;
  /** why it was not accepted */
  refusal: string | null;
}

/** What a person said of an item. */
export interface Decision {
  says: 'refuted' | 'confirmed';
  reason: string;
  /** null while it is being written */
  saved: SavedRuling | null;
  /** made in this run, so that `u` takes it back without asking */
  here: boolean;
}

export interface Undo {
  itemKey: string;
  rulingId: string;
  before: Decision | null;
}

export interface Message {
  text: string;
  tone: 'good' | 'bad' | 'plain';
}

export interface Progress {
  /** null: done */
  what: string | null;
  done: number;
  total: number;
}

/** A text over the whole body: help, explanation, draft reply. */
export interface Page {
  title: string;
  text: string;
}

export interface State {
  /** the file that decisions go to, as the user named it */
  rulingFile: string;
  series: string;
  /** YYYY-MM-DD */
  today: string;
  size: { columns: number; rows: number };
  items: readonly TriageItem[];
  progress: Progress;
  /** items that filter and search let through, in order; kept because many keys need it */
  shown: readonly TriageItem[];
  /** key of the item that the detail shows; null only where nothing is shown */
  cursor: string | null;
  /** index in `shown` of the first item on the screen */
  top: number;
  /** first line of the detail that is on the screen */
  scroll: number;
  /** 0: the finding's own place; n: the n-th place of its evidence */
  stop: number;
  mode: Mode;
  search: TextField;
  filter: Filter;
  /** line of the filter menu */
  filterLine: number;
  form: SuppressForm | null;
  page: Page | null;
  decisions: ReadonlyMap<string, Decision>;
  undo: readonly Undo[];
  message: Message | null;
  /** writes under way */
  pending: number;
  leaving: boolean;
}

/** Work for the outside; its end comes back as an event. */
export type Effect =
  | { kind: 'save'; draft: RulingDraft; before: Decision | null }
  | { kind: 'withdraw'; itemKey: string; rulingId: string; before: Decision | null }
  | { kind: 'edit'; at: Location }
  | { kind: 'explain'; item: TriageItem }
  | { kind: 'reply'; item: TriageItem }
  | { kind: 'write-reply'; item: TriageItem; text: string }
  | { kind: 'suspend' }
  | { kind: 'leave' };

export type Event =
  | { type: 'resize'; columns: number; rows: number }
  | { type: 'items'; items: readonly TriageItem[] }
  | { type: 'progress'; progress: Progress }
  | { type: 'move'; by: number }
  | { type: 'page'; by: 1 | -1 }
  | { type: 'jump'; to: 'first' | 'last' }
  | { type: 'next-open'; by: 1 | -1 }
  /** `limit`: the last first line that still fills the screen */
  | { type: 'scroll'; by: number; limit: number }
  | { type: 'walk'; by: 1 | -1 }
  | { type: 'open'; mode: 'search' | 'filter' | 'suppress' | 'help' | 'explain' | 'reply' }
  | { type: 'close' }
  | { type: 'accept' }
  | { type: 'type'; text: string }
  | { type: 'erase'; what: 'before' | 'after' | 'word' | 'all' }
  | { type: 'caret'; to: 'left' | 'right' | 'start' | 'end' }
  | { type: 'field'; by: 1 | -1 }
  | { type: 'toggle' }
  | { type: 'show-all' }
  | { type: 'confirm' }
  | { type: 'undo' }
  | { type: 'edit' }
  | { type: 'write-reply' }
  | { type: 'suspend' }
  | { type: 'leave' }
  | { type: 'saved'; itemKey: string; ruling: SavedRuling; before: Decision | null }
  | { type: 'not-saved'; itemKey: string; before: Decision | null; why: string }
  | { type: 'withdrawn'; itemKey: string; rulingId: string; before: Decision | null }
  | { type: 'not-withdrawn'; why: string }
  | { type: 'reply-written'; message: Message }
  | { type: 'paged'; mode: 'explain' | 'reply'; itemKey: string; page: Page }
  | { type: 'told'; message: Message };

export interface Turn {
  state: State;
  effects: readonly Effect[];
}

export const NO_FILTER: Filter = { verdicts: new Set(), rules: new Set(), decided: 'all' };
export const BLANK: TextField = { text: '', caret: 0 };

export function initialState(given: Pick<State, 'size' | 'rulingFile' | 'series' | 'today'>): State {
  return {
    ...given,
    items: [],
    progress: { what: null, done: 0, total: 0 },
    shown: [],
    cursor: null,
    top: 0,
    scroll: 0,
    stop: 0,
    mode: 'list',
    search: BLANK,
    filter: NO_FILTER,
    filterLine: 0,
    form: null,
    page: null,
    decisions: new Map(),
    undo: [],
    message: null,
    pending: 0,
    leaving: false,
  };
}
