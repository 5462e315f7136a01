/** C's integer arithmetic on 64-bit kernels: types of 32 and 64 bits, conversions and wrapping. A value that is not known is null. */

export interface Value {
  n: bigint | null;
  unsigned: boolean | null;
  /** width of the type: int or long */
  bits: 32 | 64;
}

/** Binary operators, weakest first. */
export const LEVELS: string[][] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '>', '<=', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

export function either(a: boolean | null, b: boolean | null): boolean | null {
  if (a === true || b === true) return true;
  return a === null || b === null ? null : false;
}

/** C's usual arithmetic conversions: the wider type wins, of equal ones the unsigned. */
export function common(l: Value, r: Value): { unsigned: boolean | null; bits: 32 | 64 } {
  if (l.bits === r.bits) return { unsigned: either(l.unsigned, r.unsigned), bits: l.bits };
  return l.bits > r.bits ? { unsigned: l.unsigned, bits: 64 } : { unsigned: r.unsigned, bits: 64 };
}

function wrap(n: bigint | null, type: { unsigned: boolean | null; bits: 32 | 64 }): Value {
  return { ...type, n: n === null ? null : type.unsigned ? BigInt.asUintN(type.bits, n) : BigInt.asIntN(type.bits, n) };
}

export function literal(token: string): Value {
  const [, digits = '', suffix = ''] = /^(0[xX][0-9a-fA-F]+|0[bB][01]+|\d+)([uUlL]*)$/.exec(token) ?? [];
  const n = /^0\d+$/.test(digits) ? BigInt(`0o${digits.slice(1).replace(/[89]/g, '0')}`) : BigInt(digits);
  const asked = /[uU]/.test(suffix);
  // only octal and hexadecimal constants become unsigned because they do not fit
  const mayBeUnsigned = asked || !/^[1-9]/.test(digits);
  const fits32 = n <= 0x7fffffffn || (mayBeUnsigned && n <= 0xffffffffn);
  const bits = fits32 && !/[lL]/.test(suffix) ? 32 : 64;
  return { n, bits, unsigned: asked || (mayBeUnsigned && n > (bits === 32 ? 0x7fffffffn : 0x7fffffffffffffffn)) };
}

export function applyUnary(op: string, v: Value): Value {
  if (op === '!') return { n: v.n === null ? null : v.n === 0n ? 1n : 0n, unsigned: false, bits: 32 };
  if (v.n === null || op === '+') return v;
  return wrap(op === '-' ? -v.n : ~v.n, v);
}

const TRUTHS = new Set([...LEVELS[0]!, ...LEVELS[1]!, ...LEVELS[5]!, ...LEVELS[6]!]);

export function apply(op: string, l: Value, r: Value): Value {
  const type =
    op === '<<' || op === '>>'
      ? { unsigned: l.unsigned, bits: l.bits }
      : TRUTHS.has(op)
        ? { unsigned: false, bits: 32 as const }
        : common(l, r);
  return wrap(l.n === null || r.n === null ? null : compute(op, l.n, r.n), type);
}

function compute(op: string, l: bigint, r: bigint): bigint | null {
  switch (op) {
    case '||':
      return l !== 0n || r !== 0n ? 1n : 0n;
    case '&&':
      return l !== 0n && r !== 0n ? 1n : 0n;
    case '|':
      return l | r;
    case '^':
      return l ^ r;
    case '&':
      return l & r;
    case '==':
      return l === r ? 1n : 0n;
    case '!=':
      return l !== r ? 1n : 0n;
    case '<':
      return l < r ? 1n : 0n;
    case '>':
      return l > r ? 1n : 0n;
    case '<=':
      return l <= r ? 1n : 0n;
    case '>=':
      return l >= r ? 1n : 0n;
    case '<<':
      return r < 0n || r > 127n ? null : l << r;
    case '>>':
      return r < 0n || r > 127n ? null : l >> r;
    case '+':
      return l + r;
    case '-':
      return l - r;
    case '*':
      return l * r;
    default:
      return r === 0n ? null : op === '/' ? l / r : l % r;
  }
}
