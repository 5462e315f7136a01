/** The verdict that a SARIF result states by the standard's own means, which must be the one that it carries along. */
import { type Finding, InputError } from '../claim.ts';

interface ReadResult {
  kind: 'fail' | 'open';
  suppressions?: { status?: 'accepted' | 'underReview' | 'rejected' | undefined }[] | undefined;
  properties: { finding: Finding };
}

/**
 * A suppression that somebody rejected suppresses no more: the finding comes back confirmed, which is the safe side.
 * @throws InputError where the file says two things
 */
export function readVerdict({ kind, suppressions = [], properties: { finding } }: ReadResult, name: string): Finding {
  const standing = suppressions.filter(({ status }) => status !== 'rejected');
  const stated = kind === 'open' ? 'undecided' : standing.length > 0 ? 'refuted' : 'confirmed';
  if (stated === finding.verdict) return finding;
  if (finding.verdict === 'refuted' && stated === 'confirmed') return { ...finding, verdict: 'confirmed', contested: false };
  throw new InputError(`${name}: the result of ${finding.id} says ${stated}, and ${finding.verdict} in its properties`);
}
