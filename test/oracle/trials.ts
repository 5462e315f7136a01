/** Modules whose registering is the question: does the kernel take them? */
import type { KfuncSource } from './module.ts';
import { isLive } from './questions.ts';

export interface Trial {
  id: string;
  since: string;
  kfunc: KfuncSource;
  /** write the set as BTF_SET8_START does */
  plainSet?: boolean;
}

const trial = (id: string, name: string, flags: string, returns: string, parameters: string, since = '6.4'): Trial => ({
  id,
  since,
  kfunc: {
    name,
    flags: flags.split('|').filter((f) => f !== ''),
    returns,
    parameters,
    body: '',
  },
});

const IT = 'struct bpf_iter_kft@ *it';

const TRIALS: readonly Trial[] = [
  trial('iter_good', 'bpf_iter_kft@_new', 'KF_ITER_NEW', 'int', IT),
  trial('iter_two_flags', 'bpf_iter_kft@_new', 'KF_ITER_NEW|KF_ITER_NEXT', 'int', IT),
  trial('iter_name', 'bpf_iter_other_new', 'KF_ITER_NEW', 'int', IT),
  trial('iter_verb', 'bpf_iter_kft@_next', 'KF_ITER_NEW', 'int', IT),
  trial('iter_no_argument', 'bpf_iter_kft@_new', 'KF_ITER_NEW', 'int', ''),
  trial('iter_wrong_struct', 'bpf_iter_kft@_new', 'KF_ITER_NEW', 'int', 'struct kfo_s *it'),
  trial('iter_new_more', 'bpf_iter_kft@_new', 'KF_ITER_NEW', 'int', `${IT}, int more`),
  trial('iter_next_good', 'bpf_iter_kft@_next', 'KF_ITER_NEXT|KF_RET_NULL', 'int *', IT),
  trial('iter_next_more', 'bpf_iter_kft@_next', 'KF_ITER_NEXT|KF_RET_NULL', 'int *', `${IT}, int more`),
  trial('iter_next_number', 'bpf_iter_kft@_next', 'KF_ITER_NEXT', 'int', IT),
  trial('iter_destroy_good', 'bpf_iter_kft@_destroy', 'KF_ITER_DESTROY', 'void', IT),
  trial('iter_destroy_number', 'bpf_iter_kft@_destroy', 'KF_ITER_DESTROY', 'int', IT),
  { ...trial('set8', 'kft@_plain', '', 'int', 'int a', '6.1'), plainSet: true },
  trial('acquire_number', 'kft@_acquire', 'KF_ACQUIRE', 'int', 'int a', '6.1'),
  trial('release_nothing', 'kft@_release', 'KF_RELEASE', 'void', 'int a', '6.1'),
];

/** `@` makes the names of each trial its own: newer kernels refuse a kfunc whose name is taken. */
export function trialsFor(series: string): Trial[] {
  const own = (text: string, i: number) => text.replaceAll('@', String(i));
  return TRIALS.filter((t) => isLive(t, series)).map((t, i) => ({
    ...t,
    kfunc: {
      ...t.kfunc,
      name: own(t.kfunc.name, i),
      parameters: own(t.kfunc.parameters, i),
    },
  }));
}
