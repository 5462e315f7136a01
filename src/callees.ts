/** For runs over whole trees: finds the definitions of all callees level by level, one search a level, before any function is followed. */
import { isBuiltin } from './flow/builtin.ts';
import type { Knowledge } from './flow/knowledge.ts';
import { collectCalls } from './source/lower.ts';
import type { FunctionSource, Program, SourceFile } from './source/model.ts';

/** How many calls down definitions are fetched in bulk; what is deeper is looked up when it is met. */
const LEVELS = 6;

export function fetchCallees(program: Program, knowledge: Knowledge): void {
  const seen = new Set<string>();
  let level = program.kfuncs.flatMap((k) => k.definitions.map((d) => ({ calls: collectCalls(d.syntax), from: d.source.file })));
  for (let depth = 0; depth < LEVELS && level.length > 0; depth++) {
    const wanted = new Map<string, SourceFile>();
    for (const { calls, from } of level) {
      for (const name of calls) {
        if (seen.has(name) || isBuiltin(name) || knowledge.functions.has(name)) continue;
        seen.add(name);
        wanted.set(name, from);
      }
    }
    program.prefetchAll(wanted.keys());
    level = [...wanted].flatMap(([name, from]) => next(program, name, from));
  }
}

function next(program: Program, name: string, from: SourceFile): { calls: string[]; from: SourceFile }[] {
  const source: FunctionSource | null = program.findFunction(name, from);
  if (source) {
    const syntax = program.parse(source);
    return syntax ? [{ calls: collectCalls(syntax), from: source.file }] : [];
  }
  const macro = program.findMacro(name, from);
  return macro ? [{ calls: [...macro.body.matchAll(/\b([A-Za-z_]\w*)\s*\(/g)].map((m) => m[1]!), from }] : [];
}
