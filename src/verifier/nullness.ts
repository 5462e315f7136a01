/** Whether NULL may arrive: suffix, then flags, then the kind. */
import type { Evidence } from '../claim.ts';
import { callers } from './contexts.ts';
import { filledIn } from './filled-in.ts';
import { effectOf, flagPlace, flagText, NULL_CHECKED, TRUST_CHECKED } from './flags.ts';
import { type KindRule, NULLABLE_AT, NULLABLE_RULES } from './kinds.ts';
import type { KfuncInput, ParameterKind } from './model.ts';
import { compareSeries, during } from './series.ts';
import { sourceOf, verifierEvidence } from './statement.ts';
import { carries } from './suffixes.ts';

export interface Nullness {
  mayBeNull: boolean;
  because: Evidence[];
}

/** @param trustChecked flags make the verifier look at where the pointer comes from. @param series a modelled one */
export function nullnessOf(
  input: KfuncInput,
  { name, paired }: { name: string; paired: boolean },
  rule: KindRule,
  trustChecked: boolean,
  series: string,
): Nullness {
  if (isNullable(name, rule.kind, series) && !isRefusedPair(rule.kind, paired, series)) {
    return {
      mayBeNull: true,
      because: [verifierEvidence(`${name} may be NULL: its suffix lets the constant NULL through`, sourceOf(NULLABLE_AT, series))],
    };
  }
  if (rule.kind === 'implicit' && filledIn(input.name, name)?.mayBeNull) {
    const text = `${name} may be NULL: the verifier has nothing to fill in for a type without special fields`;
    return { mayBeNull: true, because: [verifierEvidence(text, sourceOf(rule.at, series))] };
  }
  const checked =
    rule.kind === 'ignored' || rule.kind === 'scalar' || rule.kind === 'implicit' ? null : effectOf(NULL_CHECKED, input.flags, series);
  if (checked && rule.nullWithoutFlag !== 'no') {
    const text = `${flagText(input, checked.flag)}the verifier refuses NULL and every pointer that may be NULL for ${name}${tracepointCaveat(input, rule.kind, series)}`;
    return { mayBeNull: false, because: [verifierEvidence(text, sourceOf(checked.at, series), flagPlace(input, checked.flag))] };
  }
  if (rule.nullWithoutFlag === 'no') return { mayBeNull: false, because: [] };
  if (rule.nullWithoutFlag === 'by-trust' && strictWithoutNullCheck(input, trustChecked, series)) return { mayBeNull: false, because: [] };
  const text =
    rule.nullWithoutFlag === 'by-trust'
      ? `no flag makes the verifier check ${name}: a pointer walked out of another object may be NULL or stale at run time`
      : `nothing makes the verifier refuse NULL for ${name}`;
  return { mayBeNull: true, because: [verifierEvidence(text, sourceOf(rule.at, series))] };
}

/** Trust that excludes NULL without asking for it: referenced in 6.1, trusted in 6.2 (a maybe-NULL register is neither). KF_RCU of 6.2 and 6.3 does not. */
function strictWithoutNullCheck(input: KfuncInput, trustChecked: boolean, series: string): boolean {
  if (!trustChecked) return false;
  return effectOf(TRUST_CHECKED, input.flags, series)?.trust !== 'rcu';
}

/** From 7.0 on the pair is recognised before NULL is looked at, and a struct that holds pointers is no memory. */
function isRefusedPair(kind: ParameterKind, paired: boolean, series: string): boolean {
  return paired && kind === 'btf-pointer' && compareSeries(series, '7.0') >= 0;
}

function isNullable(name: string, kind: ParameterKind, series: string): boolean {
  const suffixed = carries(name, '__nullable', series) || carries(name, '__arena__nullable', series);
  const ruled = NULLABLE_RULES.find((r) => during(r, series));
  return suffixed && ruled !== undefined && !ruled.except.includes(kind);
}

/** Tracepoints that hand over NULL: until the verifier had a list of them (raw_tp_null_args) their arguments counted as trusted, hence as never NULL. */
const TRACEPOINTS_KNOWN_SINCE = '6.12';

function tracepointCaveat(input: KfuncInput, kind: ParameterKind, series: string): string {
  if (kind !== 'btf-pointer' || compareSeries(series, TRACEPOINTS_KNOWN_SINCE) >= 0) return '';
  const all = callers(input.programTypes, series);
  const traced = all === null || all.includes('TRACING');
  return traced
    ? ` (but before ${TRACEPOINTS_KNOWN_SINCE} it takes what BTF tracepoints hand over for non-NULL, and a few hand over NULL)`
    : '';
}
