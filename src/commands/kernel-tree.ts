/** An argument that may be a kernel tree. Apart from what reads other inputs, which a run over a tree does not load. */
import { statSync } from 'node:fs';
import type { TreeFiles } from '../source/model.ts';
import { openTree } from '../source/tree.ts';
import { treeSeries } from '../source/tree-series.ts';

/** A folder whose Makefile names a kernel version is a kernel tree and not a folder of patches. */
export function kernelTree(input: string): TreeFiles | null {
  if (input === '-' || !statSync(input, { throwIfNoEntry: false })?.isDirectory()) return null;
  const tree = openTree(input);
  return treeSeries(tree) === null ? null : tree;
}
