/** Mutates the kfuncs of a tree, lints what comes out, and tells for each mutant what is said of it that was not said before. */
import type { Finding, Mend } from '../../../src/claim.ts';
import { loadPatterns } from '../../../src/commands/patterns.ts';
import { knowledgeOf } from '../../../src/judge/patterns/merge.ts';
import { type Analysis, analyse, type LintOptions } from '../../../src/lint.ts';
import { applyMends } from '../../../src/mend/edit.ts';
import { kfuncFiles } from '../../../src/scan.ts';
import type { Kfunc, SourceFile } from '../../../src/source/model.ts';
import { openTree } from '../../../src/source/tree.ts';
import { KINDS, type Subject } from './kinds.ts';

/** `masked`: the same thing was confirmed of the unchanged code already */
export type Outcome = 'confirmed' | 'undecided' | 'silent' | 'refuted' | 'masked';

export interface Mutant {
  kind: string;
  kfunc: string;
  file: string;
  line: number;
  edits: Mend[];
  /** objects that the edit takes the release of: who acquires them is asked too */
  types: string[];
  /** object that the kfunc returns: what is said of it may come of somebody else's release */
  returns: string;
}

export interface Measured extends Mutant {
  outcome: Outcome;
  said: string[];
}

export interface Options {
  tree: string;
  series: string;
  kinds: readonly string[];
  progress(text: string): void;
}

export async function measure(options: Options): Promise<Measured[]> {
  const tree = openTree(options.tree);
  const { patterns } = await loadPatterns([]);
  const lintOptions: LintOptions = { kernel: { series: options.series, from: 'option' }, tree, patterns, trust: 'ruling' };
  const files = kfuncFiles(tree);
  options.progress('the tree as it is');
  const base = analyse(files, lintOptions, { wholeTree: true });
  const mutants = base.program.kfuncs
    .flatMap((k) => mutantsOf(k, base, lintOptions))
    .filter((m) => options.kinds.length === 0 || options.kinds.includes(m.kind));
  const rounds = roundsOf(mutants);
  const out: Measured[] = [];
  for (const [i, round] of rounds.entries()) {
    options.progress(`round ${i + 1} of ${rounds.length}: ${round.length} mutants`);
    const after = analyse(mutated(files, round), lintOptions, { wholeTree: true });
    out.push(...round.map((m) => weigh(m, base.findings, after.findings, base)));
  }
  return out.sort(
    (a, b) => (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0) || (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line),
  );
}

function mutantsOf(kfunc: Kfunc, base: Analysis, options: LintOptions): Mutant[] {
  const [definition, ...more] = kfunc.definitions;
  // functions that programs only attach to are no kfuncs, and none of the rules looks at them
  const isKfunc = base.units.some((u) => u.kfunc.name === kfunc.name);
  if (!definition || more.length > 0 || kfunc.entries.length === 0 || !isKfunc) return [];
  const knowledge = knowledgeOf(options.patterns, options.kernel.series);
  const fileOf = (path: string) => base.program.files.find((f) => f.path === path) ?? null;
  const subject: Subject = { kfunc, definition, entries: kfunc.entries, fileOf, knowledge };
  const types = definition.syntax.parameters.map((p) => p.type.name);
  return KINDS.flatMap((kind) =>
    kind.mutants(subject).map((edits): Mutant => {
      const { file, start } = edits[0]!;
      const released = kind.id === 'drop KF_RELEASE' ? types : [];
      return { kind: kind.id, kfunc: kfunc.name, file, line: start.line, edits, types: released, returns: definition.syntax.returns.name };
    }),
  );
}

/** One mutant of a kfunc a round; two that could speak of one another's objects are kept apart. */
function roundsOf(mutants: Mutant[]): Mutant[][] {
  const rounds: Mutant[][] = [];
  for (const m of mutants) {
    const meets = (o: Mutant) =>
      o.kfunc === m.kfunc || o.types.some((t) => m.types.includes(t) || t === m.returns) || m.types.includes(o.returns);
    const free = rounds.find((r) => !r.some(meets));
    if (free) free.push(m);
    else rounds.push([m]);
  }
  return rounds;
}

function mutated(files: readonly SourceFile[], round: readonly Mutant[]): SourceFile[] {
  return files.map((f) => {
    const edits = round.flatMap((m) => m.edits).filter((e) => e.file === f.path);
    return edits.length === 0 ? f : { ...f, text: applyMends(f.text, edits) };
  });
}

const RANK: Record<Finding['verdict'], number> = { confirmed: 3, undecided: 2, refuted: 1 };

function weigh(m: Mutant, before: readonly Finding[], after: readonly Finding[], base: Analysis): Measured {
  const about = (f: Finding) => f.kfunc === m.kfunc || (m.types.length > 0 && acquires(f.kfunc, m.types, base));
  const old = new Map<string, number>();
  for (const f of before.filter(about)) old.set(key(f), Math.max(old.get(key(f)) ?? 0, RANK[f.verdict]));
  const own = after.filter(about);
  const fresh = own.filter((f) => RANK[f.verdict] > (old.get(key(f)) ?? 0));
  const best = fresh.reduce((n, f) => Math.max(n, RANK[f.verdict]), 0);
  const rules = KINDS.find((k) => k.id === m.kind)!.rules;
  const masked = best < 2 && own.some((f) => rules.includes(f.rule) && f.verdict === 'confirmed');
  const outcome = masked ? 'masked' : (['silent', 'refuted', 'undecided', 'confirmed'] as const)[best]!;
  return { ...m, outcome, said: fresh.map((f) => `${f.verdict} ${f.rule}: ${f.message}${f.missing.map((x) => ` [${x.why}]`).join('')}`) };
}

function key(f: Finding): string {
  return `${f.rule} ${f.kfunc} ${f.subject}`;
}

function acquires(kfunc: string | null, types: string[], base: Analysis): boolean {
  const found = base.program.kfuncs.find((k) => k.name === kfunc);
  return (
    found?.entries.some((e) => e.flags.includes('KF_ACQUIRE')) === true &&
    found.definitions.some((d) => types.includes(d.syntax.returns.name))
  );
}

const OUTCOMES: readonly Outcome[] = ['confirmed', 'undecided', 'silent', 'refuted', 'masked'];

/** One line a kind. */
export function table(measured: readonly Measured[]): string {
  const kinds = KINDS.map((k) => k.id).filter((id) => measured.some((m) => m.kind === id));
  const row = (name: string, list: readonly Measured[]) =>
    [
      name.padEnd(28),
      String(list.length).padStart(8),
      ...OUTCOMES.map((o) => String(list.filter((m) => m.outcome === o).length).padStart(10)),
    ].join('');
  return [
    ['kind'.padEnd(28), 'mutants'.padStart(8), ...OUTCOMES.map((o) => o.padStart(10))].join(''),
    ...kinds.map((id) =>
      row(
        id,
        measured.filter((m) => m.kind === id),
      ),
    ),
    row('all', measured),
  ].join('\n');
}

/** What was not confirmed, one by one, to be read against the source. */
export function rest(measured: readonly Measured[]): string {
  return measured
    .filter((m) => m.outcome !== 'confirmed')
    .map((m) => [`${m.outcome}: ${m.kind}: ${m.kfunc} ${m.file}:${m.line}`, ...m.said.map((s) => `    ${s}`)].join('\n'))
    .join('\n');
}
