/** Reading and writing places: variables, members, elements, what pointers point to. Every dereference and index becomes an event. */
import type { Expr, Span } from '../source/ir.ts';
import type { Activation, Outcome } from './activation.ts';
import { expressionName } from './activation.ts';
import { isProgramMemory, noteCopy, readTaint } from './contents.ts';
import type { CType } from './ctype.ts';
import { UNKNOWN } from './ctype.ts';
import type { Fact } from './domain.ts';
import { address, chain, evaluate, near } from './evaluate.ts';
import { boundByOrigin, extentBehind, noteReach, parameterBehind } from './extent.ts';
import { memberExtent, typeSize } from './layout.ts';
import { formerPlace, mayBeNull, memberOnRecord } from './member.ts';
import { noteRcuUse } from './rcu-use.ts';
import { convert } from './refine.ts';
import type { State } from './state.ts';
import { findField } from './symbol.ts';
import { isOwn, isWorkedOut, type Origin } from './value.ts';

/** The pointer that this one was made from by member access, casts and arithmetic: what must not be NULL when this one is used. */
export function rootOf(s: State, id: string): string {
  let at = id;
  for (let i = 0; i < 16; i++) {
    const link = s.links.get(at);
    if (!link || isWorkedOut(link)) return at;
    at = link.from;
  }
  return at;
}

/**
 * Records that memory at `id` is touched; the root pointer is what is at risk. Objects of the function's own are not.
 * @param at which elements of what `id` points to are touched; null: it itself
 */
export function noteDeref(
  a: Activation,
  s: State,
  id: string,
  span: Span,
  access: 'read' | 'write' | 'bulk',
  at: Fact | null = null,
): void {
  if (a.sums.size > 0 && access !== 'bulk') noteReach(a, s, id, span);
  const root = rootOf(s, id);
  if (root.startsWith('a:')) return;
  noteRcuUse(a, s, root, span);
  const path = memberPath(a, s, id);
  const element = at !== null && at.hi !== 0;
  const size = element ? typeSize(a, pointee(a.value(id).type)) : 0;
  // the end of the last one that it may be
  const end = path.end === null || size === null || (element && at.hi >= 2 ** 31) ? null : path.end + (element ? at.hi * size : 0);
  a.note(s, span, root, {
    k: 'deref',
    member: path.names.join('.') || null,
    struct: path.struct,
    end,
    access,
    element,
    fixed: at === null || at.lo === at.hi,
  });
}

interface MemberPath {
  names: string[];
  /** struct that the first name belongs to */
  struct: string | null;
  /** bytes from the root's start to the end of what is touched, null where a layout is not at hand */
  end: number | null;
}

/** Which member of what the root points to: `opts->dir` is ['dir'], `tuple.ipv4.sport` ['ipv4', 'sport']. */
function memberPath(a: Activation, s: State, id: string): MemberPath {
  const names: string[] = [];
  let offset: number | null = 0;
  let struct: string | null = null;
  let touched = pointee(a.value(id).type);
  let at = id;
  for (let i = 0; i < 12; i++) {
    const link = s.links.get(at);
    if (!link || isWorkedOut(link)) break;
    const tag = link.k === 'near' ? at.slice(link.from.length) : '';
    if (tag.startsWith('.')) {
      const base = pointee(a.value(link.from).type);
      const extent = base.k === 'struct' ? memberExtent(a, base.tag, tag.slice(1)) : null;
      offset = offset === null || extent === null ? null : offset + extent.offset;
      struct = base.k === 'struct' ? base.tag : null;
      names.unshift(tag.slice(1));
    } else if (link.k === 'near' && tag !== '[]') {
      // Some element of an array: what matters is where the array ends.
      const array = a.value(link.from).type;
      if (names.length === 0 && array.k === 'array') touched = array;
      else offset = null;
    }
    at = link.from;
  }
  const size = typeSize(a, touched);
  return { names, struct, end: offset === null || size === null ? null : offset + size };
}

export function pointee(t: CType): CType {
  return t.k === 'pointer' ? t.to : t.k === 'array' ? t.of : UNKNOWN;
}

function memberType(a: Activation, base: string, member: string): CType {
  const to = pointee(a.value(base).type);
  if (to.k !== 'struct') return UNKNOWN;
  return findField(a, to.tag, member) ?? UNKNOWN;
}

/**
 * a[i] as a place: evaluates both, notes the index, gives a pointer to the element.
 * @param touched false where only its address is taken
 */
function element(a: Activation, s: State, e: Expr & { k: 'index' }, touched = true): Outcome[] {
  return chain(arrayBase(a, s, e.x, touched), (base) =>
    chain(evaluate(a, base.s, e.i), (index) => {
      const type = a.value(base.v).type;
      const of = parameterBehind(index.s, base.v);
      const extent = extentBehind(a, index.s, base.v);
      const width = typeSize(a, pointee(type));
      // the size of a parameter's memory is the parameter after it, if its name says so, and counts bytes
      const isSized = of !== null && width === 1 && /.__szk?$/.test(a.fn.parameters[of + 1]?.name ?? '');
      const own = isSized ? boundByOrigin(index.s, index.v, of + 1) : [];
      a.note(index.s, e.span, index.v, { k: 'index', array: expressionName(e.x), extent, of, width }, own);
      if (type.k !== 'array') noteDeref(a, index.s, base.v, e.span, 'read', index.s.fact(index.v));
      return [{ s: index.s, v: near(a, index.s, base.v, `[${e.span.start}]`, e.span, pointee(type)) }];
    }),
  );
}

/** The array itself, not a copy of it: `p->table`, a global, a local, or a pointer's value. */
function arrayBase(a: Activation, s: State, x: Expr, touched: boolean): Outcome[] {
  if (x.k === 'field') {
    return chain(memberPointer(a, s, x), (o) => {
      const type = a.value(o.v).type;
      const inner = type.k === 'pointer' ? type.to : UNKNOWN;
      // a pointer is read out of the object, an array lies in it, and its address alone touches nothing; a member of unknown type is one of the two
      if (touched || (inner.k !== 'unknown' && inner.k !== 'array')) noteDeref(a, o.s, o.v, x.span, 'read');
      if (inner.k !== 'array') return loadFrom(a, o.s, o.v, x.span, expressionName(x));
      const id = `${o.v}[]`;
      if (!o.s.links.has(id)) {
        a.define(o.s, id, inner, a.value(o.v).origins, o.s.fact(o.v), a.value(o.v).taint);
        o.s.links.set(id, { k: 'near', from: o.v });
      }
      return [{ s: o.s, v: id }];
    });
  }
  return evaluate(a, s, x);
}

/** Pointer to the member `x.name` / `x->name`. */
function memberPointer(a: Activation, s: State, x: Expr & { k: 'field' }): Outcome[] {
  const base = x.arrow ? evaluate(a, s, x.x) : lvaluePointer(a, s, x.x);
  return chain(base, (o) => [{ s: o.s, v: near(a, o.s, o.v, `.${x.name}`, x.span, memberType(a, o.v, x.name)) }]);
}

/** `*(p + i)` is `p[i]`. */
function asIndex(x: Expr): Expr {
  if (x.k !== 'unary' || x.op !== '*' || x.x.k !== 'binary' || x.x.op !== '+') return x;
  return { k: 'index', x: x.x.l, i: x.x.r, span: x.span };
}

/** Pointer to any lvalue, without reading it. */
export function lvaluePointer(a: Activation, s: State, lvalue: Expr): Outcome[] {
  const x = asIndex(lvalue);
  switch (x.k) {
    case 'name': {
      const v = a.variable(x.name);
      const type: CType = v ? v.type : globalType(a, x.name);
      return [{ s, v: address(a, s, v?.place ?? `g:${x.name}`, x.name, { k: 'pointer', to: type }) }];
    }
    case 'field':
      return memberPointer(a, s, x);
    case 'index':
      return element(a, s, x);
    case 'unary':
      if (x.op === '*') return evaluate(a, s, x.x);
      break;
    case 'cast':
      return lvaluePointer(a, s, x.x);
    default:
  }
  return chain(evaluate(a, s, x), (o) => [
    { s: o.s, v: address(a, o.s, `t@${x.span.start}`, expressionName(x), { k: 'pointer', to: a.value(o.v).type }) },
  ]);
}

function globalType(a: Activation, name: string): CType {
  const g = a.program.findVariable(name, a.file);
  return g ? a.type(g.type) : UNKNOWN;
}

/** Name under which memory is remembered: `v:x@1` for a plain variable, else `m:<pointer>`. */
export function placeOf(pointer: string): string {
  if (pointer.startsWith('a:v:') || pointer.startsWith('a:g:')) {
    const rest = pointer.slice(2);
    if (!/[[+]/.test(rest)) return rest;
  }
  return `m:${pointer}`;
}

/** @param anew memory of the program is read once more, and may have changed since the last time */
export function readLvalue(a: Activation, s: State, lvalue: Expr, anew = false): Outcome[] {
  const x = asIndex(lvalue);
  if (x.k === 'name') return evaluate(a, s, x);
  if (x.k === 'cast') return chain(readLvalue(a, s, x.x), (o) => [{ s: o.s, v: convert(a, o.s, o.v, a.type(x.type)) }]);
  if (x.k !== 'field' && x.k !== 'index' && !(x.k === 'unary' && x.op === '*')) return evaluate(a, s, x);
  return chain(lvaluePointer(a, s, x), (o) => {
    // `b->name` of an array reads nothing yet: it is where the array stands
    if (x.k !== 'index' && pointee(a.value(o.v).type).k !== 'array') noteDeref(a, o.s, o.v, x.span, 'read');
    if (anew && isProgramMemory(a, placeOf(o.v))) o.s.env.delete(placeOf(o.v));
    return loadFrom(a, o.s, o.v, x.span, expressionName(x));
  });
}

export function loadFrom(a: Activation, s: State, pointer: string, span: Span, name: string): Outcome[] {
  const place = placeOf(pointer);
  const held = s.env.get(place);
  if (held !== undefined) return [{ s, v: held }];
  const type = pointee(a.value(pointer).type);
  // Arrays and structs inside an object are not copied: they are where they are.
  if (type.k === 'struct') return [{ s, v: pointer }];
  if (type.k === 'array') return [{ s, v: near(a, s, pointer, '[]', span, type) }];
  const root = a.value(rootOf(s, pointer));
  const of = root.origins.length === 1 && root.origins[0]!.k === 'param' ? root.origins[0]!.index : null;
  const local = pointer.startsWith('a:v:');
  const member = local ? undefined : memberOnRecord(a, s, pointer);
  const origin: Origin = local
    ? { k: 'unknown', why: '' }
    : { k: 'load', text: name, of, own: root.origins.some(isOwn), ...(member ? { member } : {}) };
  // what may be NULL is a pointer, also where the struct is not at hand
  // `p->a` and `p->a->b` start at one place
  const chosen = type.k === 'int' ? readTaint(a, s, pointer) : null;
  const shown: CType = member && type.k === 'unknown' ? { k: 'pointer', to: type } : type;
  const id = a.fresh(s, span, `l${span.end - span.start}@`, shown, origin, chosen?.taint);
  if (chosen && chosen.asked !== null) s.asked.set(id, chosen.asked);
  // An element's place is only known while the index is; it is not remembered.
  if (!pointer.includes('[')) s.env.set(place, id);
  if (member) mayBeNull(a, s, { pointer, place, id, name });
  return [{ s, v: id }];
}

/** Stores `v` into the lvalue `x`, converted to its type. The outcome's value is the value stored. */
export function assign(a: Activation, s: State, lvalue: Expr, v: string, span: Span, source: Expr | null = null): Outcome[] {
  const x = asIndex(lvalue);
  if (x.k === 'name') {
    const variable = a.variable(x.name);
    if (variable) return [{ s, v: assignVariable(a, s, variable, v, span, source) }];
    const stored = convert(a, s, v, globalType(a, x.name));
    s.env.set(`g:${x.name}`, stored);
    keep(s, v);
    a.writes.add(`g:${x.name}`);
    return [{ s, v: stored }];
  }
  return chain(lvaluePointer(a, s, x), (o) => {
    if (x.k !== 'index') noteDeref(a, o.s, o.v, x.span, 'write');
    const stored = convert(a, o.s, v, pointee(a.value(o.v).type));
    store(a, o.s, o.v, stored, x.k === 'field' ? x.name : null);
    const root = rootOf(o.s, o.v);
    const kept = rootOf(o.s, stored);
    if (kept !== root && /^p\d/.test(kept) && /^p\d/.test(root) && a.value(kept).type.k === 'pointer')
      a.note(o.s, span, kept, { k: 'keep', member: x.k === 'field' ? x.name : null });
    if (pointee(a.value(o.v).type).k === 'struct' && !root.startsWith('a:v:')) o.s.filled.add(root);
    return [{ s: o.s, v: stored }];
  });
}

function assignVariable(
  a: Activation,
  s: State,
  variable: { place: string; type: CType; name: string },
  v: string,
  span: Span,
  source: Expr | null,
): string {
  const before = s.env.get(variable.place);
  if (before !== undefined && a.value(before).origins.some((o) => o.k === 'param') && before !== v) {
    a.note(s, span, before, { k: 'rebind', variable: variable.name, source: source ? a.text(source.span) : '' });
  }
  if (variable.type.k === 'struct') {
    copyMembers(s, v, variable.place);
    noteCopy(a, s, variable.place, v);
    return v;
  }
  const stored = convert(a, s, v, variable.type);
  s.env.set(variable.place, stored);
  return stored;
}

/** Writes through a pointer: other pointers may point to the same member. */
function store(a: Activation, s: State, pointer: string, v: string, member: string | null): void {
  const place = placeOf(pointer);
  const local = place.startsWith('v:');
  if (!local) {
    keep(s, v);
    if (member === null) a.clobbers = true;
    else a.writes.add(member);
  }
  for (const other of [...s.env.keys()]) {
    if (!other.startsWith('m:') || other === place) continue;
    if (local && !s.escaped.has(pointer)) continue;
    if (member === null || other.endsWith(`.${member}`)) s.env.delete(other);
  }
  dropBelow(s, place);
  if (!pointer.includes('[')) s.env.set(place, v);
  if (memberOnRecord(a, s, pointer)) s.env.set(formerPlace(place), v);
}

/** Stored where others can reach it; with an object of the function's own go its members. */
function keep(s: State, v: string): void {
  const members = v.startsWith('a:v:') ? [...s.env].filter(([p]) => p.startsWith(`${v.slice(2)}.`)).map(([, m]) => m) : [];
  for (const id of [v, ...members]) {
    s.escaped.add(rootOf(s, id));
    s.stored.add(rootOf(s, id));
  }
}

/** A whole object is put into the local one at `place`: what is known of its members is known of the copy's. */
export function copyMembers(s: State, source: string, place: string): void {
  const from = `${placeOf(source)}.`;
  const members = [...s.env].filter(([p]) => p.startsWith(from));
  dropBelow(s, place);
  for (const [p, v] of members) s.env.set(`${place}.${p.slice(from.length)}`, v);
}

function dropBelow(s: State, place: string): void {
  for (const p of [...s.env.keys()]) if (p.startsWith(`${place}.`)) s.env.delete(p);
}

export const loadPlace = { memberType, element };
