/** Integer arithmetic on ranges; bounds survive adding constants, masking, modulo and right shifts. */
import type { Span } from '../source/ir.ts';
import type { Activation } from './activation.ts';
import type { CType } from './ctype.ts';
import { commonType, promote, typeKey, typeMax, typeMin, ULONG } from './ctype.ts';
import type { Fact } from './domain.ts';
import { pointerFact, rangeFact, VALID } from './domain.ts';
import { constant } from './evaluate.ts';
import { rootOf } from './memory.ts';
import { convert, shiftFact } from './refine.ts';
import { plainRoot, type State } from './state.ts';
import { mergeTaint } from './value.ts';

export function arithmetic(a: Activation, s: State, op: string, l: string, r: string, span: Span): string {
  const id = operate(a, s, op, l, r, span);
  // `(unsigned long)p | 1` is still a way to the object, which nobody follows
  if (s.held.length > 0 && op !== '+' && op !== '-') for (const x of [l, r]) escapeHeld(s, rootOf(s, x));
  const asked = s.asked.size > 0 ? (s.asked.get(plainRoot(s, l)) ?? s.asked.get(plainRoot(s, r))) : undefined;
  if (asked !== undefined && id !== l && id !== r) s.asked.set(id, asked);
  return id;
}

function escapeHeld(s: State, root: string): void {
  if (s.held.some((h) => h.value === root)) s.escaped.add(root);
}

function operate(a: Activation, s: State, op: string, l: string, r: string, span: Span): string {
  const lv = a.value(l);
  const rv = a.value(r);
  if (lv.type.k === 'pointer' || lv.type.k === 'array') return pointerArithmetic(a, s, op, l, r, span);
  if (rv.type.k === 'pointer' || rv.type.k === 'array')
    return op === '+'
      ? pointerArithmetic(a, s, op, r, l, span)
      : a.fresh(s, span, 'd', { k: 'unknown', name: '' }, { k: 'unknown', why: '' });
  const shift = op === '<<' || op === '>>';
  const type = shift ? promote(lv.type) : commonType(lv.type, rv.type);
  const taint = mergeTaint(lv.taint, rv.taint);
  if (shift) a.note(s, span, r, { k: 'shift', width: type.k === 'int' ? type.bits : 64 });
  if (type.k !== 'int') return a.fresh(s, span, 'r', type, { k: 'unknown', why: '' }, taint);
  const x = convert(a, s, l, type);
  const y = shift ? r : convert(a, s, r, type);
  const fx = s.fact(x);
  const fy = s.fact(y);
  if (fx.lo === fx.hi && fy.lo === fy.hi) {
    const folded = fold(op, fx.lo, fy.lo);
    if (folded !== null && folded >= typeMin(type) && folded <= typeMax(type)) return constant(a, s, folded, type);
  }
  const linked = addConstant(a, s, op, x, y, type, span);
  if (linked) return linked;
  const id = a.fresh(s, span, 'r', type, { k: 'unknown', why: '' }, taint);
  const exact = rangeOf(op, fx, fy, type);
  if (exact && exact.lo >= typeMin(type) && exact.hi <= typeMax(type)) s.facts.set(id, exact);
  if (op === '&') addMaskBound(s, id, x, y);
  if (op === '%' && fx.lo >= 0) addBelow(s, id, y);
  if (op === '-' && exact && exact.lo >= 0) s.links.set(id, { k: 'difference', from: x, minus: y });
  if (op === '+') addRest(s, id, x, y);
  const by = op === '/' ? fy.lo : op === '>>' ? 2 ** fy.lo : 0;
  if (by > 0 && fy.lo === fy.hi && fx.lo >= 0) s.links.set(id, { k: 'divided', from: x, by });
  if ((op === '>>' || op === '/' || op === '&') && fx.lo >= 0 && fy.lo >= 0)
    s.facts.set(id, { ...s.fact(id), below: [...s.fact(id).below, ...fx.below] });
  return id;
}

function fold(op: string, x: number, y: number): number | null {
  const big = (f: (p: bigint, q: bigint) => bigint): number | null =>
    Number.isSafeInteger(x) && Number.isSafeInteger(y) ? Number(f(BigInt(x), BigInt(y))) : null;
  switch (op) {
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '*':
      return x * y;
    case '/':
      return y === 0 ? null : Math.trunc(x / y);
    case '%':
      return y === 0 ? null : x % y;
    case '&':
      return big((p, q) => p & q);
    case '|':
      return big((p, q) => p | q);
    case '^':
      return big((p, q) => p ^ q);
    case '<<':
      return y >= 0 && y < 64 ? big((p, q) => p << q) : null;
    case '>>':
      return y >= 0 && y < 64 ? big((p, q) => p >> q) : null;
    default:
      return null;
  }
}

/** x + c and x - c stay linked to x, so that a test of the sum teaches about x. */
function addConstant(a: Activation, s: State, op: string, x: string, y: string, type: CType, span: Span): string | null {
  const fx = s.fact(x);
  const fy = s.fact(y);
  let from: string;
  let plus: number;
  if ((op === '+' || op === '-') && fy.lo === fy.hi) {
    from = x;
    plus = op === '+' ? fy.lo : -fy.lo;
  } else if (op === '+' && fx.lo === fx.hi) {
    from = y;
    plus = fx.lo;
  } else return null;
  if (!Number.isFinite(plus)) return null;
  if (plus === 0) return from;
  const known = sumKnown(a, s, from, plus, type);
  if (known !== null) return known;
  const source = a.value(from);
  const id = `${from}+${plus}@${span.start}`;
  a.define(s, id, type, [{ k: 'unknown', why: '' }], shiftFact(s.fact(from), plus, type), source.taint, source.steered);
  s.links.set(id, { k: 'add', from, plus });
  return id;
}

/** `if (i + 1 < N) t[i + 1]`: the same sum of the same value, written twice. */
function sumKnown(a: Activation, s: State, from: string, plus: number, type: CType): string | null {
  for (const [id, link] of s.links)
    if (link.k === 'add' && link.from === from && link.plus === plus && s.facts.has(id) && typeKey(a.value(id).type) === typeKey(type))
      return id;
  return null;
}

/** `x < limit - y` makes `x + y < limit`: the test that cannot overflow. */
function addRest(s: State, id: string, x: string, y: string): void {
  for (const [part, other] of [
    [x, y],
    [y, x],
  ] as const)
    for (const { symbol, plus } of s.fact(part).below) {
      const rest = symbol.startsWith('#') ? s.links.get(symbol.slice(1)) : undefined;
      if (rest?.k !== 'difference' || plainRoot(s, rest.minus) !== plainRoot(s, other)) continue;
      const limit = s.fact(rest.from);
      const f = s.fact(id);
      s.facts.set(id, {
        ...f,
        hi: Math.min(f.hi, limit.hi + plus - 1),
        below: [...f.below, ...limit.below.map((b) => ({ ...b, plus: b.plus + plus - 1 }))],
      });
      if (limit.lo !== limit.hi) addBelow(s, id, rest.from, plus);
    }
}

function rangeOf(op: string, x: Fact, y: Fact, type: CType): Fact | null {
  switch (op) {
    case '+':
      return rangeFact(x.lo + y.lo, x.hi + y.hi);
    case '-':
      return rangeFact(x.lo - y.hi, x.hi - y.lo);
    case '*': {
      const corners = [x.lo * y.lo, x.lo * y.hi, x.hi * y.lo, x.hi * y.hi];
      return corners.some(Number.isNaN) ? null : rangeFact(Math.min(...corners), Math.max(...corners));
    }
    case '/':
      // nothing is divided by zero and goes on
      return y.lo >= 0 && y.hi > 0
        ? rangeFact(
            x.lo >= 0 ? Math.trunc(x.lo / y.hi) : Math.trunc(x.lo / Math.max(y.lo, 1)),
            x.hi >= 0 ? Math.trunc(x.hi / Math.max(y.lo, 1)) : 0,
          )
        : null;
    case '%':
      if (y.lo < 0 || y.hi <= 0) return null;
      return rangeFact(x.lo >= 0 ? 0 : -(y.hi - 1), Math.min(Math.max(x.hi, 0), y.hi - 1));
    case '&': {
      const top = Math.min(x.lo >= 0 ? x.hi : Infinity, y.lo >= 0 ? y.hi : Infinity);
      return top === Infinity ? null : rangeFact(0, top);
    }
    case '|':
    case '^':
      return x.lo >= 0 && y.lo >= 0 ? rangeFact(0, 2 ** Math.ceil(Math.log2(Math.max(x.hi, y.hi) + 1)) - 1) : null;
    case '>>':
      return x.lo >= 0 && y.lo >= 0 ? rangeFact(0, y.lo < 64 ? Math.floor(x.hi / 2 ** y.lo) : 0) : null;
    case '<<':
      return x.lo >= 0 && y.lo >= 0 && y.hi < 53 && type.k === 'int' ? rangeFact(x.lo * 2 ** y.lo, x.hi * 2 ** y.hi) : null;
    default:
      return null;
  }
}

/** `x & (N - 1)` is below N. */
function addMaskBound(s: State, id: string, x: string, y: string): void {
  for (const mask of [x, y]) {
    const link = s.links.get(mask);
    const root = link?.k === 'cast' ? link.from : mask;
    const inner = s.links.get(root);
    if (inner?.k === 'add' && inner.plus < 0) addBelow(s, id, inner.from, inner.plus + 1);
  }
}

function addBelow(s: State, id: string, limit: string, plus = 0): void {
  const root = limit.replace(/(:[usb?]\d+)+$/, '');
  const f = s.fact(id);
  const symbol = root.startsWith('s:') ? root.slice(2) : `#${root}`;
  s.facts.set(id, { ...f, below: [...f.below, { symbol, plus }] });
}

function pointerArithmetic(a: Activation, s: State, op: string, p: string, other: string, span: Span): string {
  const v = a.value(p);
  const otherType = a.value(other).type;
  // masked, shifted, taken modulo: a number made from the address, which may be zero though the pointer is not
  if (op !== '+' && op !== '-')
    return a.define(s, `${p}${op}@${span.start}`, ULONG, v.origins, a.topFact(ULONG), mergeTaint(v.taint, a.value(other).taint));
  if (otherType.k === 'pointer' || otherType.k === 'array')
    return a.fresh(s, span, 'd', { k: 'int', bits: 64, signed: true, enumTag: null, bool: false }, { k: 'unknown', why: '' });
  const element: CType = v.type.k === 'array' ? v.type.of : v.type.k === 'pointer' ? v.type.to : { k: 'unknown', name: '' };
  const id = `${p}${op}@${span.start}`;
  a.define(s, id, { k: 'pointer', to: element }, v.origins, pointerFact(VALID), mergeTaint(v.taint, a.value(other).taint));
  s.links.set(id, { k: 'near', from: p });
  if (op === '+') a.sums.set(id, { base: p, index: other });
  return id;
}
