/** Ranges of kernel series: both ends inclusive, a missing end is open. */
import { compareSeries } from '../../verifier/series.ts';
import type { SeriesRange } from './model.ts';

type Range = { [key in keyof SeriesRange]: string | undefined };

export function contains(range: Range, series: string): boolean {
  if (range.since !== undefined && compareSeries(series, range.since) < 0) return false;
  return range.until === undefined || compareSeries(series, range.until) <= 0;
}

export function overlaps(a: Range, b: Range): boolean {
  const before = (x: Range, y: Range) => x.until !== undefined && y.since !== undefined && compareSeries(x.until, y.since) < 0;
  return !before(a, b) && !before(b, a);
}
