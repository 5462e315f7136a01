/** Of the postings that are versions of one series: the newest. */
import type { Diagnostic } from '../claim.ts';
import type { Entry, Posting } from './postings.ts';
import { foldTitle } from './subject.ts';

/** @param postings in the order read; the result is in the order in which the first of each series was read */
export function newestOf<E extends Entry>(postings: readonly Posting<E>[]): { newest: Posting<E>[]; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  return { newest: familiesOf(postings).map((family) => newest(family, diagnostics)), diagnostics };
}

/** of families that share a title so many are looked at */
const NEAR = 20;

function familiesOf<E extends Entry>(postings: readonly Posting<E>[]): Posting<E>[][] {
  const families: Posting<E>[][] = [];
  const byTitle = new Map<number, Posting<E>[][]>();
  for (const posting of postings) {
    const keys = titleKeys(posting);
    const near = keys.flatMap((key) => byTitle.get(key)?.slice(-NEAR) ?? []);
    const known = near.find((one) => one.slice(-NEAR).some((other) => areVersions(other, posting)));
    const family = known ?? [];
    if (!known) families.push(family);
    family.push(posting);
    for (const key of keys) {
      const named = byTitle.get(key);
      if (!named) byTitle.set(key, [family]);
      else if (!named.includes(family)) named.push(family);
    }
  }
  return families;
}

function titleKeys<E extends Entry>(posting: Posting<E>): number[] {
  const entries = posting.cover ? [posting.cover, ...posting.members] : posting.members;
  const keys = new Set<number>();
  for (const entry of entries) {
    const title = foldTitle(entry.subject.title);
    if (title !== '') keys.add(hash(`${posting.author} ${title}`));
  }
  return [...keys];
}

/** FNV-1a, 30 bits: a number for each of a list archive's titles takes far less than the title; two that are alike by chance are told apart by areVersions. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value & 0x3fffffff;
}

/** The same cover letter, or at least half of the smaller one's patches; the same version again only for the same tree (backports share titles). */
function areVersions<E extends Entry>(a: Posting<E>, b: Posting<E>): boolean {
  if (a.version === b.version && a.rfc === b.rfc && a.label !== b.label) return false;
  const title = (entry: Entry) => foldTitle(entry.subject.title);
  if (a.cover && b.cover && title(a.cover) === title(b.cover)) return true;
  const titles = new Set(a.members.map(title));
  const shared = b.members.filter((entry) => titles.has(title(entry))).length;
  return shared > 0 && shared * 2 >= Math.min(a.members.length, b.members.length);
}

/** A list archive would make tens of thousands of notes. */
const MANY = 200;

function newest<E extends Entry>(family: readonly Posting<E>[], diagnostics: Diagnostic[]): Posting<E> {
  const sorted = [...family].sort(compareAge);
  const best = sorted.pop()!;
  if (sorted.length === 0) return best;
  if (diagnostics.length >= MANY) return fillFromOlder(best, sorted, diagnostics);
  const names = new Set(sorted.map((one) => (one.rfc && !best.rfc ? `RFC v${one.version}` : `v${one.version}`)));
  const message = `'${titleOf(best)}': v${best.version} is judged, what was sent before is left out (${[...names].join(', ')})`;
  diagnostics.push({ level: 'note', message, location: null });
  return fillFromOlder(best, sorted, diagnostics);
}

/** An RFC comes before its series, unless the dates say otherwise. */
function compareAge<E extends Entry>(a: Posting<E>, b: Posting<E>): number {
  const [first, second] = [dateOf(a), dateOf(b)];
  if (a.rfc !== b.rfc) {
    if (first !== null && second !== null && first !== second) return first - second;
    return a.rfc ? -1 : 1;
  }
  return a.version - b.version || (first ?? 0) - (second ?? 0) || a.order - b.order;
}

function dateOf<E extends Entry>(posting: Posting<E>): number | null {
  return posting.members[0]?.date ?? posting.cover?.date ?? null;
}

/** Of `[PATCH v3 2/5]` sent alone into the thread of v2 the other four are v2's. */
function fillFromOlder<E extends Entry>(best: Posting<E>, older: readonly Posting<E>[], diagnostics: Diagnostic[]): Posting<E> {
  if (best.total === 0 || best.members.length >= best.total || best.cover) return best;
  const base = older.findLast((one) => one.total === best.total && one.root === best.root && one.members.length > best.members.length);
  if (!base) return best;
  const here = new Set(best.members.map((entry) => entry.subject.part));
  const filled = base.members.filter((entry) => !here.has(entry.subject.part));
  const message = `'${titleOf(best)}': v${best.version} replaces part of v${base.version}; the other ${filled.length} patches are those of v${base.version}`;
  diagnostics.push({ level: 'note', message, location: null });
  return { ...best, members: [...best.members, ...filled], cover: base.cover };
}

export function titleOf<E extends Entry>(posting: Posting<E>): string {
  return (posting.cover ?? posting.members[0]!).subject.title;
}
