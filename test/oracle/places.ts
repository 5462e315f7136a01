/** Programs of which type and hook a value is made in. */
import type { BtfReader } from './btf.ts';

export interface Place {
  type: number;
  attach: number;
  attachId: number;
  sleepable: boolean;
}

const TYPES: Readonly<Record<string, number>> = {
  sockf: 1,
  kprobe: 2,
  tc: 3,
  tracepoint: 5,
  xdp: 6,
  perf: 7,
  cgskb: 8,
  rawtp: 17,
  syscall: 31,
};
const TRACING = 26;
const LSM = 29;

/** `syscall`, `tc`, `tp:<tracepoint>`, `fentry:<function>`, `lsm:<hook>`, `iter:<type>`; `.s` behind the type makes it sleepable. Null where the kernel lacks the hook. */
export function placeOf(text: string, kernel: BtfReader): Place | null {
  const [head = '', name = ''] = text.split(':');
  const sleepable = head.endsWith('.s') || head === 'syscall';
  const kind = head.replace('.s', '');
  const simple = TYPES[kind];
  if (simple !== undefined) return { type: simple, attach: 0, attachId: 0, sleepable };
  const hook = {
    tp: [TRACING, 23],
    fentry: [TRACING, 24],
    iter: [TRACING, 28],
    lsm: [LSM, 27],
  }[kind];
  if (!hook) throw new Error(`no place ${text}`);
  const id =
    kind === 'tp'
      ? kernel.find('typedef', `btf_trace_${name}`)
      : kernel.find('func', `${{ fentry: '', iter: 'bpf_iter_', lsm: 'bpf_lsm_' }[kind] ?? ''}${name}`);
  return id === null ? null : { type: hook[0]!, attach: hook[1]!, attachId: id, sleepable };
}
