/** Calls: built-in meaning, then a definition in the same file, what the knowledge file says, then a definition anywhere at hand; else the call is out of sight. */
import type { Expr } from '../source/ir.ts';
import type { Activation, Outcome, Variable } from './activation.ts';
import { expressionName } from './activation.ts';
import { applyCallee } from './apply.ts';
import { builtin } from './builtin.ts';
import { contentsBehind, contentsKnown, noteLeft } from './contents.ts';
import type { CType } from './ctype.ts';
import { INT, UNKNOWN } from './ctype.ts';
import { chain, constant, evaluate, forget, limit } from './evaluate.ts';
import { applyKnowledge } from './known-call.ts';
import { expanding, expandMacro, isOfDebugKernels } from './macro.ts';
import { membersKnown } from './member.ts';
import { noteDeref, rootOf } from './memory.ts';
import { plainRoot, type State } from './state.ts';
import { mayFail } from './value.ts';

export interface BoundCall {
  e: Expr & { k: 'call' };
  name: string;
  args: string[];
}

export function evaluateCall(a: Activation, s: State, e: Expr & { k: 'call' }): Outcome[] {
  const name = e.fn.k === 'name' ? e.fn.name : null;
  const pointer = name !== null && isCallable(a.variable(name));
  if (name !== null && !pointer) {
    const b = builtin(name);
    if (b) return b(a, s, e);
    const macro = expandMacro(a, name, e);
    if (macro) return expanded(a, s, name, macro, e);
  }
  return evaluateArguments(a, s, e).flatMap((b) =>
    name === null || pointer ? indirect(a, b.s, e, b.args) : direct(a, b.s, { e, name, args: b.args }),
  );
}

function expanded(a: Activation, s: State, name: string, macro: Expr, e: Expr & { k: 'call' }): Outcome[] {
  const other = isOfDebugKernels(a, name) ? s.fork() : null;
  return withOther(
    a,
    other,
    e,
    inMacro(a, e, () => expanding(name, () => evaluate(a, s, macro))),
  );
}

/** Of what is defined otherwise in other kernels the answer there is not known, and it has tested nothing. */
function withOther(a: Activation, other: State | null, e: Expr, out: Outcome[]): Outcome[] {
  return other ? limit(a, [...out, { s: other, v: a.fresh(other, e.span, 'x', INT, { k: 'unknown', why: '' }) }]) : out;
}

/** `struct rq *this_rq = this_rq();` calls a macro: a variable of such a type can't be called. */
function isCallable(variable: Variable | null): boolean {
  const type = variable?.type.k === 'pointer' ? variable.type.to : variable?.type;
  return type !== undefined && type.k !== 'int' && type.k !== 'struct' && type.k !== 'array';
}

/** What a macro expands to has no place of its own: everything in it stands at the call. */
export function inMacro<T>(a: Activation, e: Expr, run: () => T): T {
  a.spanOverride.push(e.span);
  try {
    return run();
  } finally {
    a.spanOverride.pop();
  }
}

interface Bound {
  s: State;
  args: string[];
}

function evaluateArguments(a: Activation, s: State, e: Expr & { k: 'call' }): Bound[] {
  let bound: Bound[] = [{ s, args: [] }];
  for (const arg of e.args) bound = bound.flatMap((b) => evaluate(a, b.s, arg).map((o) => ({ s: o.s, args: [...b.args, o.v] })));
  return bound;
}

function direct(a: Activation, s: State, call: BoundCall): Outcome[] {
  const local = localDefinition(a, call.name);
  const described = local ? undefined : a.knowledge.functions.get(call.name);
  if (described) return applyKnowledge(a, s, call, described);
  const parameters = a.contents.size === 0 ? [] : call.args.flatMap((id, i) => (contentsBehind(a, s, id) === null ? [] : [i]));
  const known = parameters.length === 0 ? membersKnown(s, call.args) : [...contentsKnown(a, s, call.args), ...membersKnown(s, call.args)];
  const interesting = parameters.length > 0 || call.args.some((id) => isInteresting(a, s, id));
  const facts = call.args.map((id) => s.fact(id));
  const answer = a.callee(call.name, a.file, facts, a.depth + 1, interesting, { parameters, known });
  if ('result' in answer) {
    const other = isOfDebugKernels(a, call.name) ? s.fork() : null;
    return withOther(a, other, call.e, applyCallee(a, s, call, answer.result));
  }
  return outOfSight(a, s, call, answer.unknown);
}

/** Defined in the file that calls it: what the knowledge file says of a name elsewhere is about another function. */
function localDefinition(a: Activation, name: string): boolean {
  const found = a.program.findFunction(name, a.file);
  return found !== null && found.file.path === a.file.path;
}

/** The kfunc's own parameters and results that may fail are worth following into callees. */
export function isInteresting(a: Activation, s: State, id: string): boolean {
  const v = a.value(rootOf(s, id));
  return v.taint.size > 0 || v.origins.some((o) => o.k === 'param' || mayFail(o));
}

/** Anything may happen: memory is forgotten, what was handed over may live on elsewhere. */
export function outOfSight(a: Activation, s: State, call: BoundCall, why: string): Outcome[] {
  a.unknownCallees.set(call.name, why);
  call.args.forEach((id, argument) => {
    const type = a.value(id).type;
    const shown = type.k === 'pointer' || type.k === 'array' ? rootOf(s, id) : id;
    a.note(s, call.e.args[argument]?.span ?? call.e.span, shown, { k: 'pass', callee: call.name, argument, why });
  });
  noteCall(a, s, call, false, 'unknown');
  if ([...s.context.values()].some((n) => n > 0))
    s.contextDoubt ??= `whether ${call.name}() lets go of what is held there is not known: ${why}`;
  for (const id of call.args) {
    handOver(a, s, id);
    noteLeft(a, s, id, call.name);
  }
  forget(a, s);
  a.clobbers = true;
  const id = a.fresh(s, call.e.span, 'c', UNKNOWN, {
    k: 'call',
    callee: call.name,
    at: call.e.span.start,
    rcu: false,
    mayFail: false,
    known: false,
  });
  const about = call.args.map((arg) => plainRoot(s, arg)).filter((arg) => !/^(k|a|s):/.test(arg));
  if (about.length > 0) a.answers.set(id, { about, why: `what ${call.name}() says of it is not known: ${why}` });
  return [{ s, v: id }];
}

export function noteCall(a: Activation, s: State, call: BoundCall, known: boolean, sleeps: 'yes' | 'no' | 'unknown'): void {
  a.note(s, call.e.span, constant(a, s, 0), { k: 'call', callee: call.name, known, context: new Map(s.context), sleeps });
}

/** A callee that is not followed may store the pointer, and write to what it points to. */
export function handOver(a: Activation, s: State, id: string): void {
  s.escaped.add(rootOf(s, id));
  if (!id.startsWith('a:v:')) return;
  const place = id.slice(2);
  for (const p of [...s.env.keys()]) {
    if (p === place || p.startsWith(`${place}.`)) {
      const type: CType = a.value(s.env.get(p)!).type;
      // what stands there can be reached too: a reference may be put by way of it
      s.escaped.add(rootOf(s, s.env.get(p)!));
      const out = `out${s.env.get(p)}`;
      a.define(s, out, type, [{ k: 'out', callee: '' }], a.topFact(type));
      s.env.set(p, out);
    }
  }
}

function indirect(a: Activation, s: State, e: Expr & { k: 'call' }, args: string[]): Outcome[] {
  if (e.fn.k !== 'name') {
    return chain(evaluate(a, s, e.fn), (o) =>
      outOfSight(a, o.s, { e, name: expressionName(e.fn), args }, `${expressionName(e.fn)}() is called through a pointer`),
    );
  }
  return chain(evaluate(a, s, e.fn), (o) => {
    noteDeref(a, o.s, o.v, e.span, 'read');
    return outOfSight(a, o.s, { e, name: expressionName(e.fn), args }, `${expressionName(e.fn)}() is called through a pointer`);
  });
}
