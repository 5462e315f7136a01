/** All that rules may import: what they see of the code (`KfuncUnit`, `ProgramView`), and how a claim is made. */
import type { Claim, Evidence, Location, Mend, Missing, Property, Severity } from './claim.ts';
import type { EventOf, FlowEvent, Occurrence, Step } from './flow/event.ts';
import type { FunctionResult } from './flow/result.ts';
import { addFlag, dropFlag, replaceFlag } from './mend/flags.ts';
import type { FunctionSyntax } from './source/ir.ts';
import type { IdFlagsEntry, Kfunc, KfuncDefinition, KfuncSet, Program, SourceFile } from './source/model.ts';
import type { Problem } from './verifier/registration.ts';
import { compareSeries } from './verifier/series.ts';

export { ERR, NULL, VALID } from './flow/domain.ts';
export type { Extent, Occurrence, Step } from './flow/event.ts';
export type { Origin } from './flow/value.ts';
export { contentsOf } from './flow/value.ts';
export { bothEnds, nullTest, tightened } from './mend/code.ts';
export { insertion, offsetOf, removal, replacement } from './mend/edit.ts';
export type { Problem } from './verifier/registration.ts';
export {
  constantParameters,
  flagLife,
  flagProblems,
  givesMemory,
  isSpecialKfunc,
  iteratorProblems,
  knowsWord,
  maxParameters,
  releaseArgument,
  setMacroProblem,
  suffixLife,
  suffixProblems,
  untrustedResult,
} from './verifier/registration.ts';
export type {
  Claim,
  EventOf,
  Evidence,
  FlowEvent,
  FunctionResult,
  FunctionSyntax,
  IdFlagsEntry,
  Kfunc,
  KfuncDefinition,
  KfuncSet,
  Location,
  Mend,
  Missing,
  Program,
  SourceFile,
};

/** One definition of a kfunc with all that happens in it. */
export interface KfuncUnit {
  kfunc: Kfunc;
  definition: KfuncDefinition;
  flow: FunctionResult;
  program: Program;
  /** the kernel series that the run is about, for rules whose subject is the series */
  series: string;
  /** true where nobody named the series: it is only the newest one modelled */
  seriesIsDefault: boolean;
}

/** Everything at hand, for rules that look at sets and registrations as a whole. */
export interface ProgramView {
  program: Program;
  units: readonly KfuncUnit[];
  series: string;
  seriesIsDefault: boolean;
}

export interface Rule {
  id: string;
  severity: Severity;
  /** what it claims, one sentence */
  claims: string;
  /** why it matters, a short paragraph */
  why: string;
  /** what to do about a finding */
  advice: string;
  /** when it says nothing */
  silent: string;
  kfunc?(unit: KfuncUnit): Iterable<Claim>;
  program?(view: ProgramView): Iterable<Claim>;
}

export interface ClaimParts {
  subject: string;
  property: Property;
  location: Location;
  message: string;
  advice?: string;
  severity?: Severity;
  path?: Evidence[];
  guards?: Evidence[];
  missing?: Missing[];
  mend?: Mend | null;
  function?: string | null;
}

/** A claim of `rule` about a kfunc. */
export function claimOf(rule: Rule, unit: KfuncUnit, parts: ClaimParts): Claim {
  const file = fileAt(unit.program, parts.location) ?? unit.definition.source.file;
  return makeClaim(rule, file, unit.kfunc.name, { function: unit.kfunc.name, ...parts });
}

/** A claim of `rule` that may be about no kfunc in particular. */
export function makeClaim(rule: Rule, file: SourceFile | null, kfunc: string | null, parts: ClaimParts): Claim {
  const at = parts.location;
  return {
    rule: rule.id,
    severity: parts.severity ?? rule.severity,
    kfunc,
    function: parts.function ?? null,
    subject: parts.subject,
    property: parts.property,
    location: at,
    snippet: file ? lineText(file, at.line) : '',
    inDiff: file?.added.has(at.line) ?? false,
    message: parts.message,
    advice: parts.advice ?? rule.advice,
    path: parts.path ?? [],
    guards: parts.guards ?? [],
    missing: parts.missing ?? [],
    mend: parts.mend ?? null,
  };
}

/** The place of an offset in the file that defines the kfunc. */
export function placeAt(unit: KfuncUnit, offset: number): Location {
  return unit.program.locate(unit.definition.source.file, offset);
}

export function fileAt(program: Program, at: Location): SourceFile | null {
  return program.files.find((f) => f.path === at.file) ?? null;
}

/** Line `n` (from 1), white space folded. */
export function lineText(file: SourceFile, n: number): string {
  let start = 0;
  for (let i = 1; i < n; i++) {
    start = file.text.indexOf('\n', start) + 1;
    if (start === 0) return '';
  }
  const end = file.text.indexOf('\n', start);
  return file.text
    .slice(start, end < 0 ? undefined : Math.min(end, start + 1000))
    .replace(/\s+/g, ' ')
    .trim();
}

/** Where the kfunc itself does the thing, or calls what does it. */
export function placeInKfunc(event: FlowEvent): Location {
  return event.chain[0]?.location ?? event.location;
}

/** The way from the kfunc to the place, as evidence, one entry a link. */
export function pathEvidence(event: FlowEvent, last: string): Evidence[] {
  const steps: Evidence[] = event.chain.map((s: Step) => step(`${s.function}() calls ${s.text}`, s.location));
  return [...steps, step(`${event.function}() ${last}`, event.location)];
}

export function step(text: string, location: Location | null): Evidence {
  return { kind: 'guard', role: 'step', text, location, source: null };
}

export function context(text: string, location: Location | null): Evidence {
  return { kind: 'guard', role: 'context', text, location, source: null };
}

export function carries(kind: Evidence['kind'], text: string, location: Location | null): Evidence {
  return { kind, role: 'carries', text, location, source: null };
}

/** Names of callees on the way, for messages: `a() -> b() -> c()`. */
export function chainText(event: FlowEvent): string {
  return [...event.chain.map((s) => s.function), event.function].map((f) => `${f}()`).join(' -> ');
}

export function isFromParameter(o: Occurrence, index: number): boolean {
  return o.origins.some((x) => x.k === 'param' && x.index === index);
}

export function before(a: Location, b: Location): number {
  return a.line - b.line || a.column - b.column;
}

/** `struct foo` of a `struct foo *` type as written, or null. */
export function structPointer(type: { name: string; pointers: number }): string | null {
  return type.pointers === 1 && /^(struct|union) /.test(type.name) ? type.name : null;
}

/** True from the kernel series `first` on. */
export function since(at: { series: string }, first: string): boolean {
  return compareSeries(at.series, first) >= 0;
}

/** For claims that stand only because the newest series is taken where nobody named one. */
export function assumedSeries(at: { seriesIsDefault: boolean }): Missing[] {
  return at.seriesIsDefault ? [{ what: '--kernel', why: 'the kernel series is not given (--kernel)', treeWouldHelp: false }] : [];
}

/** How the registrations at hand stand to a flag. */
export interface FlagState {
  having: IdFlagsEntry[];
  lacking: IdFlagsEntry[];
  /** registrations, or words among their flags, that are not at hand */
  missing: Missing[];
}

export function flagState(kfunc: Kfunc, flag: string): FlagState {
  const having = kfunc.entries.filter((e) => e.flags.includes(flag));
  const lacking = kfunc.entries.filter((e) => !e.flags.includes(flag));
  const missing = lacking
    .flatMap((e) => e.unreadFlags)
    .map((f): Missing => ({ what: f, why: `what ${f} stands for in the flags is not at hand`, treeWouldHelp: true }));
  if (kfunc.entries.length === 0)
    missing.push({
      what: kfunc.name,
      why: `the registration of ${kfunc.name}() is not at hand, so its flags are not known`,
      treeWouldHelp: true,
    });
  return { having, lacking, missing };
}

/** Every registration at hand carries the flag: what the claim says is missing is there. */
export function flagEvidence(state: FlagState, flag: string): Evidence[] {
  if (state.having.length === 0 || state.lacking.length > 0) return [];
  return state.having.slice(0, 2).map((e) => carries('registration', `registered with ${flag}: ${e.line}`, e.location));
}

/** `return`s of the kfunc itself, in the order they stand. */
export function returnsOf(unit: KfuncUnit): EventOf<'return'>[] {
  return unit.flow.events
    .filter((e): e is EventOf<'return'> => e.k === 'return' && e.chain.length === 0)
    .sort((a, b) => before(a.location, b.location));
}

/** One more flag for a registration of the input; null where it is no plain list there. */
export function flagAdded(program: Program, entry: IdFlagsEntry | undefined, flag: string): Mend | null {
  const file = entry ? fileAt(program, entry.location) : null;
  return entry && file ? addFlag(entry, flag, file) : null;
}

/** One flag less, or another in its place. */
export function flagDropped(program: Program, entry: IdFlagsEntry, flag: string, by: string | null = null): Mend | null {
  const file = fileAt(program, entry.location);
  if (!file) return null;
  return by === null ? dropFlag(entry, flag, file) : replaceFlag(entry, flag, by, file);
}

/** What a rule needs to know of a run beside the code. */
export interface Setting {
  program: Program;
  series: string;
  seriesIsDefault: boolean;
}

/** What the kernel refuses a registration or a call for, as a step with the kernel's own words. */
export function problemEvidence(problem: Problem, at: { series: string }, location: Location | null): Evidence {
  const { source } = problem;
  return {
    kind: 'verifier',
    role: 'step',
    text: problem.text,
    location,
    source: source ? { kernel: nearestIn(source, at.series), path: source.path, symbol: source.symbol, quote: source.quote } : null,
  };
}

/** The series itself where the words stand in its source, else the nearest one that has them. */
function nearestIn(life: { since: string; until: string | null }, series: string): string {
  if (compareSeries(series, life.since) < 0) return life.since;
  return life.until !== null && compareSeries(series, life.until) > 0 ? life.until : series;
}

/** KF_TRUSTED_ARGS for a kfunc that has one registration, no trust asked for in it, and a series that knows the flag. */
export function trustedArgs(unit: KfuncUnit): Mend | null {
  const [entry, ...more] = unit.kfunc.entries;
  if (!entry || more.length > 0 || since(unit, '7.0') || entry.unreadFlags.length > 0) return null;
  return entry.flags.some((f) => f === 'KF_TRUSTED_ARGS' || f === 'KF_RCU') ? null : flagAdded(unit.program, entry, 'KF_TRUSTED_ARGS');
}

const WIDTHS: [RegExp, number][] = [
  [/^(const )?((un)?signed )?char$|^(__)?[us]8$|^bool$/, 1],
  [/^((un)?signed )?short( int)?$|^(__)?[us]16$/, 2],
  [/^(un)?signed( int)?$|^int$|^(__)?[us]32$/, 4],
  [/^(unsigned )?long( long)?( int)?$|^(__)?[us]64$|^size_t$/, 8],
];

/** Bytes that a program must have behind the parameter, where it is a pointer to a number that no size goes with; else null. */
export function plainWidth(unit: KfuncUnit, index: number): number | null {
  const { parameters } = unit.definition.syntax;
  const declared = parameters[index];
  const width = WIDTHS.find(([name]) => name.test(declared?.type.name ?? ''))?.[1];
  if (!declared || width === undefined || declared.type.pointers + declared.type.dims.length !== 1) return null;
  if (/.__(str|ign|map|iter|arena|prog)$/.test(declared.name) || /.__szk?$/.test(parameters[index + 1]?.name ?? '')) return null;
  return width;
}
