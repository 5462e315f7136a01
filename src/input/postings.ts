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

const OPEN = 200;

/** In the order in which the first mail of each was read; answers belong to none, nor do cover letters without patches. */
export function gatherPostings<E extends Entry>(entries: readonly E[]): Posting<E>[] {
  const byId = new Map<string | null, E>();
  for (const entry of entries) if (entry.messageId !== null) byId.set(entry.messageId, entry);
  const postings = new Map<string, Posting<E>[]>();
  for (const entry of entries) {
    if (entry.isAnswer) continue;
    const key = postingKey(entry);
    const same = postings.get(key) ?? [];
    postings.set(key, same);
    const root = rootOf(entry, byId);
    // those that were begun last: a sender has few series open at a time
    const open = same.slice(-OPEN).findLast((one) => takes(one, entry, root));
    if (!open) same.push(newPosting(entry, root));
    else if (entry.hasDiff) open.members.push(entry);
    else open.cover ??= entry;
  }
  const whole = [...postings.values()].flat().filter((posting) => posting.members.length > 0);
  return joinHalves(whole.sort((a, b) => a.order - b.order));
}

/** `[PATCH 1/2]` and `[PATCH v2 2/2]` in one thread, and nothing else: somebody forgot the version of one. */
function joinHalves<E extends Entry>(postings: readonly Posting<E>[]): Posting<E>[] {
  const joined: Posting<E>[] = [];
  const open = new Map<string, Posting<E>>();
  for (const posting of postings) {
    const key = `${posting.author} ${posting.total} ${posting.root}`;
    const half = open.get(key);
    const parts = new Set(half?.members.map((entry) => entry.subject.part));
    const fits = half !== undefined && posting.root !== '' && !posting.members.some((entry) => parts.has(entry.subject.part));
    if (fits && half.members.length + posting.members.length <= posting.total) {
      for (const member of posting.members) half.members.push(member);
      half.cover ??= posting.cover;
      half.version = Math.max(half.version, posting.version);
    } else joined.push(posting);
    if (posting.members.length < posting.total && !fits) open.set(key, posting);
  }
  return joined;
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

function takes<E extends Entry>(posting: Posting<E>, entry: E, root: string): boolean {
  const { part } = entry.subject;
  const taken = entry.hasDiff ? part > 0 && posting.members.some((one) => one.subject.part === part) : posting.cover !== null;
  if (taken) return false;
  if (entry.messageId === null) return true;
  const first = posting.members[0] ?? posting.cover!;
  if (posting.root === root || (first.messageId !== null && stemOf(first.messageId) === stemOf(entry.messageId))) return true;
  // sent without threading: close in time
  const threaded = entry.references.length > 0 || entry.inReplyTo !== null;
  return !threaded && first.date !== null && entry.date !== null && Math.abs(first.date - entry.date) < HALF_AN_HOUR;
}

/** The id of the mail that began the thread, as far as ids and references tell. */
function rootOf(entry: Entry, byId: ReadonlyMap<string | null, Entry>): string {
  let at = entry;
  let root = entry.messageId ?? '';
  // ids are hostile: they may go round in a circle
  for (let steps = 0; steps < 100; steps++) {
    root = at.references[0] ?? at.inReplyTo ?? at.messageId ?? root;
    const above = byId.get(root);
    if (!above || above === at) break;
    at = above;
  }
  return root;
}

/** The ids of one run of git send-email or b4 differ in a number: 20251027231727.472628-3-name@host, 20251027-topic-v2-3-0123456789ab@host */
function stemOf(id: string): string {
  return id.replace(/^(\d{14}\.\d+-)\d+-|(-v\d+-)\d+(?=-[0-9a-f]{12}@)|-\d+(?=-git-send-email-)/, '$1$2');
}

function newPosting<E extends Entry>(entry: E, root: string): Posting<E> {
  const { version, rfc, total, label } = entry.subject;
  return {
    members: entry.hasDiff ? [entry] : [],
    cover: entry.hasDiff ? null : entry,
    author: sender(entry),
    version,
    rfc,
    total,
    label,
    root,
    order: entry.order,
  };
}
