/** The model against recorded verdicts: is it ever stronger than the kernel, and where is it weaker? */
import { guarantees } from '../../src/verifier/guarantees.ts';
import type { KfuncGuarantees, KfuncInput, ParameterGuarantee, TypeOracle } from '../../src/verifier/model.ts';
import type { Answers } from './answers.ts';
import { checkSpecials } from './check-specials.ts';
import { parseParameters, parseType } from './declaration.ts';
import { FLAG_SETS, type FlagSet, KINDS, type Kind } from './spec.ts';
import { LENGTHS, type Length, type Nature, NUMBERS, POINTERS, type Value } from './values.ts';

export interface Disagreement {
  series: string;
  /** flags and declaration, or the special case */
  what: string;
  /** what the model says that the kernel belies */
  text: string;
}

export interface Weakness extends Disagreement {
  /** null: nobody knows why, which is not allowed */
  reason: string | null;
}

export interface Judgement {
  programs: number;
  /** parameters with at least one value let through */
  parameters: number;
  unsound: Disagreement[];
  weaker: Weakness[];
}

/** Where every module of the oracle is registered. */
export const REGISTERED = ['BPF_PROG_TYPE_TRACING', 'BPF_PROG_TYPE_SYSCALL', 'BPF_PROG_TYPE_SCHED_CLS', 'BPF_PROG_TYPE_XDP'];

export function judgeModel(answers: Answers): Judgement {
  const judgement: Judgement = {
    programs: answers.programs,
    parameters: 0,
    unsound: [],
    weaker: [],
  };
  const types = typesOf(answers);
  for (const [setId, kinds] of Object.entries(answers.matrix)) {
    const set = FLAG_SETS.find((s) => s.id === setId)!;
    for (const [kindId, marks] of Object.entries(kinds)) {
      const kind = KINDS.find((k) => k.id === kindId)!;
      const declaration = answers.declarations[kindId]!.replaceAll('@', setId);
      const told = modelFor(set, declaration, answers.series, types);
      judgeParameter(judgement, answers, set, kind, declaration, told, marks);
    }
  }
  judgement.unsound.push(...checkSpecials(answers));
  return judgement;
}

export function typesOf(answers: Answers): TypeOracle {
  return {
    isScalarStruct: (name) => answers.scalarStructs[name] ?? (name.startsWith('struct bpf_iter_kf') ? true : null),
    resolveTypedef: () => null,
    isEnum64: (name) => name === 'kfo_wide',
  };
}

export function inputFor(flags: readonly string[], declaration: string, returns = 'u64', name = 'kfunc'): KfuncInput {
  return {
    name,
    returns: parseType(returns),
    parameters: parseParameters(declaration),
    flags: [...flags],
    programTypes: [...REGISTERED],
    flagsAt: null,
    flagsLine: null,
  };
}

function modelFor(set: FlagSet, declaration: string, series: string, types: TypeOracle): KfuncGuarantees {
  return guarantees(inputFor(set.flags, declaration), series, types);
}

/** One value that got through. */
interface Arrival {
  column: string;
  nature: Nature;
  length: Length | null;
}

function arrivals(answers: Answers, kind: Kind, marks: string): Arrival[] {
  return answers.columns[kind.values]!.flatMap((column, i) => {
    if (marks[i] !== 'a') return [];
    const [value = '', length] = column.replace(/\.s$/, '').split('+');
    const found: Value | undefined = (kind.values === 'scalar' ? NUMBERS : POINTERS).find((v) => v.id === value);
    if (!found) throw new Error(`unknown value ${value}`);
    return [
      {
        column,
        nature: found.nature(answers.series),
        length: length === undefined ? null : LENGTHS.find((l) => l.id === length)!,
      },
    ];
  });
}

function judgeParameter(
  j: Judgement,
  answers: Answers,
  set: FlagSet,
  kind: Kind,
  declaration: string,
  told: KfuncGuarantees,
  marks: string,
): void {
  const arrived = arrivals(answers, kind, marks);
  const parameter = told.parameters[kind.target]!;
  const what = `${set.flags.join('|') || 'no flags'}: ${declaration}`;
  const say = (text: string): void => {
    j.unsound.push({ series: answers.series, what, text });
  };
  // what the verifier fills in itself replaces what was passed: only a run tells
  if (arrived.length === 0 || parameter.kind === 'implicit') return;
  j.parameters++;
  for (const a of arrived) for (const text of belied(parameter, a, kind)) say(text);
  if (kind.values === 'sized') judgeLength(j, answers.series, told.parameters[kind.target + 1]!, arrived, what);
  for (const text of tooWeak(parameter, arrived, kind))
    j.weaker.push({ series: answers.series, what, text, reason: reasonFor(answers.series, set, parameter) });
}

const STRENGTH = {
  stale: 0,
  plain: 0,
  rcu: 1,
  trusted: 2,
  referenced: 3,
} as const;

/** What the model says of the parameter that this arrival shows to be false. */
function belied(p: ParameterGuarantee, a: Arrival, kind: Kind): string[] {
  const found: string[] = [];
  const { nature: n } = a;
  if (kind.values === 'scalar') {
    if (p.trust !== 'none' || p.mayBeNull) found.push(`is a number, and said to be a pointer`);
    if (p.constant && n.constant !== true) found.push(`is said to be constant, but ${a.column} got through`);
    if (p.kind === 'scalar' && n.what !== 'number') found.push(`is said to be a number, but ${a.column} got through`);
    if (p.kind === 'uncallable') found.push(`is said to be uncallable, but ${a.column} got through`);
    return found;
  }
  if (p.trust === 'none') found.push(`is said to be no pointer, but ${a.column} got through`);
  if (n.null && !p.mayBeNull) found.push(`is said not to be NULL, but ${a.column} got through`);
  const isNull = a.column.split(/[+.]/)[0] === 'null';
  if (p.kind === 'uncallable' && !isNull) found.push(`is said to be uncallable, but ${a.column} got through`);
  if (n.what === 'number' && !isNull && p.kind !== 'ignored' && p.kind !== 'arena')
    found.push(`a number (${a.column}) got through for a ${p.kind}`);
  if (p.trust === 'trusted' && !isNull && !trustedEnough(n, 2)) found.push(`is said to be trusted, but ${a.column} got through`);
  if (p.trust === 'rcu' && !isNull && !trustedEnough(n, 1)) found.push(`is said to be protected by RCU, but ${a.column} got through`);
  if (p.walked === false && n.what === 'object' && !trustedEnough(n, 1))
    found.push(`is said not to be walked to, but ${a.column} got through`);
  if (p.kind === 'btf-pointer' && !p.refcountMayBeZero && !isNull && n.trust !== 'referenced')
    found.push(`is said to be referenced, but ${a.column} got through`);
  // the context of a system call program is as long as the program says: the kernel checks when it is run
  const bytes = n.what === 'context' ? Number.POSITIVE_INFINITY : (n.bytes ?? 0);
  if (p.sizeOf !== null && !isNull && a.length && a.length.most > bytes)
    found.push(`is said to be as long as ${p.sizeOf}, but ${a.column} got through`);
  return found;
}

/** Kinds with registers of their own vouch for what they let through. */
function trustedEnough(n: Nature, least: number): boolean {
  if (['dynptr', 'iterator', 'function', 'lock', 'context', 'map'].includes(n.what)) return true;
  return n.what === 'object' && STRENGTH[n.trust ?? 'plain'] >= least;
}

function judgeLength(j: Judgement, series: string, p: ParameterGuarantee, arrived: readonly Arrival[], what: string): void {
  for (const a of arrived)
    if (p.constant && a.length?.constant !== true)
      j.unsound.push({
        series,
        what,
        text: `${p.name} is said to be constant, but ${a.column} got through`,
      });
}

function tooWeak(p: ParameterGuarantee, arrived: readonly Arrival[], kind: Kind): string[] {
  if (kind.values === 'scalar')
    return arrived.every((a) => a.nature.constant === true) && !p.constant ? ['only constants get through'] : [];
  const found: string[] = [];
  if (p.mayBeNull && !arrived.some((a) => a.nature.null)) found.push('NULL never gets through');
  const objects = arrived.filter((a) => !a.nature.null || a.nature.what !== 'number');
  if (p.trust === 'any' && objects.length > 0 && objects.every((a) => trustedEnough(a.nature, 1))) {
    found.push('only trusted or RCU-protected objects get through');
  }
  if (p.trust === 'rcu' && objects.length > 0 && objects.every((a) => trustedEnough(a.nature, 2)))
    found.push('only trusted objects get through');
  // of a module's own objects no program gets hold of one that is trusted and holds no reference
  if (
    p.kind === 'btf-pointer' &&
    p.refcountMayBeZero &&
    !kind.id.startsWith('obj') &&
    objects.length > 0 &&
    objects.every((a) => a.nature.trust === 'referenced')
  )
    found.push('only referenced objects get through');
  if (p.walked && objects.length > 0 && objects.every((a) => trustedEnough(a.nature, 1) || a.nature.what === 'memory'))
    found.push('no walked pointer gets through');
  return found;
}

/** Reasons why the model is weaker on purpose, each for what it names and nothing else. */
function reasonFor(series: string, set: FlagSet, p: ParameterGuarantee): string | null {
  return REASONS.find((r) => r.when(series, set, p))?.text ?? null;
}

const REASONS: readonly { text: string; when(series: string, set: FlagSet, p: ParameterGuarantee): boolean }[] = [
  {
    text: 'the struct has no size of its own, so that only an object of it gets through; the model does not look at sizes',
    when: (_series, _set, p) => p.type.startsWith('struct bpf_raw_tracepoint_args '),
  },
];
