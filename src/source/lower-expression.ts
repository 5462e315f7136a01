/** Expressions of the syntax tree → ir.ts. What the parser could not read is `unknown`, at the smallest expression that holds it. */
import { plainType, readDeclaration } from './declaration.ts';
import type { Expr, Span, Stmt, TypeSyntax } from './ir.ts';
import { characterValue, numberValue } from './literal.ts';
import type { Note } from './mask-notes.ts';
import type { Node } from './parser.ts';
import { looksLikeTypedef } from './words.ts';

export interface Lowering {
  /** the file's text */
  source: string;
  /** the same with comments, strings and directives blank */
  code: string;
  /** offset of the masked body in it */
  base: number;
  notes: ReadonlyMap<number, Note>;
  /** statements; here because expressions hold statements and statements hold expressions */
  block(c: Lowering, node: Node): Stmt & { k: 'block' };
}

/** Scalar types that stand as a bare argument of min_t() and the like. */
const BARE_TYPE =
  /^(?:(?:__)?[us](?:8|16|32|64)|(?:s?size|loff|gfp|pid|sector|dma_addr|phys_addr|resource_size|ptrdiff|uintptr|time64|ktime|uid|gid|umode|dev|pgoff)_t)$/;

export function noteAt(c: Lowering, offset: number): Note | undefined {
  return c.notes.get(offset - c.base);
}

export function spanOf(node: Node): Span {
  return { start: node.start, end: node.end };
}

export function textOf(c: Lowering, span: Span): string {
  return c.source.slice(span.start, span.end);
}

export function unknownExpr(c: Lowering, node: Node): Expr {
  return { k: 'unknown', text: textOf(c, node).slice(0, 200), span: spanOf(node) };
}

function namedKids(node: Node): Node[] {
  return node.kids.filter((k) => k.named);
}

export function kidAt(node: Node, field: string): Node | undefined {
  return node.kids.find((k) => k.field === field);
}

/** The type written at a place of the tree, read from the text before masking. */
export function typeAt(c: Lowering, node: Node | Span): TypeSyntax {
  const note = noteAt(c, node.start);
  // `(typeof(x) *)`: the type goes on after what was masked
  const span = note?.kind === 'type' && node.end <= note.end + c.base ? { start: note.start + c.base, end: note.end + c.base } : node;
  return readDeclaration(c.code, span.start, span.end)?.type ?? plainType(c.code.slice(span.start, span.end).replace(/\s+/g, ' ').trim());
}

export function lowerExpr(c: Lowering, node: Node | undefined): Expr {
  if (!node) return { k: 'unknown', text: '', span: { start: c.base, end: c.base } };
  if (node.bad || node.kids.some((k) => k.bad)) return unknownExpr(c, node);
  const lower = LOWER[node.type];
  return lower ? lower(c, node) : unknownExpr(c, node);
}

const LOWER: Record<string, (c: Lowering, node: Node) => Expr> = {
  identifier: lowerName,
  field_identifier: lowerName,
  type_identifier: lowerName,
  true: lowerName,
  false: lowerName,
  null: lowerName,
  number_literal: lowerNumber,
  char_literal: (c, n) => ({ k: 'number', text: textOf(c, n), value: characterValue(textOf(c, n)), span: spanOf(n) }),
  string_literal: (c, n) => ({ k: 'string', text: textOf(c, n), span: spanOf(n) }),
  concatenated_string: (c, n) => ({ k: 'string', text: textOf(c, n), span: spanOf(n) }),
  parenthesized_expression: lowerParenthesis,
  unary_expression: lowerUnary,
  pointer_expression: lowerUnary,
  update_expression: lowerStep,
  binary_expression: lowerBinary,
  assignment_expression: (c, n) => ({
    k: 'assign',
    op: operatorOf(n),
    l: lowerExpr(c, kidAt(n, 'left')),
    r: lowerExpr(c, kidAt(n, 'right')),
    span: spanOf(n),
  }),
  conditional_expression: lowerConditional,
  call_expression: lowerCall,
  field_expression: lowerField,
  subscript_expression: (c, n) => ({
    k: 'index',
    x: lowerExpr(c, kidAt(n, 'argument')),
    i: lowerExpr(c, kidAt(n, 'index')),
    span: spanOf(n),
  }),
  cast_expression: (c, n) => ({ k: 'cast', type: typeAt(c, kidAt(n, 'type') ?? n), x: lowerExpr(c, kidAt(n, 'value')), span: spanOf(n) }),
  compound_literal_expression: (c, n) => ({
    k: 'cast',
    type: typeAt(c, kidAt(n, 'type') ?? n),
    x: lowerExpr(c, kidAt(n, 'value')),
    span: spanOf(n),
  }),
  sizeof_expression: lowerSizeof,
  alignof_expression: (c, n) => ({
    k: 'call',
    fn: { k: 'name', name: '__alignof__', span: spanOf(n) },
    args: [{ k: 'type', type: typeAt(c, kidAt(n, 'type') ?? n), span: spanOf(n) }],
    span: spanOf(n),
  }),
  offsetof_expression: lowerOffsetof,
  comma_expression: (c, n) => ({ k: 'comma', l: lowerExpr(c, kidAt(n, 'left')), r: lowerExpr(c, kidAt(n, 'right')), span: spanOf(n) }),
  initializer_list: lowerInitializer,
  type_descriptor: (c, n) => ({ k: 'type', type: typeAt(c, n), span: spanOf(n) }),
};

function lowerName(c: Lowering, node: Node): Expr {
  const note = noteAt(c, node.start);
  if (note?.kind === 'type') return { k: 'type', type: typeAt(c, node), span: { start: note.start + c.base, end: note.end + c.base } };
  return { k: 'name', name: textOf(c, node), span: spanOf(node) };
}

/** The grammar takes a sign that follows a cast or an operator for part of the number. */
function lowerNumber(c: Lowering, node: Node): Expr {
  const text = textOf(c, node);
  const sign = /^[-+]\s*/.exec(text)?.[0].length ?? 0;
  const number: Expr = {
    k: 'number',
    text: text.slice(sign),
    value: numberValue(text.slice(sign)),
    span: { start: node.start + sign, end: node.end },
  };
  return sign === 0 ? number : { k: 'unary', op: text[0]!, x: number, span: spanOf(node) };
}

function lowerParenthesis(c: Lowering, node: Node): Expr {
  const inner = namedKids(node);
  if (inner.length !== 1) return unknownExpr(c, node);
  if (inner[0]!.type === 'compound_statement') return { k: 'block', body: c.block(c, inner[0]!), span: spanOf(node) };
  return lowerExpr(c, inner[0]);
}

/** The operator is the one child without a name, or the first of them. */
function operatorOf(node: Node): string {
  return node.kids.find((k) => !k.named)?.type ?? '';
}

function lowerUnary(c: Lowering, node: Node): Expr {
  const op = operatorOf(node);
  const argument = kidAt(node, 'argument');
  // `&&label`: the address of a label
  if (!['~', '!', '-', '+', '&', '*'].includes(op) || (op === '&' && c.code[node.start + 1] === '&')) return unknownExpr(c, node);
  return { k: 'unary', op, x: lowerExpr(c, argument), span: spanOf(node) };
}

function lowerStep(c: Lowering, node: Node): Expr {
  const op = operatorOf(node);
  if (op !== '++' && op !== '--') return unknownExpr(c, node);
  return { k: 'step', op, postfix: node.kids[0]!.named, x: lowerExpr(c, kidAt(node, 'argument')), span: spanOf(node) };
}

/** The type of `(name)` where name can only be a typedef: `(u8)-1` parses as a subtraction and `(u8)(x)` as a call. */
function parenthesizedType(c: Lowering, node: Node | undefined): TypeSyntax | null {
  const inner = node?.type === 'parenthesized_expression' ? namedKids(node) : [];
  return inner.length === 1 && inner[0]!.type === 'identifier' && looksLikeTypedef(textOf(c, inner[0]!)) ? typeAt(c, inner[0]!) : null;
}

function lowerBinary(c: Lowering, node: Node): Expr {
  const op = operatorOf(node);
  const [left, right] = [kidAt(node, 'left'), kidAt(node, 'right')];
  const type = ['-', '+', '*', '&'].includes(op) ? parenthesizedType(c, left) : null;
  const r = lowerExpr(c, right);
  if (type) return { k: 'cast', type, x: { k: 'unary', op, x: r, span: { start: left!.end, end: node.end } }, span: spanOf(node) };
  return { k: 'binary', op, l: lowerExpr(c, left), r, span: spanOf(node) };
}

function lowerConditional(c: Lowering, node: Node): Expr {
  const then = kidAt(node, 'consequence');
  return {
    k: 'conditional',
    c: lowerExpr(c, kidAt(node, 'condition')),
    then: then ? lowerExpr(c, then) : null,
    other: lowerExpr(c, kidAt(node, 'alternative')),
    span: spanOf(node),
  };
}

function lowerCall(c: Lowering, node: Node): Expr {
  const fn = kidAt(node, 'function');
  const list = kidAt(node, 'arguments');
  if (!fn || !list || list.kids.some((k) => k.bad)) return unknownExpr(c, node);
  const args = namedKids(list).map((a) => lowerArgument(c, a));
  const note = noteAt(c, fn.start);
  if (note?.kind === 'guard') return { k: 'call', fn: guardName(c, fn, note), args, span: spanOf(node) };
  const type = parenthesizedType(c, fn);
  if (type && args.length === 1) return { k: 'cast', type, x: args[0]!, span: spanOf(node) };
  return { k: 'call', fn: lowerExpr(c, fn), args, span: spanOf(node) };
}

function lowerArgument(c: Lowering, node: Node): Expr {
  const x = lowerExpr(c, node);
  return x.k === 'name' && BARE_TYPE.test(x.name) ? { k: 'type', type: { ...plainType(x.name) }, span: x.span } : x;
}

function guardName(c: Lowering, fn: Node, note: { start: number; end: number }): Expr {
  const span = { start: fn.start, end: Math.min(fn.end, note.end + c.base + 1) };
  const inner = { start: note.start + c.base, end: note.end + c.base };
  return {
    k: 'call',
    fn: { k: 'name', name: 'guard', span: { start: fn.start, end: fn.start + 5 } },
    args: [{ k: 'name', name: textOf(c, inner).trim(), span: inner }],
    span,
  };
}

function lowerField(c: Lowering, node: Node): Expr {
  const field = kidAt(node, 'field');
  const arrow = node.kids.some((k) => k.type === '->');
  return { k: 'field', x: lowerExpr(c, kidAt(node, 'argument')), name: field ? textOf(c, field) : '', arrow, span: spanOf(node) };
}

function lowerSizeof(c: Lowering, node: Node): Expr {
  const type = kidAt(node, 'type');
  const value = kidAt(node, 'value');
  const x = value ? lowerExpr(c, value) : null;
  const bare =
    x?.k === 'type'
      ? x.type
      : x?.k === 'name' && value!.type === 'parenthesized_expression' && looksLikeTypedef(x.name)
        ? plainType(x.name)
        : null;
  const written = type ? typeAt(c, type) : bare;
  if (noteAt(c, node.start)?.kind === 'alignof') {
    const argument: Expr = written ? { k: 'type', type: written, span: spanOf(type ?? value ?? node) } : (x ?? unknownExpr(c, node));
    return { k: 'call', fn: { k: 'name', name: '__alignof__', span: spanOf(node) }, args: [argument], span: spanOf(node) };
  }
  return { k: 'sizeof', type: written, x: written ? null : x, span: spanOf(node) };
}

function lowerOffsetof(c: Lowering, node: Node): Expr {
  const member = kidAt(node, 'member');
  const type = kidAt(node, 'type');
  if (!member || !type) return unknownExpr(c, node);
  return { k: 'offsetof', type: typeAt(c, type), member: textOf(c, member).replace(/\s+/g, ''), span: spanOf(node) };
}

function lowerInitializer(c: Lowering, node: Node): Expr {
  const items = namedKids(node).map((n) => {
    if (n.type !== 'initializer_pair' || n.bad || n.kids.some((k) => k.bad)) return { member: null, value: lowerExpr(c, n) };
    const designators = n.kids.filter((k) => k.field === 'designator' || k.type === 'field_identifier');
    const written = designators.map((d) => textOf(c, d)).join('');
    const member = /^\.?[A-Za-z_]/.test(written) ? written.replace(/^\./, '').replace(/\s+/g, '') : null;
    return { member, value: lowerExpr(c, kidAt(n, 'value')) };
  });
  return { k: 'init', items, span: spanOf(node) };
}
