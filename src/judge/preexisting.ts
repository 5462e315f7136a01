/**
 * Code that the input leaves alone may be wrong because of it: a check that it takes away, a helper, a type or a flag that it changes. What was not said of
 * the code before the input was not so before it.
 */
import type { Finding } from '../claim.ts';
import { normalizeSnippet } from './identity.ts';

/** Whether something at least as grave was said of the same code before the input. */
export type WasSo = (one: Finding) => boolean;

type Words = Pick<Finding, 'rule' | 'kfunc' | 'subject' | 'snippet' | 'verdict'>;

/** @param earlier what is found before the input; asked for once, and only where it matters */
export function memberOf(earlier: () => readonly Words[]): WasSo {
  let known: Set<string> | null = null;
  return (one) => {
    known ??= new Set(earlier().flatMap(keysOf));
    return known.has(keyOf(one, one.verdict));
  };
}

/** @param wasSo absent: there is no earlier state to ask for */
export function settlePreexisting(findings: Finding[], wasSo: WasSo | undefined): Finding[] {
  if (!wasSo) return findings;
  return findings.map((one) => (one.preexisting && counts(one) && !wasSo(one) ? { ...one, preexisting: false } : one));
}

/** What evidence suppresses is no fault of anyone, before or after; a second analysis is not worth it. */
function counts(one: Finding): boolean {
  return one.verdict !== 'refuted' || one.contested;
}

/** What is confirmed was undecided as well, for what is asked here. */
function keysOf(one: Words): string[] {
  return one.verdict === 'confirmed' ? [keyOf(one, 'confirmed'), keyOf(one, 'undecided')] : [keyOf(one, one.verdict)];
}

/** Without the file: the input may have given it another name. */
function keyOf({ rule, kfunc, subject, snippet }: Words, verdict: Finding['verdict']): string {
  return [verdict, rule, kfunc ?? '', subject, normalizeSnippet(snippet)].join('\0');
}
