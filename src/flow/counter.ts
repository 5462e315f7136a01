/** Loop counters that a parameter drives. */
import type { Expr } from '../source/ir.ts';
import type { Activation } from './activation.ts';
import { evaluate } from './evaluate.ts';
import type { State } from './state.ts';

/** How far a counter runs is up to whoever chose the limit: `for (i = 0; i < n; i++)` makes the parameter n take part in i. */
export function steerCounter(a: Activation, s: State, cond: Expr, step: Expr | null): void {
  const move = step && movedBy(step);
  const counter = move?.name ?? null;
  const variable = counter ? a.variable(counter) : null;
  const id = variable ? s.env.get(variable.place) : undefined;
  // the first round's constant is nobody's choice
  if (!counter || id === undefined || id.startsWith('k:')) return;
  const taint = new Set(limitsOf(cond, counter).flatMap((limit) => taintOf(a, s, limit)));
  if (taint.size === 0) return;
  const before = a.value(id);
  const { direction } = move!;
  // who chose the start too has both ends
  const steered = direction && new Map([...taint].filter((p) => !before.taint.has(p) || before.steered?.has(p)).map((p) => [p, direction]));
  a.registerValue(id, before.type, before.origins, taint, steered ?? undefined);
}

interface Move {
  name: string;
  /** null: by an amount that may be of either sign, or not by adding at all */
  direction: 'up' | 'down' | null;
}

/** The variable that a step moves by a constant or more. */
function movedBy(step: Expr): Move | null {
  if (step.k === 'comma') return movedBy(step.l) ?? movedBy(step.r);
  if (step.k === 'step' && step.x.k === 'name') return { name: step.x.name, direction: step.op === '++' ? 'up' : 'down' };
  if (step.k !== 'assign' || step.op === '=' || step.l.k !== 'name') return null;
  const byNumber = step.r.k === 'number' && step.r.value > 0;
  return { name: step.l.name, direction: !byNumber ? null : step.op === '+=' ? 'up' : step.op === '-=' ? 'down' : null };
}

/** What a counter is compared with, on the other side. */
function limitsOf(cond: Expr, counter: string): Expr[] {
  if (cond.k !== 'binary') return [];
  if (cond.op === '&&') return [...limitsOf(cond.l, counter), ...limitsOf(cond.r, counter)];
  if (!['<', '<=', '>', '>=', '!='].includes(cond.op)) return [];
  const isCounter = (e: Expr) => e.k === 'name' && e.name === counter;
  return isCounter(cond.l) ? [cond.r] : isCounter(cond.r) ? [cond.l] : [];
}

function namesIn(e: Expr): Set<string> {
  if (e.k === 'name') return new Set([e.name]);
  if (e.k === 'binary') return new Set([...namesIn(e.l), ...namesIn(e.r)]);
  return e.k === 'cast' || e.k === 'unary' ? namesIn(e.x) : new Set();
}

function taintOf(a: Activation, s: State, limit: Expr): number[] {
  // a number in memory of the program is no variable's
  if (a.contents.size > 0) return evaluate(a, s.fork(), limit).flatMap((o) => [...a.value(o.v).taint]);
  return [...namesIn(limit)].flatMap((name) => {
    const variable = a.variable(name);
    const id = variable ? s.env.get(variable.place) : undefined;
    return id === undefined ? [] : [...a.value(id).taint];
  });
}
