/** A stated claim held against the code: in which function, about which of its names, reached from which kfuncs. */
import type { ReviewComment } from '../input/review/model.ts';
import type { Analysis, LintOptions } from '../lint.ts';
import type { FlowEvent, KfuncUnit } from '../rule.ts';
import type { FunctionSyntax } from '../source/ir.ts';
import type { FunctionSource, Program, SourceFile } from '../source/model.ts';
import type { Anchor } from './anchor.ts';
import type { StatedClaim } from './reading/stated.ts';
import type { Subject } from './subject.ts';

/** The code as one state of the series leaves it, and how it is to be judged. */
export interface Court {
  analysis: Analysis;
  options: LintOptions;
}

/** A function that a comment stands in. */
export interface Place {
  name: string;
  source: FunctionSource;
  syntax: FunctionSyntax | null;
}

export interface Question {
  stated: StatedClaim;
  comment: ReviewComment;
  anchor: Anchor | null;
  /** null: the comment names or quotes no function at hand */
  place: Place | null;
  /** name of the function also where its body is not at hand */
  function: string | null;
  subject: Subject | null;
  /** the words name no subject: it is what the quoted line uses */
  implied: boolean;
  /** what else the words may be about: a refutation must hold for each of them too */
  others: Subject[];
  /** another kfunc that the words name, where the reviewer's own entry names this one */
  elsewhere: string | null;
  /** the function's own analysis, one a definition; empty where it is no kfunc */
  own: KfuncUnit[];
  /** kfuncs on whose way the function lies, itself included */
  reaching: KfuncUnit[];
}

export function unitsOf(court: Court, name: string): KfuncUnit[] {
  return court.analysis.units.filter((u) => u.kfunc.name === name);
}

/** Kfuncs in whose analysis something happens in `name`. */
export function unitsReaching(court: Court, name: string): KfuncUnit[] {
  return court.analysis.units.filter(
    (u) => u.kfunc.name === name || u.flow.events.some((e) => happensIn(e, name)) || u.flow.unknownCallees.has(name),
  );
}

export function happensIn(event: FlowEvent, name: string): boolean {
  return event.function === name || event.chain.some((s) => s.function === name);
}

/** The text of the function with what registers it, white space and comments removed: what must stay the same for a verdict to stay. */
export function codeOf(place: Place): string {
  const { file, start, end } = place.source;
  return foldCode(file.text.slice(start, end));
}

export function foldCode(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, ' ')
    .replace(/\/\/[^\n]*/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

export function fileOf(program: Program, path: string): SourceFile | null {
  return program.files.find((f) => f.path === path) ?? null;
}

/** Every way into `place` that its file shows goes through kfuncs: it is static, its file is whole, and only kfuncs (or such functions) name it. */
export function onlyFromKfuncs(
  place: Place,
  court: Court,
  functionsOf: (file: SourceFile) => FunctionSource[],
  seen = new Set<string>(),
): boolean {
  if (unitsOf(court, place.name).length > 0) return true;
  const { file } = place.source;
  if (!file.complete || !place.syntax?.specifiers.includes('static') || seen.has(place.name)) return false;
  seen.add(place.name);
  const functions = functionsOf(file);
  for (const m of file.text.matchAll(new RegExp(`\\b${place.name}\\b`, 'g'))) {
    if (m.index >= place.source.start && m.index < place.source.end) continue;
    const caller = functions.find((f) => m.index >= f.start && m.index < f.end);
    // a name outside functions may put it into a table of callbacks; a prototype can't be told from it here
    if (!caller) return false;
    const syntax = court.analysis.program.parse(caller);
    if (!onlyFromKfuncs({ name: caller.name, source: caller, syntax }, court, functionsOf, seen)) return false;
  }
  return true;
}
