/** What kfuncs return that the verifier knows by name (special_kfunc_list): it gives their result a type of its own, whatever the declaration says. */
import type { ReturnMemory, Trust } from './model.ts';
import type { Life } from './series.ts';
import { during } from './series.ts';
import type { Statement } from './statement.ts';

export interface SpecialReturn extends Life {
  names: readonly string[];
  trust: Trust;
  memory: ReturnMemory | null;
  text: string;
  at: readonly Statement[];
}

const VERIFIER = 'kernel/bpf/verifier.c';

/** Handled in check_kfunc_call() itself until 6.14. */
const known = (quote: string, since: string): Statement[] => [
  { since, until: '6.14', path: VERIFIER, symbol: 'check_kfunc_call', quote },
  { since: '6.18', until: null, path: VERIFIER, symbol: 'check_special_kfunc', quote },
];

const special = (
  since: string,
  names: string,
  trust: Trust,
  text: string,
  quote: string,
  memory: ReturnMemory | null = null,
): SpecialReturn => ({
  since,
  until: null,
  names: names.split(' '),
  trust,
  memory,
  text,
  at: known(quote, since),
});

const sliceOf = (writable: boolean): ReturnMemory => ({ writable, size: 'buffer__szk' });

export const SPECIAL_RETURNS: readonly SpecialReturn[] = [
  special('6.2', 'bpf_obj_new_impl bpf_obj_new', 'trusted', "an object of the program's own type, with a reference", 'MEM_ALLOC'),
  special(
    '6.6',
    'bpf_percpu_obj_new_impl bpf_percpu_obj_new',
    'trusted',
    "a per-CPU object of the program's own type, with a reference",
    'MEM_PERCPU',
  ),
  special('6.4', 'bpf_refcount_acquire_impl bpf_refcount_acquire', 'trusted', 'the same object, with one more reference', 'MEM_ALLOC'),
  special(
    '6.2',
    'bpf_list_pop_front bpf_list_pop_back',
    'trusted',
    'the node taken off the list, with its reference',
    'mark_reg_graph_node',
  ),
  special('6.3', 'bpf_rbtree_remove', 'trusted', 'the node taken out of the tree, with its reference', 'mark_reg_graph_node'),
  special(
    '6.3',
    'bpf_rbtree_first bpf_rbtree_root bpf_rbtree_left bpf_rbtree_right bpf_list_front bpf_list_back',
    'trusted',
    'a node that the program may use until it gives up the lock, without a reference',
    'mark_reg_graph_node',
  ),
  special('6.2', 'bpf_cast_to_kern_ctx', 'trusted', "the kernel's own struct behind the context", 'PTR_TRUSTED'),
  special(
    '6.2',
    'bpf_rdonly_cast',
    'any',
    'whatever was passed, to be read only and passed to no kfunc that asks for trust',
    'PTR_UNTRUSTED',
  ),
  special(
    '6.4',
    'bpf_dynptr_slice',
    'any',
    'memory as long as the constant buffer__szk says, to be read only',
    'MEM_RDONLY',
    sliceOf(false),
  ),
  special(
    '6.4',
    'bpf_dynptr_slice_rdwr',
    'any',
    'memory as long as the constant buffer__szk says',
    'may_access_direct_pkt_data',
    sliceOf(true),
  ),
];

/** Null for what the verifier does not know by name. */
export function specialReturn(name: string, series: string): SpecialReturn | null {
  return SPECIAL_RETURNS.find((r) => during(r, series) && r.names.includes(name)) ?? null;
}
