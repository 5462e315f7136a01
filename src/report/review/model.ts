/** What the reporters of `judge` get: judged claims by review, and the circumstances of the run. */
import type { Diagnostic, JudgedClaim, Verdict } from '../../claim.ts';
import type { KernelChoice, Showable } from '../model.ts';

export interface ReviewOfReport {
  source: string;
  /** of the review's mail, to answer it; null where it is none */
  messageId: string | null;
  /** of the review's mail, else of the patch */
  subject: string | null;
  from: string | null;
  claims: readonly JudgedClaim[];
}

export interface ReviewReport {
  kernel: KernelChoice;
  reviews: readonly ReviewOfReport[];
  fileCount: number;
  kfuncCount: number;
  diagnostics: readonly Diagnostic[];
}

export interface ReviewReportOptions {
  show: ReadonlySet<Showable>;
  color: boolean;
  version: string;
}

export function claimsOf(report: ReviewReport): JudgedClaim[] {
  return report.reviews.flatMap((r) => r.claims);
}

export function countOf(claims: readonly JudgedClaim[], verdict: Verdict): number {
  return claims.filter((c) => c.verdict === verdict).length;
}
