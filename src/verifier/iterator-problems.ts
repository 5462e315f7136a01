/** The form that iterator kfuncs must have. */
import { ITERATOR_FLAGS } from './flag-problems.ts';
import type { Problem } from './problem.ts';
import { compareSeries } from './series.ts';

/** Iterators (btf_check_iter_kfuncs()): what registering them asks for. */
export const ITERATOR_FORM = {
  since: '6.4',
  name: /^bpf_iter_(\w+)_(new|next|destroy)$/,
  flagOf: { new: 'KF_ITER_NEW', next: 'KF_ITER_NEXT', destroy: 'KF_ITER_DESTROY' },
} as const;

export interface IteratorShape {
  name: string;
  flags: readonly string[];
  /** base type and stars of the first parameter; null: there is none */
  first: { name: string; pointers: number } | null;
  parameterCount: number;
  returns: 'void' | 'pointer' | 'other';
}

/** What register_btf_kfunc_id_set() refuses an iterator kfunc for; empty where it has no iterator flag or nothing is wrong. */
export function iteratorProblems(shape: IteratorShape, series: string): Problem[] {
  const flags = shape.flags.filter((f) => ITERATOR_FLAGS.includes(f));
  if (flags.length !== 1 || compareSeries(series, ITERATOR_FORM.since) < 0) return [];
  const flag = flags[0]!;
  const type = /^struct bpf_iter_(\w+)$/.exec(shape.first?.name ?? '');
  const verb = flag.replace('KF_ITER_', '').toLowerCase();
  const found: string[] = [];
  if (!type || shape.first!.pointers !== 1) found.push('the first parameter of an iterator kfunc must be a struct bpf_iter_<type> *');
  else if (shape.name !== `bpf_iter_${type[1]}_${verb}`)
    found.push(`with ${flag} and struct bpf_iter_${type[1]} its name must be bpf_iter_${type[1]}_${verb}`);
  if (flag !== 'KF_ITER_NEW' && shape.parameterCount > 1) found.push('only the constructor of an iterator may have further parameters');
  if (flag === 'KF_ITER_NEXT' && shape.returns !== 'pointer') found.push('the next function of an iterator must return a pointer');
  if (flag === 'KF_ITER_DESTROY' && shape.returns !== 'void') found.push('the destructor of an iterator must return void');
  const source = { since: '6.4', until: null, path: 'kernel/bpf/btf.c', symbol: 'btf_check_iter_kfuncs', quote: 'ITER_PREFIX' };
  return found.map((text) => ({ stage: 'register', subject: flag, text, source }));
}
