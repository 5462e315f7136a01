/** Program types: which share a set of kfuncs, whose context a struct is, and in what context programs run. */
import type { Life } from './series.ts';
import { compareSeries, during } from './series.ts';

const TYPE = 'BPF_PROG_TYPE_';

interface Hook extends Life {
  types: readonly string[];
}

const hook = (types: string, since = '6.1', until: string | null = null): Hook => ({ types: types.split(' '), since, until });

/** Types that share one kfunc set, as bpf_prog_type_to_kfunc_hook() maps them: registered for one is registered for all of its line. */
const HOOKS: readonly Hook[] = [
  hook('TRACING LSM', '6.1', '6.11'),
  hook('TRACING LSM TRACEPOINT PERF_EVENT', '6.12', '6.19'),
  hook('TRACING LSM TRACEPOINT PERF_EVENT RAW_TRACEPOINT', '7.0'),
  hook('CGROUP_SKB CGROUP_SOCK CGROUP_DEVICE CGROUP_SOCK_ADDR CGROUP_SOCKOPT CGROUP_SYSCTL', '6.2', '6.17'),
  hook('CGROUP_SKB CGROUP_SOCK CGROUP_DEVICE CGROUP_SOCK_ADDR CGROUP_SOCKOPT CGROUP_SYSCTL SOCK_OPS', '6.18'),
  hook('LWT_IN LWT_OUT LWT_XMIT LWT_SEG6LOCAL', '6.2'),
];

/** Types whose programs may be sleepable (can_be_sleepable()); SYSCALL always is. */
const SLEEPABLE_TYPES = new Set(['TRACING', 'LSM', 'KPROBE', 'STRUCT_OPS', 'SYSCALL']);
const SLEEPABLE_FROM_73 = new Set(['RAW_TRACEPOINT', 'TRACEPOINT']);

/** Types whose programs are run from tracing hooks, hence from any context, NMI included. */
const NMI_TYPES = new Set(['TRACING', 'KPROBE', 'PERF_EVENT', 'TRACEPOINT', 'RAW_TRACEPOINT', 'RAW_TRACEPOINT_WRITABLE']);

interface ContextStruct {
  types: readonly string[];
  /** a kernel object of that name can be passed by programs of other types; else only scalars-only structs can */
  elsewhere: 'object' | 'memory' | 'nothing';
  since: string;
}

const ctx = (types: string, elsewhere: ContextStruct['elsewhere'], since = '6.1'): ContextStruct => ({
  types: types.split(' '),
  elsewhere,
  since,
});

const SKB = 'SOCKET_FILTER SCHED_CLS SCHED_ACT CGROUP_SKB LWT_IN LWT_OUT LWT_XMIT LWT_SEG6LOCAL SK_SKB FLOW_DISSECTOR';

/** btf_is_prog_ctx_type(): the struct that a program type calls its context (include/linux/bpf_types.h). */
const CONTEXT_STRUCTS: Readonly<Record<string, ContextStruct>> = {
  'struct __sk_buff': ctx(SKB, 'nothing'),
  'struct sk_buff': ctx(SKB, 'object', '6.4'),
  'struct xdp_md': ctx('XDP', 'memory'),
  'struct xdp_buff': ctx('XDP', 'object', '6.4'),
  'struct bpf_sock': ctx('CGROUP_SOCK', 'memory'),
  'struct bpf_sock_addr': ctx('CGROUP_SOCK_ADDR', 'nothing'),
  'struct bpf_sock_ops': ctx('SOCK_OPS', 'nothing'),
  'struct sk_msg_md': ctx('SK_MSG', 'nothing'),
  'struct sk_reuseport_md': ctx('SK_REUSEPORT', 'nothing'),
  'struct bpf_sk_lookup': ctx('SK_LOOKUP', 'nothing'),
  'struct bpf_perf_event_data': ctx('PERF_EVENT', 'memory'),
  'struct bpf_raw_tracepoint_args': ctx('RAW_TRACEPOINT RAW_TRACEPOINT_WRITABLE', 'memory'),
  'struct bpf_cgroup_dev_ctx': ctx('CGROUP_DEVICE', 'memory'),
  'struct bpf_sysctl': ctx('CGROUP_SYSCTL', 'memory'),
  'struct bpf_sockopt': ctx('CGROUP_SOCKOPT', 'nothing'),
  'struct bpf_nf_ctx': ctx('NETFILTER', 'object', '6.4'),
  'struct pt_regs': ctx('KPROBE', 'memory'),
};

/** Every type that can call what is registered for `types`, without the prefix; null: any, or not known. */
export function callers(types: readonly string[], series: string): string[] | null {
  const short = types.map((t) => t.replace(TYPE, ''));
  if (short.length === 0 || short.includes('UNSPEC')) return null;
  const shared = HOOKS.filter((h) => during(h, series) && h.types.some((t) => short.includes(t))).flatMap((h) => h.types);
  return [...new Set([...short, ...shared])].sort();
}

export type ContextShare = 'always' | 'sometimes' | 'never';

/** For which of its callers a struct pointer is the context; `sometimes` also where the callers are not known. */
export function contextShare(struct: string, types: readonly string[], series: string): ContextShare {
  const known = contextStruct(struct, series);
  if (!known) return 'never';
  const all = callers(types, series);
  if (known.elsewhere === 'nothing' && (all === null || all.some((t) => known.types.includes(t)))) return 'always';
  if (all === null) return 'sometimes';
  const count = all.filter((t) => known.types.includes(t)).length;
  return count === 0 ? 'never' : count === all.length ? 'always' : 'sometimes';
}

/** Where the struct is not the context: what may be passed for it. */
export function contextStruct(struct: string, series: string): ContextStruct | null {
  const known = Object.hasOwn(CONTEXT_STRUCTS, struct) ? CONTEXT_STRUCTS[struct]! : null;
  return known && compareSeries(series, known.since) >= 0 ? known : null;
}

export function maySleepIn(type: string, series: string): boolean {
  return SLEEPABLE_TYPES.has(type) || (compareSeries(series, '7.3') >= 0 && SLEEPABLE_FROM_73.has(type));
}

export function mayBeNmiIn(type: string): boolean {
  return NMI_TYPES.has(type);
}
