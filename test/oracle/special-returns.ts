/** What programs may do with what a kfunc returns. */
import type { Asm } from './asm.ts';
import type { BtfReader } from './btf.ts';
import type { Question } from './questions.ts';
import { ask, current, SYSCALL, TP } from './special.ts';

const q = (id: string, kfunc: string, build: (a: Asm) => unknown, place = TP) => ask(`return/${id}`, place, kfunc, build);

export function returns(kernel: BtfReader): Question[] {
  const numbers = ['kfo_ret_int', 'kfo_ret_bool', 'kfo_ret_u8', 'kfo_ret_enum'].map(indexed);
  return [
    ...objects(kernel.offset('task_struct', 'pid')),
    ...memory(),
    ...numbers,
    ...sized('kfo_ret_ro'),
    ...sized('kfo_ret_rw'),
    ...passedOn(),
  ];
}

/** @param pid where a task keeps its number, in bytes */
function objects(pid: number): Question[] {
  return [
    q('task/read', 'kfo_ret_task', (a) => a.kfunc('kfo_ret_task').load(4, 0, 0, pid)),
    q('task/write', 'kfo_ret_task', (a) => a.kfunc('kfo_ret_task').store(4, 0, pid, 0)),
    q('task/test', 'kfo_ret_task', (a) => a.kfunc('kfo_ret_task').jump(0, '==', 0, 'OUT')),
    q('task_null/read', 'kfo_ret_task_null', (a) => a.kfunc('kfo_ret_task_null').load(4, 0, 0, pid)),
    q('task_null/read_tested', 'kfo_ret_task_null', (a) => a.kfunc('kfo_ret_task_null').jump(0, '==', 0, 'OUT').load(4, 0, 0, pid)),
    q('taskpp/call', 'kfo_ret_taskpp', (a) => a.kfunc('kfo_ret_taskpp')),
    q('acq_int/call', 'kfo_acq_int', (a) => a.kfunc('kfo_acq_int')),
    q('acq_intp/call', 'kfo_acq_intp', (a) => a.kfunc('kfo_acq_intp')),
    q('acq_void/call', 'kfo_acq_void', (a) => a.kfunc('kfo_acq_void')),
    q('six/call', 'kfo_six', (a) => a.set(1, 1).set(2, 1).set(3, 1).set(4, 1).set(5, 1).store(8, 11, -8, 1).kfunc('kfo_six')),
  ];
}

function memory(): Question[] {
  return [
    q('void/call', 'kfo_ret_void', (a) => a.kfunc('kfo_ret_void')),
    q('void/read', 'kfo_ret_void', (a) => a.kfunc('kfo_ret_void').load(4, 0, 0, 0)),
    q('void/pass', 'kfo_none_u64', (a) => a.kfunc('kfo_ret_void').copy(1, 0).kfunc('kfo_none_u64')),
    q('intp/read', 'kfo_ret_intp', (a) => a.kfunc('kfo_ret_intp').load(4, 0, 0, 0)),
    q('intp/beyond', 'kfo_ret_intp', (a) => a.kfunc('kfo_ret_intp').load(4, 0, 0, 4)),
    q('intp/write', 'kfo_ret_intp', (a) => a.kfunc('kfo_ret_intp').store(4, 0, 0, 0)),
    q('intp_null/read', 'kfo_ret_intp_null', (a) => a.kfunc('kfo_ret_intp_null').load(4, 0, 0, 0)),
  ];
}

/** A returned number as an index into a map value: refused unless its type gave it a range. */
function indexed(kfunc: string): Question {
  return q(`${kfunc}/index`, kfunc, (a) => {
    a.store(4, 10, -4, 0).copy(2, 10).add(2, -4).map(1, 'arr').helper(1).jump(0, '==', 0, 'OUT').copy(6, 0);
    a.kfunc(kfunc).addRegister(6, 0).load(1, 0, 6, 0);
  });
}

/** Memory whose size the program names: 16 bytes. */
function sized(kfunc: string): Question[] {
  return [
    q(`${kfunc}/inside`, kfunc, (a) => a.set(1, 16).kfunc(kfunc).load(8, 0, 0, 8)),
    q(`${kfunc}/beyond`, kfunc, (a) => a.set(1, 16).kfunc(kfunc).load(8, 0, 0, 16)),
    q(`${kfunc}/write`, kfunc, (a) => a.set(1, 16).kfunc(kfunc).store(8, 0, 8, 0)),
    q(`${kfunc}/variable`, kfunc, (a) => a.helper(7).copy(1, 0).kfunc(kfunc)),
  ];
}

/** What KF_RCU and KF_RCU_PROTECTED kfuncs return, passed to others; the latter after its RCU section has ended. */
function passedOn(): Question[] {
  return ['kfo_none_task', 'kfo_rcu_task', 'kfo_trusted_task'].flatMap((to) => [
    q(`rcu_returned/${to}`, to, (a) => current(a, 1).kfunc('kfo_ret_task_rcu').copy(1, 0).kfunc(to)),
    q(
      `rcuprot_late/${to}`,
      to,
      (a) => a.kfunc('bpf_rcu_read_lock').kfunc('kfo_ret_task_rcuprot').copy(6, 0).kfunc('bpf_rcu_read_unlock').copy(1, 6).kfunc(to),
      SYSCALL,
    ),
  ]);
}
