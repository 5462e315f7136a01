/** `kfunc-lint lint INPUT…`: patches, mailboxes, series, pasted threads, C files and folders of them. */
import { InputError } from '../claim.ts';
import type { InputSet } from '../input/model.ts';
import { type Inputs, openInputs } from '../input/read.ts';
import type { Io } from '../io.ts';
import { type LintOptions, type LintResult, lint } from '../lint.ts';
import { joinFixPatches } from '../mend/patch.ts';
import { finish } from './finish.ts';
import { chooseKernel } from './kernel.ts';
import type { CommonOptions } from './options.ts';
import { loadPatterns } from './patterns.ts';

/** @throws InputError where an input, the tree or a pattern file can't be read */
export async function lintCommand(args: readonly string[], options: CommonOptions, io: Io): Promise<number> {
  if (options.git !== undefined) return lintRange(args, options.git, options, io);
  if (args.length === 0)
    throw new InputError('no input: name a patch, a mailbox, a C file or a folder, or - for standard input (--help tells more)');
  const tree = options.tree === undefined ? null : (await import('../source/tree.ts')).openTree(options.tree);
  const { kernel, diagnostics: told } = chooseKernel(options.kernel, tree);
  const { patterns, diagnostics: expired } = await loadPatterns(options.patterns);
  // standard input is opened by looking at it
  const inputs = await openInputs(args, args.includes('-') ? { stdin: io.stdin } : {});
  const fixPatch = options.fixPatch !== undefined;
  const { fixPatch: mends, ...result } = await lintEach(inputs, { kernel, tree, patterns, trust: options.trust, fixPatch });
  const left = fixPatch ? (await import('./fix-patch.ts')).writeFixPatch([mends], options) : [];
  return finish({ ...result, diagnostics: [...told, ...expired, ...result.diagnostics, ...left] }, options, io);
}

/** @throws InputError where the range or a pattern file can't be read */
async function lintRange(args: readonly string[], range: string, options: CommonOptions, io: Io): Promise<number> {
  if (args.length > 0) throw new InputError('--git says what to lint: give a range or inputs, not both');
  const { commitsOf, lintCommits, tipOf, topOf } = await import('./git-range.ts');
  const dir = topOf(options.tree ?? '.');
  const commits = commitsOf(dir, range);
  const tree = (await import('../source/tree.ts')).openRevision(dir, tipOf(dir, range));
  const { kernel, diagnostics: told } = chooseKernel(options.kernel, tree);
  const { patterns, diagnostics: expired } = await loadPatterns(options.patterns);
  const fixPatch = options.fixPatch !== undefined;
  const { fixPatch: mends, ...result } = await lintCommits(dir, commits, { kernel, patterns, trust: options.trust, fixPatch });
  const left = fixPatch ? (await import('./fix-patch.ts')).writeFixPatch([mends], options) : [];
  return finish({ ...result, diagnostics: [...told, ...expired, ...result.diagnostics, ...left] }, options, io);
}

/**
 * A mailbox may hold thousands of series that have nothing to do with each other: each is linted by itself, and then forgotten.
 * C files given beside a single series belong to it.
 */
async function lintEach({ rest, series }: Inputs, options: LintOptions): Promise<LintResult> {
  const first = (await series.next()).value;
  if (!first) return lint(rest, options);
  let second = (await series.next()).value;
  if (!second) return lint(withSeries(rest, first), options);
  const results = [lint(rest, options), lint(withSeries(NOTHING, first), options)];
  for (; second; second = (await series.next()).value) results.push(lint(withSeries(NOTHING, second), options));
  return {
    kernel: options.kernel,
    findings: results.flatMap((one) => one.findings),
    kfuncCount: results.reduce((sum, one) => sum + one.kfuncCount, 0),
    fileCount: results.reduce((sum, one) => sum + one.fileCount, 0),
    diagnostics: results.flatMap((one) => one.diagnostics),
    ...(options.fixPatch && { fixPatch: joinFixPatches(results.flatMap((one) => one.fixPatch ?? [])) }),
  };
}

const NOTHING: InputSet = { patches: [], plainFiles: [], messages: [], diagnostics: [] };

function withSeries(rest: InputSet, one: Pick<InputSet, 'patches' | 'diagnostics'>): InputSet {
  return { ...rest, patches: one.patches, diagnostics: [...rest.diagnostics, ...one.diagnostics] };
}
