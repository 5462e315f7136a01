/** Local variables, those that macros declare included. */
import { splitCommas } from './brackets.ts';
import { bitmapType, macroType, plainType, readDeclaration, readDeclarators } from './declaration.ts';
import type { Declarator, Expr, Span, Stmt } from './ir.ts';
import { kidAt, type Lowering, lowerExpr, noteAt, spanOf, textOf, unknownExpr } from './lower-expression.ts';
import type { Note } from './mask-notes.ts';
import type { Node } from './parser.ts';
import { type StatementLowering, unknownStmt } from './statement-lowering.ts';

/** Names and types are read from the text (annotations included), initialisers from the tree. */
export function lowerDeclaration(c: StatementLowering, n: Node): Stmt {
  const span = spanOf(n);
  const base = kidAt(n, 'type');
  if (base && textOf(c, base) === '__label__') return { k: 'empty', span };
  const declares = base && noteAt(c, base.start);
  if (declares?.kind === 'declares') return macroDeclaration(c, n, declares);
  const end = c.code[n.end - 1] === ';' ? n.end - 1 : n.end;
  const nodes = n.kids.filter((k) => k.field === 'declarator');
  const read = readDeclarators(c.code, n.start, end);
  if (nodes.length === 0) return { k: 'empty', span };
  if (read.length !== nodes.length) return unknownStmt(c, n);
  const items: Declarator[] = [];
  for (const [i, d] of read.entries()) {
    const node = nodes[i]!;
    if (d.nameAt < node.start || d.nameAt >= node.end) return unknownStmt(c, n);
    const value = node.type === 'init_declarator' ? kidAt(node, 'value') : undefined;
    const init = node.kids.some((k) => k.bad) ? unknownExpr(c, node) : value ? lowerExpr(c, value) : null;
    items.push({ name: d.name, type: d.type, init, cleanup: d.cleanup, isStatic: d.specifiers.includes('static'), span: spanOf(node) });
  }
  return { k: 'decl', items, span };
}

/** A variable that a macro declares: its type is known for some, its value for none. */
function macroDeclaration(c: StatementLowering, n: Node, note: Note & { kind: 'declares' }): Stmt {
  const args = splitCommas(c.code, note.start + c.base, note.end + c.base).map((s) => c.code.slice(s.start, s.end));
  const flexible = /^DEFINE_(?:RAW_)?FLEX$/.test(note.macro);
  const name = args[flexible ? 1 : 0] ?? '';
  const type = flexible
    ? readDeclaration(`${args[0]} *x`)?.type
    : note.macro === 'DECLARE_BITMAP'
      ? bitmapType(args[1] ?? '')
      : macroType(note.macro);
  const span = spanOf(n);
  if (!/^\w+$/.test(name)) return unknownStmt(c, n);
  // the macro's name stands for the value that it gives, as the name of a constant would
  const init: Expr | null = note.macro === 'DECLARE_BITMAP' ? initialiser(c, n) : { k: 'name', name: note.macro, span };
  const isStatic = /^static\b/.test(c.code.slice(n.start, n.end));
  return { k: 'decl', items: [{ name, type: type ?? plainType(''), init, cleanup: null, isStatic, span }], span };
}

function initialiser(c: StatementLowering, n: Node): Expr | null {
  const value = n.kids.find((k) => k.type === 'init_declarator');
  return value ? lowerExpr(c, kidAt(value, 'value')) : null;
}

/** `CLASS(fd, f)(n);` declares `f` of the class's type and cleans it up when its block is left. */
export function classDeclaration(c: Lowering, call: Expr & { k: 'call' }, note: { start: number; end: number }, span: Span): Stmt {
  const [name = '', variable = ''] = textOf(c, { start: note.start + c.base, end: note.end + c.base })
    .split(',')
    .map((t) => t.trim());
  const init: Expr = {
    k: 'call',
    fn: { k: 'name', name: `class_${name}_constructor`, span: call.fn.span },
    args: call.args,
    span: call.span,
  };
  const type = { name: `class_${name}_t`, pointers: 0, dims: [], isConst: false, isFunction: false };
  return { k: 'decl', items: [{ name: variable, type, init, cleanup: name, isStatic: false, span }], span };
}
