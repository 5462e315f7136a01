/** Decisions: what a key asks for, what the form accepts, and what comes back from the file. */
import type { RulingDraft, TriageItem } from './model.ts';
import { current, lookAt } from './select.ts';
import { BLANK, type Decision, type Message, type State, type SuppressForm, type Turn } from './state.ts';

const say = (state: State, text: string, tone: Message['tone'] = 'plain'): Turn => ({
  state: { ...state, message: { text, tone } },
  effects: [],
});

/** What rulings already on file say when an item comes in: a ruling that applies is a decision, a stale one is not. */
export function decisionOnFile(item: TriageItem): Decision | null {
  const applied = item.rulings.filter((one) => one.stale === null);
  // a word that something is a real bug outweighs any that it is none
  const use = applied.find((one) => one.says === 'confirmed') ?? applied.at(-1);
  // under a --trust that does not take it, or against other words, a ruling decides nothing
  if (!use || (use.says === 'refuted' && item.verdict !== 'refuted')) return null;
  const { id, file, line, by, on, says, reason } = use;
  return { says, reason, here: false, saved: { id, file, line, by: by === null ? `ruling '${id}'` : `${by} on ${on}` } };
}

/** Why no ruling can be made now; null: one can. */
function obstacle(state: State, item: TriageItem): string | null {
  if (!item.target) return item.whyNoTarget ?? 'a ruling names a kfunc, and this is about none';
  const decision = state.decisions.get(item.key);
  return decision && decision.saved === null ? 'the last decision on this is still being written' : null;
}

/** The ruling in the chosen file that a new one takes the place of: one that applies, else one that went stale. */
function replaced(state: State, item: TriageItem): string | null {
  const now = state.decisions.get(item.key)?.saved;
  if (now) return now.file === state.rulingFile ? now.id : null;
  return item.rulings.find((one) => one.stale !== null && one.file === state.rulingFile)?.id ?? null;
}

export function openForm(state: State): Turn {
  const item = current(state);
  if (!item) return say(state, 'nothing is selected');
  const why = obstacle(state, item);
  if (why) return say(state, why, 'bad');
  const reason = ownReason(state, item);
  const form: SuppressForm = {
    itemKey: item.key,
    field: 'reason',
    reason: { text: reason, caret: reason.length },
    until: BLANK,
    laterSeries: false,
    refusal: null,
  };
  return { state: { ...state, mode: 'suppress', form, message: null }, effects: [] };
}

/** The words of the ruling that this one takes the place of. Words of other files are other people's. */
function ownReason(state: State, item: TriageItem): string {
  const id = replaced(state, item);
  const decision = state.decisions.get(item.key);
  const known = decision?.saved?.id === id ? decision : item.rulings.find((one) => one.id === id);
  return id !== null && known?.says === 'refuted' ? known.reason : '';
}

/** The ruling that the form stands for; null where its item is gone. */
export function draftOf(state: State, form: SuppressForm): RulingDraft | null {
  const item = state.items.find((one) => one.key === form.itemKey);
  if (!item?.target) return null;
  return {
    itemKey: item.key,
    target: item.target,
    says: 'refuted',
    reason: form.reason.text.trim(),
    until: form.until.text.trim() === '' ? null : form.until.text.trim(),
    laterSeries: form.laterSeries,
    replaces: replaced(state, item),
  };
}

function refusalOf(draft: RulingDraft, today: string): { field: SuppressForm['field']; why: string } | null {
  if (draft.reason === '') return { field: 'reason', why: 'a reason is needed: the next reader must be able to check it' };
  if (draft.until === null) return null;
  const day = new Date(`${draft.until}T00:00:00Z`);
  const isDay = /^\d{4}-\d\d-\d\d$/.test(draft.until) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(draft.until);
  if (!isDay) return { field: 'until', why: 'the last day must be a day such as 2027-06-30, or empty' };
  return draft.until < today ? { field: 'until', why: 'the last day has passed already' } : null;
}

export function acceptForm(state: State): Turn {
  const draft = state.form && draftOf(state, state.form);
  if (!state.form || !draft) return { state: { ...state, mode: 'list', form: null }, effects: [] };
  const refusal = refusalOf(draft, state.today);
  if (refusal) return { state: { ...state, form: { ...state.form, field: refusal.field, refusal: refusal.why } }, effects: [] };
  return write({ ...state, mode: 'list', form: null }, draft);
}

export function confirm(state: State): Turn {
  const item = current(state);
  if (!item) return say(state, 'nothing is selected');
  const why = obstacle(state, item);
  if (why) return say(state, why, 'bad');
  if (state.decisions.get(item.key)?.says === 'confirmed') return say(state, 'confirmed already; u takes it back');
  return write(state, {
    itemKey: item.key,
    target: item.target!,
    says: 'confirmed',
    reason: '',
    until: null,
    laterSeries: false,
    replaces: replaced(state, item),
  });
}

function write(state: State, draft: RulingDraft): Turn {
  const before = state.decisions.get(draft.itemKey) ?? null;
  const decision: Decision = { says: draft.says, reason: draft.reason, saved: null, here: true };
  return {
    state: { ...withDecision(state, draft.itemKey, decision), pending: state.pending + 1, message: { text: 'writing…', tone: 'plain' } },
    effects: [{ kind: 'save', draft, before }],
  };
}

/** `u`: the last decision of this run; when there is none left, the one on file for the item looked at, after a question. */
export function undo(state: State): Turn {
  if (state.pending > 0) return say(state, 'the last decision is still being written');
  const last = state.undo.at(-1);
  if (last) {
    const seen = state.shown.findIndex((item) => item.key === last.itemKey);
    const moved = seen < 0 ? state : lookAt(state, seen);
    return withdraw(moved, last.itemKey, last.rulingId, last.before);
  }
  const item = current(state);
  const decision = item && state.decisions.get(item.key);
  if (!item || !decision?.saved) return say(state, 'nothing to undo');
  if (decision.saved.file !== state.rulingFile) {
    return say(state, `ruling '${decision.saved.id}' is in ${decision.saved.file}: take it out there`, 'bad');
  }
  return { state: { ...state, mode: 'withdraw', message: null }, effects: [] };
}

/** The answer yes to the question of `undo`. */
export function acceptWithdrawal(state: State): Turn {
  const item = current(state);
  const saved = item && state.decisions.get(item.key)?.saved;
  if (!item || !saved) return { state: { ...state, mode: 'list' }, effects: [] };
  return withdraw({ ...state, mode: 'list' }, item.key, saved.id, null);
}

function withdraw(state: State, itemKey: string, rulingId: string, before: Decision | null): Turn {
  return {
    state: { ...state, pending: state.pending + 1, message: { text: 'taking back…', tone: 'plain' } },
    effects: [{ kind: 'withdraw', itemKey, rulingId, before }],
  };
}

export function withDecision(state: State, itemKey: string, decision: Decision | null): State {
  const decisions = new Map(state.decisions);
  if (decision) decisions.set(itemKey, decision);
  else decisions.delete(itemKey);
  return { ...state, decisions };
}
