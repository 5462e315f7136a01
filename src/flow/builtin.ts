/** Macros and compiler built-ins whose meaning is part of kernel C and not of one kernel: min/max/clamp, READ_ONCE, container_of, IS_ERR, likely, WARN_ON … */
import type { Expr } from '../source/ir.ts';
import type { Activation, Outcome } from './activation.ts';
import { arithmetic } from './arithmetic.ts';
import type { CType } from './ctype.ts';
import { BOOL, commonType, INT, LONG, ULONG, UNKNOWN } from './ctype.ts';
import { ERR, NULL, pointerFact, rangeFact, VALID } from './domain.ts';
import { assume, chain, constant, evaluate, limit, near } from './evaluate.ts';
import { memberExtent } from './layout.ts';
import { assign, noteDeref, readLvalue } from './memory.ts';
import { assumeCompare, constrain, convert } from './refine.ts';
import { noteSleep } from './sleep.ts';
import { rcuSection, type State } from './state.ts';
import { symbol, typeOfExpression } from './symbol.ts';
import { mergeTaint, type Origin } from './value.ts';

type Call = Expr & { k: 'call' };
type Builtin = (a: Activation, s: State, e: Call) => Outcome[];

const first: Builtin = (a, s, e) => (e.args[0] ? evaluate(a, s, e.args[0]) : [{ s, v: constant(a, s, 0) }]);

/** Reads the argument as an lvalue: READ_ONCE(p->x) is p->x, as it is now. */
const readOnce: Builtin = (a, s, e) => (e.args[0] ? readLvalue(a, s, e.args[0], true) : first(a, s, e));

/** smp_load_acquire(&p->x) is p->x. */
const readThrough: Builtin = (a, s, e) => (e.args[0] ? readLvalue(a, s, pointee(e.args[0])) : first(a, s, e));

function pointee(pointer: Expr): Expr {
  return pointer.k === 'unary' && pointer.op === '&' ? pointer.x : { k: 'unary', op: '*', x: pointer, span: pointer.span };
}

/** WRITE_ONCE(p->x, v) is p->x = v. */
const writeOnce: Builtin = (a, s, e) => store(a, s, e, e.args[0]);

/** smp_store_release(&p->x, v) is p->x = v. */
const writeThrough: Builtin = (a, s, e) => store(a, s, e, e.args[0] && pointee(e.args[0]));

function store(a: Activation, s: State, e: Call, target: Expr | undefined): Outcome[] {
  const value = e.args[1];
  if (!target || !value) return first(a, s, e);
  return chain(evaluate(a, s, value), (o) => assign(a, o.s, target, o.v, e.span, value));
}

/** An alignment or a size that only the compiler knows. */
const someSize: Builtin = (a, s, e) => {
  const id = a.fresh(s, e.span, 'z', ULONG, { k: 'const' });
  s.facts.set(id, { ...rangeFact(1, 2 ** 31), nonZero: true });
  return [{ s, v: id }];
};

/** WRITE_ONCE(x, v), rcu_assign_pointer(p, v) and kin are x = v. */
const assigns: Builtin = (a, s, e) => {
  const [target, source] = e.args;
  if (!target || !source) return first(a, s, e);
  return chain(evaluate(a, s, source), (o) => assign(a, o.s, target, o.v, e.span, source));
};

/** rcu_replace_pointer(p, v, c) gives the old pointer, xchg(&x, v) the old value; x is v afterwards. */
const replaces =
  (byAddress: boolean): Builtin =>
  (a, s, e) => {
    const [given, source] = e.args;
    if (!given || !source) return first(a, s, e);
    const target: Expr = byAddress ? { k: 'unary', op: '*', x: given, span: given.span } : given;
    return chain(readLvalue(a, s, target), (old) =>
      chain(evaluate(a, old.s, source), (o) => assign(a, o.s, target, o.v, e.span, source).map((after) => ({ s: after.s, v: old.v }))),
    );
  };

/** cmpxchg(&x, old, v) gives what x was: `old`, and x is v now, or something else, and x is left alone. */
const exchangesIf: Builtin = (a, s, e) => {
  const [given, old, fresh] = e.args;
  if (!given || !old || !fresh) return first(a, s, e);
  const target: Expr = { k: 'unary', op: '*', x: given, span: given.span };
  return chain(evaluate(a, s, old), (o) =>
    chain(evaluate(a, o.s, fresh), (v) => {
      const done = v.s.fork();
      const type = a.value(v.v).type;
      const other = anything(a, v.s, e, 'x', type, a.value(o.v).taint);
      const out = assign(a, done, target, v.v, e.span, fresh).map((after): Outcome => ({ s: after.s, v: o.v }));
      for (const left of readLvalue(a, v.s, target))
        if (assumeCompare(a, left.s, '==', other, o.v, false, e.span)) out.push({ s: left.s, v: other });
      return limit(a, out);
    }),
  );
};

/** A value about which nothing is known but whose parameters take part in it. */
function anything(a: Activation, s: State, e: Call, tag: string, type: CType, taint?: ReadonlySet<number>): string {
  return a.fresh(s, e.span, tag, type, { k: 'unknown', why: '' }, taint);
}

/** get_user(x, p): x is whatever stands there. */
const fromUser: Builtin = (a, s, e) => {
  const [target, address] = e.args;
  if (!target || !address) return [{ s, v: anything(a, s, e, 'x', INT) }];
  return chain(evaluate(a, s, address), (o) => {
    // a page of the user's may have to be fetched first
    if (e.fn.k === 'name' && /^_*get_user$/.test(e.fn.name)) noteSleep(a, o.s, e.span, e.fn.name);
    return assign(a, o.s, target, anything(a, o.s, e, 'W', UNKNOWN), e.span).map((d) => ({ s: d.s, v: anything(a, d.s, e, 'x', INT) }));
  });
};

/** check_add_overflow(a, b, &d): d is the sum, cut off where that overflows; either way the program chose it if it chose a or b. */
const overflow: Builtin = (a, s, e) => {
  const [x, y, given] = e.args;
  if (!x || !y || !given) return [{ s, v: anything(a, s, e, 'x', BOOL) }];
  return chain(evaluate(a, s, x), (l) =>
    chain(evaluate(a, l.s, y), (r) => {
      const taint = mergeTaint(a.value(l.v).taint, a.value(r.v).taint);
      const sum = anything(a, r.s, e, 'W', UNKNOWN, taint);
      return assign(a, r.s, pointee(given), sum, e.span).map((d) => ({ s: d.s, v: anything(a, d.s, e, 'x', BOOL) }));
    }),
  );
};

/** do_div(n, base) gives the remainder and leaves the quotient in n. */
const divide: Builtin = (a, s, e) => {
  const [n, base] = e.args;
  if (!n || !base) return first(a, s, e);
  return chain(readLvalue(a, s, n), (l) =>
    chain(evaluate(a, l.s, base), (r) => {
      const rest = arithmetic(a, r.s, '%', l.v, r.v, e.span);
      const quotient = arithmetic(a, r.s, '/', l.v, r.v, base.span);
      return assign(a, r.s, n, quotient, e.span).map((d) => ({ s: d.s, v: rest }));
    }),
  );
};

/** swap(a, b): each is what the other one was. */
const swap: Builtin = (a, s, e) => {
  const [x, y] = e.args;
  if (!x || !y) return first(a, s, e);
  return chain(readLvalue(a, s, x), (l) =>
    chain(readLvalue(a, l.s, y), (r) =>
      chain(assign(a, r.s, x, r.v, e.span, y), (d) => assign(a, d.s, y, l.v, e.span, x).map((o) => ({ s: o.s, v: constant(a, o.s, 0) }))),
    ),
  );
};

/** The condition, and the assertion is no guard: execution goes on either way. */
const sameTruth: Builtin = (a, s, e) => {
  const c = e.args[0];
  if (!c) return first(a, s, e);
  const yes = assume(a, s.fork(), c, true).map((t): Outcome => ({ s: t, v: constant(a, t, 1) }));
  const no = assume(a, s, c, false).map((t): Outcome => ({ s: t, v: constant(a, t, 0) }));
  return limit(a, [...yes, ...no]);
};

/** A pointer whose error-ness is asked: `bits` are what makes the answer true. */
const errorTest =
  (bits: number): Builtin =>
  (a, s, e) =>
    chain(e.args[0] ? evaluate(a, s, e.args[0]) : [], (o) => {
      const out: Outcome[] = [];
      const yes = o.s.fork();
      const reason = a.reason(e.span);
      if (constrain(a, yes, o.v, pointerFact(bits), reason)) out.push({ s: yes, v: constant(a, yes, 1) });
      if (constrain(a, o.s, o.v, pointerFact(7 & ~bits), reason)) out.push({ s: o.s, v: constant(a, o.s, 0) });
      return out;
    });

/** BUG_ON(c): where c holds nothing goes on. Compiled out without CONFIG_BUG, but then the kernel has given up on its own checks. */
const stopIf: Builtin = (a, s, e) => {
  const c = e.args[0];
  return c ? assume(a, s, c, false).map((t) => ({ s: t, v: constant(a, t, 0) })) : [];
};

/** Assertions that compile to nothing in some configurations: evaluated for effect on no path, so they guard nothing. */
const noGuard: Builtin = (a, s) => [{ s, v: constant(a, s, 0) }];

/** min/max: each operand where it is the answer; where both are, either: `min(i, 4)` is an i of 4 too. */
const extreme =
  (op: '<' | '>', typed: boolean): Builtin =>
  (a, s, e) => {
    const [x, y] = typed ? [e.args[1], e.args[2]] : [e.args[0], e.args[1]];
    const type: CType | null =
      typed && e.args[0]?.k === 'type' ? a.type(e.args[0].type) : typed && e.args[0] ? namedType(a, e.args[0]) : null;
    if (!x || !y) return [{ s, v: a.fresh(s, e.span, 'x', UNKNOWN, { k: 'unknown', why: '' }) }];
    return chain(evaluate(a, s, x), (l) =>
      chain(evaluate(a, l.s, y), (r) => {
        const common = type ?? commonType(a.value(l.v).type, a.value(r.v).type);
        const p = convert(a, r.s, l.v, common);
        const q = convert(a, r.s, r.v, common);
        const out: Outcome[] = [];
        const left = r.s.fork();
        if (assumeCompare(a, left, `${op}=`, p, q, true, e.span)) out.push({ s: left, v: p });
        if (assumeCompare(a, r.s, op, p, q, false, e.span)) out.push({ s: r.s, v: q });
        return out;
      }),
    );
  };

/** min_not_zero(x, y): the other one where one is zero. */
const smallestButZero: Builtin = (a, s, e) => {
  const [x, y] = e.args;
  if (!x || !y) return first(a, s, e);
  return chain(evaluate(a, s, x), (l) =>
    chain(evaluate(a, l.s, y), (r) => {
      const zero = constant(a, r.s, 0);
      const out: Outcome[] = [];
      const choose = (from: State, v: string, tests: readonly [string, string, string, boolean][]) => {
        if (tests.every(([op, p, q, truth]) => assumeCompare(a, from, op, p, q, truth, e.span))) out.push({ s: from, v });
      };
      const both: [string, string, string, boolean][] = [
        ['!=', l.v, zero, true],
        ['!=', r.v, zero, true],
      ];
      choose(r.s.fork(), r.v, [['==', l.v, zero, true]]);
      choose(r.s.fork(), l.v, [both[0]!, ['==', r.v, zero, true]]);
      choose(r.s.fork(), l.v, [...both, ['<', l.v, r.v, true]]);
      choose(r.s, r.v, [...both, ['<', l.v, r.v, false]]);
      return out;
    }),
  );
};

function namedType(a: Activation, e: Expr): CType | null {
  return e.k === 'name' ? a.type({ name: e.name, pointers: 0, dims: [], isConst: false, isFunction: false }) : null;
}

/** clamp(v, lo, hi), clamp_t(type, v, lo, hi): lo, hi, or v between them. */
const clamp =
  (typed: boolean): Builtin =>
  (a, s, e) => {
    const args = typed ? e.args.slice(1) : e.args;
    const type = typed && e.args[0] ? (e.args[0].k === 'type' ? a.type(e.args[0].type) : namedType(a, e.args[0])) : null;
    const [v, lo, hi] = args;
    if (!v || !lo || !hi) return [{ s, v: a.fresh(s, e.span, 'x', UNKNOWN, { k: 'unknown', why: '' }) }];
    return chain(evaluate(a, s, v), (ov) =>
      chain(evaluate(a, ov.s, lo), (ol) =>
        chain(evaluate(a, ol.s, hi), (oh) => {
          const common = type ?? a.value(ov.v).type;
          const p = convert(a, oh.s, ov.v, common);
          const low = convert(a, oh.s, ol.v, common);
          const high = convert(a, oh.s, oh.v, common);
          const out: Outcome[] = [];
          const under = oh.s.fork();
          if (assumeCompare(a, under, '<', p, low, true, e.span)) out.push({ s: under, v: low });
          const over = oh.s.fork();
          if (assumeCompare(a, over, '>', p, high, true, e.span)) out.push({ s: over, v: high });
          if (assumeCompare(a, oh.s, '>=', p, low, true, e.span) && assumeCompare(a, oh.s, '<=', p, high, true, e.span))
            out.push({ s: oh.s, v: p });
          return out;
        }),
      ),
    );
  };

/** array_index_nospec(i, n): i where i < n (as unsigned), else 0. */
const indexNospec: Builtin = (a, s, e) => {
  const [i, n] = e.args;
  if (!i || !n) return first(a, s, e);
  return chain(evaluate(a, s, i), (oi) =>
    chain(evaluate(a, oi.s, n), (on) => {
      const index = convert(a, on.s, oi.v, ULONG);
      const size = convert(a, on.s, on.v, ULONG);
      const out: Outcome[] = [];
      const inside = on.s.fork();
      if (assumeCompare(a, inside, '<', index, size, true, e.span)) out.push({ s: inside, v: index });
      if (assumeCompare(a, on.s, '<', index, size, false, e.span)) out.push({ s: on.s, v: constant(a, on.s, 0, ULONG) });
      return out;
    }),
  );
};

/** container_of(p, type, member): made from p, and NULL no longer shows in it. */
const containerOf: Builtin = (a, s, e) => {
  const [p] = e.args;
  return p ? chain(evaluate(a, s, p), (o) => [container(a, o, e)]) : first(a, s, e);
};

function container(a: Activation, { s, v }: Outcome, e: Call): Outcome {
  const type = e.args[1];
  const to: CType = type?.k === 'type' ? a.type(type.type) : type?.k === 'name' ? (namedType(a, type) ?? UNKNOWN) : UNKNOWN;
  return { s, v: near(a, s, v, `^${to.k === 'struct' ? to.tag : '?'}`, e.span, to) };
}

/** rb_entry_safe(p, type, member): NULL where p is. */
const entrySafe: Builtin = (a, s, e) => {
  const [p] = e.args;
  if (!p) return first(a, s, e);
  return chain(evaluate(a, s, p), (o) => {
    const none = o.s.fork();
    const out: Outcome[] = [];
    const reason = a.reason(e.span);
    if (constrain(a, none, o.v, pointerFact(NULL), reason)) {
      const [origin] = a.value(o.v).origins;
      const failed: Origin =
        origin?.k === 'call'
          ? origin
          : {
              k: 'call',
              callee: e.fn.k === 'name' ? e.fn.name : '',
              at: e.span.start,
              rcu: false,
              mayFail: true,
              fails: NULL,
              known: true,
            };
      const id = a.fresh(none, e.span, 'N', { k: 'pointer', to: UNKNOWN }, failed);
      none.facts.set(id, pointerFact(NULL));
      out.push({ s: none, v: id });
    }
    if (constrain(a, o.s, o.v, pointerFact(ERR | VALID), reason)) out.push(container(a, o, e));
    return out;
  });
};

/** rcu_dereference() and kin: a pointer that another CPU may have set to NULL. */
const rcuDereference: Builtin = (a, s, e) => {
  const arg = e.args[0];
  if (!arg) return first(a, s, e);
  return chain(readLvalue(a, s, arg), (o) => {
    const old = a.value(o.v);
    const type: CType = old.type.k === 'pointer' ? old.type : { k: 'pointer', to: UNKNOWN };
    const name = e.fn.k === 'name' ? e.fn.name : 'rcu_dereference';
    const bySection = /^rcu_dereference(_check)?$/.test(name);
    if (bySection) a.note(o.s, e.span, o.v, { k: 'rcu-read', how: name, ...rcuSection(o.s) });
    const id = a.fresh(o.s, e.span, 'R', type, {
      k: 'call',
      callee: name,
      at: e.span.start,
      rcu: bySection,
      mayFail: true,
      fails: NULL,
      known: true,
    });
    o.s.facts.set(id, pointerFact(NULL | VALID));
    return [{ s: o.s, v: id }];
  });
};

const arraySize: Builtin = (a, s, e) => {
  const arg = e.args[0];
  const type = arg ? typeOfExpression(a, arg) : null;
  const dim = type?.k === 'array' && type.dim !== '' ? type.dim.replace(/\s+/g, '') : null;
  const name = dim ?? a.text(e.span).replace(/\s/g, '');
  const value =
    dim !== null && /^\d+$/.test(dim) ? Number(dim) : dim !== null ? (a.program.findConstant(dim, a.file)?.value ?? null) : null;
  return [{ s, v: symbol(a, s, name, value, ULONG) }];
};

/** offsetofend(type, member): a symbol by its text, with its number where the layout is at hand. */
const offsetOfEnd: Builtin = (a, s, e) => {
  const [type, member] = e.args;
  const name = a
    .text(e.span)
    .replace(/\s+/g, ' ')
    .replace(/ ?([(),]) ?/g, '$1');
  const tag = type?.k === 'type' ? type.type.name : null;
  const at = tag !== null && member?.k === 'name' ? memberExtent(a, tag, member.name) : null;
  return [{ s, v: symbol(a, s, name, at ? at.offset + at.size : null, ULONG) }];
};

const ptrErr: Builtin = (a, s, e) =>
  chain(first(a, s, e), (o) => {
    const id = a.fresh(o.s, e.span, 'E', LONG, { k: 'unknown', why: '' });
    if (o.s.fact(o.v).nul === ERR) o.s.facts.set(id, { ...rangeFact(-4095, -1), nonZero: true });
    else if (o.s.fact(o.v).nul === NULL) o.s.facts.set(id, rangeFact(0, 0));
    return [{ s: o.s, v: id }];
  });

/** PTR_ERR_OR_ZERO(p): the error where p is one, else 0, of NULL too. */
const errorOrZero: Builtin = (a, s, e) =>
  chain(e.args[0] ? evaluate(a, s, e.args[0]) : [], (o) => {
    const out: Outcome[] = [];
    const bad = o.s.fork();
    const reason = a.reason(e.span);
    if (constrain(a, bad, o.v, pointerFact(ERR), reason)) {
      const id = a.fresh(bad, e.span, 'E', LONG, { k: 'unknown', why: '' });
      bad.facts.set(id, { ...rangeFact(-4095, -1), nonZero: true });
      out.push({ s: bad, v: id });
    }
    if (constrain(a, o.s, o.v, pointerFact(NULL | VALID), reason)) out.push({ s: o.s, v: constant(a, o.s, 0) });
    return out;
  });

/** no_free_ptr(p) is p, and p is NULL afterwards, so that what would be done at the end of its scope is not. */
const takesAway: Builtin = (a, s, e) => {
  const [given] = e.args;
  if (!given) return first(a, s, e);
  return chain(readLvalue(a, s, given), (old) =>
    assign(a, old.s, given, constant(a, old.s, 0), e.span).map((after) => ({ s: after.s, v: old.v })),
  );
};

const errPtr: Builtin = (a, s, e) =>
  chain(first(a, s, e), (o) => {
    const id = a.fresh(o.s, e.span, 'Q', { k: 'pointer', to: { k: 'void' } }, { k: 'const' });
    const f = o.s.fact(o.v);
    o.s.facts.set(id, pointerFact(f.lo === 0 && f.hi === 0 ? NULL : f.hi < 0 ? ERR : ERR | NULL));
    return [{ s: o.s, v: id }];
  });

/** `BIT(n)`: a shift like any other. */
const bit =
  (width: number): Builtin =>
  (a, s, e) =>
    chain(first(a, s, e), (o) => {
      a.note(o.s, e.span, o.v, { k: 'shift', width });
      return [{ s: o.s, v: a.fresh(o.s, e.span, 'b', ULONG, { k: 'unknown', why: '' }, a.value(o.v).taint) }];
    });

/** __is_defined(X): no, unless something defines it that is not at hand, such as the options of the compiler. */
const definedOrNot: Builtin = (a, s, e) => {
  const name = e.args[0] ? a.text(e.args[0].span) : '';
  const t = s.fork();
  t.doubt ??= `whether ${name} is defined where this is built is not known`;
  return [
    { s, v: constant(a, s, 0) },
    { s: t, v: constant(a, t, 1) },
  ];
};

/** IS_ENABLED(CONFIG_X): either. */
const either: Builtin = (a, s) => {
  const t = s.fork();
  return [
    { s, v: constant(a, s, 0) },
    { s: t, v: constant(a, t, 1) },
  ];
};

/** __builtin_choose_expr(c, x, y): x or y, as the compiler finds. */
const choice: Builtin = (a, s, e) => {
  const [, x, y] = e.args;
  if (!x || !y) return first(a, s, e);
  const other = s.fork();
  return limit(a, [...evaluate(a, s, x), ...evaluate(a, other, y)]);
};

/** Number of bits, or a bit's number. */
const bitCount: Builtin = (a, s, e) =>
  chain(first(a, s, e), (o) => {
    const id = anything(a, o.s, e, 'n', INT, a.value(o.v).taint);
    o.s.facts.set(id, rangeFact(0, 64));
    return [{ s: o.s, v: id }];
  });

/** Here the compiler may take it that nothing arrives. */
const noWayOn: Builtin = () => [];

/** get_cpu_ptr(p): the area of this CPU, and no other task runs on it until put_cpu_ptr(). */
const cpuHeld: Builtin = (a, s, e) =>
  chain(perCpu(a, s, e), (o) => {
    o.s.context.set('preempt', o.s.depth('preempt') + 1);
    return [o];
  });

/** div_u64(x, y) and kin are x / y. */
const quotient: Builtin = (a, s, e) => {
  const [x, y] = e.args;
  if (!x || !y) return first(a, s, e);
  return chain(evaluate(a, s, x), (l) => chain(evaluate(a, l.s, y), (r) => [{ s: r.s, v: arithmetic(a, r.s, '/', l.v, r.v, e.span) }]));
};

/** abs(x): x, or 0 - x where that is less than zero; the least number there is stays what it is. */
const magnitude: Builtin = (a, s, e) =>
  chain(first(a, s, e), (o) => {
    const zero = constant(a, o.s, 0);
    const out: Outcome[] = [];
    const below = o.s.fork();
    if (assumeCompare(a, below, '<', o.v, zero, true, e.span)) out.push({ s: below, v: arithmetic(a, below, '-', zero, o.v, e.span) });
    if (assumeCompare(a, o.s, '<', o.v, zero, false, e.span)) out.push(o);
    return out;
  });

const isErrValue: Builtin = (a, s, e) =>
  chain(first(a, s, e), (o) => [{ s: o.s, v: a.define(o.s, `iv@${e.span.start}`, BOOL, [{ k: 'unknown', why: '' }], rangeFact(0, 1)) }]);

/** `per_cpu_ptr(p, cpu)`, `this_cpu_ptr(p)`: near p, and a bad pointer that no longer shows it where p is NULL; the cpu number is an index into per-CPU areas of nr_cpu_ids. */
const perCpu: Builtin = (a, s, e) => {
  const p = e.args[0];
  if (!p) return first(a, s, e);
  return chain(evaluate(a, s, p), (o) => {
    const type = a.value(o.v).type;
    const to = type.k === 'pointer' ? type.to : UNKNOWN;
    noteDeref(a, o.s, o.v, p.span, 'read');
    const cpu = e.args[1];
    if (!cpu) return [{ s: o.s, v: near(a, o.s, o.v, `%${e.span.start}`, e.span, to) }];
    return chain(evaluate(a, o.s, cpu), (c) => {
      a.note(c.s, e.span, c.v, {
        k: 'index',
        array: 'per_cpu areas',
        extent: { value: null, symbol: 'nr_cpu_ids', plus: 0, text: 'nr_cpu_ids' },
        of: null,
        width: null,
      });
      return [{ s: c.s, v: near(a, c.s, o.v, `%${e.span.start}`, e.span, to) }];
    });
  });
};

const TABLE = new Map<string, Builtin>();
const add = (names: string, b: Builtin) => {
  for (const n of names.split(/\s+/)) TABLE.set(n, b);
};
add(
  'likely unlikely __builtin_expect ACCESS_PRIVATE unrcu_pointer rcu_pointer_handoff READ_ONCE_NOCHECK data_race __rcu_access rcu_access_pointer',
  first,
);
add('READ_ONCE ACCESS_ONCE lockless_dereference rcu_replace_pointer_nocheck', readOnce);
add('smp_load_acquire atomic_long_read_acquire', readThrough);
add('WRITE_ONCE rcu_assign_pointer RCU_INIT_POINTER', writeOnce);
add('smp_store_release smp_store_mb', writeThrough);
add('__alignof__ _Alignof __builtin_object_size __builtin_dynamic_object_size', someSize);
add('__builtin_constant_p __builtin_types_compatible_p __same_type', either);
add('WARN_ON WARN_ON_ONCE WARN WARN_ONCE WARN_TAINT WARN_ON_FUNCTION_MISMATCH', sameTruth);
add(
  'VM_BUG_ON VM_WARN_ON VM_WARN_ON_ONCE VM_BUG_ON_PAGE VM_BUG_ON_FOLIO VM_WARN_ON_ONCE_FOLIO DEBUG_NET_WARN_ON_ONCE lockdep_assert_held RCU_LOCKDEP_WARN BUILD_BUG_ON ASSERT static_assert WARN_ON_SMP might_sleep_if VM_WARN_ON_FOLIO DEBUG_LOCKS_WARN_ON SCHED_WARN_ON CHECK_DATA_CORRUPTION',
  noGuard,
);
add('BUG_ON', stopIf);
add('WRITE_ONCE rcu_assign_pointer RCU_INIT_POINTER smp_store_mb', assigns);
add('rcu_replace_pointer', replaces(false));
add('xchg xchg_relaxed xchg_acquire xchg_release', replaces(true));
add('cmpxchg cmpxchg_relaxed cmpxchg_acquire cmpxchg_release', exchangesIf);
add('get_user __get_user unsafe_get_user', fromUser);
add('do_div', divide);
add('div_u64 div64_u64 div64_ul div_s64 div64_s64 div64_long', quotient);
add('abs', magnitude);
add('__builtin_add_overflow __builtin_sub_overflow __builtin_mul_overflow', overflow);
add('check_add_overflow check_sub_overflow check_mul_overflow check_shl_overflow', overflow);
add('smp_store_release', replaces(true));
add('IS_ERR', errorTest(ERR));
add('IS_ERR_OR_NULL', errorTest(ERR | NULL));
add('ZERO_OR_NULL_PTR', errorTest(NULL));
add('min umin', extreme('<', false));
add('min_not_zero', smallestButZero);
add('max umax', extreme('>', false));
add('min_t', extreme('<', true));
add('max_t', extreme('>', true));
add('clamp', clamp(false));
add('clamp_t', clamp(true));
add('clamp_val', clamp(false));
add('array_index_nospec', indexNospec);
add('container_of container_of_const list_entry rb_entry hlist_entry', containerOf);
add(
  'rcu_dereference rcu_dereference_raw rcu_dereference_check rcu_dereference_protected rcu_dereference_bh rcu_dereference_sched rcu_dereference_rtnl rcu_dereference_raw_check srcu_dereference rtnl_dereference',
  rcuDereference,
);
add('ARRAY_SIZE', arraySize);
add('offsetofend', offsetOfEnd);
add('rb_entry_safe hlist_entry_safe', entrySafe);
add('PTR_ERR', ptrErr);
add('PTR_ERR_OR_ZERO', errorOrZero);
add('no_free_ptr retain_and_null_ptr', takesAway);
add('ERR_PTR', errPtr);
add('ERR_CAST', first);
add('BIT GENMASK', bit(64));
add('BIT_ULL BIT_MASK', bit(64));
add('__is_defined', definedOrNot);
add('IS_ENABLED IS_BUILTIN IS_REACHABLE static_branch_unlikely static_branch_likely static_key_enabled', either);
add('IS_ERR_VALUE', isErrValue);
add('swap', swap);
add('per_cpu_ptr this_cpu_ptr raw_cpu_ptr per_cpu', perCpu);
add('get_cpu_ptr', cpuHeld);
add('__builtin_choose_expr', choice);
add('__builtin_unreachable unreachable', noWayOn);
add('__builtin_va_start __builtin_va_end __builtin_va_copy __builtin_prefetch __builtin_return_address __builtin_frame_address', noGuard);
add('__builtin_clz __builtin_clzl __builtin_clzll __builtin_ctz __builtin_ctzl __builtin_ctzll', bitCount);
add('__builtin_ffs __builtin_ffsl __builtin_ffsll __builtin_popcount __builtin_popcountl __builtin_popcountll', bitCount);

/** Checks of the build and of debug kernels, and barriers: no value, no effect that the analysis knows of. */
const WITHOUT_EFFECT =
  /^_*(kcsan_|kasan_check|kmsan_|instrument_(read|write|atomic)|lockdep_assert|compiletime_assert|rcu_check_sparse|KCSAN_|might_lock|smp_[rw]?mb|[rw]?mb$|barrier$|smp_mb__)/;

export function isBuiltin(name: string): boolean {
  return builtin(name) !== undefined;
}

export function builtin(name: string): Builtin | undefined {
  return TABLE.get(name) ?? (WITHOUT_EFFECT.test(name) ? noGuard : undefined);
}
