/** Kernel series (`6.12`): which are modelled, their order, and which rules a series between two modelled ones takes. */
import { InputError } from '../claim.ts';
import { suggest } from '../nearest.ts';

/** Series whose verifier was read in full, oldest first. */
export const SERIES = [
  '6.1',
  '6.2',
  '6.3',
  '6.4',
  '6.5',
  '6.6',
  '6.8',
  '6.9',
  '6.10',
  '6.11',
  '6.12',
  '6.13',
  '6.14',
  '6.18',
  '6.19',
  '7.0',
  '7.1',
  '7.2',
  '7.3',
] as const;

export const OLDEST = SERIES[0];
export const NEWEST = SERIES[SERIES.length - 1]!;

/** Both ends inclusive; `until` null: still so in the newest series. */
export interface Life {
  since: string;
  until: string | null;
}

export interface ResolvedSeries {
  /** as asked, `major.minor` */
  series: string;
  /** the modelled series whose rules it takes */
  rules: string;
  /** null where the series itself is modelled; else one sentence without a full stop */
  note: string | null;
}

/**
 * Reads `6.12`, `v6.12`, `6.12.117`, `6.12-rc3`, `6.12.117+deb12-amd64`.
 * @throws InputError where it is no kernel version
 */
export function parseSeries(text: string): string {
  const match = /^v?(\d{1,3})\.(\d{1,3})(?:[.+-].*)?$/.exec(text.trim());
  if (match) return `${Number(match[1])}.${Number(match[2])}`;
  throw new InputError(`'${text.slice(0, 40)}' is not a kernel series such as 6.12${suggest(text, SERIES)}`);
}

const ranks = new Map<string, number>();

/** Asked for every table entry of every parameter: worked out once for each series. */
function rankOf(series: string): number {
  let rank = ranks.get(series);
  if (rank === undefined) {
    const [major = 0, minor = 0] = series.split('.').map(Number);
    rank = major * 1000 + minor;
    ranks.set(series, rank);
  }
  return rank;
}

/** Below zero where `a` is the older. @param a,b as parseSeries() gives them */
export function compareSeries(a: string, b: string): number {
  return a === b ? 0 : rankOf(a) - rankOf(b);
}

/** True where `series` lies in the range. */
export function during(life: Life, series: string): boolean {
  return compareSeries(series, life.since) >= 0 && (life.until === null || compareSeries(series, life.until) <= 0);
}

/**
 * The modelled series whose rules apply to `text`: itself, or the next older one.
 * @throws InputError where it is no kernel version, or older than the oldest series modelled
 */
export function resolveSeries(text: string): ResolvedSeries {
  let found = resolved.get(text);
  if (!found) {
    found = resolve(text);
    resolved.set(text, found);
  }
  return found;
}

/** Asked anew for every parameter. */
const resolved = new Map<string, ResolvedSeries>();

function resolve(text: string): ResolvedSeries {
  const series = parseSeries(text);
  if (compareSeries(series, OLDEST) < 0) {
    throw new InputError(`kernel series ${series} is older than ${OLDEST}, the oldest one modelled`);
  }
  const rules = SERIES.findLast((known) => compareSeries(known, series) <= 0)!;
  if (rules === series) return { series, rules, note: null };
  const why = compareSeries(series, NEWEST) > 0 ? `is newer than ${NEWEST}, the newest one modelled` : 'was not read itself';
  return { series, rules, note: `kernel series ${series} ${why}: the rules of ${rules} are taken` };
}
