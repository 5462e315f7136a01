/** Function-like macros that are plain expressions or statements in a block, expanded at the call: parameters replaced as text, the result read like any expression. */
import type { Expr, Span, Stmt } from '../source/ir.ts';
import { lowerFunction } from '../source/lower.ts';
import { substitute as substituteAll } from '../source/macros.ts';
import type { SourceFile } from '../source/model.ts';
import type { Activation } from './activation.ts';
import { isBuiltin } from './builtin.ts';

const active: string[] = [];
/** Spans of expansions are moved out of the way of the file's own, so that values made there are told apart. */
const FAR = 1e8;
/** each has its own stretch, by its number */
const STRETCH = 1e5;
const expansions: string[] = [];
const cache = new WeakMap<object, Map<string, Expr | null>>();

/** The expanded expression, or null where the name is no expression macro at hand. Spans do not belong to the caller's file. */
export function expandMacro(a: Activation, name: string, e: Expr & { k: 'call' }): Expr | null {
  if (active.length > 8 || active.includes(name) || a.knowledge.functions.has(name)) return null;
  const macro = a.program.findMacro(name, a.file);
  if (!macro?.parameters) return null;
  const variadic = macro.parameters.at(-1)?.endsWith('...') === true;
  if (variadic ? e.args.length < macro.parameters.length - 1 : macro.parameters.length !== e.args.length) return null;
  const body = asExpression(macro.body.trim());
  if (body === '' || /^(do|if|for|while|static|return|typedef|struct|union|enum)\b|\bgoto\b/.test(body)) return null;
  if (!variadic && /##|#\w|__VA_ARGS__/.test(body)) return null;
  const texts = e.args.map((x) => expansionText(x.span) ?? a.text(x.span));
  const filled = variadic ? substituteAll({ ...macro, body }, texts) : substitute(body, macro.parameters, texts);
  if (filled === null || filled.length > STRETCH / 2) return null;
  let known = cache.get(a.program);
  if (!known) {
    known = new Map();
    cache.set(a.program, known);
  }
  // by what it expands to: another file may have another macro of that name
  let expr = known.get(filled);
  if (expr === undefined) {
    expr = parse(filled);
    known.set(filled, expr);
  }
  return expr;
}

/** Defined so in kernels that check themselves, and otherwise in all others: what it tests is tested there alone. */
export function isOfDebugKernels(a: Activation, name: string): boolean {
  const made = a.program.findMacro(name, a.file) ?? a.program.findFunction(name, a.file);
  if (made === null || !('conditions' in made)) return false;
  return (made.conditions as string[]).some((c) => /DEBUG|LOCKDEP|PROVE_|SANITY|PARANOID/.test(c));
}

const statements = new WeakMap<object, Map<string, Stmt | null>>();

/** `return_ptr(p);`, `#define need(c) do { if (!(c)) return -EINVAL; } while (0)`: a macro that may leave its caller, as the statement that it stands for. */
export function leavingMacro(a: Activation, e: Expr): Stmt | null {
  if (e.k !== 'call' || e.fn.k !== 'name' || a.variable(e.fn.name)) return null;
  const { name } = e.fn;
  if (name === 'return_ptr' && e.args.length === 1) {
    const x: Expr = { ...e, fn: { ...e.fn, name: 'no_free_ptr' } };
    return { k: 'return', x, span: e.span };
  }
  if (active.length > 8 || active.includes(name) || isBuiltin(name) || a.knowledge.functions.has(name)) return null;
  const macro = a.program.findMacro(name, a.file);
  if (!macro?.parameters || !/\b(return|goto)\b/.test(macro.body) || macro.body.includes('({')) return null;
  const texts = e.args.map((x) => expansionText(x.span) ?? a.text(x.span));
  const filled = substituteAll(macro, texts);
  if (filled === null || filled.length > STRETCH / 2) return null;
  const found = statementOf(a, filled);
  // under #if it may be defined otherwise, as nothing at all for one
  const [condition] = 'conditions' in macro ? (macro.conditions as string[]).filter((c) => !/_H_*\)?$/.test(c)) : [];
  if (!found || condition === undefined) return found;
  const arms = [
    { condition, body: [found] },
    { condition: `not ${condition}`, body: [] },
  ];
  return { k: 'variants', arms, span: found.span };
}

function statementOf(a: Activation, filled: string): Stmt | null {
  let known = statements.get(a.program);
  if (!known) {
    known = new Map();
    statements.set(a.program, known);
  }
  let found = known.get(filled);
  if (found === undefined) {
    found = parseStatement(filled);
    known.set(filled, found);
  }
  return found;
}

/** `do { … } while (0)` stands for its statements, unless they leave the caller. */
function asExpression(body: string): string {
  const statements = /^do\s*\{([\s\S]*)\}\s*while\s*\(\s*0\s*\)$/.exec(body)?.[1];
  return statements === undefined || /\b(return|break|continue)\b/.test(statements) ? body : `({${statements}})`;
}

/** Runs `run` with the macro's name marked as being expanded, so that a macro that names itself stops. */
export function expanding<T>(name: string, run: () => T): T {
  active.push(name);
  try {
    return run();
  } finally {
    active.pop();
  }
}

function substitute(body: string, parameters: string[], texts: string[]): string {
  return body.replace(/\\\r?\n/g, ' ').replace(/\b[A-Za-z_]\w*\b/g, (word) => {
    const i = parameters.indexOf(word);
    return i < 0 ? word : `(${texts[i]})`;
  });
}

function parse(text: string): Expr | null {
  const body = parseBody(`return (${text});`);
  const statement = body?.length === 1 ? body[0] : undefined;
  return statement?.k === 'return' ? statement.x : null;
}

function parseStatement(text: string): Stmt | null {
  const body = parseBody(`${text};`);
  return body?.[0] ? { k: 'block', body, span: body[0].span } : null;
}

function parseBody(text: string): Stmt[] | null {
  const code = `void expansion(void)\n{\n\t${text}\n}\n`;
  const file: SourceFile = { path: 'macro', text: code, added: new Set(), complete: true, origin: 'file' };
  const fn = lowerFunction({ name: 'expansion', file, start: 0, end: code.length, complete: true, conditions: [] });
  if (!fn || fn.partial) return null;
  moveSpans(fn.body.body, FAR + expansions.length * STRETCH);
  expansions.push(code);
  return fn.body.body;
}

/** What stands at a span of an expansion: an argument of a macro within a macro. null for spans of files. */
function expansionText(span: Span): string | null {
  if (span.start < FAR) return null;
  const number = Math.floor((span.start - FAR) / STRETCH);
  const base = FAR + number * STRETCH;
  return expansions[number]?.slice(span.start - base, span.end - base) ?? null;
}

function moveSpans(node: unknown, by: number): void {
  if (Array.isArray(node)) {
    for (const n of node) moveSpans(n, by);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  for (const [key, value] of Object.entries(node)) {
    if (key === 'span') {
      const span = value as Span;
      span.start += by;
      span.end += by;
    } else moveSpans(value, by);
  }
}
