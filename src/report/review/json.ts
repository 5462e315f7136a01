/** The contract's JSON of `judge`: claims instead of findings. */
import type { JudgedClaim } from '../../claim.ts';
import { plainJson } from '../plain.ts';
import type { ReviewReport, ReviewReportOptions } from './model.ts';
import { claimsOf, countOf } from './model.ts';

export function renderClaimsJson(report: ReviewReport, options: Pick<ReviewReportOptions, 'version'>): string {
  const claims = claimsOf(report);
  const value = {
    schemaVersion: 1,
    tool: { name: 'kfunc-lint', version: options.version },
    kernel: { series: report.kernel.series, from: report.kernel.from },
    claims: claims.map(toJson),
    diagnostics: report.diagnostics.map(({ level, message, location }) => ({ level, message, location })),
    summary: {
      files: report.fileCount,
      kfuncs: report.kfuncCount,
      claims: claims.length,
      confirmed: countOf(claims, 'confirmed'),
      refuted: countOf(claims, 'refuted'),
      undecided: countOf(claims, 'undecided'),
      outOfScope: countOf(claims, 'out-of-scope'),
      contested: claims.filter((c) => c.contested).length,
      wronglyDismissed: claims.filter((c) => c.dismissed && c.verdict === 'confirmed').length,
    },
  };
  return `${plainJson(value)}\n`;
}

/** Field by field, so that the order of keys never hangs on how a claim was put together. */
function toJson(one: JudgedClaim) {
  return {
    id: one.id,
    source: one.source,
    file: one.file,
    line: one.line,
    function: one.function,
    subject: one.subject,
    category: one.category,
    text: one.text,
    verdict: one.verdict,
    severity: one.severity,
    why: one.why,
    fixedLater: one.fixedLater,
    preexisting: one.preexisting,
    contested: one.contested,
    dismissed: one.dismissed,
    rules: one.rules,
    evidence: one.evidence.map(({ kind, role, text, location, source }) => ({ kind, role, text, location, source })),
    missing: one.missing.map(({ what, why, treeWouldHelp }) => ({ what, why, treeWouldHelp })),
    reply: one.reply,
    memory: one.memory,
  };
}
