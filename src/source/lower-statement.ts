/** Statements of the syntax tree → ir.ts. Labels and cases become entries of the list they stand in; #if groups become `variants`. */

import type { Expr, Span, Stmt } from './ir.ts';
import { classDeclaration, lowerDeclaration } from './lower-declaration.ts';
import { kidAt, type Lowering, lowerExpr, noteAt, spanOf, textOf, unknownExpr } from './lower-expression.ts';
import { type Node, parseC } from './parser.ts';
import { placeGroups } from './place-groups.ts';
import { GAP_NAME, type StatementLowering, unknownStmt } from './statement-lowering.ts';

const LOCAL_TYPES = new Set(['type_definition', 'struct_specifier', 'union_specifier', 'enum_specifier', 'function_declaration']);

/** The list inside braces. */
export function lowerBlock(c: StatementLowering, node: Node): Stmt & { k: 'block' } {
  const list: Stmt[] = [];
  for (const kid of node.kids) {
    if (kid.named || kid.bad) lowerInto(c, kid, list);
  }
  return { k: 'block', body: placeGroups(c, list, node), span: spanOf(node) };
}

/** A statement that stands alone, such as the branch of an `if`. */
export function lowerOne(c: StatementLowering, node: Node | undefined, at: Span): Stmt {
  if (!node) return unknownStmt(c, at);
  const list: Stmt[] = [];
  lowerInto(c, node, list);
  return list.length === 1 ? list[0]! : { k: 'block', body: list, span: spanOf(node) };
}

function lowerInto(c: StatementLowering, node: Node, out: Stmt[]): void {
  if (node.bad || (node.type !== 'compound_statement' && node.type !== 'case_statement' && node.kids.some((k) => k.bad))) {
    out.push(unknownStmt(c, node));
    return;
  }
  if (hidesLines(c, node)) out.push(unknownStmt(c, node));
  else if (node.type === 'case_statement') lowerCase(c, node, out);
  else if (node.type === 'labeled_statement') {
    const label = kidAt(node, 'label')!;
    out.push({ k: 'label', name: textOf(c, label), span: spanOf(label) });
    const rest = node.kids.filter((k) => k.named && k !== label).at(-1);
    if (rest) lowerInto(c, rest, out);
  } else if (node.type === 'attributed_statement') lowerInto(c, node.kids.filter((k) => k.named).at(-1)!, out);
  else out.push(LOWER[node.type]?.(c, node) ?? (LOCAL_TYPES.has(node.type) ? { k: 'empty', span: spanOf(node) } : unknownStmt(c, node)));
}

const WITH_STATEMENTS = new Set(['compound_statement', 'case_statement', 'labeled_statement', 'attributed_statement']);
const STATEMENT_FIELDS = new Set(['body', 'consequence', 'alternative']);

/** A gap inside a declaration, an expression or a condition: what is not shown may hold the end of it and more. */
function hidesLines(c: StatementLowering, node: Node): boolean {
  if (!c.hasGaps || WITH_STATEMENTS.has(node.type) || !textOf(c, node).includes(GAP_NAME)) return false;
  const inner = node.kids.filter((k) => k.field !== null && STATEMENT_FIELDS.has(k.field));
  const from = Math.min(...inner.map((k) => k.start), node.end);
  const end = inner.at(-1)?.end ?? node.end;
  return c.source.slice(node.start, from).includes(GAP_NAME) || c.source.slice(end, node.end).includes(GAP_NAME);
}

function lowerCase(c: StatementLowering, node: Node, out: Stmt[]): void {
  const value = kidAt(node, 'value');
  const colon = node.kids.findIndex((k) => k.type === ':');
  const before = node.kids.slice(0, colon + 1);
  if (colon < 0 || before.some((k) => k.bad)) {
    out.push(unknownStmt(c, node));
    return;
  }
  const operator = value?.kids.find((k) => noteAt(c, k.start)?.kind === 'range');
  const [low, high] = operator ? [kidAt(value!, 'left'), kidAt(value!, 'right')] : [value, undefined];
  out.push({
    k: 'case',
    low: low ? lowerExpr(c, low) : null,
    high: high ? lowerExpr(c, high) : null,
    span: { start: node.start, end: node.kids[colon]!.end },
  });
  for (const kid of node.kids.slice(colon + 1)) {
    if (kid.named || kid.bad) lowerInto(c, kid, out);
  }
}

const LOWER: Record<string, (c: StatementLowering, node: Node) => Stmt> = {
  compound_statement: lowerBlock,
  expression_statement: lowerExpressionStatement,
  declaration: lowerDeclaration,
  if_statement: lowerIf,
  while_statement: lowerWhile,
  do_statement: lowerDo,
  macro_type_specifier: lowerMisreadCall,
  for_statement: lowerFor,
  switch_statement: (c, n) => ({
    k: 'switch',
    x: lowerExpr(c, kidAt(n, 'condition')),
    body: lowerOne(c, kidAt(n, 'body'), n),
    span: spanOf(n),
  }),
  goto_statement: (c, n) => ({ k: 'goto', label: textOf(c, kidAt(n, 'label') ?? n), span: spanOf(n) }),
  break_statement: (_, n) => ({ k: 'break', span: spanOf(n) }),
  continue_statement: (_, n) => ({ k: 'continue', span: spanOf(n) }),
  return_statement: (c, n) => ({ k: 'return', x: firstNamed(c, n), span: spanOf(n) }),
};

function firstNamed(c: Lowering, node: Node): Expr | null {
  const kid = node.kids.find((k) => k.named);
  return kid ? lowerExpr(c, kid) : null;
}

function lowerIf(c: StatementLowering, n: Node): Stmt {
  const note = noteAt(c, n.start);
  const other = kidAt(n, 'alternative');
  if (note?.kind === 'block-macro') return other ? unknownStmt(c, n) : lowerBlockMacro(c, n, note.name, kidAt(n, 'consequence'));
  const otherBody = other?.kids.filter((k) => k.named || k.bad).at(-1);
  return {
    k: 'if',
    c: lowerExpr(c, kidAt(n, 'condition')),
    then: lowerOne(c, kidAt(n, 'consequence'), n),
    other: other ? lowerOne(c, otherBody, other) : null,
    span: spanOf(n),
  };
}

function lowerWhile(c: StatementLowering, n: Node): Stmt {
  const note = noteAt(c, n.start);
  if (note?.kind === 'block-macro') return lowerBlockMacro(c, n, note.name, kidAt(n, 'body'));
  return { k: 'while', c: lowerExpr(c, kidAt(n, 'condition')), body: lowerOne(c, kidAt(n, 'body'), n), span: spanOf(n) };
}

/** `do { … } for_each_x(…);`: how long it goes on is the macro's affair. */
function lowerDo(c: StatementLowering, n: Node): Stmt {
  const keyword = n.kids.find((k) => k.type === 'while');
  const note = keyword && noteAt(c, keyword.start);
  const condition = kidAt(n, 'condition');
  const x: Expr = note?.kind === 'block-macro' ? unknownExpr(c, condition ?? n) : lowerExpr(c, condition);
  return { k: 'do', c: x, body: lowerOne(c, kidAt(n, 'body'), n), span: spanOf(n) };
}

/** `put(a * (b));` is read as a type; where only an expression can stand it is read right. */
function lowerMisreadCall(c: StatementLowering, n: Node): Stmt {
  const prefix = '{return ';
  const text = c.masked.slice(n.start - c.base, n.end - c.base);
  const block = parseC(`${prefix}${text};}`, n.start - prefix.length).kids[0];
  const value = block?.kids.find((k) => k.type === 'return_statement')?.kids.find((k) => k.named);
  if (!value || value.end < n.end) return unknownStmt(c, n);
  return { k: 'expr', x: lowerExpr(c, value), span: spanOf(n) };
}

function lowerFor(c: StatementLowering, n: Node): Stmt {
  const initializer = kidAt(n, 'initializer');
  const condition = kidAt(n, 'condition');
  const update = kidAt(n, 'update');
  const init =
    initializer &&
    (initializer.type === 'declaration'
      ? lowerOne(c, initializer, n)
      : ({ k: 'expr', x: lowerExpr(c, initializer), span: spanOf(initializer) } as Stmt));
  return {
    k: 'for',
    init: init ?? null,
    c: condition ? lowerExpr(c, condition) : null,
    step: update ? lowerExpr(c, update) : null,
    body: lowerOne(c, kidAt(n, 'body'), n),
    span: spanOf(n),
  };
}

/** A macro with a body: the condition's comma list is its arguments. */
function lowerBlockMacro(c: StatementLowering, n: Node, name: string, body: Node | undefined): Stmt {
  const args = /^\s*\(\s*\)/.test(c.code.slice(n.start + name.length)) ? [] : macroArguments(c, kidAt(n, 'condition'));
  const inner = lowerOne(c, body, n);
  if (name === 'scoped_guard') return { k: 'scoped-guard', name, args, body: inner, span: spanOf(n) };
  if (name !== 'scoped_cond_guard') return { k: 'loop-macro', name, args, body: inner, span: spanOf(n) };
  // `scoped_cond_guard(class, what to do where the lock can't be had, …) body`
  const refused: Stmt = {
    k: 'if',
    c: { k: 'unknown', text: name, span: spanOf(n) },
    then: unknownStmt(c, args[1]?.span ?? spanOf(n)),
    other: null,
    span: spanOf(n),
  };
  const guarded: Stmt = { k: 'scoped-guard', name, args: [...args.slice(0, 1), ...args.slice(2)], body: inner, span: spanOf(n) };
  return { k: 'block', body: [refused, guarded], span: spanOf(n) };
}

function macroArguments(c: Lowering, condition: Node | undefined): Expr[] {
  if (!condition || condition.kids.some((k) => k.bad)) return condition ? [unknownExpr(c, condition)] : [];
  const args: Expr[] = [];
  let node = condition.kids.find((k) => k.named);
  while (node?.type === 'comma_expression' && !node.kids.some((k) => k.bad)) {
    args.push(lowerExpr(c, kidAt(node, 'left')));
    node = kidAt(node, 'right');
  }
  if (node) args.push(lowerExpr(c, node));
  return args;
}

function lowerExpressionStatement(c: StatementLowering, n: Node): Stmt {
  const inner = n.kids.find((k) => k.named);
  const span = spanOf(n);
  if (!inner) return { k: 'empty', span };
  if (inner.type === 'gnu_asm_expression')
    return /\bgoto\b/.test(c.code.slice(n.start, c.code.indexOf('(', n.start))) ? unknownStmt(c, n) : { k: 'asm', span };
  const x = lowerExpr(c, inner);
  if (x.k === 'name' && x.name === 'fallthrough') return { k: 'empty', span };
  if (x.k === 'call' && x.fn.k === 'name') {
    const note = noteAt(c, inner.start);
    if (note?.kind === 'class') return classDeclaration(c, x, note, span);
    if (/^asm_(?:volatile_)?goto/.test(x.fn.name)) return unknownStmt(c, n);
  }
  return { k: 'expr', x, span };
}
