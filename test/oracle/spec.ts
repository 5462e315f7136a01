/** What is put to the verifier: sets of flags × declarations. Bits and lives are written here a second time, so that the model can't mislead its judge. */

export const FLAG_BITS: Readonly<Record<string, number>> = {
  KF_ACQUIRE: 0,
  KF_RELEASE: 1,
  KF_RET_NULL: 2,
  KF_TRUSTED_ARGS: 4,
  KF_SLEEPABLE: 5,
  KF_DESTRUCTIVE: 6,
  KF_RCU: 7,
  KF_ITER_NEW: 8,
  KF_ITER_NEXT: 9,
  KF_ITER_DESTROY: 10,
  KF_RCU_PROTECTED: 11,
  KF_FASTCALL: 12,
  KF_IMPLICIT_ARGS: 16,
  KF_SPINLOCK_SAFE: 17,
  KF_PERFMON: 18,
};

export interface FlagSet {
  /** part of kfunc and module names */
  id: string;
  flags: readonly string[];
  since?: string;
  until?: string;
  /** every kind with every value; else a choice, because these flags are not expected to touch arguments */
  full: boolean;
}

const set = (id: string, flags: string, full: boolean, since?: string, until?: string): FlagSet => ({
  id,
  flags: flags === '' ? [] : flags.split('|'),
  full,
  ...(since ? { since } : {}),
  ...(until ? { until } : {}),
});

export const FLAG_SETS: readonly FlagSet[] = [
  set('none', '', true),
  set('trusted', 'KF_TRUSTED_ARGS', true, undefined, '6.19'),
  set('rcu', 'KF_RCU', true, '6.2'),
  set('trurcu', 'KF_TRUSTED_ARGS|KF_RCU', true, '6.2', '6.19'),
  set('release', 'KF_RELEASE', true),
  set('acquire', 'KF_ACQUIRE', false),
  set('acqnull', 'KF_ACQUIRE|KF_RET_NULL', false),
  set('acqrcu', 'KF_ACQUIRE|KF_RCU|KF_RET_NULL', false, '6.2'),
  set('retnull', 'KF_RET_NULL', false),
  set('rcunull', 'KF_RCU|KF_RET_NULL', false, '6.2'),
  set('acqtru', 'KF_ACQUIRE|KF_TRUSTED_ARGS', false, undefined, '6.19'),
  set('sleep', 'KF_SLEEPABLE', false),
  set('sleeptru', 'KF_SLEEPABLE|KF_TRUSTED_ARGS', false, undefined, '6.19'),
  set('sleeprcu', 'KF_SLEEPABLE|KF_RCU', false, '6.2'),
  set('destr', 'KF_DESTRUCTIVE', false),
  set('rcuprot', 'KF_RCU_PROTECTED', false, '6.7'),
  set('protrcu', 'KF_RCU_PROTECTED|KF_RCU', false, '6.7'),
  set('reltru', 'KF_RELEASE|KF_TRUSTED_ARGS', false, undefined, '6.19'),
  set('relrcu', 'KF_RELEASE|KF_RCU', false, '6.2'),
  set('fast', 'KF_FASTCALL', false, '6.13'),
  set('spin', 'KF_SPINLOCK_SAFE', false, '7.3'),
  set('perfmon', 'KF_PERFMON', false, '7.3'),
];

export type Values = 'pointer' | 'scalar' | 'sized';

export interface Kind {
  id: string;
  /** parameters as C writes them */
  declaration: string;
  /** the parameter that gets the value; with `sized` the next one gets the length */
  target: number;
  values: Values;
  /** also for sets of flags that are not expected to touch arguments */
  common: boolean;
  /** the only values to try: others bring a kernel down */
  only?: readonly string[];
}

const kind = (id: string, declaration: string, values: Values = 'pointer', common = false, target = 0): Kind => ({
  id,
  declaration,
  values,
  common,
  target,
});
const DYNPTR = 'struct bpf_dynptr'; // renamed for older series by declarationOf()

/** A map value without a record makes 6.12 follow a NULL pointer where these are asked for. */
const LOCKS = ['null', 'number', 'random', 'current', 'walk', 'ret_timer', 'mapval_wq', 'mapval_timer', 'stack', 'map'];

/** For declarations that little gets through: one of each sort, and every object that could be theirs. */
const ONE_OF_EACH = (
  'null number random current walk fentry_arg got released ret obj_ret objs_ret kptr_null union_ret walk_rcu cgroup_rcu map_walk skb_ctx xdp_ctx ctx map mapval mapval_null mapval_big stack ' +
  'ringbuf ringbuf_null packet dynptr iter_num function ret_xdp_md ret_timer ret_iter_num ret_css ret_bpf_sock ret_perf_data ret_sysctl ret_raw_args ret_regs ' +
  'ret_map rcu_skb rcu_xdp rcu_map rcu_cgroup rcu_ptrs'
).split(' ');

const sparse = (id: string, declaration: string): Kind => ({ ...kind(id, declaration), only: ONE_OF_EACH });

export const KINDS: readonly Kind[] = [
  kind('task', 'struct task_struct *p', 'pointer', true),
  kind('ctask', 'const struct task_struct *p'),
  kind('task_nullable', 'struct task_struct *p__nullable', 'pointer', true),
  kind('task_ign', 'struct task_struct *p__ign'),
  kind('task_opt', 'struct task_struct *p__opt'),
  kind('task_uninit', 'struct task_struct *p__uninit'),
  kind('taskpp', 'struct task_struct **p'),
  kind('file', 'struct file *f', 'pointer', true),
  kind('file_nullable', 'struct file *f__nullable'),
  kind('path', 'struct path *p'),
  kind('cgroup', 'struct cgroup *c'),
  kind('sock', 'struct sock *sk'),
  kind('skc', 'struct sock_common *sk'),
  kind('skb', 'struct sk_buff *skb'),
  kind('uskb', 'struct __sk_buff *skb'),
  kind('xdp', 'struct xdp_md *x'),
  kind('kxdp', 'struct xdp_buff *x'),
  kind('cpumask', 'struct cpumask *m'),
  sparse('css', 'struct cgroup_subsys_state *css'),
  sparse('sockaddr', 'struct bpf_sock_addr *c'),
  sparse('sockops', 'struct bpf_sock_ops *c'),
  sparse('bsock', 'struct bpf_sock *c'),
  sparse('perf', 'struct bpf_perf_event_data *c'),
  sparse('ptregs', 'struct pt_regs *c'),
  sparse('rawargs', 'struct bpf_raw_tracepoint_args *c'),
  sparse('sysctl', 'struct bpf_sysctl *c'),
  sparse('sockopt', 'struct bpf_sockopt *c'),
  sparse('skmsg', 'struct sk_msg_md *c'),
  sparse('nfctx', 'struct bpf_nf_ctx *c'),
  kind('map', 'struct bpf_map *m', 'pointer', true),
  kind('map_map', 'struct bpf_map *m__map'),
  kind('void_map', 'void *m__map', 'pointer', true),
  kind('map_nullable', 'struct bpf_map *m__nullable'),
  sparse('map_map_nullable', 'struct bpf_map *m__map__nullable'),
  sparse('intp_map', 'int *p__map'),
  kind('void_constmap', 'void *m__const_map'),
  kind('obj', 'struct kfo_obj *o', 'pointer', true),
  kind('obj_nullable', 'struct kfo_obj *o__nullable'),
  kind('objs', 'struct kfo_s *s', 'pointer', true),
  kind('cobjs', 'const struct kfo_s *s'),
  kind('objs_nullable', 'struct kfo_s *s__nullable'),
  kind('nested', 'struct kfo_nested *n'),
  kind('ptrs', 'struct kfo_ptrs *n'),
  kind('union', 'union kfo_u *u'),
  kind('union_ptr', 'union kfo_up *u'),
  kind('intp', 'int *p', 'pointer', true),
  kind('cintp', 'const int *p'),
  kind('intp_nullable', 'int *p__nullable', 'pointer', true),
  kind('intp_opt', 'int *p__opt'),
  kind('intp_uninit', 'int *p__uninit'),
  kind('intp_arena', 'int *p__arena'),
  sparse('void_arena', 'void *p__arena'),
  sparse('arena_nullable', 'void *p__arena__nullable'),
  sparse('intp_k', 'int *p__k'),
  kind('u64p', 'u64 *p'),
  kind('enump', 'enum kfo_enum *p'),
  kind('cchar', 'const char *s'),
  kind('str', 'const char *s__str'),
  kind('str_nullable', 'const char *s__str__nullable'),
  kind('void', 'void *p'),
  kind('void_ign', 'void *p__ign'),
  kind('void_nullable', 'void *p__nullable'),
  kind('void_alloc', 'void *p__alloc'),
  kind('void_refcnt', 'void *p__refcounted_kptr'),
  kind('void_prog', 'void *p__prog'),
  kind('aux', 'struct bpf_prog_aux *aux'),
  sparse('meta', 'struct btf_struct_meta *meta'),
  kind('dynptr', `${DYNPTR} *d`, 'pointer', true),
  kind('cdynptr', `const ${DYNPTR} *d`),
  kind('dynptr_uninit', `${DYNPTR} *d__uninit`),
  kind('dynptr_nullable', `${DYNPTR} *d__nullable`),
  sparse('dynptr_kern', 'struct bpf_dynptr_kern *d'),
  kind('iter_kfo', 'struct bpf_iter_kfo *it__iter'),
  kind('iter_num', 'struct bpf_iter_num *it__iter'),
  kind('iter_plain', 'struct bpf_iter_num *it'),
  sparse('iter_nullable', 'struct bpf_iter_num *it__iter__nullable'),
  kind('listhead', 'struct bpf_list_head *h'),
  sparse('listnode', 'struct bpf_list_node *n'),
  kind('rbroot', 'struct bpf_rb_root *r'),
  sparse('rbnode', 'struct bpf_rb_node *n'),
  { ...kind('wq', 'struct bpf_wq *w'), only: LOCKS },
  { ...kind('timer', 'struct bpf_timer *t'), only: LOCKS },
  { ...kind('taskwork', 'struct bpf_task_work *t'), only: LOCKS },
  sparse('reslock', 'struct bpf_res_spin_lock *l'),
  kind('irqflag', 'unsigned long *f__irq_flag'),
  kind('callback', 'int (*cb)(void *map, int *key)'),
  sparse('callback_nullable', 'int (*cb__nullable)(void *map, int *key)'),
  kind('int_task', 'int x, struct task_struct *p', 'pointer', false, 1),
  kind('task_task', 'struct task_struct *a, struct task_struct *p', 'pointer', false, 1),
  kind('intp_task', 'int *a, struct task_struct *p', 'pointer', false, 1),
  kind('task_intp', 'struct task_struct *a, int *p', 'pointer', false, 1),
  kind('five', 'int a, int b, int c, int d, struct task_struct *p', 'pointer', false, 4),
  kind('int', 'int v', 'scalar', true),
  kind('u8', 'u8 v', 'scalar'),
  kind('u32', 'u32 v', 'scalar'),
  kind('u64', 'u64 v', 'scalar'),
  kind('s64', 's64 v', 'scalar'),
  kind('bool', 'bool v', 'scalar'),
  kind('enum', 'enum kfo_enum v', 'scalar', true),
  kind('enum_neg', 'enum kfo_neg v', 'scalar'),
  kind('enum64', 'enum kfo_wide v', 'scalar'),
  kind('int_k', 'int v__k', 'scalar', true),
  kind('enum_k', 'enum kfo_enum v__k', 'scalar'),
  kind('int_ign', 'int v__ign', 'scalar'),
  kind('u64_k', 'u64 v__k', 'scalar'),
  kind('u32_szk', 'u32 v__szk', 'scalar'),
  kind('rdonly', 'int rdonly_buf_size', 'scalar'),
  kind('rdwr', 'u64 rdwr_buf_size', 'scalar'),
  kind('byvalue', 'struct kfo_s v', 'scalar'),
  kind('mem_sz', 'void *mem, u32 mem__sz', 'sized', true),
  kind('cmem_sz', 'const void *mem, u32 mem__sz', 'sized'),
  kind('mem_isz', 'void *mem, int mem__sz', 'sized'),
  kind('mem_szk', 'void *mem, u32 mem__szk', 'sized'),
  kind('opt_sz', 'void *buf__opt, u32 buf__sz', 'sized'),
  kind('opt_szk', 'void *buf__opt, u32 buf__szk', 'sized'),
  kind('null_szk', 'void *mem__nullable, u32 mem__szk', 'sized'),
  kind('mem_szp', 'void *mem, u32 *mem__sz'),
  kind('mem_bsz', 'void *mem, bool mem__sz', 'sized'),
  kind('null_sz', 'void *mem__nullable, u32 mem__sz', 'sized', true),
  kind('uninit_sz', 'void *mem__uninit, u32 mem__sz', 'sized'),
  kind('mem_len', 'void *mem, u32 len', 'sized'),
  kind('char_len', 'char *mem, u32 len', 'sized'),
  kind('char_sz', 'char *mem, u32 mem__sz', 'sized'),
  kind('objs_sz', 'struct kfo_s *s, u32 s__sz', 'sized', true),
  kind('obj_sz', 'struct kfo_obj *o, u32 o__sz', 'sized'),
  kind('obj_null_sz', 'struct kfo_obj *o__nullable, u32 o__sz', 'sized'),
  kind('cobjs_szk', 'const struct kfo_s *s, u32 s__szk', 'sized'),
  kind('objs_null_sz', 'struct kfo_s *s__nullable, u32 s__sz', 'sized'),
];

/** A kfunc beside the matrix: makers of values, callers in special places. */
export interface Extra {
  name: string;
  flags: string;
  returns: string;
  parameters: string;
  /** what the C body returns; the default is the first parameter, or nothing to speak of */
  body?: string;
  since?: string;
  until?: string;
}

const extra = (name: string, flags: string, returns: string, parameters: string, body = '', since?: string, until?: string): Extra => ({
  name,
  flags,
  returns,
  parameters,
  body,
  ...(since ? { since } : {}),
  ...(until ? { until } : {}),
});

/** In every module, because a struct of one module is another type in the next: `@` becomes the id of the set of flags. */
export const MAKERS: readonly Extra[] = [
  extra('kfo_@_get_obj', 'KF_ACQUIRE', 'struct kfo_obj *', ''),
  extra('kfo_@_put_obj', 'KF_RELEASE', 'void', 'struct kfo_obj *o'),
  extra('kfo_@_ret_obj', '', 'struct kfo_obj *', ''),
  extra('kfo_@_retnull_obj', 'KF_RET_NULL', 'struct kfo_obj *', ''),
  extra('kfo_@_get_objs', 'KF_ACQUIRE', 'struct kfo_s *', ''),
  extra('kfo_@_put_objs', 'KF_RELEASE', 'void', 'struct kfo_s *o'),
  extra('kfo_@_ret_objs', '', 'struct kfo_s *', ''),
  extra('kfo_@_ret_nested', '', 'struct kfo_nested *', ''),
  extra('kfo_@_ret_ptrs', '', 'struct kfo_ptrs *', ''),
  extra('kfo_@_ret_iter', '', 'struct bpf_iter_kfo_@ *', ''),
  extra('kfo_@_ret_union', '', 'union kfo_u *', ''),
  extra('kfo_@_ret_union_ptr', '', 'union kfo_up *', ''),
  extra('bpf_iter_kfo_@_new', 'KF_ITER_NEW', 'int', 'struct bpf_iter_kfo_@ *it', '', '6.4'),
  extra('bpf_iter_kfo_@_next', 'KF_ITER_NEXT|KF_RET_NULL', 'struct task_struct *', 'struct bpf_iter_kfo_@ *it', '', '6.4'),
  extra('bpf_iter_kfo_@_destroy', 'KF_ITER_DESTROY', 'void', 'struct bpf_iter_kfo_@ *it', '', '6.4'),
];

/** In the first module. */
export const EXTRAS: readonly Extra[] = [
  extra('kfo_get_task', 'KF_ACQUIRE', 'struct task_struct *', ''),
  extra('kfo_get_task_null', 'KF_ACQUIRE|KF_RET_NULL', 'struct task_struct *', ''),
  extra('kfo_put_task', 'KF_RELEASE', 'void', 'struct task_struct *p'),
  extra('kfo_ret_task', '', 'struct task_struct *', ''),
  extra('kfo_ret_task_null', 'KF_RET_NULL', 'struct task_struct *', ''),
  extra('kfo_ret_task_rcuprot', 'KF_RCU_PROTECTED', 'struct task_struct *', '', '', '6.7'),
  extra('kfo_ret_task_rcuprot_null', 'KF_RCU_PROTECTED|KF_RET_NULL', 'struct task_struct *', '', '', '6.7'),
  extra('kfo_ret_task_rcu', 'KF_RCU', 'struct task_struct *', 'struct task_struct *p', '', '6.2'),
  extra('kfo_get_task_rcu', 'KF_ACQUIRE|KF_RCU|KF_RET_NULL', 'struct task_struct *', 'struct task_struct *p', '', '6.2'),
  extra('kfo_ret_file', '', 'struct file *', ''),
  extra('kfo_get_file', 'KF_ACQUIRE', 'struct file *', ''),
  extra('kfo_put_file', 'KF_RELEASE', 'void', 'struct file *f'),
  extra('kfo_ret_sock', '', 'struct sock *', ''),
  extra('kfo_ret_cgroup', '', 'struct cgroup *', ''),
  extra('kfo_ret_path', '', 'struct path *', ''),
  extra('kfo_ret_map', '', 'struct bpf_map *', ''),
  extra('kfo_ret_skb', '', 'struct sk_buff *', ''),
  extra('kfo_ret_xdp', '', 'struct xdp_buff *', ''),
  extra('kfo_ret_cpumask', '', 'struct cpumask *', ''),
  extra('kfo_ret_xdp_md', '', 'struct xdp_md *', ''),
  extra('kfo_ret_timer', '', 'struct bpf_timer *', ''),
  extra('kfo_ret_iter_num', '', 'struct bpf_iter_num *', '', '', '6.4'),
  extra('kfo_ret_css', '', 'struct cgroup_subsys_state *', ''),
  extra('kfo_ret_bpf_sock', '', 'struct bpf_sock *', ''),
  extra('kfo_ret_perf_data', '', 'struct bpf_perf_event_data *', ''),
  extra('kfo_ret_sysctl', '', 'struct bpf_sysctl *', ''),
  extra('kfo_ret_raw_args', '', 'struct bpf_raw_tracepoint_args *', ''),
  extra('kfo_ret_regs', '', 'struct pt_regs *', ''),
  extra('kfo_ret_int', '', 'int', '', '-5'),
  extra('kfo_ret_enum', '', 'enum kfo_enum', '', '77'),
  extra('kfo_ret_bool', '', 'bool', '', '1'),
  extra('kfo_ret_u8', '', 'u8', '', '200'),
  extra('kfo_ret_void', '', 'void *', ''),
  extra('kfo_ret_void_null', 'KF_RET_NULL', 'void *', ''),
  extra('kfo_ret_intp', '', 'int *', ''),
  extra('kfo_ret_intp_null', 'KF_RET_NULL', 'int *', ''),
  extra('kfo_ret_ro', '', 'int *', 'int rdonly_buf_size'),
  extra('kfo_ret_rw', '', 'int *', 'int rdwr_buf_size'),
  extra('kfo_ret_taskpp', '', 'struct task_struct **', ''),
  extra('kfo_acq_int', 'KF_ACQUIRE', 'int', ''),
  extra('kfo_acq_intp', 'KF_ACQUIRE', 'int *', ''),
  extra('kfo_acq_void', 'KF_ACQUIRE', 'void *', ''),
  extra('kfo_rel_void', 'KF_RELEASE', 'void', 'void *p'),
  extra('kfo_rel_second', 'KF_RELEASE', 'void', 'int x, struct task_struct *p'),
  extra('kfo_rel_two', 'KF_RELEASE', 'void', 'struct task_struct *a, struct task_struct *b'),
  extra('kfo_rel_nullable', 'KF_RELEASE', 'void', 'struct task_struct *p__nullable'),
  extra('kfo_acq_rel', 'KF_ACQUIRE|KF_RELEASE|KF_RET_NULL', 'struct task_struct *', 'struct task_struct *p'),
  extra('kfo_call', '', 'int', ''),
  extra('kfo_call_sleep', 'KF_SLEEPABLE', 'int', ''),
  extra('kfo_call_destr', 'KF_DESTRUCTIVE', 'int', ''),
  extra('kfo_call_rcuprot', 'KF_RCU_PROTECTED', 'int', '', '', '6.7'),
  extra('kfo_call_rcu', 'KF_RCU', 'int', '', '', '6.2'),
  extra('kfo_call_spin', 'KF_SPINLOCK_SAFE', 'int', '', '', '7.3'),
  // what KF_IMPLICIT_ARGS hides from programs; 1: it is there
  extra('kfo_hidden', 'KF_IMPLICIT_ARGS', 'u64', 'int x, struct bpf_prog_aux *aux', '(u64)aux', '7.0'),
  extra('kfo_six', '', 'int', 'int a, int b, int c, int d, int e, int f'),
];

/** Iterators whose elements are looked at, by the flags of their three functions. */
export const ITERATORS: readonly {
  id: string;
  newFlags: string;
  nextFlags: string;
  since: string;
}[] = [
  {
    id: 'plain',
    newFlags: 'KF_ITER_NEW',
    nextFlags: 'KF_ITER_NEXT|KF_RET_NULL',
    since: '6.4',
  },
  {
    id: 'trusted',
    newFlags: 'KF_ITER_NEW|KF_TRUSTED_ARGS',
    nextFlags: 'KF_ITER_NEXT|KF_RET_NULL',
    since: '6.4',
  },
  {
    id: 'rcuprot',
    newFlags: 'KF_ITER_NEW|KF_RCU_PROTECTED',
    nextFlags: 'KF_ITER_NEXT|KF_RET_NULL',
    since: '6.7',
  },
  {
    id: 'nextprot',
    newFlags: 'KF_ITER_NEW',
    nextFlags: 'KF_ITER_NEXT|KF_RET_NULL|KF_RCU_PROTECTED',
    since: '6.7',
  },
];
