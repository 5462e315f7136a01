/** From a kfunc (or any function) to its events: entry state, execution, exits; callees analysed once per context. */
import type { FunctionSyntax } from '../source/ir.ts';
import type { FunctionSource, Program, SourceFile } from '../source/model.ts';
import { Activation, type Contents } from './activation.ts';
import { enterContents } from './contents.ts';
import type { CType } from './ctype.ts';
import { resolveType } from './ctype.ts';
import type { Fact } from './domain.ts';
import { factKey, meet, NULL, pointerFact, UNKNOWN_FACT, VALID } from './domain.ts';
import type { FlowEvent } from './event.ts';
import { executeBody } from './execute.ts';
import { summarise } from './exit.ts';
import type { Knowledge } from './knowledge.ts';
import { typeSize } from './layout.ts';
import { pointee } from './memory.ts';
import { convertFact } from './refine.ts';
import type { FunctionResult } from './result.ts';
import { State } from './state.ts';

export interface FlowLimits {
  /** how many calls deep interesting values are followed */
  depth: number;
  /** how deep calls are followed for their result alone */
  resultDepth: number;
  /** expression evaluations per function and context */
  fuel: number;
  /** expression evaluations per kfunc, callees included */
  total: number;
  /** contexts per kfunc */
  contexts: number;
}

export const DEFAULT_LIMITS: FlowLimits = { depth: 6, resultDepth: 2, fuel: 5_000, total: 10_000, contexts: 150 };

/** Shared by all functions of one run: results are kept per function and context. */
export class Flow {
  readonly program: Program;
  readonly knowledge: Knowledge;
  readonly limits: FlowLimits;
  private readonly memo = new Map<string, Remembered>();
  private readonly running = new Set<string>();
  private contextsLeft = 0;
  private fuelLeft = 0;
  /** something was cut short for want of fuel or contexts: what came of it holds for this kfunc alone */
  private starved = false;
  /** what this kfunc has paid for */
  private readonly paid = new Set<string>();
  /** keys of what the callee that is running calls, innermost last */
  private readonly calling: Set<string>[] = [];

  constructor(program: Program, knowledge: Knowledge, limits: FlowLimits = DEFAULT_LIMITS) {
    this.program = program;
    this.knowledge = knowledge;
    this.limits = limits;
  }

  /**
   * What happens in `fn` when its parameters may be anything that their types allow. Never throws on odd code.
   * @param contents indices of the parameters that point to memory of the program
   */
  analyse(source: FunctionSource, fn: FunctionSyntax, contents: readonly number[] = []): FunctionResult {
    this.contextsLeft = this.limits.contexts;
    this.fuelLeft = this.limits.total;
    this.starved = false;
    this.paid.clear();
    return this.run(source, fn, null, 0, { parameters: contents, known: [] }).result;
  }

  /** `cost`: fuel that the function itself took, callees aside. */
  private run(
    source: FunctionSource,
    fn: FunctionSyntax,
    facts: Fact[] | null,
    depth: number,
    contents: Contents,
  ): { result: FunctionResult; cost: number } {
    const a = new Activation(
      source,
      fn,
      this.program,
      this.knowledge,
      depth,
      this.callee,
      Math.min(this.limits.fuel, Math.max(this.fuelLeft, 0)),
      new Set(contents.parameters),
    );
    const fuel = a.fuel;
    const s = new State();
    a.scopes.push(new Map());
    fn.parameters.forEach((p, i) => {
      const type = decay(resolveType(p.type, this.program, source.file));
      let fact = type.k === 'pointer' ? pointerFact(NULL | VALID) : a.topFact(type);
      const given = facts?.[i];
      if (given) fact = meet(a.topFact(type), convertFact(given, type));
      a.define(s, `p${i}`, type, [{ k: 'param', index: i }], fact, new Set([i]));
      if (p.name !== '') s.env.set(a.declare(p.name, type, p.span).place, `p${i}`);
    });
    enterContents(a, s, contents.known, fn.nameSpan);
    executeBody(a, s, fn.body);
    const cost = fuel - Math.max(a.fuel, 0);
    this.fuelLeft -= cost;
    if (a.fuel < 0 && fuel < this.limits.fuel) this.starved = true;
    const result = {
      name: fn.name,
      location: a.locate(fn.nameSpan),
      parameterTypes: fn.parameters.map((_, i) => a.value(`p${i}`).type),
      memory: new Map(contents.parameters.map((i) => [i, typeSize(a, pointee(a.value(`p${i}`).type))])),
      pointees: fn.parameters.map((_, i) => typeSize(a, pointee(a.value(`p${i}`).type))),
      exits: summarise(a),
      events: [...a.events.values()].sort(byPlace),
      clobbers: a.clobbers,
      writes: a.writes,
      noReturn: a.exits.length === 0,
      unknownCallees: a.unknownCallees,
      partial: fn.partial,
    };
    return { result, cost };
  }

  private readonly callee = (
    name: string,
    from: SourceFile,
    facts: Fact[],
    depth: number,
    interesting: boolean,
    contents: Contents,
  ): { result: FunctionResult } | { unknown: string } => {
    if (depth > (interesting ? this.limits.depth : this.limits.resultDepth))
      return { unknown: `${name}() is ${depth} calls down, too deep to follow` };
    const source = this.program.findFunction(name, from);
    if (!source) return { unknown: this.program.hasTree ? `${name}() is not at hand` : `${name}() is not in the patch` };
    const context = interesting ? facts.map(contextFact) : [];
    const id = `${source.file.path}:${source.start}:${name}`;
    const known = contents.known.map((one) => ({ ...one, fact: contextFact(one.fact) }));
    const ofProgram = `${contents.parameters.join()}|${known.map((k) => `${k.parameter}${k.path}${factKey(k.fact)}${k.asked ?? ''}`).join()}`;
    const key = `${id}|${context.map(factKey).join('|')}|${ofProgram}`;
    if (this.running.has(id)) return { unknown: `${name}() calls itself` };
    this.calling.at(-1)?.add(key);
    const before = this.memo.get(key);
    if (before && this.pay(key)) return { result: before.result };
    if (--this.contextsLeft < 0 || this.fuelLeft <= 0) {
      this.starved = true;
      return { unknown: `${name}() is one of too many callees to follow` };
    }
    const fn = this.program.parse(source);
    if (!fn) return { unknown: `${name}() could not be read` };
    return { result: this.follow(id, key, source, fn, interesting ? context : null, depth, { ...contents, known }) };
  };

  private follow(
    id: string,
    key: string,
    source: FunctionSource,
    fn: FunctionSyntax,
    context: Fact[] | null,
    depth: number,
    contents: Contents,
  ): FunctionResult {
    const calls = new Set<string>();
    this.running.add(id);
    this.calling.push(calls);
    try {
      const { result, cost } = this.run(source, fn, context, depth, contents);
      if (!this.starved) this.memo.set(key, { result, cost, calls });
      this.paid.add(key);
      return result;
    } finally {
      this.calling.pop();
      this.running.delete(id);
    }
  }

  /**
   * What another kfunc's analysis has worked out costs this one as much as its own work would: verdicts must not depend on
   * what was looked at before. Where recursion or depth cut a callee short they still may, between confirmed and undecided.
   * @returns false where it can't be paid
   */
  private pay(key: string): boolean {
    const owed = new Set<string>();
    let cost = 0;
    const add = (one: string): void => {
      const known = this.memo.get(one);
      if (!known || owed.has(one) || this.paid.has(one)) return;
      owed.add(one);
      cost += known.cost;
      known.calls.forEach(add);
    };
    add(key);
    if (owed.size > Math.max(this.contextsLeft, 0) || (cost > 0 && cost >= this.fuelLeft)) return false;
    this.contextsLeft -= owed.size;
    this.fuelLeft -= cost;
    for (const one of owed) this.paid.add(one);
    return true;
  }
}

interface Remembered {
  result: FunctionResult;
  /** fuel, callees aside */
  cost: number;
  /** keys of its callees */
  calls: ReadonlySet<string>;
}

/** What of an argument's fact is worth a context of its own: nullness, range, bounds against constants; where it was learnt stays with the caller. */
function contextFact(f: Fact): Fact {
  return {
    ...UNKNOWN_FACT,
    nul: f.nul,
    lo: f.lo,
    hi: f.hi,
    nonZero: f.nonZero,
    below: f.below.filter((b) => !b.symbol.startsWith('#')),
    above: f.above.filter((b) => !b.symbol.startsWith('#')),
  };
}

/** Arrays as parameters are pointers. */
function decay(t: CType): CType {
  return t.k === 'array' ? { k: 'pointer', to: t.of } : t;
}

function byPlace(x: FlowEvent, y: FlowEvent): number {
  return x.chain.length - y.chain.length || x.location.line - y.location.line || x.location.column - y.location.column;
}
