/** Which kernel a tree is. Apart from tree.ts, so that a run without a tree does not load what trees are read with. */
import type { TreeFiles } from './model.ts';

/** `6.12` from the Makefile at the top; null where it has no version. */
export function treeSeries(tree: TreeFiles): string | null {
  const makefile = tree.read('Makefile') ?? '';
  const version = /^VERSION\s*=\s*(\d+)\s*$/m.exec(makefile)?.[1];
  const patchlevel = /^PATCHLEVEL\s*=\s*(\d+)\s*$/m.exec(makefile)?.[1];
  return version && patchlevel ? `${version}.${patchlevel}` : null;
}
