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

interface ContextStruct extends Life {
  struct: string;
  types: readonly string[];
  /** what programs of other types can pass for it: a kernel object, any memory (it is made of integers only), nothing */
  elsewhere: 'object' | 'memory' | 'nothing';
}

const ctx = (
  struct: string,
  types: string,
  elsewhere: ContextStruct['elsewhere'],
  since = '6.1',
  until: string | null = null,
): ContextStruct => ({
  struct: `struct ${struct}`,
  types: types.split(' '),
  elsewhere,
  since,
  until,
});

const SKB = 'SOCKET_FILTER SCHED_CLS SCHED_ACT CGROUP_SKB LWT_IN LWT_OUT LWT_XMIT LWT_SEG6LOCAL SK_SKB FLOW_DISSECTOR';

/**
 * btf_is_prog_ctx_type(): the struct that a program type calls its context (include/linux/bpf_types.h). From 6.4 on the kernel's own sk_buff and
 * xdp_buff count as well, and the other way round a sk_buff fits where __sk_buff is asked for (btf_is_projection_of()).
 */
export const CONTEXT_STRUCTS: readonly ContextStruct[] = [
  ctx('__sk_buff', SKB, 'nothing', '6.1', '6.3'),
  ctx('__sk_buff', SKB, 'object', '6.4'),
  ctx('sk_buff', SKB, 'object', '6.4'),
  ctx('xdp_md', 'XDP', 'memory'),
  ctx('xdp_buff', 'XDP', 'object', '6.4'),
  ctx('bpf_sock', 'CGROUP_SOCK', 'memory'),
  ctx('bpf_sock_addr', 'CGROUP_SOCK_ADDR', 'nothing'),
  ctx('bpf_sock_ops', 'SOCK_OPS', 'nothing'),
  ctx('sk_msg_md', 'SK_MSG', 'nothing'),
  ctx('sk_reuseport_md', 'SK_REUSEPORT', 'nothing'),
  ctx('bpf_sk_lookup', 'SK_LOOKUP', 'nothing'),
  ctx('bpf_perf_event_data', 'PERF_EVENT', 'memory'),
  ctx('bpf_raw_tracepoint_args', 'RAW_TRACEPOINT RAW_TRACEPOINT_WRITABLE', 'memory'),
  ctx('bpf_cgroup_dev_ctx', 'CGROUP_DEVICE', 'memory'),
  ctx('bpf_sysctl', 'CGROUP_SYSCTL', 'memory'),
  ctx('bpf_sockopt', 'CGROUP_SOCKOPT', 'nothing'),
  ctx('bpf_nf_ctx', 'NETFILTER', 'object', '6.4'),
  ctx('pt_regs', 'KPROBE', 'memory'),
];

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

/** Null where no program type has that struct for its context. */
export function contextStruct(struct: string, series: string): ContextStruct | null {
  return CONTEXT_STRUCTS.find((c) => c.struct === struct && during(c, series)) ?? null;
}

export function maySleepIn(type: string, series: string): boolean {
  return SLEEPABLE_TYPES.has(type) || (compareSeries(series, '7.3') >= 0 && SLEEPABLE_FROM_73.has(type));
}

export function mayBeNmiIn(type: string): boolean {
  return NMI_TYPES.has(type);
}
