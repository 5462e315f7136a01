/** `(flags, parameter declarations, series) → guarantees`: small functions over the tables of this folder. */
import type { Evidence } from '../claim.ts';
import { contextGuarantee } from './context-guarantee.ts';
import type { TrustEffect } from './flags.ts';
import { effectOf, flagText, lineText, TRUST_CHECKED } from './flags.ts';
import { kindRule } from './kinds.ts';
import type { KfuncGuarantees, KfuncInput, ParameterGuarantee, ParameterKind, Trust, TypeOracle } from './model.ts';
import { nullnessOf } from './nullness.ts';
import type { Classified } from './parameters.ts';
import { classify } from './parameters.ts';
import { RELEASE_AT, releaseArgument, releasedParameter } from './release.ts';
import { returnGuarantee } from './returns.ts';
import { compareSeries, resolveSeries } from './series.ts';
import { sourceOf, verifierEvidence } from './statement.ts';
import { BUFFER_SIZE_NAMES, carries } from './suffixes.ts';

/**
 * What the verifier of `series` guarantees to the kfunc. Where the declaration leaves two answers open, the weaker one.
 * @param series as resolveSeries() takes it
 * @throws InputError where it is no series, or one older than all that are modelled
 */
export function guarantees(input: KfuncInput, series: string, types: TypeOracle): KfuncGuarantees {
  const { rules } = resolveSeries(series);
  const released = releasedParameter(input, rules, types);
  return {
    series,
    parameters: input.parameters.map((_, i) => parameterGuarantee(input, i, rules, types, released)),
    returns: returnGuarantee(input, rules, types),
    context: contextGuarantee(input, rules),
  };
}

function parameterGuarantee(
  input: KfuncInput,
  index: number,
  series: string,
  types: TypeOracle,
  released: number | null,
): ParameterGuarantee {
  const parameter = input.parameters[index]!;
  const classified = classify(input, index, series, types);
  const kinds = [classified.kind, ...(classified.orElse ? [classified.orElse] : [])];
  const answers = kinds.map((kind) => answer(input, parameter.name, kind, series, released === index));
  const weakest = answers.reduce((a, b) => weaker(a, b));
  const sizes = sizeFacts(input, classified, series);
  return {
    name: parameter.name,
    type: parameter.text,
    kind: classified.kind,
    mayBeNull: weakest.mayBeNull,
    trust: weakest.trust,
    refcountMayBeZero: weakest.refcountMayBeZero,
    liveCount: weakest.liveCount,
    constant: isConstant(classified, parameter.name, series) || isReleasedNumber(input, classified, index, series),
    bounded: false,
    sizeOf: sizes.sizeOf,
    sizeParameter: sizes.sizeParameter,
    unsure: classified.unsure,
    nullUnsure: isNullnessSure(input, parameter.name, classified, series, released === index) ? null : classified.unsure,
    because: answers.flatMap((a) => a.because),
  };
}

/** Whatever a pointer to a struct of unknown layout turns out to be, an object or memory: both may say the same of NULL. */
function isNullnessSure(input: KfuncInput, name: string, { kind, shape }: Classified, series: string, released: boolean): boolean {
  if (kind !== 'unknown' || shape.k !== 'struct-pointer') return false;
  const [object, memory] = (['btf-pointer', 'memory'] as const).map((one) => answer(input, name, one, series, released));
  return object!.mayBeNull === memory!.mayBeNull;
}

interface Answer {
  mayBeNull: boolean;
  trust: Trust;
  refcountMayBeZero: boolean;
  liveCount: 'reference' | 'hook' | 'nobody';
  because: Evidence[];
}

const TRUST_ORDER: readonly Trust[] = ['any', 'rcu', 'trusted', 'none'];

function weaker(a: Answer, b: Answer): Answer {
  const liveOrder = ['nobody', 'hook', 'reference'] as const;
  return {
    mayBeNull: a.mayBeNull || b.mayBeNull,
    trust: TRUST_ORDER.indexOf(a.trust) <= TRUST_ORDER.indexOf(b.trust) ? a.trust : b.trust,
    refcountMayBeZero: a.refcountMayBeZero || b.refcountMayBeZero,
    liveCount: liveOrder.indexOf(a.liveCount) <= liveOrder.indexOf(b.liveCount) ? a.liveCount : b.liveCount,
    because: [],
  };
}

/** One kind's answer: the kind, then what flags add to it. */
function answer(input: KfuncInput, name: string, kind: ParameterKind, series: string, released: boolean): Answer {
  const rule = kindRule(kind, series);
  const trust = rule.trust === 'by-flag' ? effectOf(TRUST_CHECKED, input.flags, series) : null;
  const referenced = kind === 'btf-pointer' && (released || trust?.referenced === true);
  // until 7.1 a call without a reference is refused as a whole, so that even a nullable argument is not NULL
  const never = kind === 'btf-pointer' && released && releaseArgument(series) === 'any';
  const nullness = never ? { mayBeNull: false, because: [] } : nullnessOf(input, name, rule, trust !== null || referenced, series);
  const isObject = rule.trust === 'by-flag' || rule.trust === 'any';
  return {
    mayBeNull: nullness.mayBeNull,
    trust: rule.trust !== 'by-flag' ? rule.trust : referenced ? 'trusted' : (trust?.trust ?? 'any'),
    refcountMayBeZero: isObject && !referenced,
    liveCount: referenced ? 'reference' : trust?.trust === 'trusted' || !isObject ? 'hook' : 'nobody',
    // the kind last: it says how the verifier looks at the parameter, the others what it then enforces
    because: [
      ...nullness.because,
      ...trustEvidence(input, name, trust, released, series),
      verifierEvidence(`${name} is taken as ${articled(kind)}: ${rule.text}`, sourceOf(rule.at, series)),
    ],
  };
}

function trustEvidence(input: KfuncInput, name: string, trust: TrustEffect | null, released: boolean, series: string): Evidence[] {
  const found: Evidence[] = [];
  if (trust) {
    const what =
      trust.trust === 'rcu' ? 'trusted or RCU-protected (its count may be 0)' : trust.referenced ? 'referenced' : 'referenced or trusted';
    found.push(
      verifierEvidence(
        `${flagText(input, trust.flag)}${name} must be ${what}`,
        sourceOf(trust.at, series),
        trust.flag ? input.flagsAt : null,
      ),
    );
  }
  if (released) {
    const text = `KF_RELEASE${lineText(input)}: the verifier lets only a pointer that holds a reference through for ${name}, and takes the reference away`;
    found.push(verifierEvidence(text, sourceOf(RELEASE_AT, series), input.flagsAt));
  }
  return found;
}

function articled(kind: ParameterKind): string {
  return /^[aeiou]/.test(kind) && kind !== 'uncallable'
    ? `an ${kind}`
    : kind === 'sized-memory' || kind === 'memory'
      ? kind
      : kind === 'uncallable'
        ? kind
        : `a ${kind}`;
}

function isConstant(c: Classified, name: string, series: string): boolean {
  if (c.kind !== 'scalar') return false;
  return carries(name, '__k', series) || carries(name, '__szk', series) || (BUFFER_SIZE_NAMES as readonly string[]).includes(name);
}

/** From 7.2 on the first argument of a KF_RELEASE kfunc holds a reference or is 0, whatever its type: for a number only 0 is left. */
function isReleasedNumber(input: KfuncInput, c: Classified, index: number, series: string): boolean {
  return c.kind === 'scalar' && index === 0 && input.flags.includes('KF_RELEASE') && releaseArgument(series) === 'first';
}

/**
 * `sizeOf` only where the verifier ties the length to the memory whatever register comes: until 7.2 it does not look at the length of a struct that
 * arrives as a kernel object.
 */
function sizeFacts(input: KfuncInput, c: Classified, series: string): { sizeOf: string | null; sizeParameter: string | null } {
  if (c.sizedBy === null) return { sizeOf: null, sizeParameter: null };
  const sizeParameter = input.parameters[c.sizedBy]!.name;
  const tied = c.kind === 'sized-memory' && (c.shape.k !== 'struct-pointer' || compareSeries(series, '7.3') >= 0);
  return { sizeOf: tied ? sizeParameter : null, sizeParameter };
}
