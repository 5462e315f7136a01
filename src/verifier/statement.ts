/** What the kernel's own source says, as data: one entry a check, each with the words that the verifier prints when it refuses. */
import type { Evidence, KernelSource } from '../claim.ts';
import type { Life } from './series.ts';
import { during } from './series.ts';

/** One place in the kernel's source that makes a rule true, for the series it is found in. */
export interface Statement extends Life {
  path: string;
  symbol: string;
  /** words of that place, found there in every series of its life; conversions such as %d as in the source */
  quote: string;
}

/** The statement as of `series`, as a source to show; null where none of them lives then. */
export function sourceOf(statements: readonly Statement[], series: string): KernelSource | null {
  const found = statements.find((s) => during(s, series));
  return found ? { kernel: series, path: found.path, symbol: found.symbol, quote: found.quote } : null;
}

/** @param text one sentence without a full stop */
export function verifierEvidence(text: string, source: KernelSource | null, location: Evidence['location'] = null): Evidence {
  return { kind: 'verifier', role: 'carries', text, location, source };
}
