/** What one kind of argument promises of one parameter: the kind's own row, then what flags and suffixes add. */
import type { Evidence } from '../claim.ts';
import type { TrustEffect } from './flags.ts';
import { effectOf, flagPlace, flagText, lineText, TRUST_CHECKED } from './flags.ts';
import { EMPTY_DYNPTR, EMPTY_ITERATOR, type KindRule, kindRule, OBJECT_REGISTER } from './kinds.ts';
import type { KfuncInput, ParameterKind, Trust } from './model.ts';
import { nullnessOf } from './nullness.ts';
import type { Classified } from './parameters.ts';
import { RELEASE_AT, releaseArgument } from './release.ts';
import { OLDEST } from './series.ts';
import type { Shape } from './shape.ts';
import { sourceOf, verifierEvidence } from './statement.ts';
import { carries } from './suffixes.ts';

/** A parameter in its place. */
export interface Seat {
  name: string;
  index: number;
  shape: Shape;
  /** a size stands behind it */
  paired: boolean;
  /** the verifier takes the reference from this parameter */
  released: boolean;
}

/** What one kind of argument promises. */
export interface Answer {
  mayBeNull: boolean;
  trust: Trust;
  refcountMayBeZero: boolean;
  liveCount: 'reference' | 'hook' | 'nobody';
  walked: boolean;
  toFill: boolean;
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
    walked: a.walked || b.walked,
    toFill: a.toFill || b.toFill,
    because: [],
  };
}

/** Integers, enums and what is passed by value are no pointers, whatever suffix they carry and whether or not a call is let through. */
export function isNumber({ shape }: Classified): boolean {
  return shape.k === 'scalar' || shape.k === 'unpassable';
}

export function numberAnswer(name: string, kind: ParameterKind, series: string): Answer {
  const because = [kindEvidence(name, kind, kindRule(kind, series), series)];
  return { mayBeNull: false, trust: 'none', refcountMayBeZero: false, liveCount: 'hook', walked: false, toFill: false, because };
}

/** Nodes may come without a reference of the program's own, while a lock keeps their memory: their count may have reached 0. */
const BORROWED: readonly ParameterKind[] = ['refcounted-kptr', 'list-node', 'rb-node'];

/** One kind's answer: the kind, then what flags add to it. */
export function answer(input: KfuncInput, seat: Seat, kind: ParameterKind, series: string): Answer {
  const { name, released, paired } = seat;
  const rule = kindRule(kind, series);
  const trust = rule.trust === 'by-flag' ? effectOf(TRUST_CHECKED, input.flags, series) : null;
  const referenced = kind === 'btf-pointer' && (released || trust?.referenced === true);
  // until 7.1 a call without a reference is refused as a whole, so that even a nullable argument is not NULL
  const never = kind === 'btf-pointer' && released && releaseArgument(series) === 'any';
  const nullness = never
    ? { mayBeNull: false, because: [] }
    : nullnessOf(input, { name, paired }, rule, trust !== null || referenced, series);
  const isObject = rule.trust === 'by-flag' || rule.trust === 'any' || BORROWED.includes(kind);
  const toFill = isToFill(input, seat, kind, series);
  const walked = isWalked(input, kind, rule, seat, series);
  return {
    mayBeNull: nullness.mayBeNull,
    trust: rule.trust !== 'by-flag' ? rule.trust : referenced ? 'trusted' : (trust?.trust ?? 'any'),
    refcountMayBeZero: isObject && !referenced,
    liveCount: referenced ? 'reference' : trust?.trust === 'trusted' || !isObject ? 'hook' : 'nobody',
    walked,
    toFill,
    // the kind last: it says how the verifier looks at the parameter, the others what it then enforces
    because: [
      ...nullness.because,
      ...(released ? [releaseEvidence(input, name, series)] : trust ? [trustEvidence(input, name, trust, series)] : []),
      ...(walked && isMemory(kind) ? [walkEvidence(name, series)] : []),
      toFill ? slotEvidence(name, kind, series) : kindEvidence(name, kind, rule, series),
    ],
  };
}

function kindEvidence(name: string, kind: ParameterKind, rule: KindRule, series: string): Evidence {
  return verifierEvidence(`${name} is taken as ${articled(kind)}: ${rule.text}`, sourceOf(rule.at, series));
}

/** The kfunc is to make the dynptr or the iterator itself. */
function isToFill(input: KfuncInput, { name, index }: Seat, kind: ParameterKind, series: string): boolean {
  return kind === 'dynptr' ? carries(name, '__uninit', series) : kind === 'iterator' && index === 0 && input.flags.includes('KF_ITER_NEW');
}

function slotEvidence(name: string, kind: ParameterKind, series: string): Evidence {
  const text = `${name} is an empty slot on the stack for ${articled(kind)}: every path must initialise it, failures too`;
  return verifierEvidence(text, sourceOf(kind === 'dynptr' ? EMPTY_DYNPTR : EMPTY_ITERATOR, series));
}

function trustEvidence(input: KfuncInput, name: string, effect: TrustEffect, series: string): Evidence {
  const what = effect.with
    ? `trusted: where a ${effect.with} kfunc may be called, no pointer is protected by RCU`
    : effect.trust === 'rcu'
      ? 'trusted or RCU-protected (its count may be 0)'
      : effect.referenced
        ? 'referenced'
        : 'referenced or trusted';
  const text = `${flagText(input, effect.flag)}${name} must be ${what}`;
  return verifierEvidence(text, sourceOf(effect.at, series), flagPlace(input, effect.flag));
}

function releaseEvidence(input: KfuncInput, name: string, series: string): Evidence {
  const text = `KF_RELEASE${lineText(input)}: the verifier lets only a pointer that holds a reference through for ${name}, and takes the reference away`;
  return verifierEvidence(text, sourceOf(RELEASE_AT, series), input.flagsAt);
}

const isMemory = (kind: ParameterKind) => kind === 'memory' || kind === 'sized-memory';

/**
 * A pointer that a program read out of another object gets through: by a kind that looks at nothing, or because no flag asks where an object comes
 * from. A struct of integers may be such an object as well as memory of the program's own: until 7.2 the register decides.
 */
function isWalked(input: KfuncInput, kind: ParameterKind, rule: KindRule, { shape, released, index }: Seat, series: string): boolean {
  // from 7.2 on it must hold a reference, __ign or not, though of what is not looked at
  if (index === 0 && input.flags.includes('KF_RELEASE') && releaseArgument(series) === 'first') return false;
  if (kind === 'ignored' || (kind === 'callback' && rule.trust === 'any')) return true;
  if (released || effectOf(TRUST_CHECKED, input.flags, series) !== null) return false;
  return rule.trust === 'by-flag' || kind === 'unknown' || (isMemory(kind) && mayBeObject(shape, series));
}

/** A union is an object in 6.1 only. */
function mayBeObject(shape: Shape, series: string): boolean {
  return shape.k === 'unknown' || (shape.k === 'struct-pointer' && (shape.name.startsWith('struct ') || series === OLDEST));
}

function walkEvidence(name: string, series: string): Evidence {
  const text = `no flag makes the verifier check ${name}: where a kernel object points to such a struct, that pointer gets through too, NULL or stale`;
  return verifierEvidence(text, sourceOf(OBJECT_REGISTER, series));
}

/** Kinds whose names are no nouns that are counted. */
const BARE: readonly ParameterKind[] = ['memory', 'sized-memory', 'uncallable', 'ignored', 'implicit', 'unknown'];

function articled(kind: ParameterKind): string {
  if (BARE.includes(kind)) return kind;
  return `${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}`;
}
