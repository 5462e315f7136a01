/** One thing that a flag, a suffix or a kind of parameter does, for a span of series, and where it can be read. */
import type { Life } from './series.ts';
import type { Statement } from './statement.ts';

export interface Effect extends Life {
  text: string;
  /** where it can be read, by series */
  at?: readonly Statement[];
}

export const VERIFIER = 'kernel/bpf/verifier.c';
export const BTF = 'kernel/bpf/btf.c';
export const at = (symbol: string, quote: string, since = '6.1', until: string | null = null, path = VERIFIER): Statement => ({
  since,
  until,
  path,
  symbol,
  quote,
});
export const effect = (since: string, until: string | null, text: string, ...statements: Statement[]): Effect => ({
  since,
  until,
  text,
  ...(statements.length > 0 ? { at: statements } : {}),
});
