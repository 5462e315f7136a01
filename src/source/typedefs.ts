/** Typedefs that mean the same in every kernel, so that a patch alone can be read. */
import type { TypeSyntax } from './ir.ts';

const MEANINGS: Record<string, string> = {
  u8: 'unsigned char',
  u16: 'unsigned short',
  u32: 'unsigned int',
  u64: 'unsigned long long',
  s8: 'signed char',
  s16: 'short',
  s32: 'int',
  s64: 'long long',
  uint: 'unsigned int',
  ulong: 'unsigned long',
  ushort: 'unsigned short',
  uchar: 'unsigned char',
  u_int: 'unsigned int',
  u_long: 'unsigned long',
  u_char: 'unsigned char',
  size_t: 'unsigned long',
  ssize_t: 'long',
  ptrdiff_t: 'long',
  uintptr_t: 'unsigned long',
  intptr_t: 'long',
  loff_t: 'long long',
  pid_t: 'int',
  gfp_t: 'unsigned int',
  fmode_t: 'unsigned int',
  slab_flags_t: 'unsigned int',
  umode_t: 'unsigned short',
  sector_t: 'unsigned long long',
  ktime_t: 'long long',
  time64_t: 'long long',
  pgoff_t: 'unsigned long',
  resource_size_t: 'unsigned long long',
  phys_addr_t: 'unsigned long long',
  dma_addr_t: 'unsigned long long',
  uint8_t: 'unsigned char',
  uint16_t: 'unsigned short',
  uint32_t: 'unsigned int',
  uint64_t: 'unsigned long long',
  int8_t: 'signed char',
  int16_t: 'short',
  int32_t: 'int',
  int64_t: 'long long',
  __wsum: 'unsigned int',
  __sum16: 'unsigned short',
};

function entries(): [string, TypeSyntax][] {
  const out: [string, TypeSyntax][] = [];
  for (const [name, meaning] of Object.entries(MEANINGS)) {
    const type = { name: meaning, pointers: 0, dims: [], isConst: false, isFunction: false };
    out.push([name, type]);
    if (/^[us]\d+$/.test(name)) out.push([`__${name}`, type]);
  }
  for (const width of [16, 32, 64]) {
    const type = { name: MEANINGS[`u${width}`]!, pointers: 0, dims: [], isConst: false, isFunction: false };
    out.push([`__be${width}`, type], [`__le${width}`, type]);
  }
  return out;
}

export const BUILTIN_TYPEDEFS: ReadonlyMap<string, TypeSyntax> = new Map(entries());
