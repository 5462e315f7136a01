/** `kfunc-lint scan TREE`: every kfunc of a kernel tree. */
import type { Io } from '../io.ts';
import { scanTree } from '../scan.ts';
import { openTree } from '../source/tree.ts';
import { finish } from './finish.ts';
import { writeFixPatch } from './fix-patch.ts';
import { chooseKernel } from './kernel.ts';
import type { CommonOptions } from './options.ts';
import { loadPatterns } from './patterns.ts';
import { showProgress } from './progress.ts';

/** @throws InputError where the tree or a pattern file can't be read */
export async function scanCommand(dir: string, options: CommonOptions, io: Io): Promise<number> {
  const tree = openTree(dir);
  const { kernel, diagnostics: told } = chooseKernel(options.kernel, tree);
  const { patterns, diagnostics: expired } = await loadPatterns(options.patterns);
  const progress = showProgress(io);
  const { fixPatch: mends, ...result } = scanTree({
    kernel,
    tree,
    patterns,
    trust: options.trust,
    progress: progress.step,
    fixPatch: options.fixPatch !== undefined,
  });
  progress.end();
  const left = writeFixPatch([mends], options);
  return finish({ ...result, diagnostics: [...told, ...expired, ...result.diagnostics, ...left] }, options, io);
}
