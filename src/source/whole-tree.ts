/** What a run over a whole tree searches, and how to start those searches before the program that asks for them is loaded. */
import type { Asked, TreeFiles } from './model.ts';

/** What every kernel holds that is the same on every architecture. */
export const CORE = ['include', 'kernel', 'mm', 'net', 'fs', 'lib', 'block', 'security', 'crypto', 'init', 'io_uring', 'ipc'];
/** Folders at the top that are no part of a kernel: test modules break the rules on purpose, documentation quotes code. */
export const NOT_KERNEL = ['tools', 'samples', 'Documentation', 'scripts'];
export const EXTENSIONS = ['.c', '.h'];
/** Where most functions stand that kfuncs call. */
export const CORE_SOURCES = { under: CORE, extensions: EXTENSIONS };
/** Finds the files that define or register kfuncs. */
export const KFUNCS = { search: ['__bpf_kfunc', 'BTF_ID_FLAGS'], options: { extensions: ['.c'] } };

/** @param callees functions will be followed, so that all of them are worth finding */
export function searchAhead(tree: TreeFiles, callees: boolean): { kfuncs: Promise<void>; rest: Promise<void> } {
  const start = async (...asked: Asked[]): Promise<void> => tree.ahead?.(asked);
  return { kfuncs: start(KFUNCS), rest: callees ? start('tags', { definitions: CORE_SOURCES }) : start('tags') };
}
