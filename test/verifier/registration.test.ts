import { describe, expect, it } from 'vitest';
import { FLAGS } from '../../src/verifier/flags.ts';
import {
  constantParameters,
  flagLife,
  flagProblems,
  iteratorProblems,
  knowsWord,
  maxParameters,
  releaseArgument,
  setMacroProblem,
  suffixLife,
  suffixProblems,
} from '../../src/verifier/registration.ts';
import { carries, suffixOf } from '../../src/verifier/suffixes.ts';

const told = (flags: string, series: string, pointer: boolean | null = null) =>
  flagProblems(flags.split('|'), series, pointer).map((p) => `${p.stage} ${p.subject}`);

describe('flags', () => {
  it.each([
    ['KF_TRUSTED_ARGS', '6.19', []],
    ['KF_TRUSTED_ARGS', '7.0', ['build KF_TRUSTED_ARGS']],
    ['KF_RCU', '6.1', ['build KF_RCU']],
    ['KF_RCU', '6.2', []],
    ['KF_RCU_PROTECTED', '6.6', ['build KF_RCU_PROTECTED']],
    ['KF_RCU_PROTECTED', '6.12', ['never KF_RCU_PROTECTED']],
    ['KF_RCU_PROTECTED', '6.18', []],
    ['KF_RCU_PROTECTED|KF_ITER_NEW', '6.12', []],
    ['KF_KPTR_GET', '6.4', ['build KF_KPTR_GET']],
    ['KF_PERFMON', '7.2', ['build KF_PERFMON']],
    ['KF_PERFMON', '7.3', []],
    ['KF_FORBID_FAULT', '7.3', ['build KF_FORBID_FAULT']],
    ['KF_TRUSTED_ARGS|KF_RCU', '6.12', ['never KF_TRUSTED_ARGS']],
    ['KF_RCU_PROTECTED|KF_SLEEPABLE', '6.18', ['load KF_RCU_PROTECTED']],
    ['KF_ITER_NEW|KF_ITER_NEXT', '6.12', ['register KF_ITER_NEW']],
    ['KF_SPINLOCK_SAFE|KF_SLEEPABLE', '7.3', ['never KF_SPINLOCK_SAFE']],
  ])('%s in %s: %j', (flags, series, expected) => {
    expect(told(flags, series)).toEqual(expected);
  });

  it('asks what is returned', () => {
    expect(told('KF_ACQUIRE', '6.12', false)).toEqual(['load KF_ACQUIRE']);
    expect(told('KF_ACQUIRE', '6.12', true)).toEqual([]);
    expect(told('KF_ACQUIRE', '6.12', null)).toEqual([]);
    expect(told('KF_RET_NULL', '6.12', false)).toEqual(['never KF_RET_NULL']);
  });

  it('has a bit of its own for each', () => {
    expect(new Set(FLAGS.map((f) => f.bit)).size).toBe(FLAGS.length);
    expect(flagLife('KF_RCU')).toMatchObject({ since: '6.2', until: null, bit: 7 });
    expect(flagLife('toString')).toBeNull();
  });
});

describe('suffixes', () => {
  it('count at the end of longer names only, and only the last', () => {
    expect(carries('buf__sz', '__sz', '6.12')).toBe(true);
    expect(carries('__sz', '__sz', '6.12')).toBe(false);
    expect(carries('buf_sz', '__sz', '6.12')).toBe(false);
    expect(suffixOf('x__nullable__sz', '6.12')).toBe('__sz');
    expect(suffixOf('p__arena__nullable', '7.3')).toBe('__arena__nullable');
    expect(suffixOf('p__arena__nullable', '7.2')).toBe('__nullable');
    expect(suffixOf('len', '6.12')).toBeNull();
  });

  it.each([
    ['p__nullable', true, '6.6', null, ['__nullable']],
    ['p__nullable', true, '6.12', null, []],
    ['v__nullable', false, '6.12', null, ['__nullable']],
    ['buf__opt', true, '7.0', 'buf__sz', ['__opt']],
    ['buf__opt', true, '6.12', 'buf__sz', []],
    ['buf__opt', true, '6.12', 'len', ['__opt']],
    ['v__const', false, '6.12', null, ['__const']],
    ['p__ign', null, '6.12', null, []],
  ] as const)('%s (pointer: %s) in %s before %s: %j', (name, pointer, series, next, expected) => {
    expect(suffixProblems(name, pointer, series, next).map((p) => p.subject)).toEqual(expected);
  });

  it('know their lives', () => {
    expect(suffixLife('__iter')).toMatchObject({ since: '6.12', until: null });
    expect(suffixLife('__nope')).toBeNull();
    expect(constantParameters(['a__k', 'b__szk', 'rdonly_buf_size', 'c'], '6.12')).toEqual(['a__k', 'b__szk', 'rdonly_buf_size']);
    expect(constantParameters(['a__k'], '6.1')).toEqual([]);
  });
});

describe('sets, words, numbers', () => {
  it('knows which macro opens a set', () => {
    expect(setMacroProblem('BTF_SET8_START', '6.8')).toBeNull();
    expect(setMacroProblem('BTF_SET8_START', '6.9')).toMatchObject({ stage: 'register' });
    expect(setMacroProblem('BTF_KFUNCS_START', '6.8')).toMatchObject({ stage: 'build' });
    expect(setMacroProblem('BTF_KFUNCS_END', '6.9')).toBeNull();
    expect(setMacroProblem('BTF_SET_START', '6.12')).toBeNull();
  });

  it('knows words by series', () => {
    expect([knowsWord('__bpf_kfunc', '6.2'), knowsWord('__bpf_kfunc', '6.3'), knowsWord('__bpf_kfunc_start_defs', '6.6')]).toEqual([
      false,
      true,
      false,
    ]);
  });

  it('knows how many arguments there may be, and which is released', () => {
    expect([maxParameters('7.1'), maxParameters('7.2')]).toEqual([5, 12]);
    expect([releaseArgument('7.1'), releaseArgument('7.2')]).toEqual(['any', 'first']);
  });
});

describe('iterators', () => {
  const shape = {
    name: 'bpf_iter_x_new',
    flags: ['KF_ITER_NEW'],
    first: { name: 'struct bpf_iter_x', pointers: 1 },
    parameterCount: 1,
    returns: 'other' as const,
  };

  it('takes what registering takes', () => {
    expect(iteratorProblems(shape, '6.12')).toEqual([]);
    expect(iteratorProblems({ ...shape, parameterCount: 3 }, '6.12')).toEqual([]);
    expect(iteratorProblems({ ...shape, flags: [] }, '6.12')).toEqual([]);
    expect(iteratorProblems({ ...shape, name: 'whatever' }, '6.3')).toEqual([]);
  });

  it.each([
    ['its name', { name: 'bpf_iter_y_new' }],
    ['its verb', { name: 'bpf_iter_x_next' }],
    ['its first parameter', { first: { name: 'struct x', pointers: 1 } }],
    ['no parameter', { first: null, parameterCount: 0 }],
    ['what next returns', { name: 'bpf_iter_x_next', flags: ['KF_ITER_NEXT'] }],
    ['what destroy returns', { name: 'bpf_iter_x_destroy', flags: ['KF_ITER_DESTROY'] }],
    ['more parameters of next', { name: 'bpf_iter_x_next', flags: ['KF_ITER_NEXT'], returns: 'pointer' as const, parameterCount: 2 }],
  ])('refuses %s', (_, wrong) => {
    const problems = iteratorProblems({ ...shape, ...wrong }, '6.12');
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ stage: 'register' });
  });
});
