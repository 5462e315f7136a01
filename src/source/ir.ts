/**
 * The syntax that `flow/` reads: C statements and expressions without tree-sitter's shape, so that one pass over the native tree is enough.
 * Spans are offsets (UTF-16 units) into the text of the function's file; `unknown` nodes stand for what could not be read and are never skipped.
 */

export interface Span {
  start: number;
  end: number;
}

/** A type as written, taken apart as far as the syntax allows. `name` is the base (`unsigned int`, `struct foo`, `enum bar`, a typedef). */
export interface TypeSyntax {
  name: string;
  /** number of `*`, arrays in parameters included */
  pointers: number;
  /** array dimensions as written, outermost first; '' for `[]` */
  dims: string[];
  isConst: boolean;
  /** a function pointer */
  isFunction: boolean;
}

export type Expr =
  | { k: 'name'; name: string; span: Span }
  | { k: 'number'; text: string; value: number; span: Span }
  | { k: 'string'; text: string; span: Span }
  /** `~ ! - + & *` */
  | { k: 'unary'; op: string; x: Expr; span: Span }
  /** `++` or `--`; value before the change where `postfix` */
  | { k: 'step'; op: '++' | '--'; postfix: boolean; x: Expr; span: Span }
  | { k: 'binary'; op: string; l: Expr; r: Expr; span: Span }
  /** `=`, or a compound operator such as `+=` */
  | { k: 'assign'; op: string; l: Expr; r: Expr; span: Span }
  /** `then` null: GNU `c ?: other` */
  | { k: 'conditional'; c: Expr; then: Expr | null; other: Expr; span: Span }
  | { k: 'call'; fn: Expr; args: Expr[]; span: Span }
  | { k: 'field'; x: Expr; name: string; arrow: boolean; span: Span }
  | { k: 'index'; x: Expr; i: Expr; span: Span }
  | { k: 'cast'; type: TypeSyntax; x: Expr; span: Span }
  | { k: 'sizeof'; type: TypeSyntax | null; x: Expr | null; span: Span }
  | { k: 'offsetof'; type: TypeSyntax; member: string; span: Span }
  | { k: 'comma'; l: Expr; r: Expr; span: Span }
  /** GNU `({ … })` */
  | { k: 'block'; body: Stmt; span: Span }
  /** `{ … }` as a value; a designated member has a name */
  | { k: 'init'; items: { member: string | null; value: Expr }[]; span: Span }
  /** a bare type where an expression should be (an argument of container_of and the like) */
  | { k: 'type'; type: TypeSyntax; span: Span }
  | { k: 'unknown'; text: string; span: Span };

export interface Declarator {
  name: string;
  type: TypeSyntax;
  init: Expr | null;
  /** the argument of `__free(…)`, where there is one */
  cleanup: string | null;
  isStatic: boolean;
  span: Span;
}

export type Stmt =
  | { k: 'decl'; items: Declarator[]; span: Span }
  | { k: 'expr'; x: Expr; span: Span }
  | { k: 'if'; c: Expr; then: Stmt; other: Stmt | null; span: Span }
  | { k: 'while'; c: Expr; body: Stmt; span: Span }
  | { k: 'do'; c: Expr; body: Stmt; span: Span }
  | { k: 'for'; init: Stmt | null; c: Expr | null; step: Expr | null; body: Stmt; span: Span }
  /** a loop macro such as `for_each_cpu(…) body`: runs zero or more times; the arguments are evaluated, plain names among them assigned */
  | { k: 'loop-macro'; name: string; args: Expr[]; body: Stmt; span: Span }
  /** `scoped_guard(…) body` */
  | { k: 'scoped-guard'; name: string; args: Expr[]; body: Stmt; span: Span }
  | { k: 'switch'; x: Expr; body: Stmt; span: Span }
  /** `low` null: default; `high`: GNU case range */
  | { k: 'case'; low: Expr | null; high: Expr | null; span: Span }
  | { k: 'label'; name: string; span: Span }
  | { k: 'goto'; label: string; span: Span }
  | { k: 'break'; span: Span }
  | { k: 'continue'; span: Span }
  | { k: 'return'; x: Expr | null; span: Span }
  | { k: 'block'; body: Stmt[]; span: Span }
  | { k: 'asm'; span: Span }
  /** code under #if/#ifdef: any one of the arms may be what is compiled; an empty arm where there is no #else */
  | { k: 'variants'; arms: { condition: string; body: Stmt[] }[]; span: Span }
  | { k: 'empty'; span: Span }
  /** unreadable, or lines that the patch does not show: may do anything that the function could do */
  | { k: 'unknown'; why: 'not-shown' | 'unparsable'; text: string; span: Span };

export interface ParameterSyntax {
  /** '' where the declaration names none */
  name: string;
  type: TypeSyntax;
  /** as written, white space folded: `struct cgroup_subsys_state *css` */
  text: string;
  span: Span;
}

export interface FunctionSyntax {
  name: string;
  returns: TypeSyntax;
  parameters: ParameterSyntax[];
  variadic: boolean;
  /** static, inline, … and attribute words in the order written */
  specifiers: string[];
  body: Stmt & { k: 'block' };
  span: Span;
  nameSpan: Span;
  /** true where some of the body is `unknown` */
  partial: boolean;
}
