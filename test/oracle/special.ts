/** What the questions beside the matrix have in common. */
import { Asm, type Register } from './asm.ts';
import type { Question } from './questions.ts';

export const TP = 'tp:task_newtask';
export const SYSCALL = 'syscall';

export function ask(id: string, place: string, kfunc: string, build: (a: Asm) => unknown, run = false): Question {
  const a = new Asm().copy(9, 1);
  build(a);
  a.set(0, 0).exit();
  if (a.uses('OUT')) a.label('OUT').set(0, 0).exit();
  return { id, place, kfunc, run, asm: a };
}

/** The current task, trusted. */
export const current = (a: Asm, to: Register) => a.helper(158).copy(to, 0);
