/** Loops: the first round as it is, then once more with what the rounds change given up, until nothing new comes round. */
import type { Expr, Stmt } from '../source/ir.ts';
import type { Activation } from './activation.ts';
import { steerCounter } from './counter.ts';
import { typeMax, typeMin } from './ctype.ts';
import { pointerFact, VALID, widen } from './domain.ts';
import { assume, constant, evaluate, forget } from './evaluate.ts';
import type { Frame } from './execute.ts';
import { capped, execute } from './execute.ts';
import { noteDeref, rootOf } from './memory.ts';
import type { State } from './state.ts';
import { joinStates, mergeStates, rcuSection } from './state.ts';

const ROUNDS = 4;

export function loop(
  a: Activation,
  entry: State[],
  cond: Expr | null,
  body: Stmt,
  step: Expr | null,
  bodyFirst: boolean,
  outer: Frame,
): State[] {
  if (bodyFirst) return bodyLoop(a, entry, cond, body, outer);
  const out: State[] = [];
  let heads = entry;
  let known = '';
  for (let round = 0; round < ROUNDS; round++) {
    const inside: State[] = [];
    // what the condition does, a look-up in it for one, is done anew each round
    const kept = capped(a, heads).map((s) => s.fork());
    for (const s of heads) {
      if (cond) {
        const entered = assume(a, s.fork(), cond, true);
        for (const t of entered) steerCounter(a, t, cond, step);
        inside.push(...entered);
        out.push(...assume(a, s, cond, false));
      } else inside.push(s);
    }
    const frame: Frame = { breaks: [], continues: [], cases: outer.cases };
    let back = [...execute(a, capped(a, inside), body, frame), ...frame.continues];
    if (step) back = back.flatMap((s) => evaluate(a, s, step).map((o) => o.s));
    out.push(...frame.breaks);
    if (back.length === 0) break;
    heads = generalise(a, [...kept, ...back], round);
    const key = keyOf(heads);
    if (key === known) break;
    known = key;
    if (round === ROUNDS - 1 && cond) for (const s of heads) out.push(...assume(a, s, cond, false));
  }
  return capped(a, out);
}

/** `do … while`: the condition is asked of what the body leaves behind, never of what it finds. */
function bodyLoop(a: Activation, entry: State[], cond: Expr | null, body: Stmt, outer: Frame): State[] {
  const out: State[] = [];
  let heads = entry;
  let known = '';
  for (let round = 0; round < ROUNDS; round++) {
    const frame: Frame = { breaks: [], continues: [], cases: outer.cases };
    const kept = capped(a, heads).map((s) => s.fork());
    const back = [...execute(a, capped(a, heads), body, frame), ...frame.continues];
    out.push(...frame.breaks);
    const again: State[] = [];
    for (const s of back) {
      if (cond) out.push(...assume(a, s.fork(), cond, false));
      const entered = cond ? assume(a, s, cond, true) : [s];
      if (cond) for (const t of entered) steerCounter(a, t, cond, null);
      again.push(...entered);
    }
    if (again.length === 0) break;
    heads = generalise(a, [...kept, ...again], round);
    const key = keyOf(heads);
    if (key === known) break;
    known = key;
    if (round === ROUNDS - 1) out.push(...heads);
  }
  return capped(a, out);
}

function keyOf(heads: State[]): string {
  return heads
    .map((s) => s.key())
    .sort()
    .join('\n');
}

/** One head a kind of held locks and references; what differs between the rounds is widened. */
function generalise(a: Activation, states: State[], round: number): State[] {
  const groups = new Map<string, State[]>();
  for (const s of states) {
    const key = s.resourceKey();
    groups.set(key, [...(groups.get(key) ?? []), s]);
  }
  const out: State[] = [];
  for (const group of groups.values()) {
    let head = group[0]!;
    for (const next of group.slice(1)) {
      const merged = joinStates(head, next, a.phi);
      merged.merged = head.merged || next.merged;
      for (const [place, id] of merged.env) {
        if (head.env.get(place) === id && next.env.get(place) === id) continue;
        const type = a.value(id).type;
        const before = head.fact(head.env.get(place) ?? id);
        merged.facts.set(id, widen(before, next.fact(next.env.get(place) ?? id), typeMin(type), typeMax(type)));
      }
      head = merged;
    }
    out.push(head);
  }
  return out.length > 8 || round > 1 ? mergeStates(out, 8, a.phi) : out;
}

/** `for_each_x(iterator, collection) body`: zero or more rounds; local names among the arguments are what it assigns. */
export function loopMacro(a: Activation, states: State[], stmt: Stmt & { k: 'loop-macro' }, outer: Frame): State[] {
  const parameters = new Set(a.fn.parameters.map((p) => p.name));
  const assigned = stmt.args
    .filter((x): x is Expr & { k: 'name' } => x.k === 'name' && a.variable(x.name) !== null && !parameters.has(x.name))
    .slice(0, 3);
  const out: State[] = [];
  if (walksUnderRcu(a, stmt.name))
    for (const s of states) a.note(s, stmt.span, constant(a, s, 0), { k: 'rcu-read', how: stmt.name, ...rcuSection(s) });
  const begin = (s: State, round: number): State[] => {
    let now = [s];
    for (const x of stmt.args) {
      if (assigned.includes(x as never) || x.k === 'type' || (x.k === 'name' && a.variable(x.name) === null)) continue;
      now = capped(
        a,
        now.flatMap((t) => evaluate(a, t, x).map((o) => touch(a, o.s, o.v, x))),
      );
    }
    for (const t of now) for (const x of assigned) iterate(a, t, x, stmt, round);
    return now;
  };
  let heads = states;
  for (let round = 0; round < 2; round++) {
    const inside = heads.flatMap((s) => {
      out.push(s.fork());
      return begin(s, round);
    });
    const frame: Frame = { breaks: [], continues: [], cases: outer.cases };
    const kept = capped(a, inside).map((s) => s.fork());
    const back = [...execute(a, capped(a, inside), stmt.body, frame), ...frame.continues];
    out.push(...frame.breaks);
    if (back.length === 0) break;
    heads = generalise(a, [...kept, ...back], round);
    if (round === 1) out.push(...heads);
  }
  return capped(a, out);
}

/** By its name, or by what it is made of: `#define for_each_plan(p) list_for_each_entry_rcu(…)`, for_each_process(). */
function walksUnderRcu(a: Activation, name: string, depth = 0): boolean {
  if (/_rcu$|_rcu_(?!bh|sched|notrace)|^for_each_(process|thread|process_thread)$/.test(name)) return true;
  const body = depth < 3 ? a.program.findMacro(name, a.file)?.body : undefined;
  if (body === undefined) return false;
  if (/\brcu_dereference\s*\(/.test(body)) return true;
  const walked = /^\s*(\w*for_each\w*)\s*\(/.exec(body)?.[1];
  return walked !== undefined && walked !== name && walksUnderRcu(a, walked, depth + 1);
}

function touch(a: Activation, s: State, id: string, x: Expr): State {
  const type = a.value(id).type;
  if (rootOf(s, id) !== id || (type.k === 'pointer' && a.value(id).origins.some((o) => o.k === 'param')))
    noteDeref(a, s, id, x.span, 'read');
  return s;
}

function iterate(a: Activation, s: State, x: Expr & { k: 'name' }, stmt: Stmt & { k: 'loop-macro' }, round: number): void {
  const v = a.variable(x.name)!;
  const id = a.define(
    s,
    `it${round}${v.place}`,
    v.type,
    [{ k: 'unknown', why: '' }],
    v.type.k === 'pointer' ? pointerFact(VALID) : a.topFact(v.type),
  );
  if (v.type.k === 'int' && /cpu/.test(stmt.name)) s.facts.set(id, { ...s.fact(id), lo: 0, below: [{ symbol: 'nr_cpu_ids', plus: 0 }] });
  s.env.set(v.place, id);
  // walking a list may take locks or move things; counting changes nothing but the counter
  if (v.type.k !== 'int') forget(a, s);
}
