/** Sizes and offsets of structs on LP64, where every field's type is at hand; null otherwise, never a guess. */
import type { Activation } from './activation.ts';
import type { CType } from './ctype.ts';
import { sizeOfType } from './ctype.ts';
import { kept } from './type-memory.ts';

interface Layout {
  size: number;
  align: number;
}

function layoutOf(a: Activation, t: CType, depth: number): Layout | null {
  if (t.k === 'struct') return structLayout(a, t.tag, null, depth)?.layout ?? null;
  if (t.k === 'array') {
    const inner = layoutOf(a, t.of, depth + 1);
    const count = arrayCount(a, t.dim);
    return inner && count !== null ? { size: inner.size * count, align: inner.align } : null;
  }
  const size = sizeOfType(t);
  return size === null ? null : { size, align: size };
}

/** Number of elements that a dimension as written means; null for anything but a number or a known constant. */
export function arrayCount(a: Activation, dim: string): number | null {
  const text = dim.trim();
  if (/^(0x[0-9a-f]+|\d+)[ul]*$/i.test(text)) return Number(text.replace(/[ul]+$/i, ''));
  if (/^[A-Za-z_]\w*$/.test(text)) return a.program.findConstant(text, a.file)?.value ?? null;
  const sum = /^([A-Za-z_]\w*)\s*([+-])\s*(\d+)$/.exec(text);
  if (sum) {
    const base = a.program.findConstant(sum[1]!, a.file)?.value ?? null;
    return base === null ? null : base + (sum[2] === '+' ? 1 : -1) * Number(sum[3]);
  }
  return null;
}

function structLayout(
  a: Activation,
  tag: string,
  member: string | null,
  depth: number,
): { layout: Layout; at: { offset: number; size: number } | null } | null {
  const found = depth < 6 ? a.program.findStruct(tag, a.file) : null;
  if (!found?.complete || found.fields.some((f) => f.bitfield)) return null;
  let offset = 0;
  let align = 1;
  let largest = 0;
  let at: { offset: number; size: number } | null = null;
  for (const f of found.fields) {
    const inner = layoutOf(a, a.type(f.type), depth + 1);
    if (!inner) return null;
    align = Math.max(align, inner.align);
    const start = found.isUnion ? 0 : Math.ceil(offset / inner.align) * inner.align;
    if (f.name === member && member !== null) at = { offset: start, size: inner.size };
    offset = start + inner.size;
    largest = Math.max(largest, offset);
  }
  const end = found.isUnion ? largest : offset;
  return { layout: { size: Math.ceil(end / align) * align, align }, at };
}

/** Bytes, or null. */
export function typeSize(a: Activation, t: CType): number | null {
  return t.k === 'struct' ? structSize(a, t.tag) : (layoutOf(a, t, 0)?.size ?? null);
}

/** Bytes, or null. */
export function structSize(a: Activation, tag: string): number | null {
  return kept(a.types.sizes, tag, () => structLayout(a, tag, null, 0)?.layout.size ?? null);
}

/** Offset and size in bytes of a direct member, or null. */
export function memberExtent(a: Activation, tag: string, member: string): { offset: number; size: number } | null {
  return kept(a.types.extents, `${tag} ${member}`, () => structLayout(a, tag, member, 0)?.at ?? null);
}
