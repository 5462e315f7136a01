/** Every sort of value that a program can pass, how it comes by it, and what that value is: said here, not by the model. */
import { compareSeries } from '../../src/verifier/series.ts';
import type { Asm } from './asm.ts';
import type { BtfReader } from './btf.ts';

/** What the value is when it reaches the kfunc. */
export interface Nature {
  what: 'number' | 'object' | 'memory' | 'context' | 'map' | 'dynptr' | 'iterator' | 'function' | 'lock' | 'garbage';
  /** it may be NULL at run time */
  null: boolean;
  /** for objects: what vouches for them */
  trust?: 'referenced' | 'trusted' | 'rcu' | 'plain' | 'stale';
  /** for memory: bytes there */
  bytes?: number;
  /** for numbers */
  constant?: boolean;
}

export interface Maker {
  kernel: BtfReader;
  /** id of the module whose structs the value is of */
  module: string;
}

export interface Value {
  id: string;
  text: string;
  /** programs that make it: not sleepable, sleepable; null: can't */
  places: readonly [string | null, string | null];
  /** leaves the value in r6; r9 is the context */
  make(a: Asm, m: Maker): void;
  /** gives back what it holds, value in r6 */
  clean?(a: Asm, m: Maker): void;
  nature(series: string): Nature;
}

const TP = 'tp:task_newtask';
const FENTRY = 'fentry:wake_up_new_task';
const SYSCALL = 'syscall';
const BOTH = [TP, SYSCALL] as const;

const from = (since: string) => (series: string) => compareSeries(series, since) >= 0;
const implicit = from('7.0');
const protectedReturn = from('6.18');
const rcuFields = from('6.4');
const nullableTracepoints = from('6.12');

/** where the fields of struct kfo_obj are, in bytes (module.ts) */
const OBJECT = {
  s: 16,
  safe_skb: 24,
  safe_xdp: 32,
  safe_map: 40,
  safe_cgroup: 48,
  next: 56,
  safe: 64,
  safe_ptrs: 72,
} as const;

const object = (trust: NonNullable<Nature['trust']>, isNull = false): Nature => ({ what: 'object', null: isNull, trust });
/** returned without KF_ACQUIRE */
const returned =
  (checked: boolean) =>
  (s: string): Nature =>
    implicit(s) ? object('trusted') : object('plain', !checked);
const memory = (bytes: number, isNull = false): Nature => ({
  what: 'memory',
  null: isNull,
  bytes,
});
const same = (n: Nature) => () => n;
const current = (a: Asm) => a.helper(158);
const field = (m: Maker, struct: string, name: string) => m.kernel.offset(struct, name);

function value(
  id: string,
  text: string,
  places: Value['places'],
  nature: Value['nature'],
  make: Value['make'],
  clean?: Value['clean'],
): Value {
  return { id, text, places, nature, make, ...(clean ? { clean } : {}) };
}

/** Newer kernels know that an array has an element 0: only in a hash can a look-up fail for them. */
function lookup(a: Asm, map: string): void {
  a.store(4, 10, -4, 0).copy(2, 10).add(2, -4).map(1, map).helper(1);
}

const put = (kfunc: string) => (a: Asm) => a.copy(1, 6).kfunc(kfunc);
const putChecked = (kfunc: string) => (a: Asm) => a.jump(6, '==', 0, 'CLEAN').copy(1, 6).kfunc(kfunc).label('CLEAN');
const fromKfunc = (name: string) => (a: Asm, m: Maker) => a.kfunc(name.replace('@', m.module)).copy(6, 0);
const unlock = (a: Asm) => a.kfunc('bpf_rcu_read_unlock');

export const POINTERS: readonly Value[] = [
  value('null', 'the constant NULL', BOTH, same({ what: 'number', null: true, constant: true }), (a) => a.set(6, 0)),
  value('number', 'the constant 42', BOTH, same({ what: 'number', null: false, constant: true }), (a) => a.set(6, 42)),
  value('random', 'an unbounded number', BOTH, same({ what: 'number', null: true }), (a) => a.helper(7).copy(6, 0)),
  value('unset', 'a register that was never set', BOTH, same({ what: 'garbage', null: true }), (a) => a.helper(7)),
  value('current', 'bpf_get_current_task_btf()', BOTH, same(object('trusted')), (a) => current(a).copy(6, 0)),
  value('current_off8', 'the current task + 8', BOTH, same(object('stale')), (a) => current(a).copy(6, 0).add(6, 8)),
  value('hook_arg', 'the argument of a BTF tracepoint or LSM hook', [TP, 'lsm.s:task_setscheduler'], same(object('trusted')), (a) =>
    a.load(8, 6, 9, 0),
  ),
  value('fentry_arg', 'the argument of an fentry program', [FENTRY, null], same(object('plain', true)), (a) => a.load(8, 6, 9, 0)),
  value('walk', 'current->last_wakee', BOTH, same(object('plain', true)), (a, m) =>
    current(a).load(8, 6, 0, field(m, 'task_struct', 'last_wakee')),
  ),
  value('walk_fentry', 'fentry argument->last_wakee', [FENTRY, null], same(object('plain', true)), (a, m) =>
    a.load(8, 6, 9, 0).load(8, 6, 6, field(m, 'task_struct', 'last_wakee')),
  ),
  value(
    'walk_rcu',
    'current->real_parent',
    BOTH,
    (s) => (rcuFields(s) ? object('rcu') : object('plain', true)),
    (a, m) => current(a).load(8, 6, 0, field(m, 'task_struct', 'real_parent')),
  ),
  value(
    'walk_locked',
    'current->last_wakee in an RCU section of a sleepable program',
    [null, SYSCALL],
    same(object('plain', true)),
    (a, m) => {
      a.kfunc('bpf_rcu_read_lock');
      current(a).load(8, 6, 0, field(m, 'task_struct', 'last_wakee'));
    },
    unlock,
  ),
  value(
    'walk_rcu_locked',
    'current->real_parent in an RCU section of a sleepable program',
    [null, SYSCALL],
    same(object('rcu')),
    (a, m) => {
      a.kfunc('bpf_rcu_read_lock');
      current(a).load(8, 6, 0, field(m, 'task_struct', 'real_parent'));
    },
    unlock,
  ),
  value('walk_rcu_late', 'current->real_parent after that section', [null, SYSCALL], same(object('stale')), (a, m) => {
    a.kfunc('bpf_rcu_read_lock');
    current(a)
      .load(8, 6, 0, field(m, 'task_struct', 'real_parent'))
      .kfunc('bpf_rcu_read_unlock');
  }),
  value('rdonly_cast', 'bpf_rdonly_cast() of the current task', BOTH, same(object('stale', true)), (a) =>
    current(a).copy(1, 0).struct(2, 'task_struct').kfunc('bpf_rdonly_cast').copy(6, 0),
  ),
  value('iter_arg', 'the task of a task iterator, not tested', ['iter:task', null], same(object('trusted', true)), (a) =>
    a.load(8, 6, 9, 8),
  ),
  value(
    'iter_arg_tested',
    'the task of a task iterator, tested',
    ['iter:task', null],
    (s) => (rcuFields(s) ? object('trusted') : object('plain')),
    (a) => a.load(8, 6, 9, 8).jump(6, '==', 0, 'OUT'),
  ),
  value(
    'tp_null_arg',
    'an argument that its tracepoint may give as NULL',
    ['tp:sched_pi_setprio', null],
    (s) => object(nullableTracepoints(s) ? 'trusted' : 'plain', true),
    (a) => a.load(8, 6, 9, 8),
  ),
  value('kptr_null', 'a kptr loaded from a map, not tested', BOTH, same(object('rcu', true)), (a) => {
    lookup(a, 'kptr');
    a.jump(0, '==', 0, 'OUT').load(8, 6, 0, 0);
  }),
  value(
    'kptr',
    'a kptr loaded from a map, tested',
    BOTH,
    (s) => object(rcuFields(s) ? 'rcu' : 'stale'),
    (a) => {
      lookup(a, 'kptr');
      a.jump(0, '==', 0, 'OUT').load(8, 6, 0, 0).jump(6, '==', 0, 'OUT');
    },
  ),
  value(
    'kptr_xchg',
    'bpf_kptr_xchg() of a map, not tested',
    BOTH,
    same(object('referenced', true)),
    (a) => {
      lookup(a, 'kptr');
      a.jump(0, '==', 0, 'OUT').copy(1, 0).set(2, 0).helper(194).copy(6, 0);
    },
    putChecked('kfo_put_task'),
  ),
  value('got', 'a KF_ACQUIRE result', BOTH, same(object('referenced')), fromKfunc('kfo_get_task'), put('kfo_put_task')),
  value(
    'got_null',
    'a KF_ACQUIRE|KF_RET_NULL result, not tested',
    BOTH,
    same(object('referenced', true)),
    fromKfunc('kfo_get_task_null'),
    putChecked('kfo_put_task'),
  ),
  value(
    'got_tested',
    'a KF_ACQUIRE|KF_RET_NULL result, tested',
    BOTH,
    same(object('referenced')),
    (a) => a.kfunc('kfo_get_task_null').copy(6, 0).jump(6, '==', 0, 'OUT'),
    put('kfo_put_task'),
  ),
  value('released', 'a task after its release', BOTH, same(object('stale')), (a) =>
    a.kfunc('kfo_get_task').copy(6, 0).copy(1, 0).kfunc('kfo_put_task'),
  ),
  value('ret', 'a struct returned by a kfunc without flags', BOTH, returned(false), fromKfunc('kfo_ret_task')),
  value(
    'ret_null',
    'a KF_RET_NULL struct, not tested',
    BOTH,
    (s) => object(implicit(s) ? 'trusted' : 'plain', true),
    fromKfunc('kfo_ret_task_null'),
  ),
  value('ret_tested', 'a KF_RET_NULL struct, tested', BOTH, returned(true), (a) =>
    a.kfunc('kfo_ret_task_null').copy(6, 0).jump(6, '==', 0, 'OUT'),
  ),
  value(
    'ret_rcuprot',
    'a struct returned by a KF_RCU_PROTECTED kfunc',
    [TP, null],
    (s) => (protectedReturn(s) ? object('rcu') : object('plain', true)),
    fromKfunc('kfo_ret_task_rcuprot'),
  ),
  value('file_arg', 'the file of an LSM hook', ['lsm:file_open', 'lsm.s:file_open'], same(object('trusted')), (a) => a.load(8, 6, 9, 0)),
  value('file_path', 'the path inside that file', ['lsm:file_open', 'lsm.s:file_open'], same(object('trusted')), (a, m) =>
    a.load(8, 6, 9, 0).add(6, field(m, 'file', 'f_path')),
  ),
  value('mm_file', 'mm->exe_file, not tested', ['tp:rss_stat', null], same(object('rcu', true)), (a, m) =>
    a.load(8, 6, 9, 0).load(8, 6, 6, field(m, 'mm_struct', 'exe_file')),
  ),
  value('mm_file_tested', 'mm->exe_file, tested', ['tp:rss_stat', null], (s) => object(rcuFields(s) ? 'rcu' : 'plain'), mmFile),
  value(
    'mm_file_path',
    'the path inside that file',
    ['tp:rss_stat', null],
    (s) => object(rcuFields(s) ? 'rcu' : 'plain'),
    (a, m) => {
      mmFile(a, m);
      a.add(6, field(m, 'file', 'f_path'));
    },
  ),
  value('ret_file', 'a file returned by a kfunc', BOTH, returned(false), fromKfunc('kfo_ret_file')),
  value('got_file', 'a file acquired', BOTH, same(object('referenced')), fromKfunc('kfo_get_file'), put('kfo_put_file')),
  value('ret_path', 'a path returned by a kfunc', BOTH, returned(false), fromKfunc('kfo_ret_path')),
  value('ret_cgroup', 'a cgroup returned by a kfunc', BOTH, returned(false), fromKfunc('kfo_ret_cgroup')),
  value('cgroup_arg', 'the cgroup of a tracepoint', ['tp:cgroup_mkdir', null], same(object('trusted')), (a) => a.load(8, 6, 9, 0)),
  value(
    'cgroup_rcu',
    'current->cgroups->dfl_cgrp',
    [TP, null],
    (s) => (rcuFields(s) ? object('rcu') : object('plain', true)),
    (a, m) =>
      current(a)
        .load(8, 6, 0, field(m, 'task_struct', 'cgroups'))
        .load(8, 6, 6, field(m, 'css_set', 'dfl_cgrp')),
  ),
  value('skb_arg', 'the packet of a tracepoint', ['tp:kfree_skb', null], same(object('trusted')), (a) => a.load(8, 6, 9, 0)),
  value(
    'skb_arg_sk',
    'the socket of that packet, not tested',
    ['tp:kfree_skb', null],
    (s) => object(rcuFields(s) ? 'rcu' : 'plain', true),
    (a, m) => a.load(8, 6, 9, 0).load(8, 6, 6, field(m, 'sk_buff', 'sk')),
  ),
  value(
    'skb_arg_sk_tested',
    'the socket of that packet, tested',
    ['tp:kfree_skb', null],
    (s) => object(rcuFields(s) ? 'rcu' : 'plain'),
    (a, m) =>
      a
        .load(8, 6, 9, 0)
        .load(8, 6, 6, field(m, 'sk_buff', 'sk'))
        .jump(6, '==', 0, 'OUT'),
  ),
  value('ret_sock', 'a sock returned by a kfunc', BOTH, returned(false), fromKfunc('kfo_ret_sock')),
  value('ret_map', 'a struct bpf_map returned by a kfunc', BOTH, returned(false), fromKfunc('kfo_ret_map')),
  value('ret_skb', 'a sk_buff returned by a kfunc', BOTH, returned(false), fromKfunc('kfo_ret_skb')),
  value('ret_xdp', 'a xdp_buff returned by a kfunc', BOTH, returned(false), fromKfunc('kfo_ret_xdp')),
  value('ret_cpumask', 'a cpumask returned by a kfunc', BOTH, returned(false), fromKfunc('kfo_ret_cpumask')),
  value('ret_xdp_md', 'a xdp_md returned by a kfunc', BOTH, returned(false), fromKfunc('kfo_ret_xdp_md')),
  value('ret_timer', 'a bpf_timer returned by a kfunc', BOTH, returned(false), fromKfunc('kfo_ret_timer')),
  value('ret_iter_num', 'an iterator returned by a kfunc', BOTH, returned(false), fromKfunc('kfo_ret_iter_num')),
  value('ret_css', 'a cgroup_subsys_state returned by a kfunc', BOTH, returned(false), fromKfunc('kfo_ret_css')),
  value('ret_iter', "a module's iterator returned by a kfunc", BOTH, returned(false), fromKfunc('kfo_@_ret_iter')),
  value('ret_bpf_sock', 'a bpf_sock returned by a kfunc', BOTH, returned(false), fromKfunc('kfo_ret_bpf_sock')),
  value('ret_perf_data', 'a bpf_perf_event_data returned by a kfunc', BOTH, returned(false), fromKfunc('kfo_ret_perf_data')),
  value('ret_sysctl', 'a bpf_sysctl returned by a kfunc', BOTH, returned(false), fromKfunc('kfo_ret_sysctl')),
  value('ret_raw_args', 'bpf_raw_tracepoint_args returned by a kfunc', BOTH, returned(false), fromKfunc('kfo_ret_raw_args')),
  value('ret_regs', 'saved registers returned by a kfunc', BOTH, returned(false), fromKfunc('kfo_ret_regs')),
  value('skb_sk_null', 'skb->sk, not tested', ['tc', null], same(object('rcu', true)), (a) => a.load(8, 6, 9, 168)),
  value('skb_sk', 'skb->sk, tested', ['tc', null], same(object('trusted')), (a) => a.load(8, 6, 9, 168).jump(6, '==', 0, 'OUT')),
  value('skb_ctx', 'the context of a TC program', ['tc', null], same({ what: 'context', null: false }), (a) => a.copy(6, 9)),
  value('xdp_ctx', 'the context of an XDP program', ['xdp', null], same({ what: 'context', null: false }), (a) => a.copy(6, 9)),
  value(
    'ctx',
    'the context of a tracing or system call program',
    BOTH,
    (): Nature => ({ what: 'context', null: false }),
    (a) => a.copy(6, 9),
  ),
  value('map', 'a map', BOTH, same({ what: 'map', null: false }), (a) => a.map(6, 'arr')),
  value('map_walk', 'map->inner_map_meta', BOTH, same(object('plain', true)), (a, m) =>
    a.map(6, 'arr').load(8, 6, 6, field(m, 'bpf_map', 'inner_map_meta')),
  ),
  value('obj_got', 'a module object acquired', BOTH, same(object('referenced')), fromKfunc('kfo_@_get_obj'), (a, m) =>
    a.copy(1, 6).kfunc(`kfo_${m.module}_put_obj`),
  ),
  value('obj_ret', 'a module object returned', BOTH, returned(false), fromKfunc('kfo_@_ret_obj')),
  value(
    'obj_ret_null',
    'a module object returned with KF_RET_NULL, not tested',
    BOTH,
    (s) => object(implicit(s) ? 'trusted' : 'plain', true),
    fromKfunc('kfo_@_retnull_obj'),
  ),
  value('obj_walk', 'module object->next', BOTH, same(object('plain', true)), (a, m) =>
    a.kfunc(`kfo_${m.module}_ret_obj`).load(8, 6, 0, OBJECT.next),
  ),
  value(
    'obj_walk_rcu',
    'acquired module object->safe, protected by RCU, not tested',
    [TP, null],
    (s) => object(rcuFields(s) ? 'rcu' : 'plain', true),
    walkSafe(OBJECT.safe),
  ),
  value(
    'obj_walk_rcu_tested',
    'acquired module object->safe, protected by RCU, tested',
    [TP, null],
    (s) => object(rcuFields(s) ? 'rcu' : 'plain'),
    (a, m) => {
      walkSafe(OBJECT.safe)(a, m);
      a.jump(6, '==', 0, 'OUT');
    },
  ),
  ...(['safe_skb', 'safe_xdp', 'safe_map', 'safe_cgroup', 'safe_ptrs'] as const).map((name) =>
    value(
      `rcu${name.slice(4)}`,
      `acquired module object->${name}, protected by RCU, tested`,
      [TP, null],
      (s) => object(rcuFields(s) ? 'rcu' : 'plain'),
      (a, m) => {
        walkSafe(OBJECT[name])(a, m);
        a.jump(6, '==', 0, 'OUT');
      },
    ),
  ),
  value('obj_other', 'an object of another module', BOTH, same(object('stale')), (a, m) =>
    a.kfunc(`kfo_${m.module === 'retnull' ? 'acquire' : 'retnull'}_ret_obj`).copy(6, 0),
  ),
  value('objs_got', 'a module object of integers acquired', BOTH, same(object('referenced')), fromKfunc('kfo_@_get_objs'), (a, m) =>
    a.copy(1, 6).kfunc(`kfo_${m.module}_put_objs`),
  ),
  value('objs_ret', 'a module object of integers returned', BOTH, returned(false), fromKfunc('kfo_@_ret_objs')),
  value('objs_walk', 'module object->s', BOTH, same(object('plain', true)), (a, m) =>
    a.kfunc(`kfo_${m.module}_ret_obj`).load(8, 6, 0, OBJECT.s),
  ),
  value('nested_ret', 'a nested struct of integers returned', BOTH, returned(false), fromKfunc('kfo_@_ret_nested')),
  value('ptrs_ret', 'a struct with an array of pointers returned', BOTH, returned(false), fromKfunc('kfo_@_ret_ptrs')),
  value('union_ret', 'a union of integers returned', BOTH, returned(false), fromKfunc('kfo_@_ret_union')),
  value('union_ptr_ret', 'a union with a pointer returned', BOTH, returned(false), fromKfunc('kfo_@_ret_union_ptr')),
  value('mapval', 'a map value of 64 bytes', BOTH, same(memory(64)), (a) => {
    lookup(a, 'arr');
    a.jump(0, '==', 0, 'OUT').copy(6, 0);
  }),
  value('mapval_null', 'a map look-up, not tested', BOTH, same(memory(64, true)), (a) => {
    lookup(a, 'hash');
    a.copy(6, 0);
  }),
  value('mapval_off60', 'the last 4 bytes of a map value', BOTH, same(memory(4)), (a) => {
    lookup(a, 'arr');
    a.jump(0, '==', 0, 'OUT').copy(6, 0).add(6, 60);
  }),
  value('mapval_big', 'a map value of 4096 bytes', BOTH, same(memory(4096)), (a) => {
    lookup(a, 'big');
    a.jump(0, '==', 0, 'OUT').copy(6, 0);
  }),
  value('mapval_wq', 'a map value that is a bpf_wq', BOTH, same({ what: 'lock', null: false }), (a) => {
    lookup(a, 'wq');
    a.jump(0, '==', 0, 'OUT').copy(6, 0);
  }),
  value('mapval_timer', 'a map value that is a bpf_timer', BOTH, same({ what: 'lock', null: false }), (a) => {
    lookup(a, 'timer');
    a.jump(0, '==', 0, 'OUT').copy(6, 0);
  }),
  value('text', 'a string in a frozen read-only map', BOTH, same(memory(64)), (a) => a.mapValue(6, 'text')),
  value('text_endless', 'bytes without NUL in a frozen read-only map', BOTH, same(memory(8)), (a) => a.mapValue(6, 'endless')),
  value('stack', '64 bytes of stack', BOTH, same(memory(64)), (a) => {
    for (let at = -64; at < 0; at += 8) a.store(8, 10, at, 0);
    a.copy(6, 10).add(6, -64);
  }),
  value('stack_unset', '64 bytes of stack that was never written', BOTH, same(memory(64)), (a) => a.copy(6, 10).add(6, -64)),
  value('stack_last4', 'the last 4 bytes of the stack', BOTH, same(memory(4)), (a) => a.store(8, 10, -8, 0).copy(6, 10).add(6, -4)),
  value('ret_intp', 'an int * returned by a kfunc', BOTH, same(memory(4)), fromKfunc('kfo_ret_intp')),
  value('ret_rw', '16 writable bytes returned by a kfunc', BOTH, same(memory(16)), (a) => a.set(1, 16).kfunc('kfo_ret_rw').copy(6, 0)),
  value('ringbuf_null', '16 bytes of a ring buffer, not tested', BOTH, same(memory(16, true)), ringbuf, (a) =>
    a.jump(6, '==', 0, 'CLEAN').copy(1, 6).set(2, 0).helper(133).label('CLEAN'),
  ),
  value(
    'ringbuf',
    '16 bytes of a ring buffer',
    BOTH,
    same(memory(16)),
    (a) => {
      ringbuf(a);
      a.jump(6, '==', 0, 'OUT');
    },
    (a) => a.copy(1, 6).set(2, 0).helper(133),
  ),
  value('packet', '64 bytes of a packet', ['tc', null], same(memory(64)), (a) =>
    a.load(4, 6, 9, 76).load(4, 2, 9, 80).copy(3, 6).add(3, 64).jumpRegister(3, '>', 2, 'OUT'),
  ),
  value('dynptr', 'a dynptr over a map value', BOTH, same({ what: 'dynptr', null: false }), (a) => {
    lookup(a, 'arr');
    a.jump(0, '==', 0, 'OUT').copy(1, 0).set(2, 8).set(3, 0).copy(4, 10).add(4, -24).helper(197).copy(6, 10).add(6, -24);
  }),
  value(
    'dynptr_ringbuf',
    'a dynptr over a ring buffer record',
    BOTH,
    same({ what: 'dynptr', null: false }),
    (a) => a.map(1, 'ring').set(2, 16).set(3, 0).copy(4, 10).add(4, -24).helper(198).copy(6, 10).add(6, -24),
    (a) => a.copy(1, 10).add(1, -24).set(2, 0).helper(200),
  ),
  value('dynptr_skb', 'a dynptr over a packet', ['tc', null], same({ what: 'dynptr', null: false }), (a) =>
    a.copy(1, 9).set(2, 0).copy(3, 10).add(3, -24).kfunc('bpf_dynptr_from_skb').copy(6, 10).add(6, -24),
  ),
  value('dynptr_xdp', 'a dynptr over an XDP packet', ['xdp', null], same({ what: 'dynptr', null: false }), (a) =>
    a.copy(1, 9).set(2, 0).copy(3, 10).add(3, -24).kfunc('bpf_dynptr_from_xdp').copy(6, 10).add(6, -24),
  ),
  value('dynptr_done', 'a ring buffer dynptr after it was discarded', BOTH, same(memory(24)), (a) =>
    a
      .map(1, 'ring')
      .set(2, 16)
      .set(3, 0)
      .copy(4, 10)
      .add(4, -24)
      .helper(198)
      .copy(1, 10)
      .add(1, -24)
      .set(2, 0)
      .helper(200)
      .copy(6, 10)
      .add(6, -24),
  ),
  value('dynptr_unset', 'an empty dynptr slot', BOTH, same(memory(24)), (a) => a.copy(6, 10).add(6, -24)),
  value(
    'iter',
    "a module's iterator under way",
    BOTH,
    same({ what: 'iterator', null: false }),
    (a, m) => a.copy(1, 10).add(1, -40).kfunc(`bpf_iter_kfo_${m.module}_new`).copy(6, 10).add(6, -40),
    (a, m) => a.copy(1, 10).add(1, -40).kfunc(`bpf_iter_kfo_${m.module}_destroy`),
  ),
  value('iter_done', "a module's iterator after its end", BOTH, same(memory(40)), (a, m) =>
    a
      .copy(1, 10)
      .add(1, -40)
      .kfunc(`bpf_iter_kfo_${m.module}_new`)
      .copy(1, 10)
      .add(1, -40)
      .kfunc(`bpf_iter_kfo_${m.module}_destroy`)
      .copy(6, 10)
      .add(6, -40),
  ),
  value(
    'iter_num',
    "the kernel's numbers iterator under way",
    BOTH,
    same({ what: 'iterator', null: false }),
    (a) => a.copy(1, 10).add(1, -8).set(2, 0).set(3, 4).kfunc('bpf_iter_num_new').copy(6, 10).add(6, -8),
    (a) => a.copy(1, 10).add(1, -8).kfunc('bpf_iter_num_destroy'),
  ),
  value(
    'irq',
    'the stack slot of saved interrupt flags',
    BOTH,
    same({ what: 'lock', null: false }),
    (a) => a.copy(1, 10).add(1, -8).kfunc('bpf_local_irq_save').copy(6, 10).add(6, -8),
    (a) => a.copy(1, 10).add(1, -8).kfunc('bpf_local_irq_restore'),
  ),
  value('function', 'a function of the program', BOTH, same({ what: 'function', null: false }), (a) => a.function(6, 'CALLBACK')),
];

/** A field that the module's BTF marks as protected by RCU. */
function walkSafe(offset: number): Value['make'] {
  return (a, m) => a.kfunc(`kfo_${m.module}_get_obj`).copy(1, 0).load(8, 6, 0, offset).kfunc(`kfo_${m.module}_put_obj`);
}

function mmFile(a: Asm, m: Maker): void {
  a.load(8, 6, 9, 0)
    .load(8, 6, 6, field(m, 'mm_struct', 'exe_file'))
    .jump(6, '==', 0, 'OUT');
}

function ringbuf(a: Asm): void {
  a.map(1, 'ring').set(2, 16).set(3, 0).helper(131).copy(6, 0);
}

const number = (constant: boolean): Value['nature'] => same({ what: 'number', null: false, constant });

export const NUMBERS: readonly Value[] = [
  value('0', '0', BOTH, number(true), (a) => a.set(6, 0)),
  value('1', '1', BOTH, number(true), (a) => a.set(6, 1)),
  value('99', '99', BOTH, number(true), (a) => a.set(6, 99)),
  value('-1', '-1', BOTH, number(true), (a) => a.set(6, -1)),
  value('wide', '0x100000005', BOTH, number(true), (a) => a.set64(6, 0x100000005n)),
  value('any32', 'any number of 32 bits', BOTH, number(false), (a) => a.helper(7).copy(6, 0)),
  value('any64', 'any number of 64 bits', BOTH, number(false), (a) => a.helper(5).copy(6, 0)),
  value('upto3', '0 to 3', BOTH, number(false), (a) => a.helper(7).copy(6, 0).and(6, 3)),
  value('task', 'a trusted task', BOTH, same(object('trusted')), (a) => current(a).copy(6, 0)),
  value('stackptr', 'the address of the stack', BOTH, same(memory(8)), (a) => a.copy(6, 10)),
  value('mapvalptr', 'a map value', BOTH, same(memory(64)), (a) => {
    lookup(a, 'arr');
    a.jump(0, '==', 0, 'OUT').copy(6, 0);
  }),
  value('mapvalnull', 'a map look-up, not tested', BOTH, same(memory(64, true)), (a) => {
    lookup(a, 'hash');
    a.copy(6, 0);
  }),
  value('mapptr', 'a map', BOTH, same({ what: 'map', null: false }), (a) => a.map(6, 'arr')),
];

export interface Length {
  id: string;
  /** the greatest length in bytes that this may be; negative numbers count as endless */
  most: number;
  constant: boolean;
  /** leaves it in r8 */
  make(a: Asm): void;
}

const length = (id: string, most: number, constant: boolean, make: Length['make']): Length => ({ id, most, constant, make });

export const LENGTHS: readonly Length[] = [
  length('0', 0, true, (a) => a.set(8, 0)),
  length('8', 8, true, (a) => a.set(8, 8)),
  length('64', 64, true, (a) => a.set(8, 64)),
  length('65', 65, true, (a) => a.set(8, 65)),
  length('-1', Number.POSITIVE_INFINITY, true, (a) => a.set(8, -1)),
  length('wide', Number.POSITIVE_INFINITY, true, (a) => a.set64(8, 0x100000008n)),
  length('any', Number.POSITIVE_INFINITY, false, (a) => a.helper(7).copy(8, 0)),
  length('upto7', 7, false, (a) => a.helper(7).copy(8, 0).and(8, 7)),
  length('1to8', 8, false, (a) => a.helper(7).copy(8, 0).and(8, 7).add(8, 1)),
  length('pointer', Number.POSITIVE_INFINITY, true, (a) => a.copy(8, 10)),
];
