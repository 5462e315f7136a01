/** (state, event) → (state, work for the outside). Pure; every key and every answer from outside goes through here. */
import { acceptForm, acceptWithdrawal, confirm, decisionOnFile, openForm, undo, withDecision } from './decide.ts';
import { erase, insert, moveCaret } from './field.ts';
import { layoutOf } from './layout.ts';
import { current, cursorIndex, filterChoices, keepInView, lookAt, nextOpen, reselect, toggleChoice } from './select.ts';
import { BLANK, type Effect, type Event, type FormField, NO_FILTER, type State, type TextField, type Turn } from './state.ts';
import { step, stopsOf } from './walk.ts';

/** One branch for each event, in the order of `Event`: long because there are many, flat because each is one step. */
export function update(state: State, event: Event): Turn {
  switch (event.type) {
    case 'resize':
      return only(keepInView({ ...state, size: { columns: event.columns, rows: event.rows } }));
    case 'items':
      return only(addItems(state, event.items));
    case 'progress':
      return only({ ...state, progress: event.progress });
    case 'move':
      return only(state.mode === 'filter' ? moveInFilter(state, event.by) : lookAt(quiet(state), cursorIndex(state) + event.by));
    case 'page':
      return only(lookAt(quiet(state), cursorIndex(state) + event.by * layoutOf(state.size).listItems));
    case 'jump':
      return only(lookAt(quiet(state), event.to === 'first' ? 0 : state.shown.length - 1));
    case 'next-open':
      return only(toNextOpen(state, event.by));
    case 'scroll':
      return only({ ...state, scroll: Math.max(0, Math.min(event.limit, state.scroll + event.by)) });
    case 'walk':
      return only(walk(state, event.by));
    case 'open':
      return open(quiet(state), event.mode);
    case 'close':
      return only(close(state));
    case 'accept':
      return accept(state);
    case 'type':
      return only(editField(state, (field) => insert(field, event.text)));
    case 'erase':
      return only(editField(state, (field) => erase(field, event.what)));
    case 'caret':
      return only(moveOrToggle(state, event.to));
    case 'field':
      return only(toField(state, event.by));
    case 'toggle':
      return only(toggle(state));
    case 'show-all':
      return only(reselect({ ...state, filter: NO_FILTER, search: BLANK }));
    case 'confirm':
      return confirm(state);
    case 'undo':
      return undo(state);
    case 'edit':
      return edit(state);
    case 'write-reply':
      return writeReply(state);
    case 'suspend':
      return { state, effects: [{ kind: 'suspend' }] };
    case 'leave':
      return leave(state);
    case 'saved':
    case 'not-saved':
    case 'withdrawn':
    case 'not-withdrawn':
    case 'reply-written':
      return settle(state, event);
    case 'paged':
      // the person may have moved on while the text was made
      if (state.mode !== 'list' || current(state)?.key !== event.itemKey) return only(state);
      return only({ ...state, mode: event.mode, page: event.page, scroll: 0, message: null });
    case 'told':
      return only({ ...state, message: event.message });
  }
}

const only = (state: State): Turn => ({ state, effects: [] });
const quiet = (state: State): State => (state.message ? { ...state, message: null } : state);
const tell = (state: State, text: string, tone: 'good' | 'bad' | 'plain' = 'plain'): State => ({ ...state, message: { text, tone } });

function addItems(state: State, items: State['items']): State {
  const decisions = new Map(state.decisions);
  for (const item of items) {
    const decision = decisionOnFile(item);
    if (decision) decisions.set(item.key, decision);
  }
  return reselect({ ...state, items: [...state.items, ...items], decisions });
}

function moveInFilter(state: State, by: number): State {
  const last = filterChoices(state).length - 1;
  return { ...state, filterLine: Math.max(0, Math.min(last, state.filterLine + by)) };
}

function toNextOpen(state: State, by: 1 | -1): State {
  const at = nextOpen(state, by);
  return at === null ? tell(state, `nothing undecided by you ${by > 0 ? 'below' : 'above'}`) : lookAt(quiet(state), at);
}

function walk(state: State, by: 1 | -1): State {
  const item = current(state);
  if (!item) return state;
  if (stopsOf(item).length < 2) return tell(state, 'its evidence names no other place');
  return { ...quiet(state), stop: step(item, state.stop, by), scroll: 0 };
}

function open(state: State, mode: Extract<Event, { type: 'open' }>['mode']): Turn {
  switch (mode) {
    case 'suppress':
      return openForm(state);
    case 'explain':
    case 'reply': {
      const item = current(state);
      return item ? { state, effects: [{ kind: mode, item }] } : only(tell(state, 'nothing is selected'));
    }
    case 'help':
      return only({ ...state, mode, page: null, scroll: 0 });
    case 'filter':
      return only({ ...state, mode, filterLine: 0 });
    case 'search':
      return only({ ...state, mode, search: { ...state.search, caret: state.search.text.length } });
  }
}

/** Escape: leaves what is open; in the list it clears the search first, then the filter. */
function close(state: State): State {
  if (state.mode === 'search') return reselect({ ...state, mode: 'list', search: BLANK });
  if (state.mode !== 'list') return { ...quiet(state), mode: 'list', form: null, page: null, scroll: 0 };
  if (state.search.text !== '') return reselect({ ...quiet(state), search: BLANK });
  return reselect({ ...quiet(state), filter: NO_FILTER });
}

function accept(state: State): Turn {
  switch (state.mode) {
    case 'suppress':
      return acceptForm(state);
    case 'withdraw':
      return acceptWithdrawal(state);
    case 'search':
    case 'filter':
      return only({ ...state, mode: 'list' });
    default:
      return only(close(state));
  }
}

function editField(state: State, change: (field: TextField) => TextField): State {
  if (state.mode === 'search') return reselect({ ...state, search: change(state.search) });
  const { form } = state;
  if (state.mode !== 'suppress' || !form || form.field === 'range') return state;
  return { ...state, form: { ...form, [form.field]: change(form[form.field]), refusal: null } };
}

function moveOrToggle(state: State, to: 'left' | 'right' | 'start' | 'end'): State {
  return state.form?.field === 'range' ? toggle(state) : editField(state, (field) => moveCaret(field, to));
}

const FIELDS: readonly FormField[] = ['reason', 'until', 'range'];

function toField(state: State, by: 1 | -1): State {
  if (!state.form) return state;
  const at = (FIELDS.indexOf(state.form.field) + by + FIELDS.length) % FIELDS.length;
  return { ...state, form: { ...state.form, field: FIELDS[at]! } };
}

function toggle(state: State): State {
  if (state.form) return { ...state, form: { ...state.form, laterSeries: !state.form.laterSeries } };
  const choice = filterChoices(state)[state.filterLine];
  return choice ? reselect({ ...state, filter: toggleChoice(state.filter, choice) }) : state;
}

function edit(state: State): Turn {
  const item = current(state);
  const stop = item && stopsOf(item)[state.stop];
  return stop ? { state: quiet(state), effects: [{ kind: 'edit', at: stop.at }] } : only(tell(state, 'it has no place in a file'));
}

function writeReply(state: State): Turn {
  const item = current(state);
  if (state.mode !== 'reply' || !item || !state.page) return only(state);
  return { state: { ...state, pending: state.pending + 1 }, effects: [{ kind: 'write-reply', item, text: state.page.text }] };
}

/** Not before everything is on disk. */
function leave(state: State): Turn {
  const effects: Effect[] = state.pending === 0 ? [{ kind: 'leave' }] : [];
  return { state: { ...state, leaving: true, mode: 'list', form: null, page: null }, effects };
}

type Settlement = Extract<Event, { type: 'saved' | 'not-saved' | 'withdrawn' | 'not-withdrawn' | 'reply-written' }>;

/** A write has ended. One that failed keeps the person here, so that they see it. */
function settle(state: State, event: Settlement): Turn {
  const pending = state.pending - 1;
  const next = { ...settled(state, event), pending };
  const failed = next.message?.tone === 'bad';
  return {
    state: failed ? { ...next, leaving: false } : next,
    effects: state.leaving && pending === 0 && !failed ? [{ kind: 'leave' }] : [],
  };
}

function settled(state: State, event: Settlement): State {
  switch (event.type) {
    case 'saved': {
      const { itemKey, ruling, before } = event;
      const decision = state.decisions.get(itemKey);
      const done = decision ? withDecision(state, itemKey, { ...decision, saved: ruling }) : state;
      const undo = [...state.undo, { itemKey, rulingId: ruling.id, before }];
      return tell({ ...done, undo }, `saved: ${ruling.file}:${ruling.line} ${ruling.id}`, 'good');
    }
    case 'not-saved':
      return tell(withDecision(state, event.itemKey, event.before), `not saved: ${event.why}`, 'bad');
    case 'withdrawn': {
      const undo = state.undo.filter((one) => one.rulingId !== event.rulingId);
      return tell({ ...withDecision(state, event.itemKey, event.before), undo }, `taken back: ${event.rulingId}`, 'good');
    }
    case 'not-withdrawn':
      return tell(state, `not taken back: ${event.why}`, 'bad');
    case 'reply-written':
      return { ...state, message: event.message };
  }
}
