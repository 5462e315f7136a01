/** Where nobody names the kernel series, the newest one is assumed. A review may be of code for an older one, whose verifier lets more through. */
import { benchFor } from '../../bench.ts';
import type { Finding } from '../../claim.ts';
import { judge } from '../../judge/judge.ts';
import type { Court } from '../question.ts';
import type { Answer } from './answer.ts';
import { claimBehind } from './answer.ts';

/** The last series before every argument was checked by default: what is refuted there too does not hang on the guess. */
const OLDER = '6.12';

/** Refutations that only the assumed series carries become an open question. */
export function unlessAssumed(answer: Answer, court: Court): Answer {
  if (court.options.kernel.from !== 'default') return answer;
  const assumed = answer.findings.filter((f) => f.verdict === 'refuted' && !refutedBefore(f, court));
  if (assumed.length === 0) return answer;
  const why = `Linux ${court.options.kernel.series} refuses it, ${OLDER} does not, and nobody said which the code is for: --kernel or --tree would`;
  return {
    ...answer,
    findings: answer.findings.filter((f) => !assumed.includes(f)),
    missing: [...answer.missing, ...assumed.map((f) => ({ what: f.subject, why, treeWouldHelp: false }))],
  };
}

function refutedBefore(finding: Finding, court: Court): boolean {
  if (!finding.evidence.some((e) => e.role === 'carries' && e.kind === 'verifier')) return true;
  const claim = claimBehind(finding, court);
  if (!claim) return false;
  const bench = benchFor(court.analysis.program, { ...court.options, kernel: { ...court.options.kernel, series: OLDER } });
  return judge(claim, bench).verdict === 'refuted';
}
