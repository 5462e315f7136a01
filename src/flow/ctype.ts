/** C types as the flow analysis needs them: width and sign of integers, what a pointer points to, extents of arrays. LP64, as on every 64-bit kernel. */
import type { TypeSyntax } from '../source/ir.ts';
import type { Program, SourceFile } from '../source/model.ts';

export interface IntType {
  k: 'int';
  bits: 8 | 16 | 32 | 64;
  /** null: an enum or typedef whose definition is not at hand */
  signed: boolean | null;
  /** `enum foo` where it is one */
  enumTag: string | null;
  bool: boolean;
}

export type CType =
  | IntType
  | { k: 'pointer'; to: CType }
  | { k: 'array'; of: CType; dim: string }
  | { k: 'struct'; tag: string }
  | { k: 'function' }
  | { k: 'void' }
  | { k: 'unknown'; name: string };

const int = (bits: 8 | 16 | 32 | 64, signed: boolean | null, enumTag: string | null = null): IntType => ({
  k: 'int',
  bits,
  signed,
  enumTag,
  bool: false,
});

export const INT = int(32, true);
export const UINT = int(32, false);
export const LONG = int(64, true);
export const ULONG = int(64, false);
export const BOOL: IntType = { k: 'int', bits: 8, signed: false, enumTag: null, bool: true };
export const UNKNOWN: CType = { k: 'unknown', name: '' };
export const CHAR = int(8, true);

const BASIC = new Map<string, CType>([
  ['void', { k: 'void' }],
  ['bool', BOOL],
  ['_Bool', BOOL],
]);
const row = (bits: 8 | 16 | 32 | 64, signed: boolean, names: string) => {
  for (const n of names.split(' ')) BASIC.set(n, int(bits, signed));
};
row(8, true, 'char s8 __s8 int8_t');
row(8, false, 'u8 __u8 uint8_t u_char');
row(16, true, 'short s16 __s16 int16_t');
row(16, false, 'u16 __u16 uint16_t ushort __be16 __le16 __sum16 umode_t sa_family_t');
row(32, true, 'int s32 __s32 int32_t pid_t');
row(32, false, 'unsigned u32 __u32 uint32_t uint gfp_t __be32 __le32 __wsum fmode_t __poll_t uid_t gid_t dev_t u_int');
row(64, true, 'long s64 __s64 int64_t ssize_t loff_t ptrdiff_t intptr_t time64_t ktime_t');
row(64, false, 'ulong u64 __u64 uint64_t size_t uintptr_t __be64 __le64 sector_t');
for (const [name, type] of [
  ['unsigned int', UINT],
  ['signed int', INT],
  ['signed', INT],
  ['unsigned char', int(8, false)],
  ['signed char', CHAR],
  ['unsigned short', int(16, false)],
  ['unsigned short int', int(16, false)],
  ['short int', int(16, true)],
  ['unsigned long', ULONG],
  ['unsigned long int', ULONG],
  ['long int', LONG],
  ['long unsigned int', ULONG],
  ['unsigned long long', ULONG],
  ['unsigned long long int', ULONG],
  ['long long', LONG],
  ['long long int', LONG],
] as const) {
  BASIC.set(name, type);
}

function enumType(tag: string, program: Program, from: SourceFile): IntType {
  const found = program.findEnum(tag, from);
  if (!found) return int(32, null, tag);
  if (found.enumerators.some((e) => e.value !== null && e.value < 0)) return int(32, true, tag);
  // Enumerators without a value of their own count up from the one before: only an explicit value that can't be read could be negative.
  const sure = found.complete && found.enumerators.every((e) => e.value !== null || !e.explicit);
  return int(32, sure ? false : null, tag);
}

/** Resolves a type as written. Unknown typedefs and undefined structs stay what they are: nothing is guessed from a name. */
export function resolveType(syntax: TypeSyntax, program: Program, from: SourceFile, depth = 0): CType {
  let base = baseType(syntax.name.trim(), program, from, depth);
  if (syntax.isFunction) return { k: 'pointer', to: { k: 'function' } };
  for (let i = 0; i < syntax.pointers; i++) base = { k: 'pointer', to: base };
  for (let i = syntax.dims.length - 1; i >= 0; i--) base = { k: 'array', of: base, dim: syntax.dims[i]! };
  return base;
}

function baseType(name: string, program: Program, from: SourceFile, depth: number): CType {
  const basic = BASIC.get(name);
  if (basic) return basic;
  if (name.startsWith('enum ')) return enumType(name.slice(5).trim(), program, from);
  if (name.startsWith('struct ') || name.startsWith('union ')) return { k: 'struct', tag: name };
  if (depth < 8 && name !== '') {
    const typedef = program.findTypedef(name, from);
    if (typedef) return resolveType(typedef, program, from, depth + 1);
  }
  return { k: 'unknown', name };
}

export function typeMin(t: CType): number {
  if (t.k !== 'int') return -Infinity;
  if (t.bool || t.signed === false) return 0;
  return -(2 ** (t.bits - 1));
}

export function typeMax(t: CType): number {
  if (t.k !== 'int') return Infinity;
  if (t.bool) return 1;
  return t.signed === true ? 2 ** (t.bits - 1) - 1 : 2 ** t.bits - 1;
}

/** Integer promotion (C11 6.3.1.1). */
export function promote(t: CType): CType {
  if (t.k !== 'int') return t;
  return t.bits < 32 ? INT : t;
}

/** Usual arithmetic conversions (C11 6.3.1.8). Unknown sign stays unknown unless the other operand decides. */
export function commonType(a: CType, b: CType): CType {
  const x = promote(a);
  const y = promote(b);
  if (x.k !== 'int' || y.k !== 'int') return x.k === 'int' ? y : x;
  if (x.bits !== y.bits) {
    const [wide, narrow] = x.bits > y.bits ? [x, y] : [y, x];
    // A signed wider type holds every value of the narrower one; an unsigned wider type converts a negative to a huge value.
    return narrow.signed === null && wide.signed ? wide : { ...wide, enumTag: null };
  }
  if (x.signed === false || y.signed === false) return int(x.bits, false);
  if (x.signed === null || y.signed === null) return int(x.bits, null);
  return int(x.bits, true);
}

export function typeKey(t: CType): string {
  switch (t.k) {
    case 'int':
      return `${t.bool ? 'b' : t.signed === null ? '?' : t.signed ? 's' : 'u'}${t.bits}`;
    case 'pointer':
      return 'p';
    default:
      return t.k;
  }
}

export function sizeOfType(t: CType): number | null {
  if (t.k === 'int') return t.bits / 8;
  if (t.k === 'pointer') return 8;
  return null;
}
