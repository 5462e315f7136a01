/**
 * Numbers in memory of the program: what a parameter points to is as much the program's choice as the parameter itself, where the verifier lets any memory of the
 * program through. They are told apart from the parameters in a value's taint by their own indices.
 */
import type { Span } from '../source/ir.ts';
import type { Activation } from './activation.ts';
import type { BoundCall } from './call.ts';
import { typeMax, typeMin } from './ctype.ts';
import { type Fact, meet, type Reason } from './domain.ts';
import { near } from './evaluate.ts';
import { loadFrom, loadPlace, rootOf } from './memory.ts';
import { constrain } from './refine.ts';
import type { ExitCase } from './result.ts';
import type { State } from './state.ts';
import { contentsOf, NO_TAINT } from './value.ts';

/** The parameter whose memory a pointer points into, or of whose memory it points to a copy; null where it is none of the program's. */
export function contentsBehind(a: Activation, s: State, pointer: string): number | null {
  if (a.contents.size === 0) return null;
  const root = rootOf(s, pointer);
  const parameter = parameterOf(root);
  if (parameter !== null) return a.contents.has(parameter) ? parameter : null;
  const copied = root.startsWith('a:v:') ? s.env.get(copyPlace(root.slice(2))) : undefined;
  return copied === undefined ? null : parameterOf(copied);
}

/** What a number read through this pointer is tainted with; where code has written there since, it is a question whether the program's number still stands there. */
export function readTaint(a: Activation, s: State, pointer: string): { taint: ReadonlySet<number>; asked: string | null } {
  const parameter = contentsBehind(a, s, pointer);
  if (parameter === null) return { taint: NO_TAINT, asked: null };
  const member = pointer.slice(pointer.lastIndexOf('.') + 1);
  const left = s.asked.get(leftKey(parameter));
  const asked = left ?? (a.writes.has(member) ? `whether ${member} is still what the program put there is not known` : null);
  return { taint: new Set([contentsOf(parameter)]), asked };
}

/** A local object becomes a copy of what `source` points to: numbers in it are the program's if those are. */
export function noteCopy(a: Activation, s: State, place: string, source: string): void {
  const parameter = contentsBehind(a, s, source);
  if (parameter === null) s.env.delete(copyPlace(place));
  else s.env.set(copyPlace(place), `p${parameter}`);
}

/** Code that is not followed got the pointer: it may have put other numbers there. */
export function noteLeft(a: Activation, s: State, pointer: string, by: string): void {
  const root = rootOf(s, pointer);
  if (root.startsWith('a:v:')) s.env.delete(copyPlace(root.slice(2)));
  const parameter = parameterOf(root);
  if (parameter === null || !a.contents.has(parameter)) return;
  s.asked.set(leftKey(parameter), `what ${by}() left there is not known`);
  for (const place of [...s.env.keys()]) if (isBehind(place, parameter)) s.env.delete(place);
}

/** Whether code that did not get the pointer leaves this place alone. */
export function isProgramMemory(a: Activation, place: string): boolean {
  for (const parameter of a.contents) if (isBehind(place, parameter)) return true;
  return false;
}

/** What is known of a number in memory of the program: `path` from the parameter to it, as `.slot` or `.range.first`. */
export interface KnownContent {
  parameter: number;
  path: string;
  fact: Fact;
  /** why it is a question what stands there now; null where it is none */
  asked: string | null;
}

/** What the caller found out of numbers in the memory that it hands over: the callee reads the same ones. */
export function contentsKnown(a: Activation, s: State, args: readonly string[]): KnownContent[] {
  const out: KnownContent[] = [];
  for (const [parameter, id] of args.entries()) {
    if (contentsBehind(a, s, id) === null || parameterOf(id) === null) continue;
    for (const [place, v] of s.env) {
      const path = place.startsWith(`m:${id}.`) ? place.slice(id.length + 2) : '';
      if (/^(\.\w+)+$/.test(path) && isNarrowed(a, s, v)) out.push({ parameter, path, fact: s.fact(v), asked: null });
    }
  }
  return out.sort((x, y) => x.parameter - y.parameter || (x.path < y.path ? -1 : 1));
}

/** More is known of the number than its type says. */
function isNarrowed(a: Activation, s: State, id: string): boolean {
  const { type } = a.value(id);
  const { lo, hi, nonZero, below, above } = s.fact(id);
  if (type.k !== 'int') return false;
  return lo > typeMin(type) || hi < typeMax(type) || nonZero || [...below, ...above].some((b) => !b.symbol.startsWith('#'));
}

/** The same in the callee, before its first statement. */
export function enterContents(a: Activation, s: State, known: readonly KnownContent[], at: Span): void {
  for (const [i, { parameter, path, fact, asked }] of known.entries()) {
    const name = a.fn.parameters[parameter]!.name;
    const id = loadMember(a, s, { pointer: `p${parameter}`, name, path }, { start: at.start - 1 - i, end: at.start });
    if (id === null) continue;
    s.facts.set(id, meet(s.fact(id), fact));
    if (asked !== null) s.asked.set(id, asked);
  }
}

/** A callee that tested a number there says so of the caller's. false: this way out is impossible with what the caller knows of it. */
export function learnContents(a: Activation, s: State, call: BoundCall, exit: ExitCase, reason: Reason): boolean {
  if (a.contents.size === 0) return true;
  for (const [key, fact] of exit.memory) {
    const [index, member] = key.split('->') as [string, string];
    const given = call.args[Number(index)];
    if (given === undefined || member === '*' || parameterOf(given) === null || contentsBehind(a, s, given) === null) continue;
    const id = loadMember(
      a,
      s,
      { pointer: given, name: a.text(call.e.args[Number(index)]?.span ?? call.e.span), path: `.${member}` },
      call.e.span,
    );
    if (id === null || a.value(id).type.k !== 'int') continue;
    // whoever wrote it last, this is what stands there
    s.asked.delete(id);
    const bounds = (of: Fact['below']) => of.filter((b) => !b.symbol.startsWith('#'));
    if (!constrain(a, s, id, { ...fact, below: bounds(fact.below), above: bounds(fact.above) }, fact.reasons[0] ?? reason)) return false;
  }
  return true;
}

interface Member {
  pointer: string;
  /** of the pointer, in the code */
  name: string;
  path: string;
}

function loadMember(a: Activation, s: State, { pointer, name, path }: Member, span: Span): string | null {
  let at = pointer;
  for (const member of path.split('.').slice(1)) at = near(a, s, at, `.${member}`, span, loadPlace.memberType(a, at, member));
  return loadFrom(a, s, at, span, `${name}->${path.slice(1)}`)[0]?.v ?? null;
}

function isBehind(place: string, parameter: number): boolean {
  const start = `m:p${parameter}`;
  return place.startsWith(start) && !/^\d/.test(place.slice(start.length));
}

function parameterOf(id: string): number | null {
  const index = /^p(\d+)$/.exec(id)?.[1];
  return index === undefined ? null : Number(index);
}

function copyPlace(place: string): string {
  return `copy:${place}`;
}

function leftKey(parameter: number): string {
  return `left:p${parameter}`;
}
