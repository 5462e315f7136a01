/** Which mails were sent together: the patches of one version of one series, with their cover letter. */
import type { Subject } from './subject.ts';

/** A mail that holds an unquoted diff, or a cover letter, without its text. */
export interface Entry {
  subject: Subject;
  from: string | null;
  /** milliseconds since 1970 */
  date: number | null;
  messageId: string | null;
  inReplyTo: string | null;
  references: readonly string[];
  source: string;
  /** patches without ids are grouped by where they come from: a folder, a mailbox, the command line */
  origin: string;
  /** in the order read */
  order: number;
  hasDiff: boolean;
  /** signed off or cut by scissors: more than a remark */
  commitLike: boolean;
  /** an answer in a thread, whose diff comes on top of what it answers */
  isAnswer: boolean;
}

/** One sending of a series: the patches of one version. */
export interface Posting<E extends Entry> {
  members: E[];
  cover: E | null;
  author: string;
  version: number;
  rfc: boolean;
  total: number;
  label: string;
  root: string;
  order: number;
}

/** In the order in which the first mail of each was read; answers belong to none, nor do cover letters without patches. */
export function gatherPostings<E extends Entry>(entries: readonly E[]): Posting<E>[] {
  const postings = new Map<string, Posting<E>[]>();
  for (const entry of entries) {
    if (entry.isAnswer) continue;
    const key = postingKey(entry);
    const same = postings.get(key) ?? [];
    postings.set(key, same);
    const open = same.findLast((one) => takes(one, entry));
    if (!open) same.push(newPosting(entry));
    else if (entry.hasDiff) open.members.push(entry);
    else open.cover ??= entry;
  }
  const whole = [...postings.values()].flat().filter((posting) => posting.members.length > 0);
  return whole.sort((a, b) => a.order - b.order);
}

/** Who sent it, for comparing: the address where there is one. */
export function sender(entry: Pick<Entry, 'from'>): string {
  return (/<([^<>]+)>/.exec(entry.from ?? '')?.[1] ?? entry.from ?? '').trim().toLowerCase();
}

/** Parts that were numbered belong together by sender, version, total and thread; others stand alone, or by where they lie. */
function postingKey(entry: Entry): string {
  const { subject, origin, messageId } = entry;
  const numbered = subject.total > 0 || subject.part > 0;
  const tags = `${subject.version} ${subject.rfc} ${subject.total}`;
  if (messageId === null) return numbered ? `local ${origin} ${tags}` : `local ${origin} ${subject.version}`;
  return numbered || subject.isCover ? `sent ${sender(entry)} ${tags}` : `single ${messageId}`;
}

const HALF_AN_HOUR = 30 * 60 * 1000;

function takes<E extends Entry>(posting: Posting<E>, entry: E): boolean {
  const { part } = entry.subject;
  const taken = entry.hasDiff ? part > 0 && posting.members.some((one) => one.subject.part === part) : posting.cover !== null;
  if (taken) return false;
  if (entry.messageId === null) return true;
  const first = posting.members[0] ?? posting.cover!;
  if (posting.root === rootOf(entry) || (first.messageId !== null && stemOf(first.messageId) === stemOf(entry.messageId))) return true;
  // sent without threading: close in time
  const threaded = entry.references.length > 0 || entry.inReplyTo !== null;
  return !threaded && first.date !== null && entry.date !== null && Math.abs(first.date - entry.date) < HALF_AN_HOUR;
}

function rootOf(entry: Entry): string {
  return entry.references[0] ?? entry.inReplyTo ?? entry.messageId ?? '';
}

/** git send-email numbers its ids: 20251027231727.472628-3-name@host */
function stemOf(id: string): string {
  return id.replace(/-\d{1,4}(?=-[^-]*@|@)/, '');
}

function newPosting<E extends Entry>(entry: E): Posting<E> {
  const { version, rfc, total, label } = entry.subject;
  return {
    members: entry.hasDiff ? [entry] : [],
    cover: entry.hasDiff ? null : entry,
    author: sender(entry),
    version,
    rfc,
    total,
    label,
    root: rootOf(entry),
    order: entry.order,
  };
}
