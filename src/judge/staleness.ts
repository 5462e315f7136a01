/** When a ruling no longer holds: its day or its series have passed, or what the person had before them is not what is there now. */
import type { Claim, Evidence, Finding, Seen } from '../claim.ts';
import { compareSeries } from '../verifier/series.ts';
import { normalizeSnippet } from './identity.ts';
import type { Ruling } from './patterns/model.ts';

/** The present, asked only where a ruling is tied to it: stamps cost time. null: can't be told. */
export interface Now {
  seen(): Seen | null;
  /** stamp of the verifier model of a series */
  model(series: string): string | null;
}

/** Why the ruling does not apply to this claim, one clause; null: it does. What can't be told counts as changed. */
export function whyStale(ruling: Ruling, claim: Pick<Claim, 'snippet'>, series: string, now: Now): string | null {
  if (ruling.lapsed) return `it expired on ${ruling.until}`;
  const { until } = ruling.series;
  if (until !== undefined && compareSeries(series, until) > 0) return `it holds up to Linux ${until}, and this is ${series}`;
  if (ruling.snippet !== null && normalizeSnippet(ruling.snippet) !== normalizeSnippet(claim.snippet)) {
    return `it is about other code ('${ruling.snippet}')`;
  }
  return ruling.seen ? whyMoved(ruling.seen, now) : null;
}

function whyMoved(then: Seen, now: Now): string | null {
  if (then.model !== null && now.model(then.series) !== then.model) return `what is known of the verifier of Linux ${then.series} changed`;
  if (then.flags === null && Object.keys(then.code).length === 0) return null;
  const seen = now.seen();
  if (!seen) return 'the code it is about is not at hand';
  for (const [name, stamp] of Object.entries(then.code)) {
    // what the input does not show it does not change; the kfunc itself is always shown
    if (Object.hasOwn(seen.code, name) && seen.code[name] !== stamp) return `${name}() changed`;
  }
  if (!Object.keys(then.code).some((name) => Object.hasOwn(seen.code, name))) return 'the code it is about is not at hand';
  // flags that nobody saw then, or that are not shown now, can't have been what the person looked at, or changed
  if (then.flags === null || seen.flags === null || then.flags === seen.flags) return null;
  return `its flags were ${then.flags || 'none'} and are ${seen.flags || 'none'}`;
}

export function tellStale(id: string, why: string): Evidence {
  return { kind: 'ruling', role: 'context', text: `ruling '${id}' is stale and not applied: ${why}`, location: null, source: null };
}

/**
 * A ruling that applies to one line of a function says nothing of the function's other lines: there it is not stale, it is about something else. Only the
 * findings together can tell.
 */
export function settleStale(findings: readonly Finding[]): Finding[] {
  const applied = new Set(findings.flatMap((one) => (one.rulings ?? []).filter((use) => use.stale === null).map((use) => use.id)));
  return findings.map((one) => {
    const elsewhere = (one.rulings ?? []).filter((use) => use.stale !== null && applied.has(use.id));
    if (elsewhere.length === 0) return one;
    const told = new Set(elsewhere.map((use) => tellStale(use.id, use.stale!).text));
    const evidence = one.evidence.filter((entry) => entry.kind !== 'ruling' || !told.has(entry.text));
    return { ...one, rulings: one.rulings!.filter((use) => !elsewhere.includes(use)), evidence };
  });
}
