/** The places that a person can walk through: the finding's own, then each place that its evidence names, in the order told. */
import type { Location } from '../claim.ts';
import type { TriageItem } from './model.ts';

export interface Stop {
  at: Location;
  /** index into the item's evidence; null: the finding's own place */
  evidence: number | null;
}

export function stopsOf(item: TriageItem): Stop[] {
  const own: Stop[] = item.location ? [{ at: item.location, evidence: null }] : [];
  return [...own, ...item.evidence.flatMap((one, at) => (one.location ? [{ at: one.location, evidence: at }] : []))];
}

/** From the last place on to the first, and back. */
export function step(item: TriageItem, stop: number, by: 1 | -1): number {
  const count = stopsOf(item).length;
  return count === 0 ? 0 : (stop + by + count) % count;
}
