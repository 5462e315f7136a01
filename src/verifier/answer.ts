/** What one kind of argument promises of one parameter: the kind's own row, then what flags and suffixes add. */
import type { Evidence } from '../claim.ts';
import type { TrustEffect } from './flags.ts';
import { effectOf, flagPlace, flagText, lineText, TRUST_CHECKED } from './flags.ts';
import { EMPTY_DYNPTR, EMPTY_ITERATOR, type KindRule, kindRule } from './kinds.ts';
import type { KfuncInput, ParameterKind, Trust } from './model.ts';
import { nullnessOf } from './nullness.ts';
import type { Classified } from './parameters.ts';
import { RELEASE_AT, releaseArgument } from './release.ts';
import { sourceOf, verifierEvidence } from './statement.ts';
import { carries } from './suffixes.ts';

/** A parameter in its place. */
export interface Seat {
  name: string;
  index: number;
  /** the verifier takes the reference from this parameter */
  released: boolean;
}

/** What one kind of argument promises. */
export interface Answer {
  mayBeNull: boolean;
  trust: Trust;
  refcountMayBeZero: boolean;
  liveCount: 'reference' | 'hook' | 'nobody';
  because: Evidence[];
}

const TRUST_ORDER: readonly Trust[] = ['any', 'rcu', 'trusted', 'none'];

/** What holds whichever of the two it is. */
export function weaker(a: Answer, b: Answer): Answer {
  const liveOrder = ['nobody', 'hook', 'reference'] as const;
  return {
    mayBeNull: a.mayBeNull || b.mayBeNull,
    trust: TRUST_ORDER.indexOf(a.trust) <= TRUST_ORDER.indexOf(b.trust) ? a.trust : b.trust,
    refcountMayBeZero: a.refcountMayBeZero || b.refcountMayBeZero,
    liveCount: liveOrder.indexOf(a.liveCount) <= liveOrder.indexOf(b.liveCount) ? a.liveCount : b.liveCount,
    because: [],
  };
}

/** Integers, enums and what is passed by value are no pointers, whatever suffix they carry and whether or not a call is let through. */
export function isNumber({ shape }: Classified): boolean {
  return shape.k === 'scalar' || shape.k === 'unpassable';
}

export function numberAnswer(name: string, kind: ParameterKind, series: string): Answer {
  const because = [kindEvidence(name, kind, kindRule(kind, series), series)];
  return { mayBeNull: false, trust: 'none', refcountMayBeZero: false, liveCount: 'hook', because };
}

/** Nodes may come without a reference of the program's own, while a lock keeps their memory: their count may have reached 0. */
const BORROWED: readonly ParameterKind[] = ['refcounted-kptr', 'list-node', 'rb-node'];

/** One kind's answer: the kind, then what flags add to it. */
export function answer(input: KfuncInput, { name, index, released }: Seat, kind: ParameterKind, series: string): Answer {
  const rule = kindRule(kind, series);
  const trust = rule.trust === 'by-flag' ? effectOf(TRUST_CHECKED, input.flags, series) : null;
  const referenced = kind === 'btf-pointer' && (released || trust?.referenced === true);
  // until 7.1 a call without a reference is refused as a whole, so that even a nullable argument is not NULL
  const never = kind === 'btf-pointer' && released && releaseArgument(series) === 'any';
  const nullness = never ? { mayBeNull: false, because: [] } : nullnessOf(input, name, rule, trust !== null || referenced, series);
  const isObject = rule.trust === 'by-flag' || rule.trust === 'any' || BORROWED.includes(kind);
  return {
    mayBeNull: nullness.mayBeNull,
    trust: rule.trust !== 'by-flag' ? rule.trust : referenced ? 'trusted' : (trust?.trust ?? 'any'),
    refcountMayBeZero: isObject && !referenced,
    liveCount: referenced ? 'reference' : trust?.trust === 'trusted' || !isObject ? 'hook' : 'nobody',
    // the kind last: it says how the verifier looks at the parameter, the others what it then enforces
    because: [
      ...nullness.because,
      ...trustEvidence(input, name, trust, released, series),
      emptySlot(input, name, index, kind, series) ?? kindEvidence(name, kind, rule, series),
    ],
  };
}

function kindEvidence(name: string, kind: ParameterKind, rule: KindRule, series: string): Evidence {
  return verifierEvidence(`${name} is taken as ${articled(kind)}: ${rule.text}`, sourceOf(rule.at, series));
}

/** Where the kfunc is to make the dynptr or the iterator itself; else null. */
function emptySlot(input: KfuncInput, name: string, index: number, kind: ParameterKind, series: string): Evidence | null {
  const isMade =
    kind === 'dynptr' ? carries(name, '__uninit', series) : kind === 'iterator' && index === 0 && input.flags.includes('KF_ITER_NEW');
  if (!isMade) return null;
  const text = `${name} is an empty slot on the stack for ${articled(kind)}: every path must initialise it, failures too`;
  return verifierEvidence(text, sourceOf(kind === 'dynptr' ? EMPTY_DYNPTR : EMPTY_ITERATOR, series));
}

function trustEvidence(input: KfuncInput, name: string, trust: TrustEffect | null, released: boolean, series: string): Evidence[] {
  const found: Evidence[] = [];
  if (trust) {
    const what =
      trust.trust === 'rcu' ? 'trusted or RCU-protected (its count may be 0)' : trust.referenced ? 'referenced' : 'referenced or trusted';
    found.push(
      verifierEvidence(`${flagText(input, trust.flag)}${name} must be ${what}`, sourceOf(trust.at, series), flagPlace(input, trust.flag)),
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
