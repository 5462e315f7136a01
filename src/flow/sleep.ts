/** Where code may sleep, and what gfp flags say of it. */
import type { Expr, Span } from '../source/ir.ts';
import type { Activation } from './activation.ts';
import { constant } from './evaluate.ts';
import type { State } from './state.ts';

/** Records that `callee` may sleep here; `gfp`: only if this parameter's flags let it. */
export function noteSleep(a: Activation, s: State, span: Span, callee: string, gfp: number | null = null): void {
  const at = { callee, context: new Map(s.context), unsure: s.contextDoubt ?? s.doubt, permission: s.permission };
  a.note(s, span, constant(a, s, 0), gfp === null ? { k: 'sleep', ...at } : { k: 'gfp-sleep', gfp, ...at });
}

export type Reclaim = 'yes' | 'no' | 'none' | 'unknown';

/** Whether gfp flags let the allocator sleep; `none`: they say nothing of it, as __GFP_ZERO. A choice between both is not known. */
export function reclaimOf(a: Activation, s: State, e: Expr): Reclaim {
  const of = (x: Expr) => reclaimOf(a, s, x);
  if (e.k === 'number') return e.value === 0 ? 'none' : 'unknown';
  if (e.k === 'cast') return of(e.x);
  if (e.k === 'name') return saidBy(constantIn(a, s, e.name) ?? e.name);
  if (e.k === 'conditional' && e.then) {
    const [x, y] = [of(e.then), of(e.other)];
    return x === y ? x : 'unknown';
  }
  if (e.k !== 'binary') return 'unknown';
  const l = of(e.l);
  if (e.op === '&' && e.r.k === 'unary' && e.r.op === '~') return of(e.r.x) === 'none' ? l : l === 'yes' ? 'unknown' : l;
  const r = of(e.r);
  if (e.op !== '|' && e.op !== '+') return 'unknown';
  return l === 'yes' || r === 'yes' ? 'yes' : l === 'none' ? r : r === 'none' ? l : l === r ? l : 'unknown';
}

function saidBy(flag: string): Reclaim {
  if (/^GFP_(ATOMIC|NOWAIT)$|^__GFP_ATOMIC$/.test(flag)) return 'no';
  if (/^GFP_(KERNEL|USER|NOIO|NOFS|HIGHUSER|KERNEL_ACCOUNT)|^__GFP_(DIRECT_)?RECLAIM$/.test(flag)) return 'yes';
  return /^__GFP_[A-Z_]+$/.test(flag) ? 'none' : 'unknown';
}

/** The named constant that a variable holds on this path; null where it holds something else. */
function constantIn(a: Activation, s: State, name: string): string | null {
  const variable = a.variable(name);
  return /^s:(\w+)/.exec((variable && s.env.get(variable.place)) ?? '')?.[1] ?? null;
}

/** The parameter whose flags are handed on: `gfp`, `gfp | __GFP_ZERO`. null where they are something else, or may have been taken away from. */
export function gfpParameter(a: Activation, s: State, e: Expr): number | null {
  if (e.k === 'cast') return gfpParameter(a, s, e.x);
  if (e.k === 'name') {
    const variable = a.variable(e.name);
    const index = /^p(\d+)(?::|$)/.exec((variable && s.env.get(variable.place)) ?? '')?.[1];
    return index === undefined ? null : Number(index);
  }
  if (e.k !== 'binary' || e.op !== '|') return null;
  if (reclaimOf(a, s, e.r) === 'none') return gfpParameter(a, s, e.l);
  return reclaimOf(a, s, e.l) === 'none' ? gfpParameter(a, s, e.r) : null;
}
