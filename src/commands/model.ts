/** `kfunc-lint model`: which kernels are modelled; with `--tree`, what a tree has that the model does not know. */
import { InputError } from '../claim.ts';
import { driftOf, inDriftOrder } from '../drift/drift.ts';
import { readTreeFacts } from '../drift/tree-facts.ts';
import type { Io } from '../io.ts';
import { plain } from '../report/plain.ts';
import { openTree } from '../source/tree.ts';
import { FLAGS } from '../verifier/flags.ts';
import { during, SERIES } from '../verifier/series.ts';
import { SUFFIXES } from '../verifier/suffixes.ts';
import { chooseKernel } from './kernel.ts';

export interface ModelOptions {
  tree?: string;
  kernel?: string;
}

/**
 * @returns 0: the model knows all of the tree; 1: it does not
 * @throws InputError where the tree can't be read or is no kernel tree
 */
export async function modelCommand(options: ModelOptions, io: Pick<Io, 'stdout' | 'stderr'>): Promise<number> {
  if (options.tree === undefined) {
    io.stdout(listing());
    return 0;
  }
  const tree = openTree(options.tree);
  const { kernel, diagnostics } = chooseKernel(options.kernel, tree);
  const facts = readTreeFacts(tree);
  if (!facts)
    throw new InputError(`${options.tree} is no kernel tree: it has no include/linux/btf.h, kernel/bpf/verifier.c or kernel/bpf/btf.c`);
  for (const d of diagnostics) io.stderr(`kfunc-lint: ${d.level}: ${plain(d.message)}\n`);
  const found = inDriftOrder(driftOf(facts, kernel.series));
  const lines = found.map((d) => `${d.file}${d.line === null ? '' : `:${d.line}`}: ${d.text}`);
  const count =
    found.length === 0
      ? 'nothing that the model does not know'
      : `${found.length} thing${found.length === 1 ? '' : 's'} that the model does not know`;
  const read = `${facts.flags.length} flags, ${facts.suffixes.length} suffixes, ${facts.kinds.length} kinds of arguments`;
  io.stdout(`${[...lines, `Linux ${kernel.series}: ${count} (${read} read)`].map((l) => plain(l)).join('\n')}\n`);
  return found.length === 0 ? 0 : 1;
}

function listing(): string {
  const rows = SERIES.map(
    (s) => `  ${s.padEnd(5)} ${FLAGS.filter((f) => during(f, s)).length} flags, ${SUFFIXES.filter((x) => during(x, s)).length} suffixes`,
  );
  return `Kernel series modelled, a series between two takes the rules of the older:\n${rows.join('\n')}\n`;
}
