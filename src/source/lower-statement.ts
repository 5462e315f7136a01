/** Statements of the syntax tree → ir.ts. Labels and cases become entries of the list they stand in; #if groups become `variants`. */

import { splitCommas } from './brackets.ts';
import type { ConditionalGroup } from './conditions.ts';
import { bitmapType, macroType, plainType, readDeclaration, readDeclarators } from './declaration.ts';
import type { Declarator, Expr, Span, Stmt } from './ir.ts';
import { kidAt, type Lowering, lowerExpr, noteAt, spanOf, textOf, unknownExpr } from './lower-expression.ts';
import type { Note } from './mask.ts';
import { GAP_MARK } from './model.ts';
import { type Node, parseC } from './parser.ts';

/** #if groups of the body and which of them fell between statements. */
export interface Groups {
  all: ConditionalGroup[];
  placed: Set<ConditionalGroup>;
}

export interface StatementLowering extends Lowering {
  groups: Groups;
  /** false: nothing of the file is hidden */
  hasGaps: boolean;
  /** the body as it was parsed */
  masked: string;
}

const GAP_NAME = GAP_MARK.replace(';', '');
const LOCAL_TYPES = new Set(['type_definition', 'struct_specifier', 'union_specifier', 'enum_specifier', 'function_declaration']);

export function unknownStmt(c: Lowering, span: Span): Stmt {
  const text = textOf(c, span);
  return {
    k: 'unknown',
    why: text.includes(GAP_NAME) ? 'not-shown' : 'unparsable',
    text: text.slice(0, 200),
    span: { start: span.start, end: span.end },
  };
}

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

/** `CLASS(fd, f)(n);` declares `f` of the class's type and cleans it up when its block is left. */
function classDeclaration(c: Lowering, call: Expr & { k: 'call' }, note: { start: number; end: number }, span: Span): Stmt {
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

/** Names and types are read from the text (annotations included), initialisers from the tree. */
function lowerDeclaration(c: StatementLowering, n: Node): Stmt {
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

/** Puts the #if groups that lie between the statements of this list in their place; what a directive cuts through stays for the caller to notice. */
function placeGroups(c: StatementLowering, list: Stmt[], container: Span): Stmt[] {
  const mine = c.groups.all.filter(
    (g) =>
      !c.groups.placed.has(g) &&
      g.start >= container.start &&
      g.end <= container.end &&
      !list.some((s) => s.span.start <= g.start && g.end <= s.span.end),
  );
  let now = list;
  // inner groups first: they become one statement of an outer group's arm
  for (const group of mine.reverse()) {
    const edges = [group.start, ...group.arms.map((a) => a.start), group.end];
    if (now.some((s) => edges.some((e) => s.span.start < e && e < s.span.end))) continue;
    c.groups.placed.add(group);
    const inside = (s: Stmt, from: number, to: number) => s.span.start >= from && s.span.start < to;
    const arms = group.arms.map((a) => ({ condition: a.condition, body: now.filter((s) => inside(s, a.start, a.end)) }));
    const before = now.filter((s) => s.span.start < group.start);
    const after = now.filter((s) => s.span.start >= group.end);
    const variants: Stmt[] = arms.some((a) => a.body.length > 0)
      ? [{ k: 'variants', arms, span: { start: group.start, end: group.end } }]
      : [];
    now = [...before, ...variants, ...after];
  }
  return now;
}
