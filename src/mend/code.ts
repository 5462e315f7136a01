/** Mends of C code: a comparison put right, a NULL test put in. */
import type { Location, Mend } from '../claim.ts';
import type { FunctionSyntax, TypeSyntax } from '../source/ir.ts';
import { insertion, offsetOf, placeOf, replacement } from './edit.ts';

interface Text {
  path: string;
  text: string;
}

/** A condition as it stands in the file; `text` has its white space folded. */
interface Condition {
  location: Location;
  text: string;
}

const OPERATOR = /(?<![-<>=])(<=|>=|<|>)(?![<>=])/;
const ONE_TIGHTER: Record<string, string> = { '>': '>=', '<=': '<', '<': '<=', '>=': '>' };

interface Comparison {
  at: number;
  operator: string;
  /** the name stands on the left */
  left: boolean;
}

/** `name > N` or `N < name`, at the condition's place; null where it is something else. */
function comparison(file: Text, condition: Condition, name: string): Comparison | null {
  if (condition.location.file !== file.path) return null;
  const start = offsetOf(file.text, condition.location);
  const raw = start < 0 ? '' : file.text.slice(start, start + condition.text.length);
  const match = OPERATOR.exec(raw);
  // white space was folded away: the text is longer than what it is compared with
  if (!match || raw.replace(/\s+/g, ' ') !== condition.text) return null;
  const [before, after] = [raw.slice(0, match.index).trim(), raw.slice(match.index + match[0].length).trim()];
  if (before !== name && after !== name) return null;
  return { at: start + match.index, operator: match[0], left: before === name };
}

/** `i > N` → `i >= N`, `i <= N` → `i < N`: for a test that lets one value too many through. */
export function tightened(file: Text, condition: Condition, name: string): Mend | null {
  const found = comparison(file, condition, name);
  // only what leaves the value equal to the limit is off by one
  if (!found || !(found.left ? ['>', '<='] : ['<', '>=']).includes(found.operator)) return null;
  const better = ONE_TIGHTER[found.operator]!;
  return replacement(file, found.at, found.at + found.operator.length, better, `${better} for ${found.operator}`);
}

/** `if (i >= N)` → `if (i < 0 || i >= N)`, where the test is the whole condition. */
export function bothEnds(file: Text, condition: Condition, name: string): Mend | null {
  const found = comparison(file, condition, name);
  const start = offsetOf(file.text, condition.location);
  if (!found?.left || !found.operator.startsWith('>')) return null;
  const whole = /\bif \($/.test(file.text.slice(0, start)) && file.text.slice(start + condition.text.length).startsWith(')');
  return whole ? insertion(file, start, `${name} < 0 || `, `test ${name} for less than 0 too`) : null;
}

/**
 * A NULL test before the function's first statement; null where a declaration uses the pointer already, or nothing can be returned.
 * @param use offset of what must come after the test
 * @param mayReturnNull programs are told to expect NULL
 */
export function nullTest(file: Text, fn: FunctionSyntax, name: string, use: number, mayReturnNull: boolean): Mend | null {
  const first = fn.body.body.find((s) => s.k !== 'decl');
  const result = failure(fn.returns, mayReturnNull);
  if (!first || result === null || first.k === 'unknown' || first.k === 'variants' || use < first.span.start) return null;
  const { column } = placeOf(file.text, first.span.start);
  const indent = file.text.slice(first.span.start - column + 1, first.span.start);
  if (indent.trim() !== '') return null;
  return insertion(file, first.span.start, `if (!${name})\n${indent}\treturn${result};\n\n${indent}`, `test ${name} for NULL`);
}

/** What a failing kfunc of that type returns, with a blank before it. */
function failure(type: TypeSyntax, mayReturnNull: boolean): string | null {
  if (type.pointers > 0) return mayReturnNull ? ' NULL' : null;
  if (type.name === 'void') return '';
  if (type.name === 'bool') return ' false';
  if (/^(int|long|s32|s64|__s32|__s64|ssize_t)$/.test(type.name)) return ' -EINVAL';
  return /^(unsigned|u8|u16|u32|u64|__u8|__u16|__u32|__u64|size_t)\b/.test(type.name) ? ' 0' : null;
}
