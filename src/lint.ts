/** The pipeline, short enough to read aloud: input → source → flow → rules → judge → findings. */

import { RULES } from '../rules/index.ts';
import { benchFor } from './bench.ts';
import type { Claim, Diagnostic, Finding } from './claim.ts';
import { Flow } from './flow/analyze.ts';
import type { FunctionResult } from './flow/result.ts';
import type { InputSet } from './input/model.ts';
import { postImages } from './input/post-image.ts';
import type { Bench } from './judge/judge.ts';
import { judge } from './judge/judge.ts';
import { knowledgeOf } from './judge/patterns/merge.ts';
import type { Patterns } from './judge/patterns/model.ts';
import { memberOf, settlePreexisting } from './judge/preexisting.ts';
import { settleStale } from './judge/staleness.ts';
import type { TrustLevel } from './judge/trust.ts';
import { type FixPatch, fixPatchOf } from './mend/patch.ts';
import type { KfuncUnit, Rule } from './rule.ts';
import type { Kfunc, Program, SourceFile, TreeFiles } from './source/model.ts';
import { buildProgram } from './source/program.ts';
import type { ParameterGuarantee } from './verifier/model.ts';

export interface LintOptions {
  /** the kernel series and how it was found */
  kernel: { series: string; from: 'option' | 'tree' | 'default' };
  tree: TreeFiles | null;
  patterns: Patterns;
  trust: TrustLevel;
  rules?: readonly Rule[];
  /** findings carry what a ruling on them would be tied to */
  keepSeen?: boolean;
  /** the result carries the mends of what is confirmed as one patch */
  fixPatch?: boolean;
}

export interface LintResult {
  kernel: LintOptions['kernel'];
  findings: Finding[];
  kfuncCount: number;
  fileCount: number;
  diagnostics: Diagnostic[];
  fixPatch?: FixPatch;
}

export function lint(input: InputSet, options: LintOptions): LintResult {
  const post = filesOf(input, options.tree);
  const analysis = analyse(post.files, options, { earlier: () => analyse(post.before(), options).findings });
  return {
    kernel: options.kernel,
    findings: analysis.findings,
    kfuncCount: analysis.program.kfuncs.length,
    fileCount: analysis.program.files.length,
    diagnostics: [...input.diagnostics, ...post.diagnostics],
    ...(options.fixPatch && { fixPatch: fixPatchOf(post.files, analysis.findings) }),
  };
}

/** The files as the input leaves them, and as they were before. */
export function filesOf(
  input: InputSet,
  tree: TreeFiles | null,
): { files: SourceFile[]; before: () => SourceFile[]; diagnostics: Diagnostic[] } {
  const post = postImages(input.patches, tree);
  const plain = input.plainFiles.map((f): SourceFile => ({ ...f, added: new Set(), complete: true, origin: 'file' }));
  return { files: [...post.files, ...plain], before: () => [...post.before(), ...plain], diagnostics: post.diagnostics };
}

export interface Analysis {
  program: Program;
  units: KfuncUnit[];
  claims: Claim[];
  findings: Finding[];
  bench: Bench;
}

/** How the kfuncs are gone through. */
export interface Work {
  progress?: (done: number, total: number, kfunc: string) => void;
  /** only these kfuncs, by their index; absent: all */
  share?: (index: number) => boolean;
  /** many kfuncs at once: the functions of the tree are indexed */
  wholeTree?: boolean;
  /** what is found in the files as they were before the input; absent: it changes none */
  earlier?: () => readonly Finding[];
}

/** All that is known before the first kfunc is followed. */
export interface Ground {
  program: Program;
  flow: Flow;
  bench: Bench;
  rules: readonly Rule[];
  /** the kfuncs to go through */
  kfuncs: Kfunc[];
  kernel: LintOptions['kernel'];
  weigh(claims: Claim[]): Finding[];
}

export function groundOf(program: Program, options: LintOptions, work: Work): Ground {
  const knowledge = knowledgeOf(options.patterns, options.kernel.series);
  if (work.wholeTree) program.indexTree();
  const bench = benchFor(program, options);
  const wasSo = work.earlier && memberOf(work.earlier);
  return {
    program,
    flow: new Flow(program, knowledge),
    bench,
    rules: options.rules ?? RULES,
    kfuncs: program.kfuncs.filter((k) => !isHook(k, program)).filter((_, i) => work.share?.(i) ?? true),
    kernel: options.kernel,
    weigh: (claims) => settlePreexisting(sortFindings(settleStale(claims.map((one) => judge(one, bench)))), wasSo),
  };
}

/** Everything from files to findings, kept for those who ask further questions of the same code. */
export function analyse(files: SourceFile[], options: LintOptions, work: Work = {}): Analysis {
  const ground = groundOf(buildProgram(files, options.tree), options, work);
  return conclude(
    ground,
    ground.kfuncs.map((k, i) => {
      work.progress?.(i, ground.kfuncs.length, k.name);
      return follow(ground, i);
    }),
  );
}

/** What happens in each definition of a kfunc: by far the most of the work, and none of another kfunc's business. */
export function follow({ kfuncs, flow, bench }: Ground, index: number): FunctionResult[] {
  const kfunc = kfuncs[index]!;
  const all = bench.guarantees(kfunc.name).all;
  return kfunc.definitions.map(({ source, syntax }) =>
    flow.analyse(
      source,
      syntax,
      syntax.parameters.flatMap((p, i) =>
        p.type.pointers + p.type.dims.length > 0 && all.some((g) => isProgramMemory(g.parameters[i])) ? [i] : [],
      ),
    ),
  );
}

/** Where any memory of the program is let through, what stands there is its choice. */
function isProgramMemory(parameter: ParameterGuarantee | undefined): boolean {
  return (parameter?.kind === 'memory' || parameter?.kind === 'sized-memory') && parameter.unsure === null;
}

/** @param flows what follow() gave, kfunc by kfunc */
export function conclude(ground: Ground, flows: readonly FunctionResult[][]): Analysis {
  const { program, bench, rules, kfuncs, kernel, weigh } = ground;
  const units = kfuncs.flatMap((k, i) => unitsOf(k, flows[i]!, ground));
  const claims = rules.flatMap((rule) => claimsOf(rule, units, program, kernel));
  return { program, units, claims, findings: weigh(claims), bench };
}

/** What one kfunc gave; `kfunc` null: what only all of them together give. */
export interface Step {
  done: number;
  total: number;
  kfunc: string | null;
  findings: Finding[];
}

/** The same findings as analyse(), as they come: for someone who looks on. Rulings are about one kfunc, so each step can settle them. */
export function* analyseStepwise(files: SourceFile[], options: LintOptions, work: Work = {}): Generator<Step> {
  const ground = groundOf(buildProgram(files, options.tree), options, work);
  const { program, rules, kfuncs, weigh } = ground;
  const total = kfuncs.length;
  const units: KfuncUnit[] = [];
  for (const [done, kfunc] of kfuncs.entries()) {
    const own = unitsOf(kfunc, follow(ground, done), ground);
    units.push(...own);
    yield { done: done + 1, total, kfunc: kfunc.name, findings: weigh(rules.flatMap((rule) => claimsOnUnits(rule, own))) };
  }
  const rest = rules.flatMap((rule) => claimsOnProgram(rule, units, program, options.kernel));
  yield { done: total, total, kfunc: null, findings: weigh(rest) };
}

/** Functions of sets that only register_btf_fmodret_id_set() gets are there for programs to attach to: no program calls them. */
function isHook(kfunc: Kfunc, program: Program): boolean {
  if (kfunc.entries.length === 0) return false;
  const hooks = new Set(program.fmodrets.map((f) => f.variable));
  return kfunc.entries.every((e) => {
    const variables = program.idSets.filter((v) => v.set === e.set);
    return variables.length > 0 && variables.every((v) => hooks.has(v.name) && !program.registrations.some((r) => r.variable === v.name));
  });
}

function unitsOf(kfunc: Kfunc, flows: readonly FunctionResult[], { program, kernel }: Ground): KfuncUnit[] {
  return kfunc.definitions.map((definition, i) => ({
    kfunc,
    definition,
    flow: flows[i]!,
    program,
    series: kernel.series,
    seriesIsDefault: kernel.from === 'default',
  }));
}

function claimsOf(rule: Rule, units: KfuncUnit[], program: Program, kernel: LintOptions['kernel']): Claim[] {
  return [...claimsOnUnits(rule, units), ...claimsOnProgram(rule, units, program, kernel)];
}

function claimsOnUnits(rule: Rule, units: KfuncUnit[]): Claim[] {
  return rule.kfunc ? units.flatMap((u) => [...rule.kfunc!(u)]) : [];
}

function claimsOnProgram(rule: Rule, units: KfuncUnit[], program: Program, kernel: LintOptions['kernel']): Claim[] {
  return rule.program ? [...rule.program({ program, units, series: kernel.series, seriesIsDefault: kernel.from === 'default' })] : [];
}

/** File, line, column, rule, subject: the same input gives the same order. Two definitions that say the same thing at one place say it once. */
function sortFindings(findings: Finding[]): Finding[] {
  const sorted = findings.sort(
    (a, b) =>
      compare(a.location.file, b.location.file) ||
      a.location.line - b.location.line ||
      a.location.column - b.location.column ||
      compare(a.rule, b.rule) ||
      compare(a.subject, b.subject) ||
      compare(a.message, b.message),
  );
  return sorted.filter((f, i) => i === 0 || f.id !== sorted[i - 1]!.id || f.message !== sorted[i - 1]!.message);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
