/** One question to the model, written as C. */
import { guarantees } from '../../src/verifier/guarantees.ts';
import type { KfuncGuarantees, TypeOracle } from '../../src/verifier/model.ts';
import { parseParameters, parseType } from '../oracle/declaration.ts';

/** `struct plain` is made of integers, `struct object` holds pointers, `struct unseen` is not at hand. */
export const TYPES: TypeOracle = {
  isScalarStruct: (name) => (name === 'struct plain' ? true : name === 'struct object' ? false : null),
  resolveTypedef: (name) => (name === 'object_t' ? parseType('struct object') : null),
  isEnum64: (name) => name === 'wide',
};

/** @param flags joined by `|` */
export function ask(
  flags: string,
  parameters: string,
  series: string,
  more: { returns?: string; types?: string[]; name?: string } = {},
): KfuncGuarantees {
  return guarantees(
    {
      name: more.name ?? 'bpf_thing',
      returns: parseType(more.returns ?? 'int'),
      parameters: parseParameters(parameters),
      flags: flags === '' ? [] : flags.split('|'),
      programTypes: (more.types ?? ['TRACING']).map((t) => `BPF_PROG_TYPE_${t}`),
      flagsAt: { file: 'x.c', line: 7, column: 1 },
      flagsLine: `BTF_ID_FLAGS(func, bpf_thing${flags === '' ? '' : `, ${flags.replaceAll('|', ' | ')}`})`,
    },
    series,
    TYPES,
  );
}
