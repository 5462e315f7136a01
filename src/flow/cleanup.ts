/** Scope-based cleanup: guard(), CLASS() and __free() act when their scope is left, whichever way. */
import type { Expr } from '../source/ir.ts';
import type { Activation } from './activation.ts';
import { outOfSight } from './call.ts';
import { changeContext, evaluate } from './evaluate.ts';
import { drop } from './known-call.ts';
import { noteSleep } from './sleep.ts';
import type { ContextKind, State } from './state.ts';

interface Lock {
  kind: ContextKind | null;
  sleeps: boolean;
}

const lock = (kind: ContextKind): Lock => ({ kind, sleeps: kind === 'mutex' });

/** Guards of the kernel's own headers; the ones with `_try` and `_intr` are what the name before it is, if they get it. */
const GUARDS = new Map<string, Lock>(
  (
    [
      ['rcu', 'rcu'],
      [
        'spin',
        'spinlock spinlock_irq spinlock_irqsave spinlock_bh raw_spinlock raw_spinlock_irq raw_spinlock_irqsave raw_spinlock_bh raw_spinlock_nested read_lock read_lock_irq read_lock_irqsave write_lock write_lock_irq write_lock_irqsave double_raw_spinlock task_lock task_rq_lock rq_lock rq_lock_irq rq_lock_irqsave double_rq_lock core_lock',
      ],
      ['mutex', 'mutex rwsem_read rwsem_write percpu_read percpu_write mmap_read_lock device rtnl cpus_read_lock console_lock'],
      ['preempt', 'preempt preempt_notrace local_lock local_lock_irq local_lock_irqsave'],
      ['irq', 'irq irqsave'],
    ] as const
  ).flatMap(([kind, names]) => names.split(' ').map((n): [string, Lock] => [n, lock(kind)])),
);
// none of these forbids sleep, and none of them is the RCU section that frees wait for
for (const n of ['migrate', 'pagefault', 'srcu', 'srcu_fast', 'srcu_fast_notrace', 'srcu_fast_updown'])
  GUARDS.set(n, { kind: null, sleeps: false });

/** What `guard(name)` takes; null where neither the kernel's own guards nor the file tell. */
function guardNamed(a: Activation, name: string): Lock | null {
  const [, plain = name, way] = /^(\w+?)(_try|_intr|_kill)?$/.exec(name) ?? [];
  const found = GUARDS.get(name) ?? GUARDS.get(plain);
  if (found) return { ...found, sleeps: found.sleeps && way !== '_try' };
  return guardDefined(a, name);
}

/** `DEFINE_GUARD(name, type, lock, unlock)` in the same file, as far as the calls in `lock` are on record. */
function guardDefined(a: Activation, name: string): Lock | null {
  const text = definitionOf(a.file.text, name);
  const known = [...text.matchAll(/\b([A-Za-z_]\w*)\s*\(/g)].flatMap((m) => a.knowledge.functions.get(m[1]!) ?? []);
  const entered = known.find((k) => k.context?.change === 1);
  return entered ? { kind: entered.context!.kind, sleeps: known.some((k) => k.sleeps === true) } : null;
}

/** The third argument and those after it, '' where the file defines no such guard. */
function definitionOf(text: string, name: string): string {
  const start = new RegExp(`\\bDEFINE_(?:LOCK_)?GUARD(?:_[01])?\\s*\\(\\s*${name}\\s*,`).exec(text);
  if (!start) return '';
  let depth = 1;
  let at = start.index + start[0].length;
  const from = at;
  while (at < text.length && depth > 0) {
    if (text[at] === '(') depth++;
    else if (text[at] === ')') depth--;
    at++;
  }
  return text.slice(from, at);
}

/** `guard(rcu)();` enters what it names; null where the expression is no guard. */
export function openGuard(a: Activation, s: State, x: Expr): State[] | null {
  if (x.k !== 'call' || x.fn.k !== 'call' || x.fn.fn.k !== 'name' || x.fn.fn.name !== 'guard') return null;
  const name = x.fn.args[0]?.k === 'name' ? x.fn.args[0].name : '';
  let states = [s];
  for (const arg of x.args) states = states.flatMap((t) => evaluate(a, t, arg).map((o) => o.s));
  const taken = guardNamed(a, name);
  for (const t of states) {
    if (taken) enterGuard(a, t, x, name, taken);
    else outOfSight(a, t, { e: { ...x, args: [] }, name: `guard(${name})`, args: [] }, `what guard(${name}) takes is not at hand`);
    t.cleanups.push({ place: '', name: taken?.kind ? `guard:${taken.kind}` : `guard?${name}`, depth: a.scopes.length });
  }
  return states;
}

function enterGuard(a: Activation, s: State, x: Expr, name: string, { kind, sleeps }: Lock): void {
  // taking a mutex or a semaphore waits for whoever holds it
  if (sleeps) noteSleep(a, s, x.span, `guard(${name})`);
  if (kind) changeContext(a, s, kind, 1);
}

/** Runs the cleanups of scopes at `depth` and deeper, innermost first. */
export function runCleanups(a: Activation, s: State, depth: number): void {
  while (s.cleanups.length > 0 && s.cleanups[s.cleanups.length - 1]!.depth >= depth) {
    const c = s.cleanups.pop()!;
    if (c.name.startsWith('guard:')) {
      changeContext(a, s, c.name.slice(6) as ContextKind, -1);
    } else if (c.place !== '') {
      const held = s.env.get(c.place);
      if (held !== undefined) drop(s, held);
    }
  }
}
