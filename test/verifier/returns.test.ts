/** What the program gets, and with what returns no call is let through. */
import { describe, expect, it } from 'vitest';
import { ask } from './ask.ts';

const returned = (flags: string, returns: string, series: string, more: { parameters?: string; name?: string } = {}) =>
  ask(flags, more.parameters ?? '', series, { returns, ...(more.name ? { name: more.name } : {}) }).returns;

describe('returns', () => {
  it('says nothing of a function that returns nothing', () => {
    expect(returned('KF_RELEASE', 'void', '6.12')).toMatchObject({ mayBeNull: false, trust: 'none', memory: null });
    expect(returned('', 'void', '6.12').because.map((e) => e.text)).toEqual(['bpf_thing() returns nothing']);
  });

  it.each([
    ['KF_ACQUIRE', 'int', '6.12', true],
    ['KF_ACQUIRE', 'void', '6.12', true],
    ['KF_ACQUIRE', 'int *', '6.12', true],
    ['KF_ACQUIRE', 'void *', '7.3', true],
    ['KF_ACQUIRE', 'struct object *', '6.12', false],
    ['KF_ACQUIRE', 'object_t *', '6.12', false],
    ['KF_ACQUIRE', 'unseen_t', '6.12', false],
    ['', 'int', '6.1', false],
    ['', 'void *', '6.8', true],
    ['', 'void *', '6.9', false],
    ['', 'int *', '6.3', true],
    ['', 'int *', '6.4', false],
    ['', 'struct object **', '6.3', true],
    ['', 'struct object **', '6.12', false],
  ])('%s %s in %s: every call refused: %s', (flags, returns, series, refused) => {
    const told = returned(flags, returns, series);
    expect(told.refused != null).toBe(refused);
    expect(told.because.some((e) => e.text.includes('every call of bpf_thing() is refused'))).toBe(refused);
  });

  it('lets memory be returned with its size named, in the oldest series too', () => {
    const told = returned('', 'int *', '6.1', { parameters: 'int rdonly_buf_size' });
    expect(told).toMatchObject({ memory: { writable: false, size: 'rdonly_buf_size' } });
    expect(told.refused ?? null).toBeNull();
  });

  it('takes a union for an object in 6.1, for memory later', () => {
    expect(returned('', 'union u *', '6.1')).toMatchObject({ trust: 'any', memory: null });
    expect(returned('', 'union u *', '6.12')).toMatchObject({ memory: { writable: false, size: 'pointee' } });
  });

  it('knows the kfuncs that the verifier knows by name, and no others', () => {
    const slice = { parameters: 'struct bpf_dynptr *p, u32 offset, void *buffer__opt, u32 buffer__szk' };
    expect(returned('KF_RET_NULL', 'void *', '6.12', { ...slice, name: 'bpf_dynptr_slice' })).toMatchObject({
      mayBeNull: true,
      memory: { writable: false, size: 'buffer__szk' },
    });
    expect(returned('KF_RET_NULL', 'void *', '6.12', { ...slice, name: 'bpf_dynptr_slices' })).toMatchObject({
      trust: 'none',
      memory: null,
    });
    const made = returned('KF_ACQUIRE|KF_RET_NULL', 'void *', '6.12', { name: 'bpf_obj_new_impl' });
    expect(made).toMatchObject({ mayBeNull: true, acquires: true, trust: 'trusted' });
    expect(made.refused ?? null).toBeNull();
    expect(returned('', 'void *', '6.12', { name: 'bpf_rdonly_cast' }).trust).toBe('any');
    expect(returned('KF_RET_NULL', 'struct bpf_rb_node *', '6.12', { name: 'bpf_rbtree_first' }).trust).toBe('trusted');
  });
});

describe('what is no pointer', () => {
  it.each(['int v', 'int v__ign', 'u64 v__ign', 'enum e v', 'enum wide v', 'struct plain v', 'float v'])(
    '%s is neither NULL nor trusted',
    (p) => {
      for (const series of ['6.1', '6.12', '7.3'])
        expect(ask('KF_TRUSTED_ARGS', p, series).parameters[0]).toMatchObject({
          mayBeNull: false,
          trust: 'none',
          refcountMayBeZero: false,
        });
    },
  );

  it('does not make a pointer a number', () => {
    expect(ask('', 'void *p__ign', '6.12').parameters[0]).toMatchObject({ kind: 'ignored', mayBeNull: true, trust: 'any' });
  });
});

describe('what the kfunc is to make itself', () => {
  const text = (flags: string, p: string, series: string) =>
    ask(flags, p, series)
      .parameters[0]!.because.map((e) => e.text)
      .join('\n');

  it('is an empty slot', () => {
    expect(text('', 'struct bpf_dynptr *d__uninit', '6.12')).toContain('empty slot on the stack for a dynptr');
    expect(text('KF_ITER_NEW', 'struct bpf_iter_x *it', '6.12')).toContain('empty slot on the stack for an iterator');
  });

  it('is one only there', () => {
    expect(text('', 'struct bpf_dynptr *d', '6.12')).toContain('an initialised dynptr');
    expect(text('KF_ITER_NEXT', 'struct bpf_iter_x *it', '6.12')).toContain('its constructor may have failed');
    expect(ask('KF_ITER_NEW', 'struct bpf_iter_x *it, struct bpf_iter_x *other__iter', '6.12').parameters[1]!.because[0]!.text).toContain(
      'its constructor may have failed',
    );
  });
});

describe('counts', () => {
  const counted = (flags: string, p: string, at = 0, types?: string[]) =>
    !ask(flags, p, '6.12', types ? { types } : {}).parameters[at]!.refcountMayBeZero;

  it('are not promised of nodes and objects that the program may have borrowed', () => {
    expect(counted('', 'void *p__refcounted_kptr')).toBe(false);
    expect(counted('', 'struct bpf_rb_root *r, struct bpf_rb_node *n', 1)).toBe(false);
    expect(counted('', 'void *p__alloc')).toBe(true);
  });

  it('are promised of a released object unless another parameter may hold the reference', () => {
    const both = 'struct __sk_buff *skb, struct object *o';
    expect(counted('KF_RELEASE', both, 1, ['SCHED_CLS'])).toBe(true);
    expect(counted('KF_RELEASE', both, 1, ['SCHED_CLS', 'TRACING'])).toBe(false);
    expect(counted('KF_RELEASE', 'struct bpf_sock_addr *a, struct object *o', 1, ['CGROUP_SOCK_ADDR'])).toBe(true);
  });
});
