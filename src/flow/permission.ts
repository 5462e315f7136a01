/** Conditions by which code asks whether it may sleep: `if (r->may_fault)`, `if (nowait) return`. Known by their names, as a reader knows them. */
import type { Expr } from '../source/ir.ts';
import { expressionName } from './activation.ts';

const ALLOWS = /^(?:\w+_)?(?:(?:may|can)_?(?:sleep|fault|block|schedule|resched|wait)|sleepable|blocking|can_?sleep)$/i;
const FORBIDS = /^(?:\w+_)?(?:no_?sleep|no_?wait|non_?block(?:ing)?|atomic|in_atomic)$/i;
const PASSED_THROUGH = /^(?:likely|unlikely|READ_ONCE|data_race)$/;

/** The name that the condition asks about where, being `truth`, it allows sleeping; else null. */
export function permissionIn(c: Expr, truth: boolean): string | null {
  if (c.k === 'unary' && c.op === '!') return permissionIn(c.x, !truth);
  if (c.k === 'binary' && (c.op === '&&' || c.op === '||'))
    return (c.op === '&&') === truth ? (permissionIn(c.l, truth) ?? permissionIn(c.r, truth)) : null;
  if (c.k === 'call' && c.fn.k === 'name' && PASSED_THROUGH.test(c.fn.name) && c.args[0]) return permissionIn(c.args[0], truth);
  if (c.k === 'call' && c.fn.k === 'name' && c.fn.name === 'gfpflags_allow_blocking') return truth ? expressionName(c) : null;
  const name = c.k === 'name' || c.k === 'field' ? c.name : null;
  if (name === null || !(truth ? ALLOWS : FORBIDS).test(name)) return null;
  return truth ? expressionName(c) : `!${expressionName(c)}`;
}
