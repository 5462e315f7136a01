/** What the analysis behind the screen is asked and answers. It runs as a process of its own, so that no key ever waits for it. */
import type { Diagnostic } from '../claim.ts';
import type { TriageItem } from '../tui/model.ts';

export interface TriageJob {
  inputs: string[];
  tree: string | null;
  kernel: string | null;
  patterns: string[];
  trust: 'verifier' | 'code' | 'ruling';
  /** AI reviews whose claims are triaged too */
  reviews: string[];
}

export interface SentFile {
  scope: number;
  path: string;
  text: string;
  added: number[];
}

export type TriageAnswer =
  /** `tree`: where files that are not sent can be read */
  | { kind: 'opened'; series: string; tree: string | null }
  | { kind: 'found'; items: TriageItem[]; files: SentFile[]; done: number; total: number }
  | { kind: 'ended'; diagnostics: Diagnostic[] }
  | { kind: 'failed'; message: string };
