/** A baseline: what was reported on some day, so that a later run can tell what is new, what was known, and what is gone. */
import { LineCounter, parseDocument } from 'yaml';
import { type Finding, InputError, type KnownFinding } from './claim.ts';

export interface Compared {
  /** each with `baseline` set */
  findings: Finding[];
  /** reported then, not now: mended, or suppressed since */
  gone: KnownFinding[];
}

/** One line a finding, sorted, so that a change of the file reads well as a diff. Suppressed findings are not in it: they were not reported. */
export function renderBaseline(findings: readonly Finding[]): string {
  const lines = entriesOf(findings).map((one) => `    ${JSON.stringify(one)}`);
  const list = lines.length === 0 ? '[]' : `[\n${lines.sort().join(',\n')}\n  ]`;
  return `{\n  "kfuncLintBaseline": 1,\n  "findings": ${list}\n}\n`;
}

function entriesOf(findings: readonly Finding[]): KnownFinding[] {
  return findings.flatMap(({ id, rule, verdict, location, kfunc, message }) =>
    verdict === 'refuted' ? [] : [{ id, rule, verdict, file: location.file, kfunc, message }],
  );
}

/** @throws InputError `file:line: what is wrong` */
export function parseBaseline(text: string, file: string): KnownFinding[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputError(`${file}:${lineOfMistake(text)}: is no JSON`);
  }
  const found = value as { kfuncLintBaseline?: unknown; findings?: unknown } | null;
  if (found?.kfuncLintBaseline !== 1 || !Array.isArray(found.findings)) {
    throw new InputError(`${file}:1: is no baseline of kfunc-lint (write one with --update-baseline)`);
  }
  return found.findings.map((one, at) => {
    if (isEntry(one)) return one;
    throw new InputError(
      `${file}:${lineOfEntry(text, at)}: findings[${at}] lacks an id, or its verdict is neither confirmed nor undecided`,
    );
  });
}

/** JSON.parse tells the place for some mistakes only; every JSON is YAML, and that parser tells it for all that are none. */
function lineOfMistake(text: string): number {
  const lines = new LineCounter();
  const [mistake] = parseDocument(text, { lineCounter: lines, prettyErrors: false }).errors;
  return mistake ? lines.linePos(mistake.pos[0]).line : 1;
}

/** As renderBaseline() lays it out; a file laid out by hand is told by its entry's number. */
function lineOfEntry(text: string, at: number): number {
  const lines = text.split('\n').map((one, n) => ({ n: n + 1, isEntry: /^\s*\{"id"/.test(one) }));
  return lines.filter((one) => one.isEntry)[at]?.n ?? 1;
}

function isEntry(one: unknown): one is KnownFinding {
  const { id, verdict } = (one ?? {}) as Partial<KnownFinding>;
  return typeof id === 'string' && id !== '' && (verdict === 'confirmed' || verdict === 'undecided');
}

/**
 * Counts ids: where a line stands twice and stood once, one of the two is new. What was undecided then and is confirmed now is new: nobody was told that it is
 * real. What is suppressed now is gone.
 */
export function compareBaseline(known: readonly KnownFinding[], findings: readonly Finding[]): Compared {
  const left = new Map<string, KnownFinding[]>();
  for (const one of known) left.set(one.id, [...(left.get(one.id) ?? []), one]);
  const take = (id: string, verdict: Finding['verdict']): boolean => {
    const entries = left.get(id) ?? [];
    const at = entries.findIndex((one) => one.verdict === 'confirmed' || one.verdict === verdict);
    if (at >= 0) left.set(id, entries.toSpliced(at, 1));
    return at >= 0;
  };
  const judged = findings.map((one): Finding => {
    if (one.verdict === 'refuted') return one;
    return { ...one, baseline: take(one.id, one.verdict) ? 'unchanged' : 'new' };
  });
  // an undecided entry whose finding is confirmed now is not gone: it is told as new
  const isThere = new Set(findings.filter((one) => one.verdict !== 'refuted').map((one) => one.id));
  return { findings: judged, gone: [...left.values()].flat().filter((one) => !isThere.has(one.id)) };
}
