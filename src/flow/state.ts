/** One path's knowledge at one point: which value each place holds, what is known of each value, which locks and references are held. */
import type { Fact } from './domain.ts';
import { factKey, join, UNKNOWN_FACT } from './domain.ts';
import { holderOf, type Link } from './value.ts';

export type ContextKind = 'rcu' | 'spin' | 'mutex' | 'preempt' | 'irq' | 'bh';

/** A reference that the function took and still has to hand on or drop. */
export interface HeldReference {
  value: string;
  /** offset of the call that took it */
  at: number;
  by: string;
  /** fresh memory: nobody's count, but its owner's to hand on */
  memory?: boolean;
}

export class State {
  /**
   * `v:name#scope` for variables, `m:<value>->f` for fields behind pointers, `v:name#scope.f` for fields of local objects; `was:m:…`: what such a field
   * was last seen to hold, kept when code out of sight may have changed it
   */
  env: Map<string, string>;
  facts: Map<string, Fact>;
  links: Map<string, Link>;
  context: Map<ContextKind, number>;
  held: HeldReference[];
  /** values whose reference was dropped although it was not taken here */
  dropped: Set<string>;
  /** set where code out of sight ran while something was held: it may have let go of it */
  contextDoubt: string | null;
  /** something was lost by merging too many paths */
  merged: boolean;
  /** set where something on the path could not be read or followed: what may have happened there */
  doubt: string | null;
  /** the condition that this path passed and that asks whether sleeping is allowed: `r->may_fault` */
  permission: string | null;
  /** values that code out of sight was asked about on this path, and gave an answer that the path hangs on: what it may have settled is not known, and why */
  asked: Map<string, string>;
  /** values handed to functions whose body is not at hand, or stored where others can reach them */
  escaped: Set<string>;
  /** values stored where others can reach them: a reference of theirs is handed on */
  stored: Set<string>;
  /** objects of others that a whole one was copied into: what their members point to is theirs */
  filled: Set<string>;
  /** cleanups registered by __free()/guard(), innermost last */
  cleanups: { place: string; name: string; depth: number }[];

  constructor(from?: State) {
    this.env = new Map(from?.env);
    this.facts = new Map(from?.facts);
    this.links = new Map(from?.links);
    this.context = new Map(from?.context);
    this.contextDoubt = from?.contextDoubt ?? null;
    this.held = from ? [...from.held] : [];
    this.dropped = new Set(from?.dropped);
    this.merged = from?.merged ?? false;
    this.doubt = from?.doubt ?? null;
    this.permission = from?.permission ?? null;
    this.asked = new Map(from?.asked);
    this.escaped = new Set(from?.escaped);
    this.stored = new Set(from?.stored);
    this.filled = new Set(from?.filled);
    this.cleanups = from ? [...from.cleanups] : [];
  }

  fork(): State {
    return new State(this);
  }

  fact(id: string): Fact {
    return this.facts.get(id) ?? UNKNOWN_FACT;
  }

  depth(kind: ContextKind): number {
    return this.context.get(kind) ?? 0;
  }

  /** Which value each place holds, and what is held: states that differ here need not be compared further. */
  private placeKey(): string {
    const env: string[] = [];
    for (const [p, v] of this.env) env.push(`${p}=${v}`);
    const asked = [...this.asked.keys()].sort().join();
    return `${env.sort().join(';')}|${this.resourceKey()}|${this.doubt === null}${this.contextDoubt === null}|${[...this.stored].sort().join()}|${asked}`;
  }

  /** What is known of the values that places hold. */
  private factsKey(): string {
    const live = new Set(this.env.values());
    for (const [id, link] of this.links) if (live.has(id)) live.add(link.from);
    const facts: string[] = [];
    for (const id of live) {
      const fact = this.facts.get(id);
      if (fact) facts.push(`${id}:${factKey(fact)}`);
    }
    return facts.sort().join(';');
  }

  /** All that a later step could tell apart. */
  key(): string {
    return `${this.placeKey()}|${this.factsKey()}`;
  }

  /** The first of those that no later step could tell apart. */
  static distinct(states: readonly State[]): State[] {
    const places = new Map<string, State[]>();
    for (const s of states) {
      const key = s.placeKey();
      const same = places.get(key);
      if (same) same.push(s);
      else places.set(key, [s]);
    }
    const kept = new Set<State>();
    for (const same of places.values()) {
      const seen = new Set<string>();
      for (const s of same) {
        const key = same.length === 1 ? '' : s.factsKey();
        if (!seen.has(key)) kept.add(s);
        seen.add(key);
      }
    }
    return states.filter((s) => kept.has(s));
  }

  resourceKey(): string {
    const held = this.held.map((h) => `${h.value}@${h.at}`).sort();
    const context = [...this.context]
      .filter(([, n]) => n !== 0)
      .map(([k, n]) => `${k}${n}`)
      .sort();
    return `${context.join(',')}|${held.join(',')}|${[...this.dropped].join(',')}|${this.cleanups.map((c) => c.place).join(',')}|${this.permission ?? ''}`;
  }

  /**
   * `id` is about to be made anew (the same expression in the next round of a loop): places that still hold the old one keep it under another name,
   * so that what is learnt of the new value is not believed of the old.
   */
  retire(id: string): void {
    // made for the first time on this path: nothing speaks of it
    if (!this.facts.has(id) && !this.links.has(id)) return;
    let used = false;
    for (const v of this.env.values()) if (v === id) used = true;
    for (const [d, l] of this.links) {
      if (l.from === id) used = true;
      if (l.k === 'difference' && l.minus === id) this.links.delete(d);
    }
    for (const h of this.held) if (h.value === id) used = true;
    if (used) this.rename(id, `${id}'`);
    else for (const p of [...this.env.keys()]) if (p.startsWith(`was:m:${id}.`)) this.env.delete(p);
    this.forgetSymbol(`#${id}`);
    this.asked.delete(id);
    this.facts.delete(id);
    this.links.delete(id);
  }

  /** Bounds against a value that is made anew spoke of the old one. */
  private forgetSymbol(symbol: string): void {
    const keep = (b: { symbol: string }) => b.symbol !== symbol;
    for (const [id, f] of this.facts) {
      if (f.below.every(keep) && f.above.every(keep)) continue;
      this.facts.set(id, { ...f, below: f.below.filter(keep), above: f.above.filter(keep) });
    }
  }

  private rename(id: string, old: string): void {
    const fact = this.facts.get(id);
    const before = this.facts.get(old);
    if (fact) this.facts.set(old, before ? join(before, fact) : fact);
    for (const [p, v] of this.env) if (v === id) this.env.set(p, old);
    for (const [p, v] of [...this.env]) {
      const prefix = p.startsWith('was:') ? 'was:m:' : 'm:';
      if (!p.startsWith(`${prefix}${id}->`) && !p.startsWith(`${prefix}${id}.`)) continue;
      this.env.delete(p);
      this.env.set(`${prefix}${old}${p.slice(prefix.length + id.length)}`, v);
    }
    for (const [d, l] of this.links) if (l.from === id) this.links.set(d, { ...l, from: old });
    const link = this.links.get(id);
    if (link && !before) this.links.set(old, link);
    this.held = this.held.map((h) => (h.value === id ? { ...h, value: old } : h));
  }
}

/** What this value was made from by casts alone. */
export function plainRoot(s: State, id: string): string {
  let at = id;
  for (let i = 0; i < 8; i++) {
    const link = s.links.get(at);
    if (link?.k !== 'cast') return at;
    at = link.from;
  }
  return at;
}

/** Why what code out of sight said of a value on this path leaves open what the value may be; null where none was asked. */
export function askedOf(s: State, id: string, taint: ReadonlySet<number>): string | null {
  if (s.asked.size === 0) return null;
  const direct = s.asked.get(plainRoot(s, id));
  if (direct !== undefined) return direct;
  for (const i of taint) {
    const why = s.asked.get(`p${holderOf(i) ?? i}`);
    if (why !== undefined) return why;
  }
  return null;
}

function minusOf(l: Link): string | null {
  return l.k === 'difference' ? l.minus : null;
}

/** Everything that holds on both paths. Places whose values differ get `phi(place)`. */
export function joinStates(a: State, b: State, phi: (place: string, x: string, y: string) => string): State {
  const out = new State();
  out.merged = true;
  for (const [id, f] of a.facts) {
    const g = b.facts.get(id);
    if (g) out.facts.set(id, join(f, g));
    else out.facts.set(id, f);
  }
  for (const [id, g] of b.facts) if (!a.facts.has(id)) out.facts.set(id, g);
  for (const [id, l] of a.links) out.links.set(id, l);
  for (const [id, l] of b.links) {
    const other = out.links.get(id);
    if (!other) out.links.set(id, l);
    else if (other.k !== l.k || other.from !== l.from || minusOf(other) !== minusOf(l)) out.links.delete(id);
  }
  const made = new Set<string>();
  for (const [place, x] of a.env) {
    const y = b.env.get(place);
    if (y === undefined) continue;
    if (x === y) out.env.set(place, x);
    else {
      const id = phi(place, x, y);
      out.facts.set(id, join(a.fact(x), b.fact(y)));
      out.links.delete(id);
      out.env.set(place, id);
      made.add(id);
    }
  }
  for (const [id, l] of [...out.links]) if (made.has(l.from) || made.has(minusOf(l) ?? '')) out.links.delete(id);
  for (const kind of new Set([...a.context.keys(), ...b.context.keys()])) out.context.set(kind, Math.min(a.depth(kind), b.depth(kind)));
  out.held = a.held.filter((h) => b.held.some((o) => o.value === h.value && o.at === h.at));
  out.doubt = a.doubt ?? b.doubt;
  for (const [id, why] of a.asked) if (b.asked.has(id)) out.asked.set(id, why);
  out.permission = a.permission === b.permission ? a.permission : null;
  out.contextDoubt = a.contextDoubt ?? b.contextDoubt;
  out.dropped = new Set([...a.dropped].filter((d) => b.dropped.has(d)));
  out.escaped = new Set([...a.escaped, ...b.escaped]);
  out.stored = new Set([...a.stored, ...b.stored]);
  out.filled = new Set([...a.filled].filter((f) => b.filled.has(f)));
  out.cleanups = a.cleanups.length <= b.cleanups.length ? [...a.cleanups] : [...b.cleanups];
  return out;
}

/** Drops duplicates, then joins until at most `limit` paths are left: first those that hold the same locks and references. */
export function mergeStates(states: State[], limit: number, phi: (place: string, x: string, y: string) => string): State[] {
  const unique = State.distinct(states);
  if (unique.length <= limit) return unique;
  const groups = new Map<string, State[]>();
  for (const s of unique) {
    const key = s.resourceKey();
    const group = groups.get(key);
    if (group) group.push(s);
    else groups.set(key, [s]);
  }
  const perGroup = Math.max(1, Math.floor(limit / groups.size));
  const out: State[] = [];
  for (const group of groups.values()) out.push(...shrink(group, perGroup, phi));
  return out.length <= limit ? out : shrink(out, limit, phi);
}

/** Joins neighbours: paths that are next to each other parted last, so they differ least. */
function shrink(group: State[], limit: number, phi: (place: string, x: string, y: string) => string): State[] {
  let list = group;
  while (list.length > limit) {
    let excess = list.length - limit;
    const next: State[] = [];
    for (let i = 0; i < list.length; i++) {
      const b = list[i + 1];
      if (excess > 0 && b) {
        next.push(joinStates(list[i]!, b, phi));
        excess--;
        i++;
      } else next.push(list[i]!);
    }
    list = next;
  }
  return list;
}

/** Whether a pointer that RCU protects may be read here: a section of any flavour, or a mutex, which may be the one that stands for it. */
export function rcuSection(s: State): { section: boolean; mutex: boolean } {
  const section = (['rcu', 'spin', 'preempt', 'irq', 'bh'] as const).some((kind) => s.depth(kind) > 0);
  return { section, mutex: s.depth('mutex') > 0 };
}

/** Whether the function itself holds a lock. */
export function holdsLock(s: State): boolean {
  return s.depth('spin') > 0 || s.depth('mutex') > 0;
}
