/** What is to be done so that a pull request holds what it should, and nothing of ours twice. Pure: the same two states give the same actions. */
import { mendedBody, readFindingMarker, revivedBody } from './marker.ts';
import type { Action, PullState, SummaryComment, Thread, Wanted } from './model.ts';

/** So many of our threads may be open on lines at once: more is no review but a flood. */
export const MOST_LINE_COMMENTS = 30;

/** What this run has already made, for GitHub may not show it at once. */
export interface Made {
  keys: ReadonlySet<string>;
  summary: boolean;
}

export function plan(wanted: Wanted, state: PullState, made: Made): Action[] {
  const { kept, extra } = keepOne(state.threads);
  const open = new Set([...kept.keys()].filter((key) => wanted.confirmed.has(key)));
  for (const key of made.keys) open.add(key);
  const missing = wanted.lines.filter(({ key }) => !open.has(key)).slice(0, Math.max(0, MOST_LINE_COMMENTS - open.size));
  const bodies = new Map(wanted.lines.map(({ key, body }) => [key, body]));
  const told = new Set([...open, ...missing.map(({ key }) => key)]);
  return [
    ...extra.map((thread): Action => ({ do: 'delete-line', thread })),
    ...[...kept.values()].flatMap((thread) =>
      wanted.confirmed.has(thread.key) ? standing(thread, bodies.get(thread.key)) : mended(thread, wanted.head),
    ),
    ...(missing.length > 0 ? [{ do: 'review', comments: missing } satisfies Action] : []),
    ...summaryActions(wanted, wanted.summary(told), state.summaries, made),
  ];
}

/** Of several threads about one finding the one that people answered stays, else the oldest: every run decides alike. What was answered is never deleted. */
function keepOne(threads: readonly Thread[]): { kept: Map<string, Thread>; extra: Thread[] } {
  const kept = new Map<string, Thread>();
  for (const thread of threads) {
    const other = kept.get(thread.key);
    if (!other || rank(thread, other) < 0) kept.set(thread.key, thread);
  }
  return { kept, extra: threads.filter((thread) => kept.get(thread.key) !== thread && !thread.answered) };
}

function rank(a: Thread, b: Thread): number {
  return Number(b.answered) - Number(a.answered) || older(a.comment, b.comment);
}

/** Ids are decimal numbers without leading zeros. */
function older(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

/** A thread whose finding stands: its words kept true; opened again if it was us who closed it. One that a person resolved stays resolved. */
function standing(thread: Thread, body: string | undefined): Action[] {
  const wasMended = readFindingMarker(thread.body)?.mended === true;
  const due = body ?? (wasMended ? revivedBody(thread.body) : thread.body);
  return [
    ...(wasMended && (thread.resolved || thread.minimized) ? [{ do: 'reopen', thread } satisfies Action] : []),
    ...(same(due, thread.body) ? [] : [{ do: 'edit-line', thread, body: due } satisfies Action]),
  ];
}

function mended(thread: Thread, head: string): Action[] {
  if (readFindingMarker(thread.body)?.mended === true) return [];
  return [
    { do: 'edit-line', thread, body: mendedBody(thread.body, head) },
    ...(thread.resolved ? [] : [{ do: 'resolve', thread } satisfies Action]),
  ];
}

function summaryActions(wanted: Wanted, body: string | null, summaries: readonly SummaryComment[], made: Made): Action[] {
  const [first, ...others] = summaries.toSorted((a, b) => older(a.id, b.id));
  const extra = others.map(({ id }): Action => ({ do: 'delete-summary', id }));
  if (!first) return body === null || made.summary ? [] : [{ do: 'summary', body }];
  const said = body ?? wanted.allClear;
  return [...(same(said, first.body) ? [] : [{ do: 'edit-summary', id: first.id, body: said } satisfies Action]), ...extra];
}

/** GitHub may give back other line ends than it was given. */
function same(a: string, b: string): boolean {
  const norm = (text: string) => text.replace(/\r\n/g, '\n').trim();
  return norm(a) === norm(b);
}
