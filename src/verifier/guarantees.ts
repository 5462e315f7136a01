/** `(flags, parameter declarations, series) → guarantees`: small functions over the tables of this folder. */
import type { Evidence } from '../claim.ts';
import { answer, isNumber, numberAnswer, type Seat, weaker } from './answer.ts';
import { contextGuarantee } from './context-guarantee.ts';
import { CONSTANT, CONSTANT_BUFFER, SIZE_OF_MEMORY } from './kinds.ts';
import type { KfuncGuarantees, KfuncInput, ParameterGuarantee, TypeOracle } from './model.ts';
import type { Classified } from './parameters.ts';
import { classify } from './parameters.ts';
import { releaseArgument, releasedParameter } from './release.ts';
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
  const seat: Seat = {
    name: parameter.name,
    index,
    shape: classified.shape,
    paired: classified.sizedBy !== null,
    released: released === index,
  };
  const answers = kinds.map((kind) => (isNumber(classified) ? numberAnswer(seat.name, kind, series) : answer(input, seat, kind, series)));
  const weakest = answers.reduce((a, b) => weaker(a, b));
  const sizes = sizeFacts(input, classified, series);
  const constant = isConstant(input, classified, index, series, types);
  return {
    name: parameter.name,
    type: parameter.text,
    kind: classified.kind,
    mayBeNull: weakest.mayBeNull,
    trust: weakest.trust,
    refcountMayBeZero: weakest.refcountMayBeZero,
    liveCount: weakest.liveCount,
    walked: weakest.walked,
    toFill: answers.some((a) => a.toFill),
    constant: constant || isReleasedNumber(input, classified, index, series),
    bounded: false,
    neverNegative: isSizeOfMemory(input, classified, series, types) ? sizeEvidence(parameter.name, series) : null,
    sizeOf: sizes.sizeOf,
    sizeParameter: sizes.sizeParameter,
    unsure: classified.unsure,
    nullUnsure: isNullnessSure(input, seat, classified, series) ? null : classified.unsure,
    because: constant ? [constantEvidence(parameter.name, series)] : answers.flatMap((a) => a.because),
  };
}

/** Whatever a pointer to a struct of unknown layout turns out to be, an object or memory: both may say the same of NULL. */
function isNullnessSure(input: KfuncInput, seat: Seat, { kind, shape }: Classified, series: string): boolean {
  if (kind !== 'unknown' || shape.k !== 'struct-pointer') return false;
  const [object, memory] = (['btf-pointer', 'memory'] as const).map((one) => answer(input, seat, one, series));
  return object!.mayBeNull === memory!.mayBeNull;
}

function isConstant(input: KfuncInput, c: Classified, index: number, series: string, types: TypeOracle): boolean {
  if (c.kind !== 'scalar') return false;
  const { name } = input.parameters[index]!;
  if (carries(name, '__szk', series)) return isConstantSize(input, c, series, types);
  return carries(name, '__k', series) || (BUFFER_SIZE_NAMES as readonly string[]).includes(name);
}

/** Until 7.2 only as the size of memory: what arrives as a kernel object has its size unread, and so has, until 6.19, a NULL that is allowed. */
function isConstantSize(input: KfuncInput, c: Classified, series: string, types: TypeOracle): boolean {
  if (compareSeries(series, '7.3') >= 0) return true;
  if (c.sizes === null) return false;
  const memory = classify(input, c.sizes, series, types);
  const mayBeNullConstant = compareSeries(series, '7.0') < 0 && carries(input.parameters[c.sizes]!.name, '__nullable', series);
  return memory.kind === 'sized-memory' && memory.shape.k !== 'struct-pointer' && !mayBeNullConstant;
}

/** With a NULL that is allowed no size is looked at, and until 7.2 none of a struct that arrives as a kernel object. */
function isSizeOfMemory(input: KfuncInput, c: Classified, series: string, types: TypeOracle): boolean {
  if (c.kind !== 'scalar' || c.sizes === null) return false;
  const memory = classify(input, c.sizes, series, types);
  const { name } = input.parameters[c.sizes]!;
  const isNoObject = memory.shape.k === 'scalar-pointer' || memory.shape.k === 'void-pointer';
  const tied = isNoObject || compareSeries(series, '7.3') >= 0;
  return memory.kind === 'sized-memory' && tied && !carries(name, '__nullable', series) && !carries(name, '__opt', series);
}

function sizeEvidence(name: string, series: string): Evidence {
  return verifierEvidence(
    `${name} says how long memory is: the verifier refuses a size that may be negative`,
    sourceOf(SIZE_OF_MEMORY, series),
  );
}

function constantEvidence(name: string, series: string): Evidence {
  const text = `${name} must be known when the program is loaded; which constant it is, is not looked at: no range, no enumerators`;
  return verifierEvidence(text, sourceOf((BUFFER_SIZE_NAMES as readonly string[]).includes(name) ? CONSTANT_BUFFER : CONSTANT, series));
}

/** From 7.2 on the first argument of a KF_RELEASE kfunc holds a reference or is 0, whatever its type: for a number only 0 is left. */
function isReleasedNumber(input: KfuncInput, c: Classified, index: number, series: string): boolean {
  return (
    (c.kind === 'scalar' || (c.kind === 'ignored' && isNumber(c))) &&
    index === 0 &&
    input.flags.includes('KF_RELEASE') &&
    releaseArgument(series) === 'first'
  );
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
