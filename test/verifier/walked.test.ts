/** Where a pointer that the program walked to gets through, and what the verifier fills in itself. */
import { describe, expect, it } from 'vitest';
import { ask } from './ask.ts';

const walked = (flags: string, parameter: string, series: string, types = ['TRACING']) =>
  ask(flags, parameter, series, { types }).parameters[0]!.walked;

describe('walked pointers', () => {
  it.each([
    ['', 'struct object *p', '6.12', true],
    ['KF_TRUSTED_ARGS', 'struct object *p', '6.12', false],
    ['KF_RCU', 'struct object *p', '6.12', false],
    ['KF_ACQUIRE', 'struct object *p', '6.12', true],
    ['', 'struct object *p', '7.0', false],
    ['KF_TRUSTED_ARGS', 'struct object *p__ign', '6.12', true],
    ['', 'void *p__ign', '7.3', true],
    ['', 'int v__ign', '6.12', false],
    ['', 'struct plain *p', '6.12', true],
    ['', 'struct plain *p', '7.0', false],
    ['KF_TRUSTED_ARGS', 'struct plain *p', '6.1', false],
    ['KF_RELEASE', 'struct plain *p', '6.1', false],
    ['KF_RELEASE', 'struct plain *p, struct object *o', '6.1', true],
    ['', 'struct plain *p, u32 p__sz', '6.12', true],
    ['', 'void *p, u32 p__sz', '6.12', false],
    ['', 'int *p', '6.12', false],
    ['', 'union u *p', '6.12', true],
    ['', 'void *p__map', '6.12', true],
    ['', 'void *p__map', '7.0', false],
    ['', 'struct bpf_dynptr *p', '6.12', false],
    ['', 'int (*cb)(int *)', '6.5', true],
    ['', 'int (*cb)(int *)', '6.6', false],
  ])('%s %s in %s: %s', (flags, parameter, series, expected) => {
    expect(walked(flags, parameter, series)).toBe(expected);
  });

  it('gets through where a context is one for some callers only', () => {
    expect(walked('', 'struct sk_buff *s', '6.12', ['SCHED_CLS'])).toBe(false);
    expect(walked('', 'struct sk_buff *s', '6.12', ['SCHED_CLS', 'TRACING'])).toBe(true);
    expect(walked('KF_TRUSTED_ARGS', 'struct sk_buff *s', '6.12', ['SCHED_CLS', 'TRACING'])).toBe(false);
  });
});

describe('a sleepable kfunc with KF_RCU', () => {
  const trust = (flags: string, series: string) => ask(flags, 'struct object *p', series).parameters[0]!;

  it('is passed trusted objects only, because it can not be called where RCU protects', () => {
    expect(trust('KF_SLEEPABLE|KF_RCU', '6.12')).toMatchObject({ trust: 'trusted', mayBeNull: false, refcountMayBeZero: true });
    expect(trust('KF_RCU', '6.12').trust).toBe('rcu');
    expect(trust('KF_SLEEPABLE|KF_RCU', '6.11').trust).toBe('rcu');
    expect(trust('KF_SLEEPABLE', '6.12').trust).toBe('any');
  });
});

describe('what the verifier fills in', () => {
  const of = (name: string, parameters: string, at: number) => ask('', parameters, '6.12', { name }).parameters[at]!;

  it('is no argument of the program, for the kfuncs that it knows by name', () => {
    expect(of('bpf_wq_set_callback_impl', 'struct bpf_wq *wq, void *aux__ign', 1)).toMatchObject({ kind: 'implicit', mayBeNull: false });
    expect(of('bpf_obj_drop_impl', 'void *p__alloc, void *meta__ign', 1)).toMatchObject({ kind: 'implicit', mayBeNull: true });
    expect(
      of('bpf_obj_drop_impl', 'void *p__alloc, void *meta__ign', 1)
        .because.map((e) => e.text)
        .join(),
    ).not.toContain('stale');
    expect(of('bpf_rbtree_add_impl', 'void *meta__ign, u64 off', 1)).toMatchObject({ kind: 'implicit', trust: 'none' });
  });

  it('is one for every other', () => {
    expect(of('bpf_wq_set_callback', 'struct bpf_wq *wq, void *aux__ign', 1)).toMatchObject({ kind: 'ignored', mayBeNull: true });
    expect(of('bpf_obj_drop_impl', 'void *p__alloc, void *other__ign', 1)).toMatchObject({ kind: 'ignored' });
    expect(of('bpf_thing', 'void *meta__ign, u64 off', 1)).toMatchObject({ kind: 'scalar' });
  });
});
