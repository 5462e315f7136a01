/** One function under analysis with one set of entry facts: its values, variables in scope, events and exits. */
import type { Location } from '../claim.ts';
import type { Expr, FunctionSyntax, Span, TypeSyntax } from '../source/ir.ts';
import type { FunctionSource, Program, SourceFile } from '../source/model.ts';
import type { KnownContent } from './contents.ts';
import type { CType } from './ctype.ts';
import { resolveType, typeMax, typeMin } from './ctype.ts';
import type { Bound, Fact } from './domain.ts';
import { ANY_POINTER, factKey, join, pointerFact, rangeFact } from './domain.ts';
import type { FlowEvent, Occurrence } from './event.ts';
import type { Knowledge } from './knowledge.ts';
import type { FunctionResult } from './result.ts';
import { askedOf, type State } from './state.ts';
import { type TypeMemory, typeMemory } from './type-memory.ts';
import type { Origin, Steered, Value } from './value.ts';
import { mergeOrigins, mergeSteered, mergeTaint, NO_TAINT, originsKey } from './value.ts';

/** Asks for the analysis of a callee in the context of these entry facts; null where it can't be followed, with the reason. */
export type CalleeAnalysis = (
  name: string,
  from: SourceFile,
  facts: Fact[],
  depth: number,
  interesting: boolean,
  contents: Contents,
) => { result: FunctionResult } | { unknown: string };

/** Memory of the program as a callee gets it. */
export interface Contents {
  /** its parameters that point there */
  parameters: readonly number[];
  /** what its caller knows of the numbers there */
  known: readonly KnownContent[];
}

export interface Variable {
  place: string;
  type: CType;
  name: string;
}

export interface Exit {
  state: State;
  /** null: `return;` or the end of the body */
  value: string | null;
}

export interface Outcome {
  s: State;
  v: string;
}

/** A new event as its caller gives it: the recorder adds place, function and occurrence. */
type Bare<T> = T extends unknown ? Omit<T, 'location' | 'function' | 'text' | 'chain' | 'occurrences'> : never;
export type NewEvent = Bare<FlowEvent>;

export class Activation {
  readonly program: Program;
  readonly knowledge: Knowledge;
  readonly fn: FunctionSyntax;
  readonly file: SourceFile;
  readonly depth: number;
  readonly callee: CalleeAnalysis;
  readonly values = new Map<string, Value>();
  readonly events = new Map<string, FlowEvent>();
  readonly exits: Exit[] = [];
  readonly scopes: Map<string, Variable>[] = [];
  readonly pendingLabels = new Map<string, State[]>();
  /** names of callees that could not be followed, with the reason */
  readonly unknownCallees = new Map<string, string>();
  /** offsets of the spans under macro expansion stand at the call site */
  readonly spanOverride: Span[] = [];
  /** may have changed memory that nothing tells about */
  clobbers = false;
  /** members and globals (`g:name`) that it writes */
  readonly writes = new Set<string>();
  /** evaluation steps left */
  fuel: number;
  readonly types: TypeMemory;
  /** parameters that point to memory of the program: what stands there is its choice */
  readonly contents: ReadonlySet<number>;
  private readonly locations = new Map<number, Location>();
  /** of spans without an override */
  private readonly texts = new WeakMap<Span, string>();
  /** keys of the occurrences that an event has */
  private readonly seen = new WeakMap<FlowEvent, Set<string>>();
  /** results of calls out of sight: which values they were asked about, and why what they say is not known */
  readonly answers = new Map<string, { about: string[]; why: string }>();
  /** pointers that are the sum of another one and a number */
  readonly sums = new Map<string, { base: string; index: string }>();
  /** ways in which the events of a callee's result were taken over */
  private readonly lifted = new WeakMap<object, Set<string>>();

  constructor(
    source: FunctionSource,
    fn: FunctionSyntax,
    program: Program,
    knowledge: Knowledge,
    depth: number,
    callee: CalleeAnalysis,
    fuel: number,
    contents: ReadonlySet<number> = NO_TAINT,
  ) {
    this.file = source.file;
    this.fn = fn;
    this.program = program;
    this.knowledge = knowledge;
    this.depth = depth;
    this.callee = callee;
    this.types = typeMemory(program, source.file);
    this.fuel = fuel;
    this.contents = contents;
  }

  offset(span: Span): number {
    return (this.spanOverride[0] ?? span).start;
  }

  locate(span: Span): Location {
    const offset = this.offset(span);
    let found = this.locations.get(offset);
    if (!found) {
      found = this.program.locate(this.file, offset);
      this.locations.set(offset, found);
    }
    return found;
  }

  text(span: Span): string {
    const shown = this.spanOverride[0] ?? span;
    let text = this.texts.get(shown);
    if (text === undefined) {
      const { start, end } = shown;
      text = this.file.text
        .slice(start, Math.min(end, start + 200))
        .replace(/\s+/g, ' ')
        .trim();
      this.texts.set(shown, text);
    }
    return text;
  }

  reason(span: Span): { location: Location; text: string } {
    return { location: this.locate(span), text: this.text(span) };
  }

  variable(name: string): Variable | null {
    for (let i = this.scopes.length - 1; i >= 0; i--) {
      const v = this.scopes[i]!.get(name);
      if (v) return v;
    }
    return null;
  }

  declare(name: string, type: CType, span: Span): Variable {
    const v: Variable = { name, type, place: `v:${name}@${span.start}` };
    this.scopes[this.scopes.length - 1]!.set(name, v);
    return v;
  }

  type(syntax: TypeSyntax): CType {
    let type = this.types.resolved.get(syntax);
    if (!type) {
      type = resolveType(syntax, this.program, this.file);
      this.types.resolved.set(syntax, type);
    }
    return type;
  }

  /** Makes (or makes anew) the value `id` in state `s`. */
  define(
    s: State,
    id: string,
    type: CType,
    origins: Origin[],
    fact: Fact,
    taint: ReadonlySet<number> = NO_TAINT,
    steered?: Steered,
  ): string {
    s.retire(id);
    this.registerValue(id, type, origins, taint, steered);
    s.facts.set(id, fact);
    return id;
  }

  registerValue(id: string, type: CType, origins: Origin[], taint: ReadonlySet<number> = NO_TAINT, steered?: Steered): void {
    const old = this.values.get(id);
    const merged = old ? mergeOrigins(old.origins, origins) : origins;
    const both = mergeSteered(old, { taint, steered });
    this.values.set(id, {
      id,
      type,
      origins: merged,
      taint: old ? mergeTaint(old.taint, taint) : taint,
      ...(both && { steered: both }),
    });
  }

  value(id: string): Value {
    const plain = this.values.get(id);
    if (plain) return plain;
    const base = this.values.get(id.replace(/'+$/, ''));
    return base ?? { id, type: { k: 'unknown', name: '' }, origins: [{ k: 'unknown', why: '' }], taint: NO_TAINT };
  }

  /** The fact of a value of this type about which nothing is known. */
  topFact(type: CType): Fact {
    if (type.k === 'int') return rangeFact(typeMin(type), typeMax(type));
    return pointerFact(ANY_POINTER);
  }

  fresh(s: State, span: Span, tag: string, type: CType, origin: Origin, taint: ReadonlySet<number> = NO_TAINT): string {
    return this.define(s, `${tag}${this.offset(span)}.${span.start}`, type, [origin], this.topFact(type), taint);
  }

  /** A value for a place whose value differs between two joined paths. */
  readonly phi = (place: string, x: string, y: string): string => {
    const a = this.value(x);
    const b = this.value(y);
    const id = `φ${place}`;
    // of two arrays it is either: how long it is shows no more
    const both = a.type.k === 'array' && (b.type.k === 'pointer' || (b.type.k === 'array' && b.type.dim !== a.type.dim));
    const type: CType = a.type.k === 'unknown' ? b.type : both ? { k: 'pointer', to: (a.type as CType & { k: 'array' }).of } : a.type;
    this.registerValue(id, type, mergeOrigins(a.origins, b.origins), mergeTaint(a.taint, b.taint), mergeSteered(a, b));
    return id;
  };

  occurrence(s: State, id: string): Occurrence {
    const v = this.value(id);
    return {
      origins: v.origins,
      taint: v.taint,
      steered: v.steered,
      as: null,
      fact: s.fact(id),
      type: v.type,
      parameters: this.fn.parameters.map((_, i) => s.fact(`p${i}`)),
      merged: s.merged,
      doubt: s.doubt ?? askedOf(s, id, v.taint),
    };
  }

  /**
   * Records that something happens to value `id` at `span`. Agreeing paths are kept once.
   * @param below bounds that hold of it here beside those of its fact
   */
  note(s: State, span: Span, id: string, event: NewEvent, below: readonly Bound[] = []): void {
    const o = this.occurrence(s, id);
    this.add({
      ...event,
      location: this.locate(span),
      function: this.fn.name,
      text: this.text(span),
      chain: [],
      occurrences: [below.length === 0 ? o : { ...o, fact: { ...o.fact, below: [...o.fact.below, ...below] } }],
    } as FlowEvent);
  }

  /** Whether a callee's events have not yet been taken over in this way. */
  isNewLift(result: object, key: string): boolean {
    const known = this.lifted.get(result);
    if (known?.has(key)) return false;
    if (known) known.add(key);
    else this.lifted.set(result, new Set([key]));
    return true;
  }

  add(event: FlowEvent): void {
    const key = eventKey(event);
    const old = this.events.get(key);
    if (!old) {
      this.events.set(key, event);
      return;
    }
    let seen = this.seen.get(old);
    if (!seen) {
      seen = new Set(old.occurrences.map(occurrenceKey));
      this.seen.set(old, seen);
    }
    for (const o of event.occurrences) {
      const known = occurrenceKey(o);
      if (seen.has(known)) continue;
      seen.add(known);
      if (old.occurrences.length < MOST_OCCURRENCES) old.occurrences.push(o);
      else absorb(old.occurrences, o);
    }
  }
}

/** Differing paths kept apart for one event; further ones are joined to one of the same origin, so that nothing that is possible is lost. */
const MOST_OCCURRENCES = 48;

function absorb(list: Occurrence[], o: Occurrence): void {
  const origins = originsKey(o.origins);
  const i = list.findIndex((x) => x.doubt === o.doubt && originsKey(x.origins) === origins);
  if (i < 0) {
    list.push(o);
    return;
  }
  const into = list[i]!;
  list[i] = {
    ...into,
    fact: join(into.fact, o.fact),
    parameters: into.parameters.map((f, n) => (o.parameters[n] ? join(f, o.parameters[n]!) : f)),
    taint: mergeTaint(into.taint, o.taint),
    steered: mergeSteered(into, o),
    merged: true,
  };
}

/** What tells two events of a kind at one place apart: paths on which something else is held must not hide each other. */
function distinction(e: FlowEvent): string {
  switch (e.k) {
    case 'pass':
      return `${e.callee}#${e.argument}`;
    case 'return':
      return `${e.held}${e.negative}${e.unreleased.map((u) => `${u.location.line}.${u.location.column}${u.escaped}`).join()}`;
    case 'test':
      return e.variable;
    case 'deref':
      return `${e.member ?? ''}${e.element ? `[]${e.end}${e.fixed}` : ''}`;
    case 'length':
      return String(e.argument);
    case 'get':
      return String(e.held);
    case 'rcu-read':
      return `${e.section}${e.mutex}${e.late ?? '-'}`;
    case 'sleep':
    case 'gfp-sleep':
      return `${[...e.context]
        .filter(([, n]) => n !== 0)
        .map(([k, n]) => k + n)
        .sort()
        .join()}${e.unsure !== null}${e.permission !== null}`;
    default:
      return '';
  }
}

function eventKey(e: FlowEvent): string {
  const l = e.location;
  const chain = e.chain.map((c) => `${c.location.line}.${c.location.column}`).join('<');
  const extra = distinction(e);
  return `${e.k}:${l.file}:${l.line}:${l.column}:${e.text.length}:${extra}:${chain}`;
}

function occurrenceKey(o: Occurrence): string {
  let parameters = '';
  for (const p of o.parameters) parameters += `/${factKey(p)}`;
  const steered = o.steered ? [...o.steered].join() : '';
  return `${originsKey(o.origins)}|${steered}|${factKey(o.fact)}|${o.doubt ?? ''}|${parameters}`;
}

/** The name an expression goes by in messages: `css`, `opts->error`. */
export function expressionName(e: Expr): string {
  if (e.k === 'name') return e.name;
  if (e.k === 'field') return `${expressionName(e.x)}${e.arrow ? '->' : '.'}${e.name}`;
  if (e.k === 'index') return `${expressionName(e.x)}[]`;
  if (e.k === 'unary') return `${e.op}${expressionName(e.x)}`;
  if (e.k === 'cast') return expressionName(e.x);
  if (e.k === 'call') return `${expressionName(e.fn)}()`;
  return '…';
}
