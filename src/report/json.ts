/** The contract's JSON, schemaVersion 1. Fields that the contract does not name are additions; none of its own may go. */
import type { Finding } from '../claim.ts';
import { inOrder, type Report, type ReportOptions, summarize } from './model.ts';
import { plainJson } from './plain.ts';

export function renderJson(report: Report, options: Pick<ReportOptions, 'version'>): string {
  const { kernel, findings, diagnostics } = report;
  const value = {
    schemaVersion: 1,
    tool: { name: 'kfunc-lint', version: options.version },
    kernel: { series: kernel.series, from: kernel.from },
    findings: inOrder(findings).map(toJson),
    ...(report.baseline && { baseline: tellBaseline(report) }),
    diagnostics: diagnostics.map(({ level, message, location }) => ({ level, message, location })),
    summary: summarize(report),
  };
  return `${plainJson(value)}\n`;
}

function tellBaseline({ baseline, findings }: Report) {
  const count = (state: Finding['baseline']) => findings.filter((one) => one.baseline === state).length;
  const gone = baseline!.gone.map(({ id, rule, verdict, file, kfunc, message }) => ({ id, rule, verdict, file, kfunc, message }));
  return { file: baseline!.file, new: count('new'), unchanged: count('unchanged'), gone };
}

/** Field by field, so that the order of keys never hangs on how a finding was put together. */
export function toJson(one: Finding) {
  const { file, line, column } = one.location;
  return {
    id: one.id,
    rule: one.rule,
    verdict: one.verdict,
    contested: one.contested,
    severity: one.severity,
    kfunc: one.kfunc,
    function: one.function,
    subject: one.subject,
    message: one.message,
    advice: one.advice,
    location: { file, line, column },
    snippet: one.snippet,
    inDiff: one.inDiff,
    preexisting: one.preexisting,
    evidence: one.evidence.map(({ kind, role, text, location, source }) => ({ kind, role, text, location, source })),
    missing: one.missing.map(({ what, why, treeWouldHelp }) => ({ what, why, treeWouldHelp })),
    mend: one.mend,
    ...(one.commit && { commit: { id: one.commit.id, subject: one.commit.subject } }),
    ...(one.baseline && { baseline: one.baseline }),
    ...(one.rulings && { rulings: one.rulings }),
  };
}
