/** kfunc definitions: functions marked __bpf_kfunc, and functions that a BTF_ID_FLAGS names. */
import { functionsOf, lexisOf } from './functions.ts';
import { locate } from './locate.ts';
import { lowerFunction } from './lower.ts';
import type { FunctionSource, KfuncDefinition, SourceFile } from './model.ts';
import { occurrences } from './tagged-body.ts';

/** Definitions in a file, by name; `listed` are the names that sets at hand hold. */
export function kfuncDefinitions(file: SourceFile, listed: ReadonlySet<string>): { name: string; definition: KfuncDefinition }[] {
  const out: { name: string; definition: KfuncDefinition }[] = [];
  const { code } = lexisOf(file);
  const marks = marksOf(code);
  for (const source of functionsOf(file)) {
    const marked = isMarked(source, code, marks);
    if (!marked && !listed.has(source.name)) continue;
    const syntax = lowerFunction(source);
    if (!syntax) continue;
    const location = locate(file, syntax.nameSpan.start);
    const isStatic = syntax.specifiers.includes('static');
    out.push({
      name: source.name,
      definition: { source, syntax, location, hasBpfKfunc: marked, isStatic, insideDefs: insideDefs(file, source.start) },
    });
  }
  return out;
}

/** Places of the word in code, in order. */
function marksOf(code: string): number[] {
  const marks: number[] = [];
  for (const at of occurrences(code, '__bpf_kfunc')) marks.push(at);
  return marks;
}

function isMarked(source: FunctionSource, code: string, marks: number[]): boolean {
  const first = marks.find((at) => at >= source.start);
  return first !== undefined && first < source.end && !code.slice(source.start, first).includes('{');
}

interface Marker {
  at: number;
  opens: boolean;
}

const markers = new WeakMap<SourceFile, Marker[]>();

function markersOf(file: SourceFile): Marker[] {
  let known = markers.get(file);
  if (!known) {
    const { code } = lexisOf(file);
    const found = code.matchAll(/\b(__bpf_kfunc_start_defs|__bpf_kfunc_end_defs|__diag_push|__diag_pop)\s*\(/g);
    known = [...found].map((m) => ({ at: m.index, opens: m[1] === '__bpf_kfunc_start_defs' || m[1] === '__diag_push' }));
    markers.set(file, known);
  }
  return known;
}

/** Whether the markers of the definitions stand around an offset; null where a gap hides the one that counts. */
function insideDefs(file: SourceFile, at: number): boolean | null {
  const { gaps } = lexisOf(file);
  const all = markersOf(file);
  const before = all.filter((m) => m.at < at).at(-1);
  const hidden = gaps.some((g) => g < at && g > (before?.at ?? -1));
  if (!hidden) return before?.opens ?? false;
  const after = all.find((m) => m.at > at);
  if (!after || gaps.some((g) => g > at && g < after.at)) return null;
  return !after.opens;
}
