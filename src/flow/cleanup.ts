/** Scope-based cleanup: guard(), CLASS() and __free() act when their scope is left, whichever way. */
import type { Expr } from '../source/ir.ts';
import type { Activation } from './activation.ts';
import { evaluate } from './evaluate.ts';
import { drop } from './known-call.ts';
import { noteSleep } from './sleep.ts';
import type { ContextKind, State } from './state.ts';

const GUARDS: Record<string, ContextKind> = {
  rcu: 'rcu',
  mutex: 'mutex',
  mutex_intr: 'mutex',
  spinlock: 'spin',
  spinlock_irq: 'spin',
  spinlock_irqsave: 'spin',
  spinlock_bh: 'spin',
  raw_spinlock: 'spin',
  raw_spinlock_irq: 'spin',
  raw_spinlock_irqsave: 'spin',
  rwsem_read: 'mutex',
  rwsem_write: 'mutex',
  read_lock: 'spin',
  write_lock: 'spin',
  preempt: 'preempt',
  preempt_notrace: 'preempt',
  migrate: 'preempt',
  irq: 'irq',
  irqsave: 'irq',
  local_lock: 'preempt',
};

/** `guard(rcu)();` enters what it names; null where the expression is no guard. */
export function openGuard(a: Activation, s: State, x: Expr): State[] | null {
  if (x.k !== 'call' || x.fn.k !== 'call' || x.fn.fn.k !== 'name' || x.fn.fn.name !== 'guard') return null;
  const kindName = x.fn.args[0]?.k === 'name' ? x.fn.args[0].name : '';
  let states = [s];
  for (const arg of x.args) states = states.flatMap((t) => evaluate(a, t, arg).map((o) => o.s));
  const kind = GUARDS[kindName];
  for (const t of states) {
    // taking a mutex or a semaphore waits for whoever holds it
    if (kind === 'mutex') noteSleep(a, t, x.span, `guard(${kindName})`);
    if (kind) t.context.set(kind, t.depth(kind) + 1);
    t.cleanups.push({ place: '', name: kind ? `guard:${kind}` : `guard?${kindName}`, depth: a.scopes.length });
  }
  return states;
}

/** Runs the cleanups of scopes at `depth` and deeper, innermost first. */
export function runCleanups(_a: Activation, s: State, depth: number): void {
  while (s.cleanups.length > 0 && s.cleanups[s.cleanups.length - 1]!.depth >= depth) {
    const c = s.cleanups.pop()!;
    if (c.name.startsWith('guard:')) {
      const kind = c.name.slice(6) as ContextKind;
      s.context.set(kind, s.depth(kind) - 1);
    } else if (c.place !== '') {
      const held = s.env.get(c.place);
      if (held !== undefined) drop(s, held);
    }
  }
}
