/** Which kernel series a run is about: the option, else the tree's Makefile, else the newest series modelled. */
import type { Diagnostic } from '../claim.ts';
import type { KernelChoice } from '../report/model.ts';
import type { TreeFiles } from '../source/model.ts';
import { NEWEST, resolveSeries } from '../verifier/series.ts';

export interface ChosenKernel {
  kernel: KernelChoice;
  diagnostics: Diagnostic[];
}

/** @throws InputError where the option or the tree's Makefile names a series that is none, or older than the oldest modelled */
export function chooseKernel(option: string | undefined, tree: Pick<TreeFiles, 'read' | 'label'> | null): ChosenKernel {
  if (option !== undefined) return choose(option, 'option');
  if (tree === null) return choose(NEWEST, 'default');
  const version = versionOf(tree.read('Makefile') ?? '');
  if (version !== null) return choose(version, 'tree');
  const { kernel, diagnostics } = choose(NEWEST, 'default');
  const message = `${tree.label} has no Makefile that names a kernel version: --kernel would say which series it is`;
  return { kernel, diagnostics: [...diagnostics, { level: 'warning', message, location: null }] };
}

function choose(text: string, from: KernelChoice['from']): ChosenKernel {
  const { series, note } = resolveSeries(text);
  return { kernel: { series, from }, diagnostics: note === null ? [] : [{ level: 'note', message: note, location: null }] };
}

/** `VERSION = 6` and `PATCHLEVEL = 12` at the top of the kernel's Makefile. */
function versionOf(makefile: string): string | null {
  const version = /^VERSION\s*=\s*(\d+)\s*$/m.exec(makefile);
  const level = /^PATCHLEVEL\s*=\s*(\d+)\s*$/m.exec(makefile);
  return version && level ? `${version[1]}.${level[1]}` : null;
}
