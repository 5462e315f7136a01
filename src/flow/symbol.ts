/** What a bare name stands for: a variable, a constant of known or unknown value, a macro, a global. */
import type { Expr, Span } from '../source/ir.ts';
import type { Activation } from './activation.ts';
import type { CType } from './ctype.ts';
import { INT, UINT, ULONG } from './ctype.ts';
import { meet, NULL, rangeFact, VALID } from './domain.ts';
import { address, constant } from './evaluate.ts';
import { memberExtent, structSize, typeSize } from './layout.ts';
import type { State } from './state.ts';
import { kept } from './type-memory.ts';

const INT_MAX = 2 ** 31 - 1;

/** Set while booting, and a limit to everybody from then on: unsigned int (include/linux/cpumask.h, include/linux/nodemask.h), and never more than an int holds. */
const LIMITS: ReadonlySet<string> = new Set(['nr_cpu_ids', 'nr_node_ids']);

export function isLimit(name: string): boolean {
  return LIMITS.has(name);
}

export function namedValue(a: Activation, s: State, name: string, span: Span, e: Expr | null = null): string {
  if (e) return sizeValue(a, s, name, e);
  const variable = a.variable(name);
  if (variable) return variableValue(a, s, variable.place, variable.type, name, span);
  if (name === 'NULL' || name === 'false') return constant(a, s, 0);
  if (name === 'true') return constant(a, s, 1);
  const known = a.program.findConstant(name, a.file);
  if (known) {
    const type = known.unsigned === true ? (known.enumTag === null ? ULONG : UINT) : INT;
    return known.value === null && known.sizeOf !== null
      ? sizeSymbol(a, s, name, known.sizeOf, type)
      : symbol(a, s, name, known.value, type);
  }
  if (/^[A-Z][A-Z0-9_]*$/.test(name)) return symbol(a, s, name, null, INT);
  return globalValue(a, s, name, span);
}

function variableValue(a: Activation, s: State, place: string, type: CType, name: string, span: Span): string {
  if (type.k === 'array') return address(a, s, place, name, type);
  if (type.k === 'struct') return address(a, s, place, name, { k: 'pointer', to: type });
  const held = s.env.get(place);
  if (held !== undefined) return held;
  const id = a.fresh(s, span, `w${name}`, type, { k: 'unknown', why: '' });
  s.env.set(place, id);
  return id;
}

/** Error numbers are 1 … MAX_ERRNO (include/linux/err.h), whatever their exact value. */
function isErrno(name: string): boolean {
  return /^E(?!ND_|NUM_)[A-Z0-9]+$/.test(name);
}

/** A compile-time constant. One of unknown value is taken as a non-negative int: it bounds, it is never the danger. */
export function symbol(a: Activation, s: State, name: string, value: number | null, type: CType): string {
  const id = `s:${name}`;
  if (!s.facts.has(id)) {
    a.registerValue(id, type, [{ k: 'const' }]);
    const fact = value !== null ? rangeFact(value, value) : isErrno(name) ? rangeFact(1, 4095) : rangeFact(0, INT_MAX);
    s.facts.set(id, { ...fact, nul: value === 0 ? NULL : fact.lo > 0 ? VALID : NULL | VALID });
  }
  return id;
}

/** A constant that is the size of a struct: to be at least it is to be at least `sizeof(struct …)`, whether or not the number is known. */
function sizeSymbol(a: Activation, s: State, name: string, tag: string, type: CType): string {
  const size = structSize(a, tag);
  const id = symbol(a, s, name, size, type);
  const fact = s.fact(id);
  const bound = { symbol: `sizeof(${tag})`, ...(size !== null && { exact: true }) };
  s.facts.set(id, { ...fact, below: [{ ...bound, plus: 1 }], above: [{ ...bound, plus: 0 }] });
  return id;
}

function globalValue(a: Activation, s: State, name: string, _span: Span): string {
  const place = `g:${name}`;
  const held = s.env.get(place);
  if (held !== undefined) return held;
  const known = a.program.findVariable(name, a.file);
  const type: CType = known ? a.type(known.type) : isLimit(name) ? UINT : { k: 'unknown', name: '' };
  if (type.k === 'array') return address(a, s, place, name, type);
  if (type.k === 'struct') return address(a, s, place, name, { k: 'pointer', to: type });
  const id = `g:${name}`;
  a.define(s, id, type, [{ k: 'global', name }], isLimit(name) ? meet(a.topFact(type), rangeFact(0, INT_MAX)) : a.topFact(type));
  s.env.set(place, id);
  return id;
}

/** sizeof and offsetof: a symbol by the text as written, with its number where the layout is at hand. */
function sizeValue(a: Activation, s: State, text: string, e: Expr): string {
  if (e.k === 'offsetof') {
    const at = memberExtent(a, e.type.name, e.member);
    return symbol(a, s, text, at ? at.offset : null, ULONG);
  }
  if (e.k !== 'sizeof') return symbol(a, s, text, null, ULONG);
  let type: CType | null = e.type ? a.type(e.type) : null;
  if (!type && e.x) type = typeOfExpression(a, e.x);
  const name = type?.k === 'struct' ? `sizeof(${type.tag})` : text;
  return symbol(a, s, name, type ? typeSize(a, type) : null, ULONG);
}

/** Type of an expression that is not evaluated, as far as names and members tell. */
export function typeOfExpression(a: Activation, e: Expr): CType | null {
  if (e.k === 'name') {
    const v = a.variable(e.name);
    if (v) return v.type;
    const g = a.program.findVariable(e.name, a.file);
    return g ? a.type(g.type) : null;
  }
  if (e.k === 'unary' && e.op === '*') {
    const t = typeOfExpression(a, e.x);
    return t?.k === 'pointer' ? t.to : t?.k === 'array' ? t.of : null;
  }
  if (e.k === 'field') {
    const t = typeOfExpression(a, e.x);
    const struct = e.arrow ? (t?.k === 'pointer' ? t.to : null) : t;
    if (struct?.k !== 'struct') return null;
    const field = findField(a, struct.tag, e.name);
    return field;
  }
  if (e.k === 'index') {
    const t = typeOfExpression(a, e.x);
    return t?.k === 'array' ? t.of : t?.k === 'pointer' ? t.to : null;
  }
  if (e.k === 'cast') return a.type(e.type);
  return null;
}

export function findField(a: Activation, tag: string, name: string): CType | null {
  return kept(a.types.fields, `${tag} ${name}`, () => searchField(a, tag, name, 0));
}

function searchField(a: Activation, tag: string, name: string, depth: number): CType | null {
  const found = a.program.findStruct(tag, a.file);
  if (!found) return null;
  for (const f of found.fields) {
    if (f.name === name) return a.type(f.type);
    // Members of an anonymous struct or union belong to the outer one.
    if (f.name === '' && depth < 4) {
      const inner = searchField(a, f.type.name, name, depth + 1);
      if (inner) return inner;
    }
  }
  return null;
}
