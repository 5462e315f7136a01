/** Which parameter a KF_RELEASE kfunc takes the reference from. */
import type { KfuncInput, TypeOracle } from './model.ts';
import { classify } from './parameters.ts';
import type { Life } from './series.ts';
import { during } from './series.ts';
import type { Statement } from './statement.ts';

export interface ReleasePosition extends Life {
  /** `any`: exactly one argument, wherever it stands, must hold a reference */
  position: 'any' | 'first';
}

export const RELEASE_POSITIONS: readonly ReleasePosition[] = [
  { since: '6.1', until: '7.1', position: 'any' },
  { since: '7.2', until: null, position: 'first' },
];

export const RELEASE_AT: readonly Statement[] = [
  {
    since: '6.1',
    until: '6.1',
    path: 'kernel/bpf/btf.c',
    symbol: 'btf_check_func_arg_match',
    quote: 'release kernel function %s expects refcounted PTR_TO_BTF_ID',
  },
  {
    since: '6.2',
    until: '7.1',
    path: 'kernel/bpf/verifier.c',
    symbol: 'check_kfunc_args',
    quote: 'release kernel function %s expects refcounted PTR_TO_BTF_ID',
  },
  {
    since: '7.2',
    until: null,
    path: 'kernel/bpf/verifier.c',
    symbol: 'check_kfunc_args',
    quote: 'release kfunc %s expects referenced PTR_TO_BTF_ID passed to %s',
  },
];

export function releaseArgument(series: string): 'any' | 'first' {
  return RELEASE_POSITIONS.find((r) => during(r, series))!.position;
}

/** Index of the parameter that surely holds the reference; null where none or several could. */
export function releasedParameter(input: KfuncInput, series: string, types: TypeOracle): number | null {
  if (!input.flags.includes('KF_RELEASE')) return null;
  const able = input.parameters.flatMap((_, i) => (mayHoldReference(input, i, series, types) ? [i] : []));
  if (releaseArgument(series) === 'first') return able.includes(0) ? 0 : null;
  return able.length === 1 ? able[0]! : null;
}

/** Kinds whose register may hold a reference: kernel objects, and memory by way of a ring buffer record. */
function mayHoldReference(input: KfuncInput, index: number, series: string, types: TypeOracle): boolean {
  const { kind, shape, orElse } = classify(input, index, series, types);
  if (kind === 'scalar' || kind === 'uncallable' || kind === 'implicit') return false;
  // to programs whose context it is not the same struct is an object, and that may hold one
  if (kind === 'context') return orElse !== null;
  // an ignored argument is skipped before references are looked for
  return kind !== 'ignored' && shape.k !== 'scalar';
}
