/** Expressions: each gives one outcome a path, a state and the value it has there. Conditions fork; what can't be read makes an unknown value. */
import type { Expr, Span } from '../source/ir.ts';
import type { Activation, Outcome } from './activation.ts';
import { expressionName } from './activation.ts';
import { arithmetic } from './arithmetic.ts';
import { evaluateCall } from './call.ts';
import { isProgramMemory } from './contents.ts';
import type { CType } from './ctype.ts';
import { CHAR, INT, LONG, typeKey, UINT, ULONG, UNKNOWN } from './ctype.ts';
import { meet, NULL, pointerFact, rangeFact, VALID } from './domain.ts';
import { executeBlockValue } from './execute.ts';
import { assign, loadPlace, readLvalue } from './memory.ts';
import { assumeCompare, assumeTruth, convert } from './refine.ts';
import { type ContextKind, mergeStates, type State } from './state.ts';
import { namedValue } from './symbol.ts';

export const PATH_LIMIT = 24;

/** Runs `next` on every outcome and collects what it gives. */
export function chain(outcomes: Outcome[], next: (o: Outcome) => Outcome[]): Outcome[] {
  return outcomes.length === 1 ? next(outcomes[0]!) : outcomes.flatMap(next);
}

export function constant(a: Activation, s: State, value: number, type: CType = INT): string {
  // the type goes with the value: `1UL << n` and `1 << n` differ, and so do comparisons with 64 and 64UL
  const id = typeKey(type) === 's32' ? `k:${value}` : `k:${value}:${typeKey(type)}`;
  if (!s.facts.has(id)) {
    a.registerValue(id, type, [{ k: 'const' }]);
    s.facts.set(id, { ...rangeFact(value, value), nul: value === 0 ? NULL : VALID });
  }
  return id;
}

export function evaluate(a: Activation, s: State, e: Expr): Outcome[] {
  if (--a.fuel < 0) return [unknownValue(a, s, e.span, 'the function is too large to follow')];
  switch (e.k) {
    case 'name':
      return [{ s, v: namedValue(a, s, e.name, e.span) }];
    case 'number':
      return [{ s, v: constant(a, s, e.value, numberType(e.text, e.value)) }];
    case 'string':
      return [{ s, v: address(a, s, `str@${e.span.start}`, e.text, { k: 'pointer', to: CHAR }) }];
    case 'unary':
      return unary(a, s, e);
    case 'step':
      return chain(readLvalue(a, s, e.x), (o) => step(a, o, e));
    case 'binary':
      return binary(a, s, e);
    case 'assign':
      return assignment(a, s, e);
    case 'conditional':
      return conditional(a, s, e);
    case 'call':
      return limit(a, evaluateCall(a, s, e));
    case 'field':
    case 'index':
      return readLvalue(a, s, e);
    case 'cast':
      if (e.x.k === 'init') return literal(a, s, e, e.x);
      return chain(evaluate(a, s, e.x), (o) => [{ s: o.s, v: convert(a, o.s, o.v, a.type(e.type)) }]);
    case 'sizeof':
    case 'offsetof':
      return [{ s, v: namedValue(a, s, a.text(e.span).replace(/\s/g, ''), e.span, e) }];
    case 'comma':
      return chain(evaluate(a, s, e.l), (o) => evaluate(a, o.s, e.r));
    case 'block':
      return executeBlockValue(a, s, e.body);
    case 'init':
      return initialiser(a, s, e);
    case 'type':
      return [unknownValue(a, s, e.span, '')];
    case 'unknown':
      a.clobbers = true;
      s.doubt ??= `line ${a.locate(e.span).line} could not be read`;
      forget(a, s);
      return [unknownValue(a, s, e.span, s.doubt)];
  }
}

/** Too many paths out of one expression: join the oldest. */
export function limit(a: Activation, outcomes: Outcome[]): Outcome[] {
  if (outcomes.length <= PATH_LIMIT) return outcomes;
  const byValue = new Map<string, State[]>();
  for (const o of outcomes) byValue.set(o.v, [...(byValue.get(o.v) ?? []), o.s]);
  const out: Outcome[] = [];
  for (const [v, states] of byValue)
    for (const s of mergeStates(states, Math.max(2, Math.floor(PATH_LIMIT / byValue.size)), a.phi)) out.push({ s, v });
  return out;
}

export function unknownValue(a: Activation, s: State, span: Span, why: string): Outcome {
  return { s, v: a.fresh(s, span, 'u', UNKNOWN, { k: 'unknown', why }) };
}

export function address(a: Activation, s: State, id: string, name: string, type: CType): string {
  const full = `a:${id}`;
  if (!s.facts.has(full)) {
    a.registerValue(full, type, [{ k: 'address', name }]);
    s.facts.set(full, pointerFact(VALID));
  }
  return full;
}

/** These members and globals have been written, behind whichever pointer. */
export function forgetWritten(s: State, writes: ReadonlySet<string>): void {
  if (writes.size === 0) return;
  for (const place of [...s.env.keys()]) {
    if (place.startsWith('g:') ? writes.has(place) : place.startsWith('m:') && writes.has(place.slice(place.lastIndexOf('.') + 1)))
      s.env.delete(place);
  }
}

/** What these pointers point to may have changed, and nothing else. */
export function forgetBehind(s: State, roots: readonly string[]): void {
  for (const place of [...s.env.keys()])
    if (roots.some((r) => place === `m:${r}` || place.startsWith(`m:${r}.`) || place.startsWith(`m:${r}:`))) s.env.delete(place);
}

/** Everything behind pointers may have changed, but for memory of the program that nobody was handed. */
export function forget(a: Activation, s: State): void {
  for (const place of [...s.env.keys()])
    if ((place.startsWith('m:') || place.startsWith('g:')) && !isProgramMemory(a, place)) s.env.delete(place);
}

/**
 * Takes or lets go of a lock or a section. A lock is there for memory that others change: what was found out of it before it was taken, or while it was held,
 * need not be so afterwards.
 */
export function changeContext(a: Activation, s: State, kind: ContextKind, change: number): void {
  s.context.set(kind, s.depth(kind) + change);
  if (change === 0 || (kind !== 'spin' && kind !== 'mutex')) return;
  a.clobbers = true;
  for (const place of [...s.env.keys()])
    if (/^[mg]:/.test(place) && !/^m:a:v:/.test(place) && !isProgramMemory(a, place) && !isOwn(s, place)) s.env.delete(place);
}

/** In memory that was allocated here and that nobody else knows yet. */
function isOwn(s: State, place: string): boolean {
  return s.held.some(
    (h) => h.memory && !s.stored.has(h.value) && !s.escaped.has(h.value) && (place === `m:${h.value}` || place.startsWith(`m:${h.value}.`)),
  );
}

function numberType(text: string, value: number): CType {
  const suffix = /[uUlL]*$/.exec(text)?.[0].toLowerCase() ?? '';
  const unsigned = suffix.includes('u');
  const long = suffix.includes('l');
  if (text.startsWith("'")) return INT;
  if (long) return unsigned ? ULONG : LONG;
  if (unsigned) return value > 0xffffffff ? ULONG : UINT;
  if (value <= 0x7fffffff) return INT;
  if (/^0/.test(text)) return value <= 0xffffffff ? UINT : value <= 2 ** 63 - 1 ? LONG : ULONG;
  return LONG;
}

function unary(a: Activation, s: State, e: Expr & { k: 'unary' }): Outcome[] {
  switch (e.op) {
    case '!':
      return truthValues(a, s, e);
    case '&':
      return addressOf(a, s, e.x, e.span);
    case '*':
      return readLvalue(a, s, e);
    case '+':
      return evaluate(a, s, e.x);
    default:
      return chain(evaluate(a, s, e.x), (o) => [{ s: o.s, v: negate(a, o, e) }]);
  }
}

function negate(a: Activation, o: Outcome, e: Expr & { k: 'unary' }): string {
  const f = o.s.fact(o.v);
  const v = a.value(o.v);
  const type = v.type.k === 'int' && v.type.bits < 32 ? INT : v.type;
  if (f.lo === f.hi && type.k === 'int') {
    const value = e.op === '-' ? -f.lo : type.signed === false ? 2 ** type.bits - 1 - f.lo : -f.lo - 1;
    if (e.op === '-' && type.signed === false && value !== 0) return constant(a, o.s, value + 2 ** type.bits, type);
    return constant(a, o.s, value, type);
  }
  const id = a.fresh(o.s, e.span, 'n', type, { k: 'unknown', why: '' }, v.taint);
  if (e.op === '-' && type.k === 'int' && type.signed) o.s.facts.set(id, meet(a.topFact(type), rangeFact(-f.hi, -f.lo)));
  return id;
}

/** A condition as a value: one path with 1, one with 0. */
function truthValues(a: Activation, s: State, e: Expr): Outcome[] {
  const yes = assume(a, s.fork(), e, true).map((t): Outcome => ({ s: t, v: constant(a, t, 1) }));
  const no = assume(a, s, e, false).map((t): Outcome => ({ s: t, v: constant(a, t, 0) }));
  return limit(a, [...yes, ...no]);
}

const COMPARISONS = new Set(['<', '<=', '>', '>=', '==', '!=']);

function binary(a: Activation, s: State, e: Expr & { k: 'binary' }): Outcome[] {
  if (e.op === '&&' || e.op === '||' || COMPARISONS.has(e.op)) return truthValues(a, s, e);
  return chain(evaluate(a, s, e.l), (l) =>
    chain(evaluate(a, l.s, e.r), (r) => [{ s: r.s, v: arithmetic(a, r.s, e.op, l.v, r.v, e.span) }]),
  );
}

function step(a: Activation, o: Outcome, e: Expr & { k: 'step' }): Outcome[] {
  const next = arithmetic(a, o.s, e.op === '++' ? '+' : '-', o.v, constant(a, o.s, 1), e.span);
  return assign(a, o.s, e.x, next, e.span).map((after) => ({ s: after.s, v: e.postfix ? o.v : after.v }));
}

function assignment(a: Activation, s: State, e: Expr & { k: 'assign' }): Outcome[] {
  if (e.op === '=') return chain(evaluate(a, s, e.r), (r) => assign(a, r.s, e.l, r.v, e.span, e.r));
  const op = e.op.slice(0, -1);
  return chain(readLvalue(a, s, e.l), (l) =>
    chain(evaluate(a, l.s, e.r), (r) => assign(a, r.s, e.l, arithmetic(a, r.s, op, l.v, r.v, e.span), e.span)),
  );
}

function conditional(a: Activation, s: State, e: Expr & { k: 'conditional' }): Outcome[] {
  if (e.then) {
    const yes = assume(a, s.fork(), e.c, true).flatMap((t) => evaluate(a, t, e.then!));
    const no = assume(a, s, e.c, false).flatMap((t) => evaluate(a, t, e.other));
    return limit(a, [...yes, ...no]);
  }
  return chain(evaluate(a, s, e.c), (c) => {
    const out: Outcome[] = [];
    const taken = c.s.fork();
    if (assumeTruth(a, taken, c.v, true, e.c.span)) out.push({ s: taken, v: c.v });
    if (assumeTruth(a, c.s, c.v, false, e.c.span)) out.push(...evaluate(a, c.s, e.other));
    return limit(a, out);
  });
}

/** `(struct look){ .plan = p }`: an object without a name. */
function literal(a: Activation, s: State, e: Expr & { k: 'cast' }, init: Expr & { k: 'init' }): Outcome[] {
  const type = a.type(e.type);
  if (type.k !== 'struct') return chain(initialiser(a, s, init), (o) => [{ s: o.s, v: convert(a, o.s, o.v, type) }]);
  const place = `v:literal@${e.span.start}`;
  let states = [s];
  for (const { member, value } of init.items)
    states = mergeStates(
      states.flatMap((t) =>
        evaluate(a, t, value).map((o) => {
          if (member !== null && value.k !== 'init') o.s.env.set(`${place}.${member}`, o.v);
          return o.s;
        }),
      ),
      PATH_LIMIT,
      a.phi,
    );
  return states.map((t) => ({ s: t, v: address(a, t, place, 'literal', { k: 'pointer', to: type }) }));
}

function initialiser(a: Activation, s: State, e: Expr & { k: 'init' }): Outcome[] {
  let states = [s];
  for (const item of e.items)
    states = mergeStates(
      states.flatMap((t) => evaluate(a, t, item.value).map((o) => o.s)),
      PATH_LIMIT,
      a.phi,
    );
  return states.map((t) => unknownValue(a, t, e.span, ''));
}

/** `&x`: never NULL by itself; a member of a pointer's target stays linked to that pointer. */
function addressOf(a: Activation, s: State, x: Expr, span: Span): Outcome[] {
  if (x.k === 'field' && x.arrow) {
    return chain(evaluate(a, s, x.x), (o) => [{ s: o.s, v: near(a, o.s, o.v, `.${x.name}`, span, loadPlace.memberType(a, o.v, x.name)) }]);
  }
  if (x.k === 'field')
    return chain(addressOf(a, s, x.x, span), (o) => [
      { s: o.s, v: near(a, o.s, o.v, `.${x.name}`, span, loadPlace.memberType(a, o.v, x.name)) },
    ]);
  if (x.k === 'unary' && x.op === '*') return evaluate(a, s, x.x);
  if (x.k === 'index') {
    // &a[0] is a
    const first = x.i.k === 'number' && x.i.value === 0;
    return chain(loadPlace.element(a, s, x, false), (o) => [{ s: o.s, v: first ? (o.s.links.get(o.v)?.from ?? o.v) : o.v }]);
  }
  if (x.k === 'name') {
    const v = a.variable(x.name);
    const type: CType = v ? { k: 'pointer', to: v.type } : { k: 'pointer', to: UNKNOWN };
    return [{ s, v: address(a, s, v?.place ?? `g:${x.name}`, x.name, type) }];
  }
  if (x.k === 'cast' && x.x.k === 'init' && a.type(x.type).k === 'struct') return evaluate(a, s, x);
  return chain(evaluate(a, s, x), (o) => [
    { s: o.s, v: address(a, o.s, `t@${span.start}`, expressionName(x), { k: 'pointer', to: a.value(o.v).type }) },
  ]);
}

/** A pointer into (or to the container of) what `from` points to. */
export function near(a: Activation, s: State, from: string, tag: string, _span: Span, to: CType): string {
  const id = `${from}${tag}`;
  if (s.links.get(id)?.from === from && s.facts.has(id)) return id;
  const v = a.value(from);
  a.define(s, id, { k: 'pointer', to }, v.origins, pointerFact(VALID), v.taint);
  s.links.set(id, { k: 'near', from });
  return id;
}

/** Paths on which the condition is true (or false), with what it teaches. */
export function assume(a: Activation, s: State, e: Expr, truth: boolean): State[] {
  if (--a.fuel < 0) return [s];
  switch (e.k) {
    case 'unary':
      if (e.op === '!') return assume(a, s, e.x, !truth);
      break;
    case 'binary':
      if (e.op === '&&' || e.op === '||') {
        const both = (e.op === '&&') === truth;
        if (both) return assume(a, s, e.l, truth).flatMap((t) => assume(a, t, e.r, truth));
        const short = assume(a, s.fork(), e.l, truth);
        return cap(a, [...short, ...assume(a, s, e.l, !truth).flatMap((t) => assume(a, t, e.r, truth))]);
      }
      if (COMPARISONS.has(e.op)) return assumeComparison(a, s, e, truth);
      break;
    case 'comma':
      return cap(
        a,
        evaluate(a, s, e.l).flatMap((o) => assume(a, o.s, e.r, truth)),
      );
    case 'conditional':
      if (e.then) {
        const yes = assume(a, s.fork(), e.c, true).flatMap((t) => assume(a, t, e.then!, truth));
        return cap(a, [...yes, ...assume(a, s, e.c, false).flatMap((t) => assume(a, t, e.other, truth))]);
      }
      break;
    default:
  }
  return cap(
    a,
    evaluate(a, s, e)
      .filter((o) => testValue(a, o, e, truth))
      .map((o) => o.s),
  );
}

function testValue(a: Activation, o: Outcome, e: Expr, truth: boolean): boolean {
  noteTest(a, o.s, e, o.v);
  return assumeTruth(a, o.s, o.v, truth, e.span);
}

function noteTest(a: Activation, s: State, e: Expr, v: string): void {
  const target = e.k === 'assign' ? e.l : e;
  const inMacro = a.spanOverride.length > 0;
  if (target.k === 'name' && a.variable(target.name)) a.note(s, e.span, v, { k: 'test', variable: target.name, inMacro });
  else if (target.k === 'field') a.note(s, e.span, v, { k: 'test', variable: expressionName(target), inMacro });
}

function assumeComparison(a: Activation, s: State, e: Expr & { k: 'binary' }, truth: boolean): State[] {
  const out: State[] = [];
  for (const l of evaluate(a, s, e.l)) {
    for (const r of evaluate(a, l.s, e.r)) {
      noteTest(a, r.s, e.l, l.v);
      if (assumeCompare(a, r.s, e.op, l.v, r.v, truth, e.span)) out.push(r.s);
    }
  }
  return cap(a, out);
}

function cap(a: Activation, states: State[]): State[] {
  return states.length <= PATH_LIMIT ? states : mergeStates(states, PATH_LIMIT, a.phi);
}
