/** Conversions between integer types and what conditions teach about values, forward to derived values and back to their sources. */
import type { Span } from '../source/ir.ts';
import type { Activation } from './activation.ts';
import type { CType } from './ctype.ts';
import { commonType, typeKey, typeMax, typeMin, UNKNOWN } from './ctype.ts';
import type { Bound, Fact, Reason } from './domain.ts';
import { isImpossible, meet, NULL, pointerFact, rangeFact, saysTheSame, UNKNOWN_FACT, VALID, withReason } from './domain.ts';
import { holdsLock, plainRoot, type State } from './state.ts';
import { isLimit } from './symbol.ts';

export const TRUE_FACT: Fact = { ...UNKNOWN_FACT, nul: VALID | 4, nonZero: true };
export const FALSE_FACT: Fact = { ...rangeFact(0, 0), nul: NULL };

/** The fact of `f` after conversion to `to` (C11 6.3.1.3). */
export function convertFact(f: Fact, to: CType): Fact {
  if (to.k !== 'int') return f;
  const min = typeMin(to);
  const max = typeMax(to);
  if (to.bool) {
    const zero = f.lo === 0 && f.hi === 0;
    const nonZero = f.nonZero || f.lo > 0 || f.hi < 0;
    return { ...rangeFact(nonZero ? 1 : 0, zero ? 0 : 1), reasons: f.reasons };
  }
  if (f.lo >= min && f.hi <= max) return f;
  const width = 2 ** to.bits;
  if (to.signed !== true && f.hi < 0 && f.lo >= -width) return { ...rangeFact(f.lo + width, f.hi + width), reasons: f.reasons };
  // Values that fit keep their bounds only if all of them fit; a negative one becomes huge, so nothing symbolic survives.
  return { ...rangeFact(min, max), nonZero: f.nonZero && f.hi - f.lo < width, reasons: f.reasons };
}

/** The value `id` converted to `to`: the same value where nothing can change, else one linked to it. */
export function convert(a: Activation, s: State, id: string, to: CType): string {
  const v = a.value(id);
  if (to.k === 'unknown' || to.k === 'void') return id;
  if (to.k === 'pointer' || to.k === 'array') {
    if (v.type.k === 'pointer' || v.type.k === 'array' || v.type.k === 'unknown') return retype(a, s, id, to);
    return id;
  }
  if (to.k !== 'int') return id;
  if (v.type.k === 'int' && typeKey(v.type) === typeKey(to)) return id;
  if (v.type.k === 'pointer' || v.type.k === 'array') return id;
  const cast = `${id}:${typeKey(to)}`;
  if (s.links.get(cast)?.from === id && s.facts.has(cast)) return cast;
  a.define(s, cast, to, v.origins, convertFact(meetType(s.fact(id), v.type), to), v.taint, v.steered);
  s.links.set(cast, { k: 'cast', from: id });
  return cast;
}

function meetType(f: Fact, t: CType): Fact {
  return t.k === 'int' ? meet(f, rangeFact(typeMin(t), typeMax(t))) : f;
}

/** The same pointer seen as another type, NULL-ness shared both ways. */
function retype(a: Activation, s: State, id: string, to: CType): string {
  const v = a.value(id);
  const name = pointeeName(to);
  if (name === '' || name === pointeeName(v.type)) return id;
  const cast = `${id}:p(${name})`;
  if (s.links.get(cast)?.from === id && s.facts.has(cast)) return cast;
  a.define(s, cast, to, v.origins, s.fact(id), v.taint);
  s.links.set(cast, { k: 'cast', from: id });
  return cast;
}

function pointeeName(t: CType): string {
  if (t.k !== 'pointer' && t.k !== 'array') return '';
  const inner = t.k === 'pointer' ? t.to : t.of;
  return inner.k === 'struct'
    ? inner.tag
    : inner.k === 'unknown'
      ? inner.name
      : inner.k === 'pointer'
        ? 'ptr'
        : inner.k === 'void'
          ? ''
          : typeKey(inner);
}

/** Learns `partial` of `id` on this path, and of what it is made from or made into. false: the path is impossible. */
export function constrain(a: Activation, s: State, id: string, partial: Fact, reason: Reason | null, depth = 0): boolean {
  const before = s.fact(id);
  let after = meet(before, partial);
  if (isImpossible(after)) return false;
  if (saysTheSame(after, before)) return true;
  if (reason) after = withReason(after, reason);
  s.facts.set(id, after);
  const answer = a.answers.size > 0 ? a.answers.get(plainRoot(s, id)) : undefined;
  for (const about of answer?.about ?? []) s.asked.set(about, answer!.why);
  if (depth > 6) return true;
  const link = s.links.get(id);
  if (link && !backward(a, s, id, link, after, depth)) return false;
  for (const [derived, l] of s.links) {
    if (l.from !== id || derived === id) continue;
    if (!forward(a, s, derived, l, after, depth)) return false;
  }
  return true;
}

function forward(a: Activation, s: State, derived: string, link: { k: string; plus?: number }, source: Fact, depth: number): boolean {
  const type = a.value(derived).type;
  if (link.k === 'cast')
    return type.k === 'int'
      ? constrain(a, s, derived, convertFact(source, type), null, depth + 1)
      : constrain(a, s, derived, { ...source, reasons: [] }, null, depth + 1);
  if (link.k === 'add') return constrain(a, s, derived, shiftFact(source, link.plus ?? 0, type), null, depth + 1);
  return true;
}

function backward(
  a: Activation,
  s: State,
  _id: string,
  link: { k: string; from: string; plus?: number; by?: number },
  now: Fact,
  depth: number,
): boolean {
  const source = a.value(link.from);
  if (link.k === 'cast') {
    const back = uncast(now, a.value(_id).type, source.type, s.fact(link.from));
    return back === null || constrain(a, s, link.from, back, null, depth + 1);
  }
  if (link.k === 'divided') return now.lo <= 0 || constrain(a, s, link.from, rangeFact(now.lo * (link.by ?? 1), Infinity), null, depth + 1);
  if (link.k === 'add') {
    const plus = link.plus ?? 0;
    const moved: Fact = {
      ...rangeFact(now.lo - plus, now.hi - plus),
      below: now.below.map((b) => ({ ...b, plus: b.plus - plus })),
      above: now.above.map((b) => ({ ...b, plus: b.plus - plus })),
      reasons: now.reasons,
    };
    // Wrapped values can't be told from others unless the source's own type rules them out.
    if (moved.lo < typeMin(source.type) && source.type.k === 'int' && source.type.signed !== true) return true;
    return constrain(a, s, link.from, moved, null, depth + 1);
  }
  return true;
}

/** What a fact on the converted value says of the value before conversion; null where it says nothing. */
function uncast(now: Fact, type: CType, sourceType: CType, source: Fact): Fact | null {
  if (type.k !== 'int') return now;
  if (sourceType.k !== 'int') return null;
  const src = meetType(source, sourceType);
  if (src.lo >= typeMin(type) && src.hi <= typeMax(type)) return now;
  // Signed source, unsigned target at least as wide: negatives arrive at the top end.
  if (sourceType.signed === true && type.signed === false && type.bits >= sourceType.bits && now.hi <= typeMax(sourceType)) {
    return { ...now, lo: Math.max(now.lo, 0) };
  }
  // Unsigned source, signed target at least as wide: what is not negative there never wrapped.
  if (sourceType.signed === false && type.signed === true && type.bits >= sourceType.bits && now.lo >= 0) return now;
  return null;
}

/** x + plus, in `type`; everything is lost where it may wrap. */
export function shiftFact(f: Fact, plus: number, type: CType): Fact {
  const lo = f.lo + plus;
  const hi = f.hi + plus;
  if (type.k === 'int' && (lo < typeMin(type) || hi > typeMax(type))) {
    // A symbolic bound on a non-negative value rules out the wrap at the top.
    if (!(plus >= 0 && lo >= typeMin(type) && f.below.length > 0)) return rangeFact(typeMin(type), typeMax(type));
  }
  return {
    ...rangeFact(type.k === 'int' ? Math.max(lo, typeMin(type)) : lo, type.k === 'int' ? Math.min(hi, typeMax(type)) : hi),
    below: f.below.map((b) => ({ ...b, plus: b.plus + plus })),
    above: f.above.map((b) => ({ ...b, plus: b.plus + plus })),
    reasons: f.reasons,
  };
}

function reasonAt(a: Activation, s: State, span: Span): Reason {
  return holdsLock(s) ? { ...a.reason(span), locked: true } : a.reason(span);
}

/** `id` is true (or false). */
export function assumeTruth(a: Activation, s: State, id: string, truth: boolean, span: Span): boolean {
  return constrain(a, s, id, truth ? TRUE_FACT : FALSE_FACT, reasonAt(a, s, span));
}

function symbolOf(id: string): string {
  const root = id.replace(/:[usb?]\d+$/, '');
  if (root.startsWith('g:') && isLimit(root.slice(2))) return root.slice(2);
  return root.startsWith('s:') ? root.slice(2) : `#${root}`;
}

const NEGATED: Record<string, string> = { '<': '>=', '>=': '<', '>': '<=', '<=': '>', '==': '!=', '!=': '==' };

/** `l op r` is true (or false) on this path; false: impossible. */
export function assumeCompare(a: Activation, s: State, op: string, l: string, r: string, truth: boolean, span: Span): boolean {
  const effective = truth ? op : NEGATED[op]!;
  const lt = a.value(l).type;
  const rt = a.value(r).type;
  const pointers = lt.k === 'pointer' || rt.k === 'pointer' || lt.k === 'array' || rt.k === 'array';
  const reason = reasonAt(a, s, span);
  if (pointers || (lt.k !== 'int' && rt.k !== 'int')) return comparePointers(a, s, effective, l, r, reason);
  const type = lt.k === 'int' && rt.k === 'int' ? commonType(lt, rt) : UNKNOWN;
  const x = convert(a, s, l, type);
  const y = convert(a, s, r, type);
  return compareIntegers(a, s, effective, x, y, reason);
}

function comparePointers(a: Activation, s: State, op: string, l: string, r: string, reason: Reason): boolean {
  const fl = s.fact(l);
  const fr = s.fact(r);
  const isNull = (f: Fact) => f.nul === NULL || (f.lo === 0 && f.hi === 0);
  if (op === '==') {
    if (l === r) return true;
    return (
      constrain(a, s, l, pointerFact(isNull(fr) ? NULL : fr.nul), reason) &&
      constrain(a, s, r, pointerFact(isNull(fl) ? NULL : fl.nul), reason)
    );
  }
  if (op === '!=') {
    if (l === r) return false;
    if (isNull(fr)) return constrain(a, s, l, TRUE_FACT, reason);
    if (isNull(fl)) return constrain(a, s, r, TRUE_FACT, reason);
  }
  return true;
}

function compareIntegers(a: Activation, s: State, op: string, x: string, y: string, reason: Reason): boolean {
  switch (op) {
    case '<':
      return ordered(a, s, x, y, 1, reason);
    case '<=':
      return ordered(a, s, x, y, 0, reason);
    case '>':
      return ordered(a, s, y, x, 1, reason);
    case '>=':
      return ordered(a, s, y, x, 0, reason);
    case '==':
      return x === y || equal(a, s, x, y, reason);
    default:
      return x !== y && different(a, s, x, y, reason);
  }
}

/** A plain number is no symbol: the range holds it. */
function symbolic(id: string, f: Fact, plus: number): Bound[] {
  const symbol = symbolOf(id);
  if (symbol.startsWith('#k:')) return [];
  return [f.lo === f.hi ? { symbol, plus, exact: true } : { symbol, plus }];
}

/** x + gap <= y */
function ordered(a: Activation, s: State, x: string, y: string, gap: number, reason: Reason): boolean {
  if (x === y) return gap === 0;
  const fx = s.fact(x);
  const fy = s.fact(y);
  const below: Bound[] = [...symbolic(y, fy, 1 - gap), ...fy.below.map((b) => ({ ...b, plus: b.plus - gap }))];
  const above: Bound[] = [...symbolic(x, fx, gap), ...fx.above.map((b) => ({ ...b, plus: b.plus + gap }))];
  const self = (bounds: Bound[], id: string) => bounds.filter((b) => b.symbol !== symbolOf(id));
  return (
    constrain(a, s, x, { ...rangeFact(-Infinity, fy.hi - gap), below: self(below, x) }, reason) &&
    constrain(a, s, y, { ...rangeFact(fx.lo + gap, Infinity), above: self(above, y) }, reason)
  );
}

function equal(a: Activation, s: State, x: string, y: string, reason: Reason): boolean {
  const fx = s.fact(x);
  const fy = s.fact(y);
  const same = (f: Fact, id: string): Fact => ({
    ...f,
    nul: f.nul,
    below: [...f.below, ...symbolic(id, f, 1)],
    above: [...f.above, ...symbolic(id, f, 0)],
    reasons: [],
  });
  return constrain(a, s, x, same(fy, y), reason) && constrain(a, s, y, same(fx, x), reason);
}

function different(a: Activation, s: State, x: string, y: string, reason: Reason): boolean {
  const trim = (id: string, other: Fact): boolean => {
    if (other.lo !== other.hi) return true;
    const f = s.fact(id);
    const c = other.lo;
    if (c === 0) return constrain(a, s, id, { ...TRUE_FACT, nul: 7 }, reason);
    if (f.lo === c && f.hi === c) return false;
    if (f.lo === c) return constrain(a, s, id, rangeFact(c + 1, Infinity), reason);
    if (f.hi === c) return constrain(a, s, id, rangeFact(-Infinity, c - 1), reason);
    return true;
  };
  return trim(x, s.fact(y)) && trim(y, s.fact(x));
}
