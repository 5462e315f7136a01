/** `switch`: paths enter the body at the labels that their value allows; fallthrough is plain execution from there. */
import type { Stmt } from '../source/ir.ts';
import type { Activation } from './activation.ts';
import { evaluate } from './evaluate.ts';
import type { Frame } from './execute.ts';
import { capped, execute } from './execute.ts';
import { assumeCompare } from './refine.ts';
import type { State } from './state.ts';

type Case = Stmt & { k: 'case' };

export function executeSwitch(a: Activation, states: State[], stmt: Stmt & { k: 'switch' }, outer: Frame): State[] {
  const labels = collectCases(stmt.body);
  const cases = new Map<Stmt, State[]>();
  const past: State[] = [];
  for (const s of states) for (const o of evaluate(a, s, stmt.x)) past.push(...enter(a, o.s, o.v, labels, cases));
  const frame: Frame = { breaks: [], continues: outer.continues, cases };
  const out = execute(a, [], stmt.body, frame);
  return capped(a, [...out, ...frame.breaks, ...past]);
}

/** Sorts one path to its labels; gives what passes by the whole switch. */
function enter(a: Activation, s: State, v: string, labels: Case[], cases: Map<Stmt, State[]>): State[] {
  let rest = [s];
  const fallback = labels.find((l) => l.low === null);
  for (const label of labels) {
    if (label.low === null) continue;
    const next: State[] = [];
    for (const t of rest) {
      const taken = inside(a, t.fork(), v, label);
      push(cases, label, taken);
      next.push(...outside(a, t, v, label));
    }
    rest = capped(a, next);
  }
  if (!fallback) return rest;
  push(cases, fallback, rest);
  return [];
}

function inside(a: Activation, s: State, v: string, label: Case): State[] {
  return evaluate(a, s, label.low!).flatMap((low) => {
    if (!label.high) return assumeCompare(a, low.s, '==', v, low.v, true, label.span) ? [low.s] : [];
    if (!assumeCompare(a, low.s, '>=', v, low.v, true, label.span)) return [];
    return evaluate(a, low.s, label.high).flatMap((high) => (assumeCompare(a, high.s, '<=', v, high.v, true, label.span) ? [high.s] : []));
  });
}

function outside(a: Activation, s: State, v: string, label: Case): State[] {
  return evaluate(a, s, label.low!).flatMap((low) => {
    if (!label.high) return assumeCompare(a, low.s, '==', v, low.v, false, label.span) ? [low.s] : [];
    const under = low.s.fork();
    const out: State[] = assumeCompare(a, under, '<', v, low.v, true, label.span) ? [under] : [];
    for (const high of evaluate(a, low.s, label.high)) if (assumeCompare(a, high.s, '>', v, high.v, true, label.span)) out.push(high.s);
    return out;
  });
}

function push(cases: Map<Stmt, State[]>, label: Stmt, states: State[]): void {
  cases.set(label, [...(cases.get(label) ?? []), ...states]);
}

export function takeCase(f: Frame, stmt: Stmt): State[] {
  const states = f.cases.get(stmt) ?? [];
  f.cases.delete(stmt);
  return states;
}

/** The case labels of this switch, inner switches left out. */
function collectCases(stmt: Stmt, into: Case[] = []): Case[] {
  switch (stmt.k) {
    case 'case':
      into.push(stmt);
      break;
    case 'block':
      for (const inner of stmt.body) collectCases(inner, into);
      break;
    case 'variants':
      for (const arm of stmt.arms) for (const inner of arm.body) collectCases(inner, into);
      break;
    case 'if':
      collectCases(stmt.then, into);
      if (stmt.other) collectCases(stmt.other, into);
      break;
    case 'while':
    case 'do':
    case 'for':
    case 'loop-macro':
    case 'scoped-guard':
      collectCases(stmt.body, into);
      break;
    default:
  }
  return into;
}
