/** Iterators: under way, out of their RCU section, not initialised, and what their elements may be passed to. */
import type { Asm } from './asm.ts';
import type { BtfReader } from './btf.ts';
import type { KfuncSource } from './module.ts';
import type { Question } from './questions.ts';
import { isLive } from './questions.ts';
import { ITERATORS } from './spec.ts';
import { ask, SYSCALL, TP } from './special.ts';

/** Kfuncs of the iterators that `iterators` asks about, for the first module. */
export function iteratorKfuncs(series: string): KfuncSource[] {
  return ITERATORS.filter((i) => isLive(i, series)).flatMap((i): KfuncSource[] => {
    const it = `struct bpf_iter_kfi${i.id} *it`;
    const name = (verb: string) => `bpf_iter_kfi${i.id}_${verb}`;
    return [
      {
        name: name('new'),
        flags: i.newFlags.split('|'),
        returns: 'int',
        parameters: it,
        body: '0',
      },
      {
        name: name('next'),
        flags: i.nextFlags.split('|'),
        returns: 'struct task_struct *',
        parameters: it,
        body: '',
      },
      {
        name: name('destroy'),
        flags: ['KF_ITER_DESTROY'],
        returns: 'void',
        parameters: it,
        body: '',
      },
    ];
  });
}

type Iterator = (typeof ITERATORS)[number];

const nameOf = (i: Iterator, verb: string) => `bpf_iter_kfi${i.id}_${verb}`;
/** The iterator's place on the stack, as first argument. */
const at = (a: Asm) => a.copy(1, 10).add(1, -40);

export function iterators(series: string, kernel: BtfReader): Question[] {
  const pid = kernel.offset('task_struct', 'pid');
  return ITERATORS.filter((i) => isLive(i, series)).flatMap((i) => [...elements(i, pid), ...states(i)]);
}

/** One step, and something done with its element, in programs with and without RCU. */
function elements(i: Iterator, pid: number): Question[] {
  const next = nameOf(i, 'next');
  const uses: Record<string, readonly [string, (a: Asm) => unknown]> = {
    none: [next, () => undefined],
    read: [next, (a) => a.jump(6, '==', 0, 'END').load(4, 0, 6, pid)],
    untested: [next, (a) => a.load(4, 0, 6, pid)],
    ...Object.fromEntries(
      ['kfo_none_task', 'kfo_rcu_task', 'kfo_trusted_task'].map((to) => [
        to,
        [to, (a: Asm) => a.jump(6, '==', 0, 'END').copy(1, 6).kfunc(to)] as const,
      ]),
    ),
  };
  return [TP, SYSCALL, 'locked'].flatMap((place) =>
    Object.entries(uses).map(([use, [kfunc, build]]) =>
      ask(`iterator/${i.id}/${place}/${use}`, place === 'locked' ? SYSCALL : place, kfunc, (a) => {
        if (place === 'locked') a.kfunc('bpf_rcu_read_lock');
        at(at(a).kfunc(nameOf(i, 'new')))
          .kfunc(next)
          .copy(6, 0);
        build(a);
        at(a.label('END')).kfunc(nameOf(i, 'destroy'));
        if (place === 'locked') a.kfunc('bpf_rcu_read_unlock');
      }),
    ),
  );
}

function states(i: Iterator): Question[] {
  const [begin, next, end] = [nameOf(i, 'new'), nameOf(i, 'next'), nameOf(i, 'destroy')];
  const q = (id: string, kfunc: string, build: (a: Asm) => unknown, place = TP) => ask(`iterator/${i.id}/${id}`, place, kfunc, build);
  return [
    q(
      'unlocked/none',
      next,
      (a) => {
        at(a.kfunc('bpf_rcu_read_lock')).kfunc(begin).kfunc('bpf_rcu_read_unlock');
        at(at(a).kfunc(next)).kfunc(end);
      },
      SYSCALL,
    ),
    q('next_unset', next, (a) => at(a).kfunc(next)),
    q('destroy_unset', end, (a) => at(a).kfunc(end)),
    q('new_twice', begin, (a) => at(at(at(a).kfunc(begin)).kfunc(begin)).kfunc(end)),
    q('leak', begin, (a) => at(a).kfunc(begin)),
  ];
}
