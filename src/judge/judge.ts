/** The one judge: a claim × what the verifier enforces × what the code shows × recorded rulings → a finding with its evidence. */
import type { Claim, Evidence, Finding, Missing, Seen } from '../claim.ts';
import { EVIDENCE_KINDS } from '../claim.ts';
import type { Kfunc } from '../source/model.ts';
import type { KfuncGuarantees } from '../verifier/model.ts';
import { identify } from './identity.ts';
import type { Patterns } from './patterns/model.ts';
import { promise } from './promise.ts';
import { ruleOn } from './rulings.ts';
import type { TrustLevel } from './trust.ts';
import { maySuppress } from './trust.ts';

export interface Bench {
  series: string;
  trust: TrustLevel;
  patterns: Pick<Patterns, 'rulings' | 'idioms'>;
  kfunc(name: string): Kfunc | null;
  /** one for each way the kfunc is registered; for one with no registration at hand, what holds whatever the flags are */
  guarantees(name: string): { registered: boolean; all: KfuncGuarantees[] };
  /** a function of the files at hand, no kfunc itself, that calls the kfunc: no verifier looks at what it passes; null where there is none */
  callerInC(name: string): string | null;
  /** true where none of the claim's code was changed by the input */
  isPreexisting(claim: Claim): boolean;
  /** what a ruling on this claim is tied to; absent: rulings that are tied to code are stale */
  seen?(claim: Claim): Seen;
  /** stamp of what the verifier model says of a series */
  modelStamp?(series: string): string | null;
  /** true: findings carry what a ruling on them would be tied to */
  keepSeen?: boolean;
}

/**
 * Weighs a claim. Doubt never refutes: a claim with something missing and nothing against it is undecided.
 * @throws Error where the claim comes with nothing that could be shown, which is a bug of the rule
 */
export function judge(claim: Claim, bench: Bench): Finding {
  const said = promise(claim, bench);
  const rulings = ruleOn(claim, bench.patterns, bench.series, {
    seen: () => bench.seen?.(claim) ?? null,
    model: (series) => bench.modelStamp?.(series) ?? null,
  });
  const against = [...said.evidence, ...claim.guards, ...rulings.evidence].filter((e) => e.role === 'carries');
  const heard = against.filter((e) => maySuppress(e.kind, bench.trust));
  const missing = [...claim.missing, ...said.missing];
  // a person who holds it for a real bug is heard before all that would suppress it
  const isHeld = rulings.confirming.length > 0;
  const verdict = isHeld ? 'confirmed' : heard.length > 0 ? 'refuted' : missing.length > 0 ? 'undecided' : 'confirmed';
  const arranged = arrange(claim, missing, said.evidence, rulings.evidence, verdict, bench.trust);
  const evidence = isHeld ? [...rulings.confirming, ...arranged.map(overruled)] : arranged;
  if (evidence.length === 0) throw new Error(`${claim.rule}: a ${verdict} claim without evidence about ${claim.kfunc ?? claim.subject}`);
  return {
    id: identify(claim),
    rule: claim.rule,
    verdict,
    contested: verdict === 'refuted' && rulings.contested && heard.every((e) => e.kind === 'ruling'),
    severity: claim.severity,
    kfunc: claim.kfunc,
    function: claim.function,
    subject: claim.subject,
    message: claim.message,
    advice: claim.advice,
    location: claim.location,
    snippet: claim.snippet,
    inDiff: claim.inDiff,
    evidence,
    missing: verdict === 'undecided' ? missing : [],
    mend: verdict === 'refuted' ? null : claim.mend,
    preexisting: bench.isPreexisting(claim),
    ...(rulings.uses.length > 0 && { rulings: rulings.uses }),
    ...(bench.keepSeen && bench.seen && { seen: bench.seen(claim) }),
  };
}

function overruled(e: Evidence): Evidence {
  return e.role === 'carries' ? { ...e, role: 'context', text: `${e.text} (overruled by a person)` } : e;
}

/** Strongest first, and among equals what can be seen in the code at hand (the flags' line); what `--trust` does not let suppress stays readable as context. */
function arrange(
  claim: Claim,
  missing: Missing[],
  verifier: Evidence[],
  rulings: Evidence[],
  verdict: Finding['verdict'],
  trust: TrustLevel,
): Evidence[] {
  const all = [...verifier, ...claim.guards, ...claim.path, ...rulings, ...missingEvidence(missing, verdict)];
  const weighed = all.map((e): Evidence => {
    if (e.role !== 'carries' || maySuppress(e.kind, trust)) return e;
    return { ...e, role: 'context', text: `${e.text} (not enough under --trust ${trust})` };
  });
  const rank = (e: Evidence) =>
    (e.role === 'carries' ? 0 : e.role === 'step' ? 100 : 200) +
    (e.role === 'step' ? 0 : 2 * EVIDENCE_KINDS.indexOf(e.kind) + (e.location === null ? 1 : 0));
  return weighed
    .map((e, i) => ({ e, i }))
    .sort((x, y) => rank(x.e) - rank(y.e) || x.i - y.i)
    .map(({ e }) => e);
}

function missingEvidence(missing: Missing[], verdict: Finding['verdict']): Evidence[] {
  if (verdict !== 'undecided') return [];
  return missing.map(
    (m): Evidence => ({
      kind: 'guard',
      role: 'context',
      text: `${m.treeWouldHelp ? 'needs --tree: ' : ''}${m.why}`,
      location: null,
      source: null,
    }),
  );
}
