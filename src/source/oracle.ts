/** Answers the verifier model's questions about C types. */
import type { TypeOracle } from '../verifier/model.ts';
import type { TypeSyntax } from './ir.ts';
import type { Program, SourceFile } from './model.ts';
import { PRIMITIVE_WORDS } from './words.ts';

/** kernel/bpf/verifier.c, __btf_type_is_scalar_struct(): structs in structs up to this depth. */
const STRUCT_DEPTH = 3;

export function typeOracle(program: Program, from: SourceFile): TypeOracle {
  return {
    isScalarStruct: (name) => scalarStruct(program, from, name, 0),
    resolveTypedef: (name) => program.findTypedef(name, from),
    isEnum64: (name) => isEnum64(program, from, name),
  };
}

/** No field that is not scalar and none unknown → true; a field that surely is not scalar → false; else null. */
function scalarStruct(program: Program, from: SourceFile, name: string, depth: number): boolean | null {
  const found = program.findStruct(name, from);
  if (!found) return null;
  // pointers answer without a look-up
  if (found.fields.some((f) => f.type.pointers > 0 || f.type.isFunction)) return false;
  let sure = found.complete || found.fields.length > 0;
  for (const f of found.fields) {
    const answer = scalarField(program, from, f.type, depth);
    if (answer === false) return false;
    sure &&= answer === true;
  }
  return sure ? true : null;
}

function scalarField(program: Program, from: SourceFile, written: TypeSyntax, depth: number): boolean | null {
  const type = resolve(program, from, written);
  if (type === null) return null;
  if (type.pointers > 0 || type.isFunction || type.dims.length > 1) return false;
  const isStruct = /^(?:struct|union)\b/.test(type.name);
  if (type.dims.length === 1) return /^0?$/.test(type.dims[0]!.trim()) || isStruct ? false : scalarName(type.name);
  if (!isStruct) return scalarName(type.name);
  return depth >= STRUCT_DEPTH ? false : scalarStruct(program, from, type.name, depth + 1);
}

function scalarName(name: string): boolean | null {
  if (/^enum\b/.test(name)) return true;
  const words = name.split(' ');
  if (!words.every((w) => PRIMITIVE_WORDS.has(w))) return null;
  return !words.some((w) => w === 'void' || w === 'float' || w === 'double');
}

/** Through typedefs; null where one is not at hand. */
function resolve(program: Program, from: SourceFile, written: TypeSyntax): TypeSyntax | null {
  let type = written;
  for (let i = 0; i < 8; i++) {
    if (/^(?:struct|union|enum)\b/.test(type.name) || type.name.split(' ').every((w) => PRIMITIVE_WORDS.has(w))) return type;
    const next = program.findTypedef(type.name, from);
    if (!next) return type.pointers > 0 ? type : null;
    type = {
      ...next,
      pointers: next.pointers + type.pointers,
      dims: [...type.dims, ...next.dims],
      isFunction: next.isFunction || type.isFunction,
    };
  }
  return null;
}

function isEnum64(program: Program, from: SourceFile, name: string): boolean | null {
  const found = program.findEnum(name, from);
  if (!found) return null;
  if (found.enumerators.some((e) => e.value !== null && (e.value > 0xffffffff || e.value < -0x80000000))) return true;
  return found.complete && found.enumerators.every((e) => e.value !== null || !e.explicit) ? false : null;
}
