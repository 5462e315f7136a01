/** What a parameter's C type is to BTF, once typedefs and what is known of structs are put in. */
import type { TypeSyntax } from '../source/ir.ts';
import { isKernelObject, isPlainStruct, isScalarName, isSettledStruct, isUnpassableName } from './kernel-types.ts';
import type { TypeOracle } from './model.ts';

export type Shape =
  | { k: 'scalar' }
  /** BTF_KIND_FLOAT, BTF_KIND_ENUM64, a struct by value, an integer that fits no register */
  | { k: 'unpassable'; what: string }
  | { k: 'void-pointer' }
  | { k: 'scalar-pointer' }
  /** `scalars`: made of scalars only; null: the definition is not at hand. Looked up when asked: most kinds are told by name */
  | { k: 'struct-pointer'; name: string; scalars: () => boolean | null }
  | { k: 'function-pointer' }
  /** `T **`, a pointer to an array and the like: nothing that a program has fits */
  | { k: 'deep-pointer' }
  | { k: 'unknown'; pointer: boolean | null; why: string };

/** How often a typedef may stand for a typedef: more is a circle. */
const DEEPEST = 8;

export function shapeOf(type: TypeSyntax, types: TypeOracle, depth = 0): Shape {
  if (type.isFunction) return type.pointers <= 1 ? { k: 'function-pointer' } : { k: 'deep-pointer' };
  const name = type.name.replace(/\s+/g, ' ').trim();
  if (/^(?:struct|union) /.test(name)) return structShape(name, type.pointers, types);
  if (/^enum /.test(name)) return enumShape(name, type.pointers, types);
  if (name === 'void') return type.pointers === 1 ? { k: 'void-pointer' } : { k: 'deep-pointer' };
  if (isScalarName(name)) return type.pointers === 0 ? { k: 'scalar' } : scalarPointer(type.pointers);
  if (isUnpassableName(name))
    return type.pointers === 0
      ? { k: 'unpassable', what: name }
      : { k: 'unknown', pointer: true, why: `what a program may pass for ${name} * was not tried` };
  const meant = depth < DEEPEST ? types.resolveTypedef(name) : null;
  if (meant) return shapeOf({ ...meant, pointers: meant.pointers + type.pointers, isFunction: meant.isFunction }, types, depth + 1);
  return { k: 'unknown', pointer: type.pointers > 0 ? true : null, why: `what ${name} stands for is not at hand` };
}

function structShape(name: string, pointers: number, types: TypeOracle): Shape {
  if (pointers === 0) return { k: 'unpassable', what: `${name} by value` };
  if (pointers > 1) return { k: 'deep-pointer' };
  return { k: 'struct-pointer', name, scalars: () => isMadeOfScalars(name, types) };
}

/** What no kernel lays out otherwise is not looked up. */
function isMadeOfScalars(name: string, types: TypeOracle): boolean | null {
  if (isKernelObject(name)) return false;
  if (isSettledStruct(name)) return true;
  return types.isScalarStruct(name) ?? (isPlainStruct(name) ? true : null);
}

function enumShape(name: string, pointers: number, types: TypeOracle): Shape {
  if (types.isEnum64(name.replace(/^enum /, '')) === true)
    return pointers === 0 ? { k: 'unpassable', what: `${name} of 64 bits` } : { k: 'deep-pointer' };
  return pointers === 0 ? { k: 'scalar' } : scalarPointer(pointers);
}

function scalarPointer(pointers: number): Shape {
  return pointers === 1 ? { k: 'scalar-pointer' } : { k: 'deep-pointer' };
}
