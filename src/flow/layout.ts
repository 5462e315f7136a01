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
  if (t.k === 'struct') return structLayout(a, t.tag, depth);
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

function structLayout(a: Activation, tag: string, depth: number): Layout | null {
  let size = 0;
  let align = a.program.findStruct(tag, a.file)?.align ?? 1;
  for (const member of members(a, tag, depth)) {
    if (!member) return null;
    align = Math.max(align, member.align);
    size = Math.max(size, member.offset + member.size);
  }
  return { size: Math.ceil(size / align) * align, align };
}

interface Member extends Layout {
  name: string;
  type: CType;
  offset: number;
}

/** Members in order, as far as their places are known; a null ends the list where they are not. */
function* members(a: Activation, tag: string, depth: number): Generator<Member | null> {
  const found = depth < 6 ? a.program.findStruct(tag, a.file) : null;
  if (!found?.complete) {
    yield null;
    return;
  }
  let end = 0;
  for (const f of found.fields) {
    const type = a.type(f.type);
    const layout = f.bitfield ? null : layoutOf(a, type, depth + 1);
    if (!layout) {
      yield null;
      // what stands after it could be anywhere, but in a union all stand at its start
      if (!found.isUnion) return;
      continue;
    }
    const offset = found.isUnion ? 0 : Math.ceil(end / layout.align) * layout.align;
    end = offset + layout.size;
    yield { ...layout, name: f.name, type, offset };
  }
}

/** A member by its name, also one of an unnamed struct or union inside. What follows it need not be known. */
function findMember(a: Activation, tag: string, name: string, depth: number): { offset: number; size: number } | null {
  for (const member of members(a, tag, depth)) {
    if (!member) continue;
    if (member.name === name) return { offset: member.offset, size: member.size };
    const inner = member.name === '' && member.type.k === 'struct' ? findMember(a, member.type.tag, name, depth + 1) : null;
    if (inner) return { offset: member.offset + inner.offset, size: inner.size };
  }
  return null;
}

/** Bytes, or null. */
export function typeSize(a: Activation, t: CType): number | null {
  return t.k === 'struct' ? structSize(a, t.tag) : (layoutOf(a, t, 0)?.size ?? null);
}

/** Bytes, or null. */
export function structSize(a: Activation, tag: string): number | null {
  return kept(a.types.sizes, tag, () => structLayout(a, tag, 0)?.size ?? null);
}

/** Offset and size in bytes of a member, or null. */
export function memberExtent(a: Activation, tag: string, member: string): { offset: number; size: number } | null {
  return kept(a.types.extents, `${tag} ${member}`, () => findMember(a, tag, member, 0));
}
