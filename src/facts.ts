/** What the verifier guarantees to every kfunc of the files at hand, as reporters take it. */
import { guaranteesOf } from './bench.ts';
import type { KfuncFacts, ParameterFacts } from './report/facts-model.ts';
import type { IdFlagsEntry, Kfunc, KfuncDefinition, Program } from './source/model.ts';
import { isFlag } from './verifier/flags.ts';
import type { KfuncGuarantees, ParameterGuarantee } from './verifier/model.ts';

/** One entry for each definition and each set of flags that it is registered with, in the order of files and lines. */
export function factsOf(program: Program, series: string): KfuncFacts[] {
  return program.kfuncs
    .flatMap((k) => factsOfKfunc(k, program, series))
    .sort((a, b) => compare(a.file, b.file) || a.line - b.line || compare(a.name, b.name));
}

function factsOfKfunc(kfunc: Kfunc, program: Program, series: string): KfuncFacts[] {
  const { all } = guaranteesOf(kfunc, program, series);
  const perDefinition = kfunc.definitions.length === 0 ? 0 : all.length / kfunc.definitions.length;
  return all.map((g, i) => {
    const definition = kfunc.definitions[Math.floor(i / perDefinition)]!;
    return oneOf(kfunc, definition, distinctEntry(kfunc.entries, i % perDefinition), g, program, series);
  });
}

/** guaranteesOf() answers once for each different set of flags, in the order in which they first stand. */
function distinctEntry(entries: readonly IdFlagsEntry[], n: number): IdFlagsEntry | null {
  const seen = new Map<string, IdFlagsEntry>();
  for (const e of entries) {
    const key = [...e.flags].sort().join('|');
    if (!seen.has(key)) seen.set(key, e);
  }
  return [...seen.values()][n] ?? null;
}

function oneOf(
  kfunc: Kfunc,
  definition: KfuncDefinition,
  entry: IdFlagsEntry | null,
  g: KfuncGuarantees,
  program: Program,
  series: string,
): KfuncFacts {
  const key = entry ? [...entry.flags].sort().join('|') : '';
  const same = kfunc.entries.filter((e) => [...e.flags].sort().join('|') === key);
  const { returns } = definition.syntax;
  return {
    name: kfunc.name,
    file: definition.location.file,
    line: definition.location.line,
    registered: entry !== null,
    flags: entry?.flags ?? [],
    absentFlags: (entry?.flags ?? []).filter((f) => !isFlag(f, series)),
    sets: [...new Set(same.flatMap((e) => (e.set === null ? [] : [e.set])))].sort(),
    programTypes: entry === null ? [] : program.programTypes({ ...kfunc, entries: same }),
    parameters: g.parameters.map(parameterFacts),
    return: {
      type: `${returns.isConst ? 'const ' : ''}${returns.name}${returns.pointers > 0 ? ` ${'*'.repeat(returns.pointers)}` : ''}`,
      mayBeNull: g.returns.mayBeNull,
      acquires: g.returns.acquires,
      trust: g.returns.trust,
      memory: g.returns.memory ?? null,
      refused: g.returns.refused ?? null,
      because: g.returns.because,
    },
    context: g.context,
  };
}

function parameterFacts(p: ParameterGuarantee): ParameterFacts {
  return {
    name: p.name,
    type: p.type,
    kind: p.kind,
    mayBeNull: p.mayBeNull,
    trust: p.trust,
    refcountMayBeZero: p.refcountMayBeZero,
    liveCount: p.liveCount ?? 'nobody',
    walked: p.walked === true,
    toFill: p.toFill === true,
    constant: p.constant,
    bounded: p.bounded,
    sizeOf: p.sizeOf,
    sizeParameter: p.sizeParameter ?? null,
    unsure: p.unsure,
    because: p.because,
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
