/** Which kernel series a run is about: the option, else the tree's Makefile, else the newest series modelled. */
import type { Diagnostic } from '../claim.ts';
import type { KernelChoice } from '../report/model.ts';
import type { TreeFiles } from '../source/model.ts';
import { treeSeries } from '../source/tree-series.ts';
import { NEWEST, resolveSeries } from '../verifier/series.ts';

export interface ChosenKernel {
  kernel: KernelChoice;
  diagnostics: Diagnostic[];
}

/** @throws InputError where the option or the tree's Makefile names a series that is none, or older than the oldest modelled */
export function chooseKernel(option: string | undefined, tree: TreeFiles | null): ChosenKernel {
  if (option !== undefined) return choose(option, 'option');
  if (tree === null) return choose(NEWEST, 'default');
  const version = treeSeries(tree);
  if (version !== null) return choose(version, 'tree');
  const { kernel, diagnostics } = choose(NEWEST, 'default');
  const message = `${tree.label} has no Makefile that names a kernel version: --kernel would say which series it is`;
  return { kernel, diagnostics: [...diagnostics, { level: 'warning', message, location: null }] };
}

function choose(text: string, from: KernelChoice['from']): ChosenKernel {
  const { series, note } = resolveSeries(text);
  return { kernel: { series, from }, diagnostics: note === null ? [] : [{ level: 'note', message: note, location: null }] };
}
