/** `kfunc-lint scan TREE`: every kfunc of a kernel tree. */
import { InputError } from '../claim.ts';
import type { Io } from '../io.ts';
import type { LintOptions, LintResult } from '../lint.ts';
import type { TreeFiles } from '../source/model.ts';
import { openTree } from '../source/tree.ts';
import { treeSeries } from '../source/tree-series.ts';
import { searchAhead } from '../source/whole-tree.ts';
import { finish } from './finish.ts';
import { writeFixPatch } from './fix-patch.ts';
import { chooseKernel } from './kernel.ts';
import type { CommonOptions } from './options.ts';
import { loadPatterns } from './patterns.ts';
import { showProgress } from './progress.ts';
import { BUILD, cacheFolder, readScan, scanKey, writeScan } from './scan-cache.ts';

export interface ScanCommandOptions extends CommonOptions {
  /** false: neither reads nor writes results of earlier scans */
  cache: boolean;
}

/** Files with kfuncs from which on a second thread gains more than its start costs. */
const WORTH_HELP = 8;

/** @throws InputError where the tree or a pattern file can't be read, or where it is no kernel tree */
export async function scanCommand(dir: string, options: ScanCommandOptions, io: Io): Promise<number> {
  const tree = openTree(dir);
  const { kernel, diagnostics: told } = chooseKernel(options.kernel, tree);
  const { patterns, diagnostics: expired } = await loadPatterns(options.patterns);
  const lintOptions = { kernel, tree, patterns, trust: options.trust, fixPatch: options.fixPatch !== undefined };
  const { fixPatch: mends, ...result } =
    options.cache && !lintOptions.fixPatch ? await scanOnce(dir, lintOptions, io) : await scan(dir, lintOptions, io);
  // nothing found in the wrong folder is not nothing wrong
  if (result.fileCount === 0 && treeSeries(tree) === null)
    throw new InputError(`${dir} is no kernel tree: it has no Makefile that names a kernel version, and no kfuncs`);
  const left = writeFixPatch([mends], options);
  return finish({ ...result, diagnostics: [...told, ...expired, ...result.diagnostics, ...left] }, options, io);
}

async function scan(dir: string, options: LintOptions & { tree: TreeFiles }, io: Io): Promise<LintResult> {
  const { kfuncs, rest } = searchAhead(options.tree);
  const [{ startHelper, scanShared }, { readScan, scanTree }] = await Promise.all([
    import('./scan-share.ts'),
    import('../scan.ts'),
    kfuncs,
  ]);
  const read = readScan(options.tree);
  const helper = read.files.length < WORTH_HELP ? null : startHelper(io.env.KFUNC_LINT_THREADS);
  await rest;
  const progress = showProgress(io);
  const all = { ...options, progress: progress.step };
  const result = helper ? await scanShared(all, dir, helper, read) : scanTree(all, read);
  progress.end();
  return result;
}

/** Unless it was done before. */
async function scanOnce(dir: string, options: LintOptions & { tree: TreeFiles }, io: Io): Promise<LintResult> {
  const folder = cacheFolder(io.env);
  const key = scanKey(options, BUILD);
  const known = key === null ? null : readScan(folder, key);
  if (known) return known;
  const result = await scan(dir, options, io);
  if (key !== null) writeScan(folder, key, result);
  return result;
}
