/** C parameter lists of spec.ts → the types that the model takes. Small on purpose: spec.ts writes nothing else. */
import type { TypeSyntax } from '../../src/source/ir.ts';
import type { ParameterInput } from '../../src/verifier/model.ts';

/** `int a, struct foo *b`; function pointers as `int (*cb)(…)`. @throws Error where it is written otherwise */
export function parseParameters(text: string): ParameterInput[] {
  if (text === '') return [];
  return split(text).map((part) => {
    const callback = /^(.+?)\s*\(\*(\w+)\)\s*\(.*\)$/.exec(part);
    if (callback)
      return {
        name: callback[2]!,
        text: part,
        type: { ...parseType(callback[1]!), pointers: 1, isFunction: true },
      };
    const match = /^(.*?[\s*])(\w+)$/.exec(part);
    if (!match) throw new Error(`not a parameter: ${part}`);
    return { name: match[2]!, text: part, type: parseType(match[1]!) };
  });
}

export function parseType(text: string): TypeSyntax {
  const words = text.replace(/\*/g, ' ').trim().split(/\s+/);
  return {
    name: words.filter((w) => w !== 'const').join(' '),
    pointers: text.split('*').length - 1,
    dims: [],
    isConst: words.includes('const'),
    isFunction: false,
  };
}

function split(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i <= text.length; i++) {
    if (text[i] === '(') depth++;
    if (text[i] === ')') depth--;
    if (i === text.length || (text[i] === ',' && depth === 0)) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  return parts;
}
