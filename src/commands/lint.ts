/** `kfunc-lint lint INPUT…`: patches, mailboxes, series, pasted threads, C files and folders of them. */
import { InputError } from '../claim.ts';
import { readInputs } from '../input/read.ts';
import type { Io } from '../io.ts';
import { lint } from '../lint.ts';
import { openTree } from '../source/tree.ts';
import { finish } from './finish.ts';
import { chooseKernel } from './kernel.ts';
import type { CommonOptions } from './options.ts';
import { loadPatterns } from './patterns.ts';

/** @throws InputError where an input, the tree or a pattern file can't be read */
export async function lintCommand(inputs: readonly string[], options: CommonOptions, io: Io): Promise<number> {
  if (inputs.length === 0)
    throw new InputError('no input: name a patch, a mailbox, a C file or a folder, or - for standard input (--help tells more)');
  const tree = options.tree === undefined ? null : openTree(options.tree);
  const { kernel, diagnostics: told } = chooseKernel(options.kernel, tree);
  const { patterns, diagnostics: expired } = await loadPatterns(options.patterns);
  const input = await readInputs(inputs, io.stdin);
  const result = lint(input, { kernel, tree, patterns, trust: options.trust });
  return finish({ ...result, diagnostics: [...told, ...expired, ...result.diagnostics] }, options, io);
}
