/** Statements: a list of paths in, a list of paths out; jumps are collected where they land. */
import type { Location } from '../claim.ts';
import type { Declarator, Expr, Stmt } from '../source/ir.ts';
import type { Activation, Outcome } from './activation.ts';
import { inMacro } from './call.ts';
import { openGuard, runCleanups } from './cleanup.ts';
import { noteCopy } from './contents.ts';
import { UNKNOWN_FACT, VALID } from './domain.ts';
import { assume, constant, evaluate, forget, PATH_LIMIT, unknownValue } from './evaluate.ts';
import type { Unreleased } from './event.ts';
import { loop, loopMacro } from './loop.ts';
import { expanding, leavingMacro } from './macro.ts';
import { copyMembers, noteDeref, rootOf } from './memory.ts';
import { permissionIn } from './permission.ts';
import { convert } from './refine.ts';
import type { State } from './state.ts';
import { mergeStates } from './state.ts';
import { executeSwitch, takeCase } from './switch.ts';

/** Where `break`, `continue` and `case` lead at this point. */
export interface Frame {
  breaks: State[];
  continues: State[];
  /** paths that enter at a case label of the innermost switch */
  cases: Map<Stmt, State[]>;
}

const GOTO_ROUNDS = 4;

export function newFrame(): Frame {
  return { breaks: [], continues: [], cases: new Map() };
}

/** Runs a whole body; every way out ends in `a.exits`. */
export function executeBody(a: Activation, s: State, body: Stmt): void {
  leave(a, execute(a, [s], body, newFrame()));
  for (let round = 0; round < GOTO_ROUNDS && [...a.pendingLabels.values()].some((l) => l.length > 0); round++) {
    // A jump backwards: once more from the labels, with what the function assigns given up so that the rounds end.
    for (const [label, states] of a.pendingLabels) {
      const merged = mergeStates(states, round === 0 ? 4 : 1, a.phi);
      if (round > 0) for (const t of merged) giveUp(a, t, `the loop at label ${label}`);
      a.pendingLabels.set(label, round === GOTO_ROUNDS - 1 ? [] : merged);
    }
    if (round < GOTO_ROUNDS - 1) leave(a, execute(a, [], body, newFrame()));
  }
}

function leave(a: Activation, states: State[]): void {
  for (const s of states) {
    runCleanups(a, s, 0);
    noteExit(a, s, null, a.fn.body);
  }
}

/** `({ … })`: the value is that of the last expression. */
export function executeBlockValue(a: Activation, s: State, body: Stmt): Outcome[] {
  if (body.k !== 'block' || body.body.length === 0) return [unknownValue(a, s, body.span, '')];
  const last = body.body[body.body.length - 1]!;
  a.scopes.push(new Map());
  try {
    const states = executeList(a, [s], last.k === 'expr' ? body.body.slice(0, -1) : body.body, newFrame());
    if (last.k !== 'expr') return states.map((t) => ({ s: t, v: constant(a, t, 0) }));
    return states.flatMap((t) => evaluate(a, t, last.x));
  } finally {
    a.scopes.pop();
  }
}

export function executeList(a: Activation, states: State[], list: Stmt[], f: Frame): State[] {
  let now = states;
  for (const stmt of list) now = execute(a, now, stmt, f);
  return now;
}

export function capped(a: Activation, states: State[]): State[] {
  return states.length > PATH_LIMIT ? mergeStates(states, PATH_LIMIT, a.phi) : states;
}

/** One statement. An empty list of paths is walked too: labels and cases inside may be where paths arrive. */
export function execute(a: Activation, states: State[], stmt: Stmt, f: Frame): State[] {
  switch (stmt.k) {
    case 'block':
      return block(a, states, stmt.body, f);
    case 'decl':
      return capped(
        a,
        stmt.items.reduce<State[]>((now, d) => declare(a, now, d), states),
      );
    case 'expr':
      return expression(a, states, stmt.x, f);
    case 'if':
      return branch(a, states, stmt, f);
    case 'while':
      return loop(a, states, stmt.c, stmt.body, null, false, f);
    case 'do':
      return loop(a, states, stmt.c, stmt.body, null, true, f);
    case 'for':
      return forLoop(a, states, stmt, f);
    case 'loop-macro':
      return loopMacro(a, states, stmt, f);
    case 'scoped-guard':
      return scopedGuard(a, states, stmt, f);
    case 'switch':
      return executeSwitch(a, states, stmt, f);
    case 'case':
      return capped(a, [...states, ...takeCase(f, stmt)]);
    case 'label': {
      const arrived = a.pendingLabels.get(stmt.name) ?? [];
      a.pendingLabels.set(stmt.name, []);
      return capped(a, [...states, ...arrived]);
    }
    case 'goto':
      a.pendingLabels.set(stmt.label, capped(a, [...(a.pendingLabels.get(stmt.label) ?? []), ...states]));
      return [];
    case 'break':
      f.breaks.push(...states);
      return [];
    case 'continue':
      f.continues.push(...states);
      return [];
    case 'return':
      return doReturn(a, states, stmt);
    case 'asm':
      for (const s of states) forget(a, s);
      return states;
    case 'variants':
      return variants(a, states, stmt, f);
    case 'empty':
      return states;
    case 'unknown':
      return unreadable(a, states, stmt);
  }
}

function expression(a: Activation, states: State[], x: Expr, f: Frame): State[] {
  const macro = leavingMacro(a, x);
  if (macro && x.k === 'call' && x.fn.k === 'name') {
    const { name } = x.fn;
    return inMacro(a, x, () => expanding(name, () => execute(a, states, macro, f)));
  }
  return capped(
    a,
    states.flatMap((s) => openGuard(a, s, x) ?? evaluate(a, s, x).map((o) => o.s)),
  );
}

function block(a: Activation, states: State[], list: Stmt[], f: Frame): State[] {
  a.scopes.push(new Map());
  const depth = a.scopes.length;
  const out = executeList(a, states, list, f);
  for (const s of out) runCleanups(a, s, depth);
  a.scopes.pop();
  return out;
}

function branch(a: Activation, states: State[], stmt: Stmt & { k: 'if' }, f: Frame): State[] {
  const yes: State[] = [];
  const no: State[] = [];
  const before = states.every((s) => s.permission === states[0]?.permission) ? (states[0]?.permission ?? null) : null;
  const askedBefore = new Set(states.flatMap((s) => [...s.asked.keys()]));
  for (const s of states) {
    yes.push(...permitted(assume(a, s.fork(), stmt.c, true), permissionIn(stmt.c, true)));
    no.push(...permitted(assume(a, s, stmt.c, false), permissionIn(stmt.c, false)));
  }
  const then = execute(a, capped(a, yes), stmt.then, f);
  const other = stmt.other ? execute(a, capped(a, no), stmt.other, f) : no;
  // where both arms go on, what one of them asked for no longer holds
  if (then.length > 0 && other.length > 0) {
    for (const s of [...then, ...other]) {
      s.permission = before;
      for (const id of s.asked.keys()) if (!askedBefore.has(id)) s.asked.delete(id);
    }
  }
  return capped(a, [...then, ...other]);
}

function permitted(states: State[], permission: string | null): State[] {
  if (permission !== null) for (const s of states) s.permission ??= permission;
  return states;
}

function forLoop(a: Activation, states: State[], stmt: Stmt & { k: 'for' }, f: Frame): State[] {
  a.scopes.push(new Map());
  const start = stmt.init ? execute(a, states, stmt.init, f) : states;
  const out = loop(a, start, stmt.c, stmt.body, stmt.step, false, f);
  a.scopes.pop();
  return out;
}

function scopedGuard(a: Activation, states: State[], stmt: Stmt & { k: 'scoped-guard' }, f: Frame): State[] {
  a.scopes.push(new Map());
  const depth = a.scopes.length;
  const guard = {
    k: 'call' as const,
    fn: { k: 'call' as const, fn: { k: 'name' as const, name: 'guard', span: stmt.span }, args: stmt.args.slice(0, 1), span: stmt.span },
    args: stmt.args.slice(1),
    span: stmt.span,
  };
  const [name] = stmt.args;
  // a lock that may not be had: the body is left out then
  const without = name?.k === 'name' && /_(try|intr|kill)$/.test(name.name) ? states.map((s) => s.fork()) : [];
  const held = states.flatMap((s) => openGuard(a, s, guard) ?? [s]);
  // it is a loop that ends by itself
  const own: Frame = { breaks: [], continues: [], cases: f.cases };
  const out = [...execute(a, held, stmt.body, own), ...own.breaks, ...own.continues];
  for (const s of out) runCleanups(a, s, depth);
  a.scopes.pop();
  return capped(a, [...out, ...without]);
}

function declare(a: Activation, states: State[], d: Declarator): State[] {
  const type = a.type(d.type);
  const variable = a.declare(d.name, type, d.span);
  return states.flatMap((s) => {
    for (const p of [...s.env.keys()]) if (p === variable.place || p.startsWith(`${variable.place}.`)) s.env.delete(p);
    if (d.cleanup !== null) s.cleanups.push({ place: variable.place, name: d.cleanup, depth: a.scopes.length });
    if (type.k === 'struct' || type.k === 'array') return declareAggregate(a, s, variable.place, d);
    if (!d.init) {
      const id = a.fresh(s, d.span, `w${d.name}`, type, d.isStatic ? { k: 'unknown', why: '' } : { k: 'uninitialised' });
      s.env.set(variable.place, id);
      return [s];
    }
    return evaluate(a, s, d.init).map((o) => {
      o.s.env.set(variable.place, convert(a, o.s, o.v, type));
      return o.s;
    });
  });
}

function declareAggregate(a: Activation, s: State, place: string, d: Declarator): State[] {
  s.env.delete(`copy:${place}`);
  if (d.init && d.init.k !== 'init')
    return evaluate(a, s, d.init).map((o) => {
      copyMembers(o.s, o.v, place);
      noteCopy(a, o.s, place, o.v);
      return o.s;
    });
  if (!d.init) return [s];
  let states = [s];
  for (const item of d.init.items) {
    states = capped(
      a,
      states.flatMap((t) =>
        evaluate(a, t, item.value).map((o) => {
          if (item.member !== null && item.value.k !== 'init') o.s.env.set(`${place}.${item.member}`, o.v);
          o.s.escaped.add(rootOf(o.s, o.v));
          return o.s;
        }),
      ),
    );
  }
  return states;
}

function doReturn(a: Activation, states: State[], stmt: Stmt & { k: 'return' }): State[] {
  for (const s of states) {
    const outcomes: { s: State; v: string | null }[] = stmt.x ? evaluate(a, s, stmt.x) : [{ s, v: null }];
    for (const o of outcomes) {
      const v = o.v === null ? null : convert(a, o.s, o.v, a.type(a.fn.returns));
      const negative = o.v !== null && o.s.fact(o.v).hi < 0;
      if (v !== null) o.s.env.set('return', v);
      runCleanups(a, o.s, 0);
      noteExit(a, o.s, v, stmt, negative);
    }
  }
  return [];
}

function noteExit(a: Activation, s: State, v: string | null, stmt: Stmt, negative = false): void {
  const root = v === null ? '' : rootOf(s, v);
  const unreleased = s.held
    .filter((h) => (s.fact(h.value).nul & VALID) !== 0 && h.value !== root && !s.stored.has(h.value))
    .map(
      (h): Unreleased => ({
        by: h.by,
        location: placeOfTake(a, h.at, stmt),
        escaped: s.escaped.has(h.value),
        parameter: /^p\d+$/.test(h.value) ? Number(h.value.slice(1)) : null,
        memory: h.memory === true,
      }),
    );
  const span = stmt.k === 'return' && stmt.x ? stmt.x.span : { start: stmt.span.end - 1, end: stmt.span.end };
  const { returns } = a.fn;
  const isVoid = returns.name === 'void' && returns.pointers === 0;
  // a value that no `return` is seen for: its lines are not shown
  const hidden = v === null && !isVoid ? unknownValue(a, s, span, s.doubt ?? 'no return is shown').v : null;
  const held = hidden !== null ? 'unknown' : v === null ? 'no' : referenceOf(a, s, root);
  if (v !== null && v !== root && isGivenAsMemory(a)) noteDeref(a, s, v, span, 'read');
  a.note(s, span, v ?? hidden ?? constant(a, s, 0), {
    k: 'return',
    held,
    negative,
    unreleased,
  });
  if (a.exits.length < 400) a.exits.push({ state: s, value: v });
}

/** A program reads the memory that a kfunc gives without a fault handler: an address inside of nothing is followed as it is. */
function isGivenAsMemory({ depth, fn: { returns } }: Activation): boolean {
  return depth === 0 && returns.pointers === 1 && !/^(struct|union|void)\b/.test(returns.name);
}

/** Offsets out of expanded macros stand for no place of the file. */
function placeOfTake(a: Activation, at: number, stmt: Stmt): Location {
  return a.program.locate(a.file, at >= a.file.text.length ? a.offset(stmt.span) : at);
}

/** Whether the pointer that is returned comes with a reference. */
function referenceOf(a: Activation, s: State, root: string): 'yes' | 'no' | 'unknown' | 'null' {
  if (s.held.some((h) => h.value === root)) return 'yes';
  if ((s.fact(root).nul & VALID) === 0) return 'null';
  if (s.escaped.has(root) || s.doubt !== null) return 'unknown';
  return a.value(root).origins.some((o) => (o.k === 'call' && !o.known) || o.k === 'unknown') ? 'unknown' : 'no';
}

function variants(a: Activation, states: State[], stmt: Stmt & { k: 'variants' }, f: Frame): State[] {
  const arms = stmt.arms.filter((arm) => !isNeverBuilt(arm.condition));
  const out: State[] = [];
  arms.forEach((arm, i) => {
    const into = i === arms.length - 1 ? states : states.map((s) => s.fork());
    out.push(...executeList(a, into, arm.body, f));
  });
  return capped(a, arms.length === 0 ? states : out);
}

/** `#if 0`, and what only kernels without an MMU or without BPF's JIT compile: those call no kfunc. */
function isNeverBuilt(condition: string): boolean {
  const text = condition.replace(/\s/g, '');
  return text === '0' || /^!\(?(defined\(|IS_ENABLED\()CONFIG_(MMU|BPF|BPF_SYSCALL|BPF_JIT|DEBUG_INFO_BTF)\)\)?$/.test(text);
}

/** Lines that are not shown or could not be read may do anything: assign every variable, return, jump. What was known is only still possible. */
function unreadable(a: Activation, states: State[], stmt: Stmt & { k: 'unknown' }): State[] {
  const line = a.locate(stmt.span).line;
  const why =
    stmt.why === 'not-shown' ? `lines of ${a.fn.name}() from ${line} on are not shown` : `line ${line} of ${a.fn.name}() could not be read`;
  a.clobbers = true;
  const merged = mergeStates(states, 1, a.phi);
  for (const s of merged) giveUp(a, s, why);
  // Nothing led here on what is shown, but what is not shown might (a label, the start of the function).
  return merged;
}

function giveUp(a: Activation, s: State, why: string): void {
  s.doubt ??= why;
  forget(a, s);
  for (const [place, id] of [...s.env]) {
    if (!place.startsWith('v:')) continue;
    const v = a.value(id);
    const next = `?${place}`;
    a.registerValue(next, v.type, [...v.origins, { k: 'unknown', why }], v.taint);
    s.facts.set(next, v.type.k === 'int' ? a.topFact(v.type) : { ...UNKNOWN_FACT });
    s.links.delete(next);
    s.env.set(place, next);
    s.escaped.add(rootOf(s, id));
  }
  for (const h of s.held) s.escaped.add(h.value);
}
