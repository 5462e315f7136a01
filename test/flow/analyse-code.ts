/** For tests: C text in, the claims of the rules out, with nothing but that text at hand. */
import type { Claim } from '../../src/claim.ts';
import { Flow } from '../../src/flow/analyze.ts';
import type { FunctionKnowledge, MemberKnowledge } from '../../src/flow/knowledge.ts';
import type { KfuncUnit, Rule } from '../../src/rule.ts';
import { buildProgram } from '../../src/source/program.ts';

export function unitsOf(code: string, functions: FunctionKnowledge[] = [], series = '6.12', members: MemberKnowledge[] = []): KfuncUnit[] {
  const program = buildProgram([{ path: 'test.c', text: code, added: new Set(), complete: true, origin: 'file' }], null);
  const flow = new Flow(program, {
    functions: new Map(functions.map((f) => [f.name, f])),
    members: new Map(members.map((m) => [`${m.struct}.${m.member}`, m])),
  });
  return program.kfuncs.flatMap((kfunc) =>
    kfunc.definitions.map((definition) => ({
      kfunc,
      definition,
      flow: flow.analyse(definition.source, definition.syntax),
      program,
      series,
      seriesIsDefault: false,
    })),
  );
}

export function claimsOf(rule: Rule, code: string, functions: FunctionKnowledge[] = [], series = '6.12'): Claim[] {
  const units = unitsOf(code, functions, series);
  const first = units[0];
  return [
    ...units.flatMap((u) => [...(rule.kfunc?.(u) ?? [])]),
    ...(first && rule.program ? rule.program({ program: first.program, units, series, seriesIsDefault: false }) : []),
  ];
}

/** `silent`, `sure` (nothing missing) or `unsure` */
export function verdictOf(claims: Claim[]): 'silent' | 'sure' | 'unsure' {
  if (claims.length === 0) return 'silent';
  return claims.some((c) => c.missing.length === 0) ? 'sure' : 'unsure';
}
