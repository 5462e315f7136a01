/** `kfunc-lint facts [INPUT…]`: what the verifier guarantees to each kfunc of a patch, a file or a tree. */
import type { Diagnostic } from '../claim.ts';
import { InputError } from '../claim.ts';
import { type Io, VERSION } from '../io.ts';
import type { FactsReport, KfuncFacts } from '../report/facts-model.ts';
import { plain } from '../report/plain.ts';
import type { SourceFile, TreeFiles } from '../source/model.ts';
import { searchKfuncs } from '../source/whole-tree.ts';
import { chooseKernel } from './kernel.ts';
import { kernelTree } from './kernel-tree.ts';
import { writeResult } from './output.ts';

export interface FactsCommandOptions {
  tree?: string;
  kernel?: string;
  format: string;
  output?: string;
  why?: boolean;
}

/** @throws InputError where nothing is named, or an input or the tree can't be read */
export async function factsCommand(args: readonly string[], options: FactsCommandOptions, io: Io): Promise<number> {
  const named = options.tree === undefined ? null : (await import('../source/tree.ts')).openTree(options.tree);
  const whole = args.length === 0 ? named : args.length === 1 ? kernelTree(args[0]!) : null;
  if (args.length === 0 && !whole)
    throw new InputError('no input: name a patch, a C file, a folder or a kernel tree, or give --tree (--help tells more)');
  const tree = named ?? whole;
  const { kernel, diagnostics } = chooseKernel(options.kernel, tree);
  const gathered = await gather(args, whole, tree, kernel.series, io);
  const report: FactsReport = { kernel, ...gathered, diagnostics: [...diagnostics, ...gathered.diagnostics] };
  writeResult(await render(report, options, io), options.output, io);
  if (options.format !== 'json') for (const d of report.diagnostics) io.stderr(`kfunc-lint: ${d.level}: ${plain(d.message)}\n`);
  return 0;
}

interface Gathered {
  kfuncs: KfuncFacts[];
  fileCount: number;
  diagnostics: Diagnostic[];
}

async function gather(args: readonly string[], whole: TreeFiles | null, tree: TreeFiles | null, series: string, io: Io): Promise<Gathered> {
  if (whole) {
    const searched = searchKfuncs(whole);
    // loaded while the search runs
    const [{ kfuncFiles }] = await Promise.all([import('../source/program.ts'), import('../facts.ts'), searched]);
    return gatherFiles(kfuncFiles(whole), tree, series);
  }
  const [{ filesOf }, { inputSets }] = await Promise.all([import('../lint.ts'), import('./input-sets.ts')]);
  const all: Gathered = { kfuncs: [], fileCount: 0, diagnostics: [] };
  for await (const set of inputSets(args, io.stdin)) {
    const { files, diagnostics } = filesOf(set, tree);
    const found = await gatherFiles(files, tree, series);
    all.kfuncs.push(...found.kfuncs);
    all.fileCount += found.fileCount;
    all.diagnostics.push(...set.diagnostics, ...diagnostics);
  }
  return all;
}

async function gatherFiles(files: SourceFile[], tree: TreeFiles | null, series: string): Promise<Gathered> {
  const [{ factsOf }, { buildProgram }] = await Promise.all([import('../facts.ts'), import('../source/program.ts')]);
  const program = buildProgram(files, tree);
  const { length: fileCount } = program.files;
  return { kfuncs: factsOf(program, series), fileCount, diagnostics: [] };
}

async function render(report: FactsReport, options: FactsCommandOptions, io: Io): Promise<string> {
  if (options.format === 'json') return (await import('../report/facts-json.ts')).renderFactsJson(report, { version: VERSION });
  if (options.format === 'markdown') return (await import('../report/facts-markdown.ts')).renderFactsMarkdown(report);
  const color = options.output === undefined && io.isTTY && !io.env.NO_COLOR && io.env.TERM !== 'dumb';
  return (await import('../report/facts-text.ts')).renderFactsText(report, { color, version: VERSION, why: options.why === true });
}
