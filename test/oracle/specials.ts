/** Questions that are no flags × kind × value: contexts, releases, returns, iterators, and what really arrives at run time. */
import { Asm, type Register } from './asm.ts';
import type { BtfReader } from './btf.ts';
import type { Question } from './questions.ts';
import { ask, current, SYSCALL, TP } from './special.ts';
import { iterators } from './special-iterators.ts';
import { returns } from './special-returns.ts';

/** The program's result is what the kfunc hands back. */
function show(id: string, kfunc: string, build: (a: Asm) => unknown): Question {
  const a = new Asm().copy(9, 1);
  build(a);
  a.exit();
  return { id: `run/${id}`, place: SYSCALL, kfunc, run: true, asm: a };
}

export function specials(series: string, kernel: BtfReader): Question[] {
  return [...contexts(), ...releases(kernel), ...returns(kernel), ...iterators(series, kernel), ...runs(kernel)];
}

const PLACES = [
  TP,
  'fentry:wake_up_new_task',
  'lsm:task_setscheduler',
  'lsm.s:task_setscheduler',
  SYSCALL,
  'tc',
  'xdp',
  'kprobe',
  'kprobe.s',
  'rawtp',
  'tracepoint',
  'perf',
  'sockf',
  'cgskb',
];

const REGIONS: Readonly<Record<string, readonly [(a: Asm) => unknown, (a: Asm) => unknown]>> = {
  plain: [() => undefined, () => undefined],
  rcu: [(a) => a.kfunc('bpf_rcu_read_lock'), (a) => a.kfunc('bpf_rcu_read_unlock')],
  preempt: [(a) => a.kfunc('bpf_preempt_disable'), (a) => a.kfunc('bpf_preempt_enable')],
  irq: [(a) => a.copy(1, 10).add(1, -8).kfunc('bpf_local_irq_save'), (a) => a.copy(1, 10).add(1, -8).kfunc('bpf_local_irq_restore')],
  lock: [
    (a) => a.store(4, 10, -12, 0).copy(2, 10).add(2, -12).map(1, 'lock').helper(1).jump(0, '==', 0, 'OUT').copy(7, 0).copy(1, 0).helper(93),
    (a) => a.copy(1, 7).helper(94),
  ],
};

/** Who may call, and where. */
function contexts(): Question[] {
  return PLACES.flatMap((place) =>
    Object.entries(REGIONS).flatMap(([region, [enter, leave]]) =>
      ['kfo_call', 'kfo_call_sleep', 'kfo_call_destr', 'kfo_call_rcuprot', 'kfo_call_rcu', 'kfo_call_spin'].map((kfunc) =>
        ask(`context/${kfunc}/${place}/${region}`, place, kfunc, (a) => {
          enter(a);
          a.kfunc(kfunc);
          leave(a);
        }),
      ),
    ),
  );
}

const got = (a: Asm, to: Register) => a.kfunc('kfo_get_task').copy(to, 0);

function releases(kernel: BtfReader): Question[] {
  const wakee = kernel.offset('task_struct', 'last_wakee');
  const put = (a: Asm, kfunc = 'kfo_put_task') => a.copy(1, 6).kfunc(kfunc);
  const q = (id: string, kfunc: string, build: (a: Asm) => unknown, place = TP) => ask(`release/${id}`, place, kfunc, build);
  return [
    q('leak', 'kfo_get_task', (a) => got(a, 6)),
    q('leak_tested', 'kfo_get_task_null', (a) => a.kfunc('kfo_get_task_null').jump(0, '==', 0, 'OUT')),
    q('once', 'kfo_put_task', (a) => put(got(a, 6))),
    q('twice', 'kfo_put_task', (a) => put(put(got(a, 6)))),
    q('by_other', 'kfo_release_task', (a) => put(got(a, 6), 'kfo_release_task')),
    q('off8', 'kfo_put_task', (a) => put(got(a, 6).add(6, 8))),
    q('wrong_type', 'kfo_put_task', (a) => put(a.kfunc('kfo_none_get_obj').copy(6, 0))),
    q('void', 'kfo_rel_void', (a) => put(got(a, 6), 'kfo_rel_void')),
    q('second', 'kfo_rel_second', (a) => got(a, 2).set(1, 5).kfunc('kfo_rel_second')),
    q('two', 'kfo_rel_two', (a) => got(got(a, 6), 2).copy(1, 6).kfunc('kfo_rel_two')),
    q('first_of_two', 'kfo_rel_two', (a) => current(got(a, 6), 2).copy(1, 6).kfunc('kfo_rel_two')),
    q('second_of_two', 'kfo_rel_two', (a) => current(got(a, 6), 1).copy(2, 6).kfunc('kfo_rel_two')),
    q(
      'beside_walk',
      'kfo_rel_two',
      (a) => got(a, 6).load(8, 2, 9, 0).load(8, 2, 2, wakee).copy(1, 6).kfunc('kfo_rel_two'),
      'fentry:wake_up_new_task',
    ),
    q('null', 'kfo_put_task', (a) => a.set(1, 0).kfunc('kfo_put_task')),
    q('null_nullable', 'kfo_rel_nullable', (a) => a.set(1, 0).kfunc('kfo_rel_nullable')),
    q('got_nullable', 'kfo_rel_nullable', (a) => put(got(a, 6), 'kfo_rel_nullable')),
    q('swap', 'kfo_acq_rel', (a) => put(put(got(a, 6), 'kfo_acq_rel').jump(0, '==', 0, 'OUT').copy(6, 0))),
    q('dynptr_arg', 'kfo_put_task', (a) =>
      a.map(1, 'ring').set(2, 16).set(3, 0).helper(131).copy(6, 0).jump(6, '==', 0, 'OUT').copy(1, 6).kfunc('kfo_put_task'),
    ),
  ];
}

/** 1: the kfunc saw NULL, 2: it saw something else. */
function saw(a: Asm): Asm {
  return a.set(1, 1).jump(0, '==', 0, 'DONE').set(1, 2).label('DONE').copy(0, 1);
}

const NULL_KINDS = [
  'task',
  'task_nullable',
  'task_ign',
  'file',
  'obj',
  'objs',
  'objs_nullable',
  'intp',
  'cintp',
  'intp_nullable',
  'cchar',
  'void_ign',
  'void_nullable',
  'map',
  'void_map',
  'dynptr_nullable',
  'skb',
  'str',
  'aux',
  'void_prog',
];
const SIZED_KINDS = ['mem_sz', 'opt_sz', 'opt_szk', 'null_sz', 'char_len', 'objs_sz'];

/** The kfunc is really called and tells what it got. */
function runs(kernel: BtfReader): Question[] {
  const top = kernel.offset('task_struct', 'pi_top_task');
  return ['none', 'trusted', 'rcu', 'trurcu'].flatMap((set) => {
    const f = (kind: string) => `kfo_${set}_${kind}`;
    return [
      ...NULL_KINDS.map((k) => show(`null/${set}/${k}`, f(k), (a) => saw(a.set(1, 0).kfunc(f(k))))),
      ...SIZED_KINDS.flatMap((k) =>
        [0, 8].map((size) => show(`null${size}/${set}/${k}`, f(k), (a) => saw(a.set(1, 0).set(2, size).kfunc(f(k))))),
      ),
      // a program that has an arena; the register of an address there is not looked at
      ...['intp_arena', 'void_arena', 'arena_nullable'].flatMap((k) =>
        [0, 42].map((address) =>
          show(`${address === 0 ? 'null' : 'arena'}/${set}/${k}`, f(k), (a) => saw(a.map(1, 'arena').set(1, address).kfunc(f(k)))),
        ),
      ),
      ...(set === 'none' ? [show('null/none/hidden', 'kfo_hidden', (a) => saw(a.set(1, 0).kfunc('kfo_hidden')))] : []),
      show(`walked_null/${set}/task`, f('task'), (a) =>
        saw(
          a.kfunc('bpf_rcu_read_lock').helper(158).load(8, 1, 0, top).kfunc(f('task')).copy(7, 0).kfunc('bpf_rcu_read_unlock').copy(0, 7),
        ),
      ),
      ...['intp', 'mem_sz'].map((k) =>
        show(`missed/${set}/${k}`, f(k), (a) =>
          saw(a.store(4, 10, -4, 7).copy(2, 10).add(2, -4).map(1, 'hash').helper(1).copy(1, 0).set(2, 8).kfunc(f(k))),
        ),
      ),
      ...(
        [
          ['enum', 99],
          ['enum_neg', 99],
          ['int', -7],
          ['u32', -1],
          ['bool', 7],
          ['u8', 300],
          ['int_k', -1],
          ['enum_k', 99],
        ] as const
      ).map(([k, v]) => show(`number/${set}/${k}/${v}`, f(k), (a) => a.set(1, v).kfunc(f(k)))),
    ];
  });
}
