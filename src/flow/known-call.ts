/** A call of a function that `kfunc-patterns.yaml` describes. */
import type { Expr, Span } from '../source/ir.ts';
import type { Activation, Outcome } from './activation.ts';
import { expressionName } from './activation.ts';
import type { BoundCall } from './call.ts';
import { handOver, noteCall } from './call.ts';
import { contentsBehind, noteCopy, noteLeft } from './contents.ts';
import type { CType } from './ctype.ts';
import { LONG, sizeOfType, UNKNOWN } from './ctype.ts';
import type { Fact } from './domain.ts';
import { ERR, NULL, pointerFact, rangeFact, UNKNOWN_FACT, VALID } from './domain.ts';
import { changeContext, constant, forgetBehind } from './evaluate.ts';
import type { Extent } from './event.ts';
import type { FunctionKnowledge } from './knowledge.ts';
import { arrayCount } from './layout.ts';
import { noteDeref, rootOf } from './memory.ts';
import { assumeTruth, constrain } from './refine.ts';
import { gfpParameter, noteSleep, reclaimOf } from './sleep.ts';
import { rcuSection, type State } from './state.ts';
import { mergeTaint, NO_TAINT, type Origin } from './value.ts';

/** Fresh memory belongs to who asked for it: handing it out is handing out the only reference. */
const ALLOCATES = /^(k|kv|v|kvm|kmem_cache_|bpf_mem_(cache_)?|bpf_map_k|bpf_map_kv|__k)?[mzc]?alloc|^kmemdup|^kstrdup|_alloc(_|$)/;

export function applyKnowledge(a: Activation, s: State, call: BoundCall, known: FunctionKnowledge): Outcome[] {
  const span = call.e.span;
  const bulk = new Set((known.length ?? []).flatMap((l) => l.of));
  for (const i of known.dereferences ?? [])
    if (call.args[i] !== undefined && !bulk.has(i)) noteDeref(a, s, call.args[i]!, call.e.args[i]!.span, 'read');
  for (const i of known.toleratesNull ?? [])
    if (call.args[i] !== undefined && isBehind(a, s, call.args[i]!)) noteDeref(a, s, call.args[i]!, call.e.args[i]!.span, 'read');
  for (const i of known.strings ?? [])
    if (call.args[i] !== undefined) noteDeref(a, s, call.args[i]!, call.e.args[i]!.span, 'read', rangeFact(0, Infinity));
  for (const sink of known.index ?? []) noteIndex(a, s, call, sink);
  for (const sink of known.length ?? []) noteLength(a, s, call, sink.argument, sink.of);
  const sleep = sleeps(a, s, call, known);
  noteCall(a, s, call, true, sleep);
  const flags = typeof known.sleeps === 'object' ? call.e.args[known.sleeps.gfp] : undefined;
  const handedOn = sleep === 'unknown' && flags ? gfpParameter(a, s, flags) : null;
  if (sleep === 'yes' || handedOn !== null) noteSleep(a, s, span, call.name, handedOn);
  if (known.rcuPointer) a.note(s, span, constant(a, s, 0), { k: 'rcu-read', how: call.name, ...rcuSection(s) });
  if (known.takes && typeof known.takes.what === 'number' && call.args[known.takes.what] !== undefined) {
    const object = rootOf(s, call.args[known.takes.what]!);
    const held = s.held.some((h) => h.value === object);
    a.note(s, span, object, { k: 'get', callee: call.name, live: known.takes.live, tests: known.takes.when !== 'always', held });
  }
  if (known.context && !known.context.when) changeContext(a, s, known.context.kind, known.context.change);
  for (const i of known.fills ?? []) if (call.args[i] !== undefined) handOver(a, s, call.args[i]!);
  if (known.drops !== undefined && call.args[known.drops] !== undefined) {
    forgetStored(s, rootOf(s, call.args[known.drops]!));
    drop(s, call.args[known.drops]!);
  }
  if (known.noReturn) return [];
  if (!known.pure && !known.context && !known.takes && known.drops === undefined) {
    // It may keep what it is given: a reference may live on there.
    for (const id of call.args) if (a.value(id).type.k === 'pointer') for (const root of withContents(s, id)) s.escaped.add(root);
    const copied = known.length?.find((l) => l.of.length > 1)?.of[0];
    if (copied !== undefined && call.args[copied] !== undefined) fill(s, rootOf(s, call.args[copied]!));
    // What it is known for says what it is about: it writes to its arguments' targets at most.
    for (const [i, id] of call.args.entries()) if (mayWrite(known, i)) noteLeft(a, s, id, call.name);
    forgetBehind(
      s,
      call.args.filter((id) => contentsBehind(a, s, id) === null).map((id) => rootOf(s, id)),
    );
    const [to, from] = known.length?.find((l) => l.of.length > 1)?.of.map((i) => call.args[i]) ?? [];
    if (to?.startsWith('a:v:') && from !== undefined && known.fills) noteCopy(a, s, to.slice(2), from);
    if (call.args.some((id) => /^p\d+$/.test(rootOf(s, id)))) a.clobbers = true;
  }
  const out = results(a, s, call, known, span.start);
  return known.context?.when ? tried(a, out, known.context, span) : out;
}

/** What a pointer leads to: `&n` also to what stands in n. */
function* withContents(s: State, id: string): Iterable<string> {
  yield rootOf(s, id);
  if (!id.startsWith('a:v:')) return;
  const place = id.slice(2);
  for (const [p, v] of s.env) if (p === place || p.startsWith(`${place}.`)) yield rootOf(s, v);
}

type ContextChange = NonNullable<FunctionKnowledge['context']>;

/** A lock that was tried is held where the result says so, and not where it does not. */
function tried(a: Activation, outcomes: Outcome[], context: ContextChange, span: Span): Outcome[] {
  return outcomes.flatMap(({ s, v }) => {
    const taken = s.fork();
    const out: Outcome[] = [];
    if (assumeTruth(a, taken, v, context.when === 'true', span)) {
      changeContext(a, taken, context.kind, context.change);
      out.push({ s: taken, v });
    }
    if (assumeTruth(a, s, v, context.when !== 'true', span)) out.push({ s, v });
    return out;
  });
}

/** Where a length says how much is copied, only what is filled is written. */
function mayWrite(known: FunctionKnowledge, argument: number): boolean {
  return known.fills?.includes(argument) === true || known.length === undefined;
}

function sleeps(a: Activation, s: State, call: BoundCall, known: FunctionKnowledge): 'yes' | 'no' | 'unknown' {
  if (known.sleeps === undefined || known.sleeps === false) return 'no';
  if (known.sleeps === true) return 'yes';
  const flags = call.e.args[known.sleeps.gfp];
  if (!flags) return 'unknown';
  const said = reclaimOf(a, s, flags);
  return said === 'none' ? 'no' : said;
}

/** `&p->member` is not NULL where `p` is, unless it is the first member: what is told to bear NULL is then handed a bad address. */
function isBehind(a: Activation, s: State, id: string): boolean {
  const link = s.links.get(id);
  if (link?.k === 'cast') return isBehind(a, s, link.from);
  const member = link?.k === 'near' && id.startsWith(`${link.from}.`) ? id.slice(link.from.length + 1) : null;
  if (member === null) return false;
  const base = a.value(link!.from).type;
  const first = base.k === 'pointer' && base.to.k === 'struct' ? a.program.findStruct(base.to.tag, a.file) : null;
  return first !== null && !first.isUnion && first.fields.length > 0 && first.fields[0]!.name !== member;
}

function noteIndex(a: Activation, s: State, call: BoundCall, sink: NonNullable<FunctionKnowledge['index']>[number]): void {
  const { argument, limit } = sink;
  const id = call.args[argument];
  const fact = id === undefined ? null : s.fact(id);
  if (id === undefined || (sink.none !== undefined && fact!.lo === sink.none && fact!.hi === sink.none)) return;
  const extent: Extent | null =
    limit === null
      ? null
      : {
          value: /^\d+$/.test(limit) ? Number(limit) : (a.program.findConstant(limit, a.file)?.value ?? null),
          symbol: limit,
          plus: 0,
          text: limit,
        };
  a.note(s, call.e.args[argument]!.span, id, { k: 'index', array: `${call.name}()`, extent, of: null, width: null });
}

function noteLength(a: Activation, s: State, call: BoundCall, argument: number, of: number[]): void {
  const id = call.args[argument];
  if (id === undefined) return;
  for (const i of of) {
    const pointer = call.args[i];
    if (pointer === undefined) continue;
    const root = a.value(rootOf(s, pointer));
    const origin = root.origins.length === 1 ? root.origins[0]! : null;
    const parameter = origin?.k === 'param' && rootOf(s, pointer) === `p${origin.index}` ? origin.index : null;
    const member = memberOfUnknownType(a, pointer, call.e.args[i]!);
    a.note(s, call.e.args[argument]!.span, id, {
      k: 'length',
      callee: call.name,
      of: objectExtent(a, pointer),
      member,
      argument: i,
      parameter,
    });
    noteDeref(a, s, pointer, call.e.args[i]!.span, 'bulk');
  }
}

/** `un->path` where the struct is not at hand: an array in it, or a pointer to memory of any length. */
function memberOfUnknownType(a: Activation, pointer: string, e: Expr): string | null {
  return e.k === 'field' && a.value(pointer).type.k === 'unknown' ? expressionName(e) : null;
}

/** Lengths that fit the array whose start a pointer is: [0, bytes + 1), as a length may be all of it. */
export function objectExtent(a: Activation, pointer: string): Extent | null {
  const type = a.value(pointer).type;
  const array = type.k === 'pointer' && type.to.k === 'array' ? type.to : type;
  const width = array.k === 'array' ? sizeOfType(array.of) : null;
  if (array.k !== 'array' || width === null || array.dim.trim() === '') return null;
  const dim = array.dim.trim();
  const count = arrayCount(a, dim);
  const text = width === 1 ? dim : `${dim} * ${width}`;
  return { value: count === null ? null : count * width + 1, symbol: width === 1 ? dim : null, plus: 1, text };
}

/** Memory of the function's own is freed: a reference that only a member of it held is nobody's to put any more. */
function forgetStored(s: State, memory: string): void {
  if (!s.held.some((h) => h.value === memory && h.memory)) return;
  const kept = [...s.env].filter(([place]) => place.startsWith('m:') || place.startsWith('g:'));
  const inside = (place: string) => place.startsWith('m:') && rootOf(s, place.slice(2)) === memory;
  for (const [place, v] of kept) {
    const root = rootOf(s, v);
    if (inside(place) && !kept.some(([other, w]) => !inside(other) && rootOf(s, w) === root)) s.stored.delete(root);
  }
}

export function drop(s: State, id: string): void {
  const root = rootOf(s, id);
  const i = s.held.findIndex((h) => h.value === root);
  if (i >= 0) s.held.splice(i, 1);
  else s.dropped.add(root);
}

function results(a: Activation, s: State, call: BoundCall, known: FunctionKnowledge, at: number): Outcome[] {
  if (known.returnsArgument !== undefined && call.args[known.returnsArgument] !== undefined) {
    const v = call.args[known.returnsArgument]!;
    if (known.takes) take(s, known.takes.what === 'return' ? v : (call.args[known.takes.what] ?? v), at, call.name);
    return [{ s, v }];
  }
  const mayFail = known.returns !== undefined && (known.returns.includes('null') || known.returns.includes('error'));
  const fails = (known.returns?.includes('null') ? NULL : 0) | (known.returns?.includes('error') ? ERR : 0);
  const type: CType = known.returns ? { k: 'pointer', to: UNKNOWN } : known.computes ? LONG : UNKNOWN;
  const origin: Origin = { k: 'call', callee: call.name, at, rcu: known.rcuPointer === true, mayFail, fails, known: true };
  const chosen = (known.computes ?? []).flatMap((i) => (call.args[i] === undefined ? [] : [a.value(call.args[i]!).taint]));
  const id = a.fresh(s, call.e.span, 'c', type, origin, chosen.reduce(mergeTaint, NO_TAINT));
  s.facts.set(id, resultFact(known));
  // what is known of the arguments may bound it, in a way that is not known here
  if (chosen.some((t) => t.size > 0)) s.asked.set(id, `what ${call.name}() makes of it is not known`);
  if (known.range?.below) s.facts.set(id, { ...s.fact(id), below: [{ symbol: known.range.below, plus: 0 }] });
  if (known.returns && ALLOCATES.test(call.name)) s.held.push({ value: id, at, by: call.name, memory: true });
  if (!known.takes) return [{ s, v: id }];
  return taking(a, s, call, known.takes, id);
}

function resultFact(known: FunctionKnowledge): Fact {
  if (known.returns) {
    const bits = { null: NULL, error: ERR, valid: VALID };
    return pointerFact(known.returns.reduce((n, r) => n | bits[r], 0));
  }
  if (known.range) return rangeFact(known.range.min ?? -Infinity, known.range.max ?? Infinity);
  return UNKNOWN_FACT;
}

export function take(s: State, id: string, at: number, by: string): void {
  const root = rootOf(s, id);
  s.held.push({ value: root, at, by });
  // `*copy = *other; get(copy->member)`: the copy is what the reference is for
  for (const [place, v] of s.env)
    if (place.startsWith('m:') && rootOf(s, v) === root && s.filled.has(rootOf(s, place.slice(2)))) s.stored.add(root);
}

function fill(s: State, root: string): void {
  if (!root.startsWith('a:v:')) s.filled.add(root);
}

/** What the result is where the reference was taken, or where it was not. An ERR_PTR is not NULL, and holds nothing. */
function outcomeHolds(
  a: Activation,
  s: State,
  id: string,
  when: NonNullable<FunctionKnowledge['takes']>['when'],
  success: boolean,
  span: Span,
): boolean {
  if (when === 'valid') return constrain(a, s, id, pointerFact(success ? VALID : NULL | ERR), a.reason(span));
  return assumeTruth(a, s, id, success === (when !== 'zero'), span);
}

/** A get: always, or only where it says so by its result. */
function taking(a: Activation, s: State, call: BoundCall, takes: NonNullable<FunctionKnowledge['takes']>, id: string): Outcome[] {
  const what = takes.what === 'return' ? id : call.args[takes.what];
  if (what === undefined) return [{ s, v: id }];
  const at = call.e.span.start;
  if (takes.when === 'always') {
    take(s, what, at, call.name);
    return [{ s, v: id }];
  }
  const got = s.fork();
  const out: Outcome[] = [];
  const holds = (t: State, success: boolean) => outcomeHolds(a, t, id, takes.when, success, call.e.span);
  if (holds(got, true)) {
    take(got, what, at, call.name);
    out.push({ s: got, v: id });
  }
  if (holds(s, false)) out.push({ s, v: id });
  return out;
}
