/** The commits of a range, each as the patch that it is, against the tree that it was made on. Only git is asked; no work tree is touched. */
import { Readable } from 'node:stream';
import { type CommitName, type Finding, InputError } from '../claim.ts';
import type { InputSet } from '../input/model.ts';
import { readInputs } from '../input/read.ts';
import { type LintOptions, type LintResult, lint } from '../lint.ts';
import { joinFixPatches } from '../mend/patch.ts';
import { openRevision } from '../source/tree.ts';
import { git } from '../source/tree-search.ts';

interface Commit extends CommitName {
  /** null: the first of all */
  parent: string | null;
}

/** Settings of the user must not change what a patch looks like. */
const AS_PATCH = ['-c', 'diff.noprefix=false', '-c', 'diff.mnemonicPrefix=false', '-c', 'core.quotePath=true'];
const PATCH_OPTIONS = ['--stdout', '--no-stat', '--no-signature', '--no-color', '--no-ext-diff', '--no-textconv', '--root', '-1'];
const SOURCES = ['*.c', '*.h'];

/** The top of the checkout that the folder is in: git takes paths and searches from where it runs. A bare repository is its own top. */
export function topOf(dir: string): string {
  return git(dir, ['rev-parse', '--show-toplevel'])?.replace(/\n$/, '') || dir;
}

/**
 * @param dir the top of a git checkout
 * @param range as `git log` takes it, such as `origin/master..`
 * @throws InputError where git does not know the range
 */
export function commitsOf(dir: string, range: string): Commit[] {
  if (range.startsWith('-') || range.includes('\0')) throw new InputError(`'${range.slice(0, 80)}' is not a range of commits`);
  if (git(dir, ['rev-parse', '--git-dir']) === null) throw new InputError(`${dir}: not a git checkout, which --git needs`);
  const log = git(dir, ['log', '--reverse', '--no-merges', '--format=%H%x00%P%x00%s', range, '--', ...SOURCES]);
  if (log === null) throw new InputError(`${dir}: git does not know the range ${range.slice(0, 80)}`);
  return log.split('\n').flatMap((line) => {
    const [id, parents, subject] = line.split('\0');
    return id && parents !== undefined ? [{ id, parent: parents.split(' ')[0] || null, subject: subject ?? '' }] : [];
  });
}

/** The newest commit of the range: its Makefile says which kernel it is. @throws InputError as commitsOf() does */
export function tipOf(dir: string, range: string): string {
  const last = git(dir, ['rev-list', '--max-count=1', range, '--'])?.trim();
  const tip =
    last || git(dir, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${range.split('..').at(-1) || 'HEAD'}^{commit}`])?.trim();
  if (!tip) throw new InputError(`${dir}: git does not know the range ${range.slice(0, 80)}`);
  return tip;
}

/** Lints commit by commit. What stood there before the commit is `preexisting`; what several commits show is told of the first. */
export async function lintCommits(dir: string, commits: readonly Commit[], options: Omit<LintOptions, 'tree'>): Promise<LintResult> {
  const results: LintResult[] = [];
  for (const { parent, ...commit } of commits) {
    if (!touchesKfuncs(dir, commit.id, parent)) continue;
    const result = lint(await patchOf(dir, commit), { ...options, tree: parent === null ? null : openRevision(dir, parent) });
    results.push({ ...result, findings: result.findings.map((one) => ({ ...one, commit })) });
  }
  return {
    kernel: options.kernel,
    findings: firstOfEach(results.flatMap((one) => one.findings)),
    kfuncCount: results.reduce((sum, one) => sum + one.kfuncCount, 0),
    fileCount: results.reduce((sum, one) => sum + one.fileCount, 0),
    diagnostics: results.flatMap((one) => one.diagnostics),
    ...(options.fixPatch && { fixPatch: joinFixPatches(results.flatMap((one) => one.fixPatch ?? [])) }),
  };
}

/** Whether a file that the commit changes holds kfuncs or their registration, before or after. */
function touchesKfuncs(dir: string, commit: string, parent: string | null): boolean {
  const changed = (git(dir, ['diff-tree', '--root', '-r', '-z', '--no-commit-id', '--name-only', commit, '--', ...SOURCES]) ?? '')
    .split('\0')
    .filter(Boolean);
  if (changed.length === 0) return false;
  const words = ['__bpf_kfunc', 'BTF_ID_FLAGS', 'btf_kfunc_id_set'].flatMap((word) => ['-e', word]);
  const paths = changed.map((path) => `:(literal,top)${path}`);
  return [commit, parent].some(
    (revision) => revision !== null && git(dir, ['grep', '-l', '-F', ...words, revision, '--', ...paths]) !== null,
  );
}

async function patchOf(dir: string, { id, subject }: CommitName): Promise<InputSet> {
  const text = git(dir, [...AS_PATCH, 'format-patch', ...PATCH_OPTIONS, id]);
  if (text === null || text === '')
    throw new InputError(`${dir}: git can't write commit ${id.slice(0, 12)} ('${subject.slice(0, 60)}') as a patch`);
  return readInputs(['-'], { stdin: Readable.from([Buffer.from(text)]) });
}

/** The same finding in a later commit is the same problem, unless the earlier one was none of its commit's making. */
function firstOfEach(findings: Finding[]): Finding[] {
  const told = new Map<string, Finding>();
  for (const one of findings) {
    const known = told.get(one.id);
    if (!known || (known.preexisting && !one.preexisting)) told.set(one.id, one);
  }
  const kept = new Set(told.values());
  return findings.filter((one) => kept.has(one));
}
