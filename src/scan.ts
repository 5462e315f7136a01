/** Every kfunc of a tree: one search finds the files, the rest is the pipeline of a patch. */
import type { FunctionResult } from './flow/result.ts';
import type { Ground, LintOptions, LintResult } from './lint.ts';
import { conclude, follow, groundOf } from './lint.ts';
import { fixPatchOf } from './mend/patch.ts';
import type { Program, SourceFile, TreeFiles } from './source/model.ts';
import { buildProgram, kfuncFiles, kfuncPaths } from './source/program.ts';

export { kfuncFiles, kfuncPaths };

export interface ScanOptions extends LintOptions {
  tree: TreeFiles;
  /** called before each kfunc is followed: how many are done, of how many */
  progress?: (done: number, total: number, kfunc: string) => void;
}

/** A scan between its parts: what is at hand, and then what was found. */
export interface Scan {
  ground: Ground;
  files: SourceFile[];
}

/** Lints a whole tree. */
export function scanTree(options: ScanOptions, read = readScan(options.tree)): LintResult {
  const scan = startScan(options, read);
  const { kfuncs } = scan.ground;
  return concludeScan(
    scan,
    kfuncs.map((k, i) => {
      options.progress?.(i, kfuncs.length, k.name);
      return follow(scan.ground, i);
    }),
    options,
  );
}

/** What can be read while functions are still searched for: the files and the kfuncs in them. */
export function readScan(tree: TreeFiles): { files: SourceFile[]; program: Program } {
  const files = kfuncFiles(tree);
  const program = buildProgram(files, tree);
  void program.kfuncs;
  return { files, program };
}

export function startScan(options: ScanOptions, { files, program } = readScan(options.tree)): Scan {
  return { files, ground: groundOf(program, options, { wholeTree: true }) };
}

/** Indices of the kfuncs of a scan, file by file, largest file first: kfuncs of one file call the same functions, which are followed once. */
export function sharesOf({ ground }: Scan): number[][] {
  const files = new Map<string, number[]>();
  for (const [i, kfunc] of ground.kfuncs.entries()) {
    const path = kfunc.definitions[0]?.location.file ?? '';
    const share = files.get(path);
    if (share) share.push(i);
    else files.set(path, [i]);
  }
  return [...files.values()].sort((a, b) => b.length - a.length || a[0]! - b[0]!);
}

/** @param flows of each kfunc of the scan, whoever followed it */
export function concludeScan({ ground, files }: Scan, flows: readonly FunctionResult[][], options: ScanOptions): LintResult {
  const { findings, program } = conclude(ground, flows);
  return {
    kernel: options.kernel,
    findings,
    kfuncCount: program.kfuncs.length,
    fileCount: files.length,
    diagnostics: [],
    ...(options.fixPatch && { fixPatch: fixPatchOf(files, findings) }),
  };
}
