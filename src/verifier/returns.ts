/** What the program holds after the call. */
import type { Evidence } from '../claim.ts';
import type { KfuncInput, ReturnGuarantee, ReturnMemory, Trust, TypeOracle } from './model.ts';
import type { Life } from './series.ts';
import { during } from './series.ts';
import { shapeOf } from './shape.ts';
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

export function returnGuarantee(input: KfuncInput, series: string, types: TypeOracle): ReturnGuarantee {
  const shape = shapeOf(input.returns, types);
  const acquires = input.flags.includes('KF_ACQUIRE');
  const name = `${input.name}()`;
  if (shape.k === 'scalar' || shape.k === 'unpassable' || (shape.k === 'unknown' && shape.pointer !== true)) {
    const text =
      input.returns.name === 'void' ? `${name} returns nothing` : `what ${name} returns is a number without a range to the program`;
    return {
      mayBeNull: false,
      acquires,
      trust: 'none',
      memory: null,
      because: [verifierEvidence(text, sourceOf([at('mark_reg_unknown')], series))],
    };
  }
  if (shape.k === 'void-pointer') {
    const text = `the void * that ${name} returns is a mere number to the program, which can't look behind it`;
    return {
      mayBeNull: false,
      acquires,
      trust: 'none',
      memory: null,
      because: [verifierEvidence(text, sourceOf([at('returns pointer type', '6.1', '6.8'), at('void *', '6.9')], series))],
    };
  }
  // a union is no object to the verifier: the program gets memory of its size
  const isUnion = shape.k === 'struct-pointer' && shape.name.startsWith('union ');
  const trust = shape.k === 'struct-pointer' && !isUnion ? structTrust(input, series) : null;
  return {
    mayBeNull: input.flags.includes('KF_RET_NULL'),
    acquires,
    trust: trust?.trust ?? 'any',
    memory: shape.k === 'scalar-pointer' || isUnion ? memoryOf(input) : null,
    because: [
      ...(trust ? [verifierEvidence(`${name}: ${trust.text}`, sourceOf(trust.at, series), trust.flag ? input.flagsAt : null)] : []),
      nullEvidence(input, series),
    ],
  };
}

function structTrust(input: KfuncInput, series: string): ReturnTrust {
  const holds = (r: ReturnTrust) =>
    (r.flag === null || input.flags.includes(r.flag)) && (!r.protectedIterator || input.constructorProtected === true);
  return RETURN_TRUST.find((r) => during(r, series) && holds(r))!;
}

function memoryOf(input: KfuncInput): ReturnMemory {
  const named = input.parameters.find((p) => p.name === 'rdwr_buf_size' || p.name === 'rdonly_buf_size');
  return { writable: named?.name === 'rdwr_buf_size', size: named?.name ?? 'pointee' };
}

function nullEvidence(input: KfuncInput, series: string): Evidence {
  const has = input.flags.includes('KF_RET_NULL');
  const text = has
    ? 'KF_RET_NULL: the program must test the result for NULL before it uses it'
    : 'without KF_RET_NULL the program may use the result untested: NULL must never be returned';
  return verifierEvidence(text, sourceOf(RET_NULL, series), has ? input.flagsAt : null);
}
