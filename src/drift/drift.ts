/** Holds a tree against the model: what it has that the model does not know, and what the model says that the tree no longer has. */
import { FLAGS } from '../verifier/flags.ts';
import { KNOWN_ARGUMENT_KINDS, KNOWN_ARGUMENT_STRUCTS } from '../verifier/kinds.ts';
import { during, resolveSeries } from '../verifier/series.ts';
import { statementsOf } from '../verifier/statements.ts';
import { BUFFER_SIZE_NAMES, SUFFIXES } from '../verifier/suffixes.ts';
import type { TreeFacts } from './tree-facts.ts';

export interface Drift {
  kind: 'flag' | 'suffix' | 'argument kind' | 'struct' | 'message';
  name: string;
  /** one sentence without a full stop */
  text: string;
  file: string;
  /** from 1; null where the thing is missing */
  line: number | null;
}

/** @param series that of the tree. @throws InputError where it is none, or older than the oldest modelled */
export function driftOf(facts: TreeFacts, series: string): Drift[] {
  const { rules } = resolveSeries(series);
  return [...flagDrift(facts, series), ...suffixDrift(facts, series), ...kindDrift(facts), ...messageDrift(facts, rules)];
}

function flagDrift(facts: TreeFacts, series: string): Drift[] {
  const fresh = facts.flags.flatMap((f): Drift[] => {
    const known = FLAGS.find((k) => k.name === f.name);
    const at = { kind: 'flag' as const, name: f.name, file: f.file, line: f.line };
    if (!known) return [{ ...at, text: `the model does not know the flag ${f.name}` }];
    if (!during(known, series)) return [{ ...at, text: `the model says that ${f.name} is not in ${series}` }];
    return f.bit === known.bit ? [] : [{ ...at, text: `${f.name} is bit ${f.bit ?? 'unread'} here and bit ${known.bit} in the model` }];
  });
  const gone = FLAGS.filter((k) => during(k, series) && !facts.flags.some((f) => f.name === k.name));
  return [
    ...fresh,
    ...gone.map(
      (k): Drift => ({
        kind: 'flag',
        name: k.name,
        text: `the model says that ${series} has ${k.name}, and the tree has not`,
        file: 'include/linux/btf.h',
        line: null,
      }),
    ),
  ];
}

function suffixDrift(facts: TreeFacts, series: string): Drift[] {
  const fresh = facts.suffixes.flatMap((f): Drift[] => {
    if ((BUFFER_SIZE_NAMES as readonly string[]).includes(f.name)) return [];
    const known = SUFFIXES.find((s) => s.suffix === f.name);
    const at = { kind: 'suffix' as const, name: f.name, file: f.file, line: f.line };
    if (!known) return [{ ...at, text: `the model does not know the suffix ${f.name}` }];
    return during(known, series) ? [] : [{ ...at, text: `the model says that ${f.name} is not in ${series}` }];
  });
  const gone = SUFFIXES.filter((s) => during(s, series) && !facts.suffixes.some((f) => f.name === s.suffix));
  return [
    ...fresh,
    ...gone.map(
      (s): Drift => ({
        kind: 'suffix',
        name: s.suffix,
        text: `the model says that ${series} has ${s.suffix}, and the tree has not`,
        file: 'kernel/bpf/verifier.c',
        line: null,
      }),
    ),
  ];
}

function kindDrift(facts: TreeFacts): Drift[] {
  const kinds = facts.kinds.filter((k) => !KNOWN_ARGUMENT_KINDS.includes(k.name));
  const structs = facts.structs.filter((s) => !KNOWN_ARGUMENT_STRUCTS.includes(s.name));
  return [
    ...kinds.map(
      (k): Drift => ({
        kind: 'argument kind',
        name: k.name,
        text: `the model does not know the kind of argument ${k.name}`,
        file: k.file,
        line: k.line,
      }),
    ),
    ...structs.map(
      (s): Drift => ({
        kind: 'struct',
        name: s.name,
        text: `the model does not know that arguments are told apart by struct ${s.name}`,
        file: s.file,
        line: s.line,
      }),
    ),
  ];
}

/** A check that is worded otherwise, or that stands elsewhere, may also check something else. */
function messageDrift(facts: TreeFacts, rules: string): Drift[] {
  return statementsOf(rules).flatMap((s): Drift[] => {
    const text = facts.textOf(s.path, s.symbol);
    const at = { kind: 'message' as const, name: s.quote, file: s.path, line: null };
    if (text === null) return [{ ...at, text: `the model rests on ${s.symbol}(), which ${s.path} does not have` }];
    return joinStrings(text).includes(s.quote) ? [] : [{ ...at, text: `${s.symbol}() no longer has the words "${s.quote}"` }];
  });
}

/** C joins neighbouring strings, so the words of one message may stand on two lines. */
function joinStrings(text: string): string {
  return text.replace(/"\s*\n\s*"/g, '');
}

/** The order in which drift is told. */
export function inDriftOrder(drift: readonly Drift[]): Drift[] {
  return drift.toSorted(
    (a, b) => compareText(a.kind, b.kind) || compareText(a.file, b.file) || (a.line ?? 0) - (b.line ?? 0) || compareText(a.name, b.name),
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
