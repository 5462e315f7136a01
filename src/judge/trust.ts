/** How much a piece of evidence must weigh to suppress a claim: the meaning of `--trust`. */
import type { EvidenceKind } from '../claim.ts';

export const TRUST_LEVELS = ['verifier', 'code', 'ruling'] as const;
export type TrustLevel = (typeof TRUST_LEVELS)[number];

/** The weakest level that lets each kind suppress: the verifier's own checks always, what the code says at `code`, a person's word only at `ruling`. */
const NEEDS: Record<EvidenceKind, TrustLevel> = {
  verifier: 'verifier',
  guard: 'code',
  type: 'code',
  registration: 'code',
  series: 'code',
  ruling: 'ruling',
};

export function maySuppress(kind: EvidenceKind, trust: TrustLevel): boolean {
  return TRUST_LEVELS.indexOf(NEEDS[kind]) <= TRUST_LEVELS.indexOf(trust);
}
