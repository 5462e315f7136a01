/** Suffixes that don't exist in a series, stand on the wrong parameter or were never known to any kernel. */
import type { Problem } from './problem.ts';
import { compareSeries, during } from './series.ts';
import { BUFFER_SIZE_NAMES, carries, IMAGINARY_SUFFIXES, SUFFIXES } from './suffixes.ts';

/**
 * Suffix trouble of one parameter's name: not yet or no longer known, on the wrong kind of parameter, or never known to any kernel.
 * @param next the name of the parameter that follows, null for the last
 */
export function suffixProblems(name: string, isPointer: boolean | null, series: string, next: string | null = null): Problem[] {
  const imaginary = IMAGINARY_SUFFIXES.find((s) => name.endsWith(s) && name.length > s.length);
  if (imaginary)
    return [
      {
        stage: 'never',
        subject: imaginary,
        text: `no kernel knows the suffix ${imaginary}: ${name} is a plain name to the verifier`,
        source: null,
      },
    ];
  const ends = SUFFIXES.filter((s) => name.endsWith(s.suffix) && name.length > s.suffix.length).sort(
    (a, b) => b.suffix.length - a.suffix.length,
  );
  const found = ends[0];
  if (!found) return [];
  if (!during(found, series)) {
    const when = compareSeries(series, found.since) < 0 ? `from ${found.since} on` : `until ${found.until} only`;
    const instead = found.note && compareSeries(series, found.since) > 0 ? `: ${found.note}` : '';
    return [
      {
        stage: 'never',
        subject: found.suffix,
        text: `the suffix ${found.suffix} is known ${when}, else ${name} is a plain name${instead}`,
        source: null,
      },
    ];
  }
  if (isPointer !== null && found.on !== 'any' && (found.on === 'pointer') !== isPointer) {
    return [{ stage: 'never', subject: found.suffix, text: `${found.suffix} means something on a ${found.on} only`, source: null }];
  }
  if (found.suffix === '__opt' && !(next !== null && (carries(next, '__sz', series) || carries(next, '__szk', series)))) {
    return [{ stage: 'never', subject: '__opt', text: '__opt does nothing without a size parameter behind it', source: null }];
  }
  return [];
}

/** At most one parameter of a kfunc may ask for a constant. */
export function constantParameters(names: readonly string[], series: string): string[] {
  return names.filter(
    (n) => carries(n, '__k', series) || carries(n, '__szk', series) || (BUFFER_SIZE_NAMES as readonly string[]).includes(n),
  );
}
