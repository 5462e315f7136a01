/** What a reporter gets: judged findings and the circumstances of the run. Reporters know nothing of the analysis. */
import type { Diagnostic, Finding, KnownFinding, Severity } from '../claim.ts';

export interface KernelChoice {
  series: string;
  /** option: `--kernel` · tree: the tree's Makefile · default: the newest series modelled */
  from: 'option' | 'tree' | 'default';
}

export interface Report {
  kernel: KernelChoice;
  /** in the contract's order: file, line, column, rule */
  findings: readonly Finding[];
  kfuncCount: number;
  fileCount: number;
  diagnostics: readonly Diagnostic[];
  /** absent: not compared with an earlier run. `gone`: reported then, and not now */
  baseline?: { file: string; gone: readonly KnownFinding[] };
}

export const SHOWABLE = ['refuted', 'undecided'] as const;
export type Showable = (typeof SHOWABLE)[number];

/** What a rule says of itself, for formats that carry the rules along. */
export interface RuleText {
  id: string;
  severity: Severity;
  claims: string;
  why: string;
  advice: string;
  silent: string;
}

export interface ReportOptions {
  /** verdicts to tell in full besides the confirmed and the contested */
  show: ReadonlySet<Showable>;
  color: boolean;
  version: string;
  /** for formats that carry the rules along; the others need none */
  rules?: readonly RuleText[];
}

export interface Summary {
  files: number;
  kfuncs: number;
  confirmed: number;
  refuted: number;
  undecided: number;
}

export function summarize({ findings, fileCount, kfuncCount }: Report): Summary {
  const count = (verdict: Finding['verdict']) => findings.filter((one) => one.verdict === verdict).length;
  return { files: fileCount, kfuncs: kfuncCount, confirmed: count('confirmed'), refuted: count('refuted'), undecided: count('undecided') };
}

/** The contract's order. Byte order, not a locale's: the same input gives the same bytes everywhere. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return findings.toSorted(
    (a, b) =>
      compare(a.location.file, b.location.file) ||
      a.location.line - b.location.line ||
      a.location.column - b.location.column ||
      compare(a.rule, b.rule) ||
      compare(a.subject, b.subject) ||
      compare(a.message, b.message) ||
      compare(a.id, b.id),
  );
}
