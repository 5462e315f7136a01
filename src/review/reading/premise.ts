/** From where the trouble is said to come: `when a tracing program calls this in NMI context`. Registration can show that nothing of the kind can call. */
import type { Sentence } from './words.ts';

export type Premise =
  | 'tracing'
  | 'kprobe'
  | 'xdp'
  | 'tc'
  | 'lsm'
  | 'struct_ops'
  | 'syscall'
  | 'cgroup'
  | 'perf_event'
  | 'netfilter'
  | 'nmi'
  | 'sleepable';

const WORDS: [Premise, RegExp][] = [
  ['nmi', /\bnmi\b/i],
  ['kprobe', /\b(kprobes?|kretprobes?|uprobes?|BPF_PROG_TYPE_KPROBE)\b/i],
  ['perf_event', /\b(perf[ _]events?|BPF_PROG_TYPE_PERF_EVENT)\b/i],
  ['tracing', /\b(tracing|fentry|fexit|tp_btf|raw_tp|tracepoint|BPF_PROG_TYPE_(TRACING|RAW_TRACEPOINT|TRACEPOINT))\b/i],
  ['xdp', /\b(xdp|BPF_PROG_TYPE_XDP)\b/i],
  ['tc', /\b(tc|cls|sched_cls|BPF_PROG_TYPE_SCHED_CLS)\b/],
  ['lsm', /\b(lsm|BPF_PROG_TYPE_LSM)\b/i],
  ['struct_ops', /\b(struct[-_ ]ops|BPF_PROG_TYPE_STRUCT_OPS)\b/i],
  ['syscall', /\b(BPF_PROG_TYPE_SYSCALL|syscall programs?)\b/i],
  ['cgroup', /\b(cgroup_skb|cgroup programs?|BPF_PROG_TYPE_CGROUP\w*)\b/i],
  ['netfilter', /\b(netfilter programs?|BPF_PROG_TYPE_NETFILTER)\b/i],
];
/** A condition, not a remark: `when called from a kprobe program`, `if an XDP program passes`, `can tracing programs call`. */
const CONDITION =
  /\b(if|when|whenever|where|from|by|can|could|may|might|does|do|safe (in|for|from)|call(able|ed)?|invoked|reach(able|ed)|run(s|ning)?|attached|available|exposed)\b/i;
/** Not the only way that the trouble is said to come. */
const EXAMPLE =
  /\b(e\.?g\.?|for example|for instance|such as|like|including|or (hard|soft)?irqs?|or interrupts?|interrupt|hardirq|softirq|irq)\b/i;

export function premisesOf(sentences: readonly Sentence[]): Premise[] {
  const out = new Set<Premise>();
  for (const { text, question } of sentences) {
    if (!CONDITION.test(text) || !(question || /\b(if|when|from)\b/i.test(text)) || EXAMPLE.test(text)) continue;
    for (const [premise, words] of WORDS) if (words.test(text)) out.add(premise);
    if (/\bsleepable (bpf )?(program|prog|context|hook|caller)/i.test(text) && !/non-sleepable/i.test(text)) out.add('sleepable');
  }
  return [...out];
}
