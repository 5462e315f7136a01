/** What is known of one value: nullness, a range, symbolic upper bounds, and which conditions taught us so. All operations are pure. */
import type { Location } from '../claim.ts';

export const NULL = 1;
export const VALID = 2;
export const ERR = 4;
export const ANY_POINTER = NULL | VALID | ERR;

/** value < symbol + plus. A symbol is the name of a constant (`NR_X`), or `#id` of another value of the same function. */
export interface Bound {
  symbol: string;
  plus: number;
  /** the symbol's value is known, and the range says as much */
  exact?: boolean;
}

/** A condition (or operation) that narrowed a fact. */
export interface Reason {
  location: Location;
  text: string;
  /** the function held a lock of its own there: what it found out of memory stands until it lets go of it */
  locked?: true;
}

/**
 * Integers are kept as doubles: exact up to 2^53, and beyond that only ever compared with type limits.
 * `below` bounds hold for the value as a mathematical integer, so a negative value satisfies them too.
 */
export interface Fact {
  /** pointers: which of NULL, VALID, ERR it may be */
  nul: number;
  lo: number;
  hi: number;
  /** not zero although the range holds 0 */
  nonZero: boolean;
  below: readonly Bound[];
  /** value >= symbol + plus */
  above: readonly Bound[];
  reasons: readonly Reason[];
}

export const UNKNOWN_FACT: Fact = { nul: ANY_POINTER, lo: -Infinity, hi: Infinity, nonZero: false, below: [], above: [], reasons: [] };

export function pointerFact(nul: number): Fact {
  return { ...UNKNOWN_FACT, nul };
}

export function rangeFact(lo: number, hi: number): Fact {
  return { ...UNKNOWN_FACT, lo, hi };
}

/** No value at all is possible: the path can't be taken. */
export function isImpossible(f: Fact): boolean {
  return f.nul === 0 || f.lo > f.hi || (f.nonZero && f.lo === 0 && f.hi === 0);
}

function sameBound(a: Bound, b: Bound): boolean {
  return a.symbol === b.symbol && a.plus === b.plus;
}

function tighten(f: Fact): Fact {
  if (!f.nonZero) return f;
  const lo = f.lo === 0 ? 1 : f.lo;
  const hi = f.hi === 0 ? -1 : f.hi;
  return lo === f.lo && hi === f.hi ? f : { ...f, lo, hi };
}

function mergeReasons(a: readonly Reason[], b: readonly Reason[]): readonly Reason[] {
  if (b.length === 0) return a;
  if (a.length === 0) return b;
  const out = [...a];
  for (const r of b) {
    const at = out.findIndex(
      (o) => o.location.line === r.location.line && o.location.column === r.location.column && o.location.file === r.location.file,
    );
    if (at < 0) out.push(r);
    else if (out[at]!.locked && !r.locked) out[at] = r;
  }
  return out.slice(-6);
}

/** One bound a symbol; `tighter` picks among two for the same symbol. */
function meetBounds(a: readonly Bound[], b: readonly Bound[], tighter: (x: number, y: number) => boolean): readonly Bound[] {
  if (b.length === 0) return a;
  const out = [...a];
  for (const bound of b) {
    const i = out.findIndex((x) => x.symbol === bound.symbol);
    if (i < 0) out.push(bound);
    else if (tighter(bound.plus, out[i]!.plus)) out[i] = bound;
  }
  return out;
}

function joinBounds(a: readonly Bound[], b: readonly Bound[], looser: (x: number, y: number) => boolean): readonly Bound[] {
  const out: Bound[] = [];
  for (const x of a) {
    const y = b.find((o) => o.symbol === x.symbol);
    if (y) out.push(looser(y.plus, x.plus) ? y : x);
  }
  return out;
}

const less = (x: number, y: number) => x < y;
const more = (x: number, y: number) => x > y;

/** Both hold. */
export function meet(a: Fact, b: Fact): Fact {
  return tighten({
    nul: a.nul & b.nul,
    lo: Math.max(a.lo, b.lo),
    hi: Math.min(a.hi, b.hi),
    nonZero: a.nonZero || b.nonZero,
    below: meetBounds(a.below, b.below, less),
    above: meetBounds(a.above, b.above, more),
    reasons: mergeReasons(a.reasons, b.reasons),
  });
}

/** Either holds. */
export function join(a: Fact, b: Fact): Fact {
  if (a === b) return a;
  return {
    nul: a.nul | b.nul,
    lo: Math.min(a.lo, b.lo),
    hi: Math.max(a.hi, b.hi),
    nonZero: (a.nonZero || a.lo > 0 || a.hi < 0) && (b.nonZero || b.lo > 0 || b.hi < 0),
    below: joinBounds(a.below, b.below, more),
    above: joinBounds(a.above, b.above, less),
    reasons: mergeReasons(a.reasons, b.reasons),
  };
}

/** `next` is what `old` became after one more round of a loop: bounds that moved are given up, down to the limits of the type. */
export function widen(old: Fact, next: Fact, typeLo: number, typeHi: number): Fact {
  const j = join(old, next);
  return {
    ...j,
    lo: j.lo < old.lo ? typeLo : j.lo,
    hi: j.hi > old.hi ? typeHi : j.hi,
    below: j.below.filter((b) => old.below.some((o) => sameBound(o, b))),
    above: j.above.filter((b) => old.above.some((o) => sameBound(o, b))),
  };
}

/** facts are never changed, and the same one is asked for on many paths */
const keys = new WeakMap<Fact, string>();

export function factKey(f: Fact): string {
  let key = keys.get(f);
  if (key === undefined) {
    key = `${f.nul}:${f.lo}:${f.hi}:${f.nonZero ? 1 : 0}:${boundsKey(f.below)}:${boundsKey(f.above)}`;
    keys.set(f, key);
  }
  return key;
}

/** Whether they say the same, whatever taught it. */
export function saysTheSame(a: Fact, b: Fact): boolean {
  if (a === b) return true;
  if (a.nul !== b.nul || a.lo !== b.lo || a.hi !== b.hi || a.nonZero !== b.nonZero) return false;
  return sameBounds(a.below, b.below) && sameBounds(a.above, b.above);
}

function sameBounds(a: readonly Bound[], b: readonly Bound[]): boolean {
  return a === b || (a.length === b.length && a.every((x) => b.some((y) => sameBound(x, y))));
}

function boundsKey(bounds: readonly Bound[]): string {
  if (bounds.length === 0) return '';
  return bounds
    .map((b) => `${b.symbol}+${b.plus}`)
    .sort()
    .join(',');
}

export function withReason(f: Fact, reason: Reason): Fact {
  return { ...f, reasons: mergeReasons(f.reasons, [reason]) };
}

export function isZero(f: Fact): boolean {
  return f.lo === 0 && f.hi === 0;
}
