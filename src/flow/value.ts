/** Values of the analysis: where they come from, how one is derived from another. */
import type { CType } from './ctype.ts';
import type { MemberKnowledge } from './knowledge.ts';

export type Origin =
  /** the function's own parameter, untouched since entry */
  | { k: 'param'; index: number }
  /**
   * result of a call; `rcu`: rcu_dereference() and kin; `mayFail`: known to return NULL or an ERR_PTR; `fails`: which of the two, absent: what its fact says;
   * `known`: what it hands out was seen or is on record
   */
  | { k: 'call'; callee: string; at: number; rcu: boolean; mayFail: boolean; fails?: number; known: boolean }
  /**
   * read from memory; `of`: directly from what this parameter points to; `member`: what is on record says that it may be NULL; `own`: of an object, or by way
   * of one, that the function made or got itself
   */
  | { k: 'load'; text: string; of: number | null; own: boolean; member?: MemberKnowledge }
  /** filled in by a callee through a pointer */
  | { k: 'out'; callee: string }
  | { k: 'const' }
  /** address of an object, array, function or string */
  | { k: 'address'; name: string }
  | { k: 'global'; name: string }
  | { k: 'uninitialised' }
  | { k: 'unknown'; why: string };

/** How a value is made from another one; conditions on it speak of the other one too, as far as `k` allows. */
export type Link =
  | { k: 'cast'; from: string }
  | { k: 'add'; from: string; plus: number }
  /** an integer quotient of what is not negative: at least one means at least `by` */
  | { k: 'divided'; from: string; by: number }
  /** `from` less `minus`, and not below zero */
  | { k: 'difference'; from: string; minus: string }
  /** pointer to a member of what `from` points to, container_of, pointer arithmetic: not NULL-preserving */
  | { k: 'near'; from: string };

/** A number worked out of another one, and no pointer into what that points to. */
export function isWorkedOut(link: Link): boolean {
  return link.k === 'add' || link.k === 'divided' || link.k === 'difference';
}

export interface Value {
  id: string;
  type: CType;
  origins: Origin[];
  /** parameters whose value takes part in this one, arithmetic included */
  taint: ReadonlySet<number>;
  steered?: Steered;
}

/** Of the parameters that take part in a value, those that only end the loop that counts it up or down: how far it runs is theirs, where it starts is not. */
export type Steered = ReadonlyMap<number, 'up' | 'down'>;

export const NO_TAINT: ReadonlySet<number> = new Set();

/** No function has as many parameters. */
const FIRST = 1000;

/** What stands in the memory behind parameter `index`, as a taint. */
export function contentsOf(index: number): number {
  return FIRST + index;
}

/** The parameter behind which a tainting number stands; null for the parameter itself. */
export function holderOf(taint: number): number | null {
  return taint < FIRST ? null : taint - FIRST;
}

/** It is on record or was seen that this can be NULL or an ERR_PTR. */
export function mayFail(o: Origin): boolean {
  return o.k === 'call' ? o.mayFail : o.k === 'load' && o.member !== undefined;
}

/** Not handed in with the parameters and no global: the function made it, or got it from a callee. */
export function isOwn(o: Origin): boolean {
  return o.k === 'load' ? o.own : o.k !== 'param' && o.k !== 'global';
}

export function originKey(o: Origin): string {
  switch (o.k) {
    case 'param':
      return `p${o.index}`;
    case 'call':
      return `c${o.callee}@${o.at}${o.mayFail ? `!${o.fails ?? ''}` : ''}`;
    case 'load':
      return `l${o.text}${o.member ? '!' : ''}`;
    case 'out':
      return `o${o.callee}`;
    case 'address':
    case 'global':
      return `${o.k}${o.name}`;
    default:
      return o.k;
  }
}

const originKeys = new WeakMap<readonly Origin[], string>();

export function originsKey(origins: readonly Origin[]): string {
  let key = originKeys.get(origins);
  if (key === undefined) {
    key = origins.map(originKey).join();
    originKeys.set(origins, key);
  }
  return key;
}

export function mergeOrigins(a: Origin[], b: Origin[]): Origin[] {
  const seen = new Set(a.map(originKey));
  const extra = b.filter((o) => !seen.has(originKey(o)));
  return extra.length === 0 ? a : [...a, ...extra];
}

export function mergeTaint(a: ReadonlySet<number>, b: ReadonlySet<number>): ReadonlySet<number> {
  if (b.size === 0) return a;
  if (a.size === 0) return b;
  return new Set([...a, ...b]);
}

/** What holds of a value that may be either. */
export function mergeSteered(a: Pick<Value, 'taint' | 'steered'> | undefined, b: Pick<Value, 'taint' | 'steered'>): Steered | undefined {
  if (!a || (!a.steered && !b.steered)) return b.steered;
  const both = [...(a.steered ?? []), ...(b.steered ?? [])].filter(([p]) => isSame(p, a, b));
  return both.length > 0 ? new Map(both) : undefined;
}

function isSame(parameter: number, a: Pick<Value, 'taint' | 'steered'>, b: Pick<Value, 'taint' | 'steered'>): boolean {
  return !a.taint.has(parameter) || !b.taint.has(parameter) || a.steered?.get(parameter) === b.steered?.get(parameter);
}
