/** What the program holds after the call. */
import type { Evidence } from '../claim.ts';
import type { KfuncInput, ParameterInput, ReturnGuarantee, ReturnMemory, Trust, TypeOracle } from './model.ts';
import type { Life } from './series.ts';
import { during, OLDEST } from './series.ts';
import type { Shape } from './shape.ts';
import { shapeOf } from './shape.ts';
import { specialReturn } from './special-returns.ts';
import type { Statement } from './statement.ts';
import { sourceOf, verifierEvidence } from './statement.ts';

const CALL = { path: 'kernel/bpf/verifier.c', symbol: 'check_kfunc_call' } as const;
const at = (quote: string, since = '6.1', until: string | null = null): Statement => ({ ...CALL, since, until, quote });

interface ReturnTrust extends Life {
  /** null: whatever the flags are */
  flag: string | null;
  /** only for elements of an iterator whose constructor has KF_RCU_PROTECTED */
  protectedIterator?: true;
  trust: Trust;
  text: string;
  at: readonly Statement[];
}

/** The first that applies decides, for a pointer to a struct. */
export const RETURN_TRUST: readonly ReturnTrust[] = [
  {
    since: '6.1',
    until: null,
    flag: 'KF_ACQUIRE',
    trust: 'trusted',
    text: 'the result holds a reference',
    at: [at('acquire kernel function does not return PTR_TO_BTF_ID')],
  },
  {
    since: '6.18',
    until: null,
    flag: 'KF_RCU_PROTECTED',
    trust: 'rcu',
    text: 'the result is good until the RCU section ends',
    at: [at('MEM_RCU', '6.18')],
  },
  {
    since: '6.12',
    until: null,
    flag: 'KF_ITER_NEXT',
    protectedIterator: true,
    trust: 'rcu',
    text: 'the element is good until the RCU section ends, because the constructor has KF_RCU_PROTECTED',
    at: [at('MEM_RCU', '6.12')],
  },
  {
    since: '6.12',
    until: null,
    flag: 'KF_ITER_NEXT',
    trust: 'trusted',
    text: 'the element is trusted until the next call',
    at: [at('PTR_TRUSTED', '6.12')],
  },
  {
    since: '7.0',
    until: null,
    flag: null,
    trust: 'trusted',
    text: 'a returned object counts as trusted without any flag',
    at: [at('PTR_TRUSTED', '7.0')],
  },
  {
    since: '6.1',
    until: '6.19',
    flag: null,
    trust: 'any',
    text: 'a returned object is neither trusted nor referenced',
    at: [at('PTR_TO_BTF_ID')],
  },
];

const RET_NULL: readonly Statement[] = [at('PTR_MAYBE_NULL')];
const NUMBER: readonly Statement[] = [at('mark_reg_unknown')];
const MEMORY: readonly Statement[] = [at('PTR_TO_MEM')];

interface Refusal extends Life {
  when(input: KfuncInput, shape: Shape): boolean;
  text: string;
  at: readonly Statement[];
}

/** `struct foo *`; until 6.1 a union was as good. */
const isObject = (shape: Shape) => shape.k === 'struct-pointer' && !shape.name.startsWith('union ');
const namesSize = (input: KfuncInput) => sizeNamed(input) !== undefined;

/** Returns with which no program that makes the call is let through. */
export const REFUSED_RETURNS: readonly Refusal[] = [
  {
    since: '6.1',
    until: null,
    when: (input, shape) => input.flags.includes('KF_ACQUIRE') && shape.k !== 'struct-pointer' && shape.k !== 'unknown',
    text: 'KF_ACQUIRE asks for a pointer to a struct',
    at: [at('acquire kernel function does not return PTR_TO_BTF_ID')],
  },
  {
    since: '6.1',
    until: '6.8',
    when: (input, shape) => shape.k === 'void-pointer' && !namesSize(input),
    text: 'a void * can be returned from 6.9 on',
    at: [at('returns pointer type', '6.1', '6.8')],
  },
  {
    since: '6.1',
    until: '6.3',
    when: (input, shape) => (shape.k === 'scalar-pointer' || shape.k === 'deep-pointer') && !namesSize(input),
    text: 'memory can be returned with a parameter rdonly_buf_size or rdwr_buf_size only, until 6.3',
    at: [at('returns pointer type')],
  },
];

/**
 * What the program holds. Where no call is let through, what the declaration asks for, and the reason in `refused`.
 * @param series a modelled one
 */
export function returnGuarantee(input: KfuncInput, series: string, types: TypeOracle): ReturnGuarantee {
  const acquires = input.flags.includes('KF_ACQUIRE');
  const special = specialReturn(input.name, series);
  if (special) {
    const because = [
      verifierEvidence(`${input.name}() returns ${special.text}`, sourceOf(special.at, series)),
      nullEvidence(input, series),
    ];
    return { mayBeNull: input.flags.includes('KF_RET_NULL'), acquires, trust: special.trust, memory: special.memory, because };
  }
  const shape = shapeOf(input.returns, types);
  const told = isVoid(input) || isNumber(shape) ? numberGuarantee(input, shape, series) : pointerGuarantee(input, shape, series);
  const refusal = REFUSED_RETURNS.find((r) => during(r, series) && r.when(input, shape));
  if (!refusal) return { acquires, ...told };
  const evidence = verifierEvidence(`every call of ${input.name}() is refused: ${refusal.text}`, sourceOf(refusal.at, series));
  return { acquires, ...told, refused: refusal.text, because: [evidence, ...told.because] };
}

const isVoid = (input: KfuncInput) => input.returns.name === 'void' && input.returns.pointers === 0 && !input.returns.isFunction;

function isNumber(shape: Shape): boolean {
  return (
    shape.k === 'scalar' || shape.k === 'unpassable' || shape.k === 'void-pointer' || (shape.k === 'unknown' && shape.pointer !== true)
  );
}

type Told = Omit<ReturnGuarantee, 'acquires'>;

function numberGuarantee(input: KfuncInput, shape: Shape, series: string): Told {
  const text = isVoid(input)
    ? `${input.name}() returns nothing`
    : shape.k === 'void-pointer'
      ? `the void * that ${input.name}() returns is a mere number to the program, which can't look behind it`
      : `what ${input.name}() returns is a number without a range to the program`;
  return { mayBeNull: false, trust: 'none', memory: null, because: [verifierEvidence(text, sourceOf(NUMBER, series))] };
}

function pointerGuarantee(input: KfuncInput, shape: Shape, series: string): Told {
  const isStruct = isObject(shape) || (shape.k === 'struct-pointer' && series === OLDEST);
  const trust = isStruct ? structTrust(input, series) : null;
  const memory = isStruct || shape.k === 'unknown' || shape.k === 'function-pointer' ? null : memoryOf(input);
  return {
    mayBeNull: input.flags.includes('KF_RET_NULL'),
    trust: trust?.trust ?? 'any',
    memory,
    because: [
      ...(trust ? [verifierEvidence(`${input.name}(): ${trust.text}`, sourceOf(trust.at, series), trust.flag ? input.flagsAt : null)] : []),
      ...(memory ? [memoryEvidence(input, memory, series)] : []),
      nullEvidence(input, series),
    ],
  };
}

function memoryEvidence(input: KfuncInput, { writable, size }: ReturnMemory, series: string): Evidence {
  const length = size === 'pointee' ? 'as long as the type pointed to' : `of as many bytes as the constant ${size} says`;
  const text = `${input.name}() returns ${writable ? 'writable' : 'read-only'} memory ${length}: that much must be there`;
  return verifierEvidence(text, sourceOf(MEMORY, series));
}

function structTrust(input: KfuncInput, series: string): ReturnTrust {
  const holds = (r: ReturnTrust) =>
    (r.flag === null || input.flags.includes(r.flag)) && (!r.protectedIterator || input.constructorProtected === true);
  return RETURN_TRUST.find((r) => during(r, series) && holds(r))!;
}

function memoryOf(input: KfuncInput): ReturnMemory {
  const named = sizeNamed(input);
  return { writable: named?.name === 'rdwr_buf_size', size: named?.name ?? 'pointee' };
}

function sizeNamed(input: KfuncInput): ParameterInput | undefined {
  return input.parameters.find((p) => p.name === 'rdwr_buf_size' || p.name === 'rdonly_buf_size');
}

function nullEvidence(input: KfuncInput, series: string): Evidence {
  const has = input.flags.includes('KF_RET_NULL');
  const text = has
    ? 'KF_RET_NULL: the program must test the result for NULL before it uses it'
    : 'without KF_RET_NULL the program may use the result untested: NULL must never be returned';
  return verifierEvidence(text, sourceOf(RET_NULL, series), has ? input.flagsAt : null);
}
