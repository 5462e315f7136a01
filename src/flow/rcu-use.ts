/** Uses of what RCU protects after the section in which it was read has ended. */
import type { Span } from '../source/ir.ts';
import type { Activation } from './activation.ts';
import { constant } from './evaluate.ts';
import { rcuSection, type State } from './state.ts';
import type { Origin } from './value.ts';

/** Records that the pointer `root` is used outside any section, although all that keeps its object is one. */
export function noteRcuUse(a: Activation, s: State, root: string, span: Span): void {
  const { origins } = a.value(root);
  const from = origins.find((o): o is Origin & { k: 'call' } => o.k === 'call' && o.rcu);
  if (!from) return;
  const where = rcuSection(s);
  if (where.section || s.held.some((h) => h.value === root)) return;
  a.note(s, span, constant(a, s, 0), { k: 'rcu-read', how: from.callee, ...where, late: unsure(a, s, root, origins, from) });
}

/** Why something else may keep the object; '' where nothing does. */
function unsure(a: Activation, s: State, root: string, origins: Origin[], from: Origin & { k: 'call' }): string {
  if (s.doubt !== null) return s.doubt;
  if (s.contextDoubt !== null) return s.contextDoubt;
  const direct = /^rcu_dereference/.test(from.callee) || a.knowledge.functions.get(from.callee)?.rcuPointer === true;
  if (!direct) return `what keeps the object that ${from.callee}() returns is not followed`;
  if (s.escaped.has(root) || s.stored.has(root)) return 'code that was handed the pointer may have taken a reference';
  if (s.held.length > 0) return 'a reference that was taken of something else may keep the object';
  if (s.merged || origins.length > 1) return 'on other paths the pointer has come from elsewhere, or a reference was taken';
  return '';
}
