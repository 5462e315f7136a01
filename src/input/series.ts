/**
 * Which patches of a mailbox count: of every series the newest version, in order, complete or said not to be. Values only: the mails stay where they are
 * and are loaded when chosen.
 */
import type { Diagnostic } from '../claim.ts';
import type { Patch } from './model.ts';
import { type Entry, gatherPostings, type Posting, sender } from './postings.ts';
import { newestOf, titleOf } from './versions.ts';

export interface Series<E extends Entry> {
  /** in order of application, follow-ups last */
  patches: E[];
  /** answers among them */
  followUps: E[];
}

export interface Chosen<E extends Entry> {
  series: Series<E>[];
  diagnostics: Diagnostic[];
}

/** @param entries in the order read; twice the same message id counts once */
export function chooseSeries<E extends Entry>(entries: readonly E[]): Chosen<E> {
  const once = dropRepeats(entries);
  const { newest, diagnostics } = newestOf(gatherPostings(once));
  const series = newest.map((posting) => order(posting, diagnostics));
  const answers = new Answers(once, newest, series, diagnostics);
  for (const entry of once) if (entry.isAnswer && entry.hasDiff) answers.place(entry);
  return { series, diagnostics };
}

/** Patches of one input, series by series: series that know nothing of each other are best judged apart. */
export function bySeries(patches: readonly Patch[]): Patch[][] {
  const groups = new Map<number, Patch[]>();
  for (const patch of patches) {
    const group = groups.get(patch.series ?? 0) ?? [];
    group.push(patch);
    groups.set(patch.series ?? 0, group);
  }
  return [...groups.values()];
}

function dropRepeats<E extends Entry>(entries: readonly E[]): E[] {
  const seen = new Set<string>();
  return entries.filter((entry) => {
    if (entry.messageId === null) return true;
    if (seen.has(entry.messageId)) return false;
    seen.add(entry.messageId);
    return true;
  });
}

function order<E extends Entry>(posting: Posting<E>, diagnostics: Diagnostic[]): Series<E> {
  const numbered = posting.members.every((entry) => entry.subject.part > 0);
  const patches = [...posting.members].sort((a, b) => (numbered ? a.subject.part - b.subject.part : 0) || a.order - b.order);
  const here = new Set(patches.map((entry) => entry.subject.part));
  const missing: number[] = [];
  for (let part = 1; part <= posting.total; part++) if (!here.has(part)) missing.push(part);
  if (missing.length > 0) {
    const message = `'${titleOf(posting)}': ${tellMissing(missing, [...here], posting.total)}`;
    // to look at one patch of a series is usual; a hole in it is not
    diagnostics.push({ level: patches.length > 1 ? 'warning' : 'note', message, location: null });
  }
  return { patches, followUps: [] };
}

function tellMissing(missing: readonly number[], here: readonly number[], total: number): string {
  if (here.length === 1) return `only patch ${here[0]} of ${total} is in the input`;
  return `patch${missing.length > 1 ? 'es' : ''} ${list(missing)} of ${total} ${missing.length > 1 ? 'are' : 'is'} not in the input`;
}

function list(numbers: readonly number[]): string {
  return numbers.length > 12 ? `${numbers.slice(0, 12).join(', ')} …` : numbers.join(', ');
}

/**
 * A diff in an answer comes on top of the series if the author of the series sent it, or if it is signed off; anything else is a reviewer's suggestion, and
 * applying it could hide the very bug that it speaks of.
 */
class Answers<E extends Entry> {
  private readonly postings: readonly Posting<E>[];
  private readonly series: Series<E>[];
  private readonly diagnostics: Diagnostic[];
  /** message id → index of its series; -1 for a posting that was left out */
  private readonly home = new Map<string, number>();

  constructor(all: readonly E[], postings: readonly Posting<E>[], series: Series<E>[], diagnostics: Diagnostic[]) {
    this.postings = postings;
    this.series = series;
    this.diagnostics = diagnostics;
    for (const entry of all) if (entry.messageId !== null && !entry.isAnswer) this.home.set(entry.messageId, -1);
    postings.forEach((posting, i) => {
      for (const entry of posting.cover ? [posting.cover, ...posting.members] : posting.members) this.home.set(entry.messageId ?? '', i);
    });
  }

  place(answer: E): void {
    const ids = [answer.inReplyTo, ...[...answer.references].reverse()];
    const at = ids.map((id) => this.home.get(id ?? '')).find((i) => i !== undefined);
    const who = answer.from ?? 'somebody';
    const own = at !== undefined && at >= 0 && sender(answer) === this.postings[at]!.author;
    if (at === -1) {
      this.note(`${answer.source}: the diff in the answer of ${who} is about a version that is left out, and so is it`);
    } else if (!own && !answer.commitLike) {
      this.note(`${answer.source}: the diff in the answer of ${who} is taken for a suggestion and not applied`);
    } else if (at === undefined) {
      this.note(`${answer.source}: the answer of ${who} holds a patch; what it answers is not in the input`);
      this.series.push({ patches: [answer], followUps: [answer] });
    } else {
      this.note(`${answer.source}: the answer of ${who} holds a patch; it is applied after the series`);
      this.series[at]!.patches.push(answer);
      this.series[at]!.followUps.push(answer);
    }
  }

  private note(message: string): void {
    this.diagnostics.push({ level: 'note', message, location: null });
  }
}
