/** Puts together what the judge asks: registrations, guarantees and what the input changed. */
import type { Claim } from './claim.ts';
import type { Bench } from './judge/judge.ts';
import type { LintOptions } from './lint.ts';
import { modelStampOf, seenOf } from './seen.ts';
import type { IdFlagsEntry, Kfunc, KfuncDefinition, Program } from './source/model.ts';
import { typeOracle } from './source/program.ts';
import { usesIn } from './source/uses-in-c.ts';
import { guarantees } from './verifier/guarantees.ts';
import type { KfuncGuarantees, KfuncInput } from './verifier/model.ts';

export function benchFor(program: Program, options: Pick<LintOptions, 'kernel' | 'trust' | 'patterns' | 'keepSeen'>): Bench {
  const byName = new Map(program.kfuncs.map((k) => [k.name, k]));
  const known = new Map<string, { registered: boolean; all: KfuncGuarantees[] }>();
  return {
    series: options.kernel.series,
    trust: options.trust,
    patterns: options.patterns,
    kfunc: (name) => byName.get(name) ?? null,
    guarantees(name) {
      let found = known.get(name);
      if (!found) {
        const kfunc = byName.get(name);
        found = kfunc ? guaranteesOf(kfunc, program, options.kernel.series) : { registered: false, all: [] };
        known.set(name, found);
      }
      return found;
    },
    callerInC: (name) => callerInC(name, program, byName),
    isPreexisting: (claim) => isPreexisting(claim, byName.get(claim.kfunc ?? ''), program),
    seen: (claim) => seenOf(claim, program, options.kernel.series),
    modelStamp: modelStampOf,
    keepSeen: options.keepSeen === true,
  };
}

/** Kfuncs that call others are followed into them with what the verifier lets through. */
function callerInC(name: string, program: Program, kfuncs: ReadonlyMap<string, Kfunc>): string | null {
  for (const file of program.files) {
    const use = usesIn(file, name).find((u) => u.function !== null && !kfuncs.has(u.function));
    if (use) return use.function;
  }
  return null;
}

/** For every definition and every different set of flags that it is registered with. */
export function guaranteesOf(kfunc: Kfunc, program: Program, series: string): { registered: boolean; all: KfuncGuarantees[] } {
  const protectedIterator = isProtectedIterator(kfunc, program);
  const entries: (IdFlagsEntry | null)[] = kfunc.entries.length > 0 ? distinct(kfunc.entries) : [null];
  const all = kfunc.definitions.flatMap((d) =>
    entries.map((e) => {
      const types = e ? program.programTypes({ ...kfunc, entries: kfunc.entries.filter((other) => sameFlags(other, e)) }) : [];
      const input = inputOf(kfunc, d, e, types);
      return guarantees({ ...input, constructorProtected: protectedIterator }, series, typeOracle(program, d.source.file));
    }),
  );
  return { registered: kfunc.entries.length > 0, all };
}

function distinct(entries: IdFlagsEntry[]): IdFlagsEntry[] {
  const seen = new Set<string>();
  return entries.filter((e) => {
    const key = flagsKey(e);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function flagsKey(e: IdFlagsEntry): string {
  return [...e.flags].sort().join('|');
}

function sameFlags(a: IdFlagsEntry, b: IdFlagsEntry): boolean {
  return flagsKey(a) === flagsKey(b);
}

/** The section that KF_RCU_PROTECTED on bpf_iter_x_new() asks for is asked of next() too: kernel/bpf/verifier.c process_iter_arg(). */
function isProtectedIterator(kfunc: Kfunc, program: Program): boolean {
  if (!kfunc.entries.some((e) => e.flags.includes('KF_ITER_NEXT'))) return false;
  const constructorName = kfunc.name.replace(/_next$/, '_new');
  return program.kfuncs.some(
    (k) => k.name === constructorName && k.entries.length > 0 && k.entries.every((e) => e.flags.includes('KF_RCU_PROTECTED')),
  );
}

export function inputOf(kfunc: Kfunc, d: KfuncDefinition, entry: IdFlagsEntry | null, programTypes: string[]): KfuncInput {
  return {
    name: kfunc.name,
    returns: d.syntax.returns,
    parameters: d.syntax.parameters.map((p) => ({ name: p.name, type: p.type, text: p.text })),
    flags: entry?.flags ?? [],
    programTypes,
    flagsAt: entry?.location ?? null,
    flagsLine: entry?.line ?? null,
  };
}

/** Neither the place, nor any line of the kfunc, nor its registration was changed by the input. */
function isPreexisting(claim: Claim, kfunc: Kfunc | undefined, program: Program): boolean {
  if (claim.inDiff) return false;
  const file = program.files.find((f) => f.path === claim.location.file);
  if (file && file.origin !== 'patch') return file.origin === 'tree';
  if (!kfunc) return true;
  const touched = (path: string, from: number, to: number) => {
    const added = program.files.find((f) => f.path === path)?.added;
    if (!added) return false;
    for (let line = from; line <= to; line++) if (added.has(line)) return true;
    return false;
  };
  const inBody = kfunc.definitions.some((d) => {
    const first = program.locate(d.source.file, d.source.start).line;
    return touched(d.source.file.path, first, program.locate(d.source.file, d.source.end).line);
  });
  return !inBody && !kfunc.entries.some((e) => touched(e.location.file, e.location.line, e.location.line));
}
