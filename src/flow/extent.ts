/** How far one may go from where a pointer points: arrays seen through variables, casts, sums and parameters. */
import type { Span } from '../source/ir.ts';
import type { Activation } from './activation.ts';
import { type CType, typeKey } from './ctype.ts';
import type { Bound } from './domain.ts';
import type { Extent } from './event.ts';
import { arrayCount, typeSize } from './layout.ts';
import { pointee } from './memory.ts';
import type { State } from './state.ts';
import { isWorkedOut } from './value.ts';

/** Of an array as declared, in elements. */
export function declaredExtent(a: Activation, t: CType): Extent | null {
  if (t.k !== 'array' || t.dim.trim() === '') return null;
  const text = t.dim.replace(/\s+/g, ' ').trim();
  const sum = /^([A-Za-z_]\w*)(?:\s*([+-])\s*(\d+))?$/.exec(text);
  return {
    value: arrayCount(a, text),
    symbol: sum ? sum[1]! : text.replace(/\s/g, ''),
    plus: sum?.[3] ? (sum[2] === '+' ? 1 : -1) * Number(sum[3]) : 0,
    text,
  };
}

/** In elements of what `pointer` points to; null where the array that it points into is not known. */
export function extentBehind(a: Activation, s: State, pointer: string): Extent | null {
  const element = pointee(a.value(pointer).type);
  let skipped = 0;
  let at = pointer;
  for (let i = 0; i < 12; i++) {
    const array = arrayAt(a.value(at).type, at);
    if (array) return behind(a, at, array, at === pointer ? array.of : element, skipped);
    const sum = a.sums.get(at);
    const link = s.links.get(at);
    if (sum) {
      const { lo, hi } = s.fact(sum.index);
      if (lo !== hi || lo < 0 || !isSame(pointee(a.value(at).type), element)) return null;
      skipped += lo;
    } else if (link?.k !== 'cast') return null;
    at = sum ? sum.base : link!.from;
  }
  return null;
}

/** An array, or a pointer to its first element that still says whose it is. */
function arrayAt(t: CType, id: string): (CType & { k: 'array' }) | null {
  if (t.k === 'array') return t;
  return t.k === 'pointer' && t.to.k === 'array' && id.endsWith('[]') ? t.to : null;
}

function behind(a: Activation, at: string, array: CType & { k: 'array' }, element: CType, skipped: number): Extent | null {
  const declared = declaredExtent(a, array);
  // an array without elements is as long as its object, and a row that is seen as something else is part of its table
  if (declared === null || declared.value === 0 || (/\[\d/.test(at) && !isSame(array.of, element))) return null;
  if (isSame(array.of, element))
    return skipped === 0
      ? declared
      : {
          ...declared,
          value: declared.value === null ? null : declared.value - skipped,
          plus: declared.plus - skipped,
          text: `${declared.text} - ${skipped}`,
        };
  const [from, to] = [typeSize(a, array.of), typeSize(a, element)];
  if (from === null || to === null || to === 0) return null;
  if (from === to && skipped === 0) return declared;
  if (declared.value === null) return null;
  const value = Math.floor((declared.value * from) / to) - skipped;
  return { value, symbol: null, plus: 0, text: `${value} (${declared.text} of ${from} bytes each)` };
}

function isSame(x: CType, y: CType): boolean {
  if (x.k === 'struct' && y.k === 'struct') return x.tag === y.tag;
  return x.k !== 'unknown' && x.k !== 'array' && typeKey(x) === typeKey(y);
}

/** The parameter that a pointer is, as it was handed in or converted. */
export function parameterBehind(s: State, pointer: string): number | null {
  let at = pointer;
  for (let i = 0; i < 8; i++) {
    if (/^p\d+$/.test(at)) return Number(at.slice(1));
    const link = s.links.get(at);
    if (link?.k !== 'cast') return null;
    at = link.from;
  }
  return null;
}

/** `n - 1` is less than n: the bound that a number made of parameter `index` by adding constants has by itself, where none of the sums can have wrapped. */
export function boundByOrigin(s: State, id: string, index: number): Bound[] {
  let at = id;
  let plus = 0;
  for (let i = 0; i < 8; i++) {
    if (at === `p${index}`) return plus === 0 ? [] : [{ symbol: `#${at}`, plus: plus + 1 }];
    const link = s.links.get(at);
    if (link?.k !== 'cast' && link?.k !== 'add') return [];
    const added = link.k === 'add' ? link.plus : 0;
    const [sum, from] = [s.fact(at), s.fact(link.from)];
    if (sum.lo !== from.lo + added || sum.hi !== from.hi + added) return [];
    plus += added;
    at = link.from;
  }
  return [];
}

/** `(p + i)->x`, `p += i; *p`: what is touched is p[i], where the array that p points into is known. */
export function noteReach(a: Activation, s: State, id: string, span: Span): void {
  let at = id;
  for (let i = 0; i < 12; i++) {
    const sum = a.sums.get(at);
    if (sum) {
      const extent = a.value(sum.index).taint.size > 0 ? extentBehind(a, s, sum.base) : null;
      const origin = a.value(sum.base).origins[0];
      const array = origin?.k === 'address' ? origin.name : `the array that \`${a.text(span)}\` is in`;
      if (extent) a.note(s, span, sum.index, { k: 'index', array, extent, of: null, width: null });
      return;
    }
    const link = s.links.get(at);
    if (!link || isWorkedOut(link)) return;
    at = link.from;
  }
}
