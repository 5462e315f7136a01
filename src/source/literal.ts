/** Values of number and character constants. */

/** Value of a C number; NaN for one that can't be read. Integers beyond 2^53 lose their low digits. */
export function numberValue(text: string): number {
  const bare = text.replace(/'/g, '').replace(/(?<![xX][0-9a-fA-F]*)[fF]$/, '');
  const integer = /^(0[xX][0-9a-fA-F]+|0[bB][01]+|\d+)(?:[uUlLzZ]|wb|WB)*$/.exec(bare)?.[1];
  if (integer === undefined) return /^[\d.]/.test(bare) && !/^0[xX]/.test(bare) ? Number.parseFloat(bare) : Number.NaN;
  return /^0\d/.test(integer) ? Number.parseInt(integer, 8) : Number(integer);
}

const ESCAPES: Record<string, number> = { n: 10, t: 9, r: 13, a: 7, b: 8, f: 12, v: 11, e: 27 };

/** Value of a character constant; NaN for one that can't be read. */
export function characterValue(text: string): number {
  const body = /^[LuU]?8?'([\s\S]*)'$/.exec(text)?.[1] ?? '';
  if (!body.startsWith('\\')) return body.length === 1 ? body.charCodeAt(0) : Number.NaN;
  const rest = body.slice(1);
  if (/^x[0-9a-fA-F]+$/.test(rest)) return signedByte(Number.parseInt(rest.slice(1), 16));
  if (/^[0-7]+$/.test(rest)) return signedByte(Number.parseInt(rest, 8));
  return ESCAPES[rest] ?? (rest.length === 1 ? rest.charCodeAt(0) : Number.NaN);
}

function signedByte(value: number): number {
  return value > 127 && value < 256 ? value - 256 : value;
}
