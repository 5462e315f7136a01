/** Every kfunc of a tree: one search finds the files, the rest is the pipeline of a patch. */
import type { Finding } from './claim.ts';
import type { LintOptions, LintResult } from './lint.ts';
import { analyse } from './lint.ts';
import { fixPatchOf } from './mend/patch.ts';
import type { SourceFile, TreeFiles } from './source/model.ts';
import { kfuncPaths } from './source/program.ts';

export interface ScanOptions extends LintOptions {
  tree: TreeFiles;
  /** called before each kfunc is followed: how many are done, of how many */
  progress?: (done: number, total: number, kfunc: string) => void;
  /** only these kfuncs (a share of the work); absent: all */
  share?: (index: number) => boolean;
}

/** Files of the tree that define or register kfuncs, sorted. */
export function kfuncFiles(tree: TreeFiles): SourceFile[] {
  return kfuncPaths(tree)
    .sort()
    .flatMap((path): SourceFile[] => {
      const text = tree.read(path);
      return text === null ? [] : [{ path, text, added: new Set(), complete: true, origin: 'file' }];
    });
}

/** Lints a whole tree. The findings are in the order of files and lines, whoever did which share. */
export function scanTree(options: ScanOptions): LintResult {
  const files = kfuncFiles(options.tree);
  const analysis = analyse(files, options, {
    wholeTree: true,
    ...(options.progress && { progress: options.progress }),
    ...(options.share && { share: options.share }),
  });
  return {
    kernel: options.kernel,
    findings: analysis.findings,
    kfuncCount: analysis.program.kfuncs.length,
    fileCount: files.length,
    diagnostics: [],
    ...(options.fixPatch && { fixPatch: fixPatchOf(files, analysis.findings) }),
  };
}

/** Joins what several workers found, in the order that one alone would give. */
export function mergeFindings(parts: Finding[][]): Finding[] {
  const order = (f: Finding) =>
    `${f.location.file}\0${String(f.location.line).padStart(9)}\0${String(f.location.column).padStart(6)}\0${f.rule}\0${f.subject}\0${f.message}`;
  const seen = new Set<string>();
  return parts
    .flat()
    .map((f) => ({ f, key: order(f) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .filter(({ f, key }) => {
      const id = `${f.id}\0${key}`;
      if (seen.has(id)) return false;
      seen.add(id);
      return true;
    })
    .map(({ f }) => f);
}
