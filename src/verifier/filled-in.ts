/** Arguments that the verifier writes itself for kfuncs that it knows by name (fixup_kfunc_call()): whatever a program passes there is replaced. */

interface FilledIn {
  kfuncs: readonly string[];
  parameters: readonly string[];
  /** what is filled in is NULL for types without special fields */
  mayBeNull: boolean;
}

export const FILLED_IN: readonly FilledIn[] = [
  {
    kfuncs: ['bpf_obj_new_impl', 'bpf_obj_drop_impl', 'bpf_percpu_obj_new_impl', 'bpf_percpu_obj_drop_impl'],
    parameters: ['meta__ign'],
    mayBeNull: true,
  },
  { kfuncs: ['bpf_refcount_acquire_impl'], parameters: ['meta__ign'], mayBeNull: false },
  {
    kfuncs: ['bpf_list_push_front_impl', 'bpf_list_push_back_impl', 'bpf_rbtree_add_impl'],
    parameters: ['meta__ign', 'off'],
    mayBeNull: false,
  },
  { kfuncs: ['bpf_wq_set_callback_impl'], parameters: ['aux__ign'], mayBeNull: false },
];

export function filledIn(kfunc: string, parameter: string): FilledIn | null {
  return FILLED_IN.find((f) => f.kfuncs.includes(kfunc) && f.parameters.includes(parameter)) ?? null;
}
