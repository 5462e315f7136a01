/** Judged claims as findings, for the formats that tell of findings: annotations, summaries, code scanning. What is out of scope has no verdict there. */
import { createHash } from 'node:crypto';
import type { Finding, JudgedClaim } from '../../claim.ts';
import type { Report } from '../model.ts';
import { claimsOf, type ReviewReport } from './model.ts';

export function asReport(report: ReviewReport): Report {
  const placed = claimsOf(report).filter(isPlaced);
  const left = claimsOf(report).filter((c) => c.verdict !== 'out-of-scope').length - placed.length;
  const nowhere = `${left} ${left === 1 ? 'claim names' : 'claims name'} no file: text, json and mail tell of them`;
  return {
    kernel: report.kernel,
    findings: placed.map(asFinding),
    kfuncCount: report.kfuncCount,
    fileCount: report.fileCount,
    diagnostics: [...report.diagnostics, ...(left > 0 ? [{ level: 'note' as const, message: nowhere, location: null }] : [])],
  };
}

type Placed = JudgedClaim & { file: string; verdict: Finding['verdict'] };

function isPlaced(claim: JudgedClaim): claim is Placed {
  return claim.file !== null && claim.verdict !== 'out-of-scope';
}

/** As findings have them, of what was said where: the reviewer's own ids count from one in each review. */
function idOf(claim: Placed): string {
  const parts = [claim.source, claim.id, claim.category, claim.file, claim.text];
  return `k1:${createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 16)}`;
}

function asFinding(claim: Placed): Finding {
  const said = claim.text.replace(/\s+/g, ' ').trim();
  return {
    id: idOf(claim),
    rule: claim.rules[0] ?? claim.category,
    verdict: claim.verdict,
    contested: claim.contested,
    severity: claim.severity,
    kfunc: claim.function,
    function: claim.function,
    subject: claim.subject ?? '',
    message: `${claim.why} (claimed: "${said.length > 120 ? `${said.slice(0, 117)}...` : said}")`,
    advice: 'the reviewer is right by the code at hand: mend it',
    location: { file: claim.file, line: claim.line ?? 1, column: 1 },
    snippet: '',
    inDiff: false,
    evidence: claim.evidence,
    missing: claim.missing,
    mend: null,
    preexisting: claim.preexisting,
  };
}
