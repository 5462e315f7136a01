/** Arguments that the verifier writes itself for kfuncs that it knows by name (fixup_kfunc_call()): whatever a program passes there is replaced. */

interface FilledIn {
  kfuncs: readonly string[];
  parameters: readonly string[];
  /** what is filled in is NULL for types without special fields */
  mayBeNull: boolean;
}

const names = (text: string) => text.split(' ');

/** The `_impl` names until 6.19, beside the others from 7.0 on. */
export const FILLED_IN: readonly FilledIn[] = [
  {
    kfuncs: names(
      'bpf_obj_new_impl bpf_obj_drop_impl bpf_percpu_obj_new_impl bpf_percpu_obj_drop_impl bpf_obj_new bpf_obj_drop bpf_percpu_obj_new bpf_percpu_obj_drop',
    ),
    parameters: ['meta__ign', 'meta'],
    mayBeNull: true,
  },
  { kfuncs: ['bpf_refcount_acquire_impl', 'bpf_refcount_acquire'], parameters: ['meta__ign', 'meta'], mayBeNull: false },
  {
    kfuncs: names(
      'bpf_list_push_front_impl bpf_list_push_back_impl bpf_rbtree_add_impl bpf_list_push_front bpf_list_push_back bpf_list_add bpf_rbtree_add',
    ),
    parameters: ['meta__ign', 'meta', 'off'],
    mayBeNull: false,
  },
  { kfuncs: ['bpf_wq_set_callback_impl'], parameters: ['aux__ign'], mayBeNull: false },
];

export function filledIn(kfunc: string, parameter: string): FilledIn | null {
  return FILLED_IN.find((f) => f.kfuncs.includes(kfunc) && f.parameters.includes(parameter)) ?? null;
}
