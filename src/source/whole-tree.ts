/** What a run over a whole tree searches, and how to start those searches before the program that asks for them is loaded. */
import type { TreeFiles } from './model.ts';

/** What every kernel holds that is the same on every architecture. */
export const CORE = ['include', 'kernel', 'mm', 'net', 'fs', 'lib', 'block', 'security', 'crypto', 'init', 'io_uring', 'ipc'];
/** Folders at the top that are no part of a kernel: test modules break the rules on purpose, documentation quotes code. */
export const NOT_KERNEL = ['tools', 'samples', 'Documentation', 'scripts'];
export const EXTENSIONS = ['.c', '.h'];
/** Where most functions stand that kfuncs call. */
export const CORE_SOURCES = { under: CORE, extensions: EXTENSIONS };
/** Finds the files that define or register kfuncs. */
export const KFUNCS = { search: ['__bpf_kfunc', 'BTF_ID_FLAGS'], options: { extensions: ['.c'], except: NOT_KERNEL } };

/** What tells of kfuncs; nothing else is searched for in any case. */
export async function searchKfuncs(tree: TreeFiles): Promise<void> {
  await tree.ahead?.([KFUNCS]);
}

/** For a run that follows all kfuncs: `rest` is what it asks for after their files, and goes on while those are read. */
export function searchAhead(tree: TreeFiles): { kfuncs: Promise<void>; rest: Promise<void> } {
  const kfuncs = searchKfuncs(tree);
  const rest = async (): Promise<void> => {
    await kfuncs;
    await tree.ahead?.(['tags', { definitions: CORE_SOURCES }]);
  };
  return { kfuncs, rest: rest() };
}
