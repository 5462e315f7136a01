/** What a claim is about, found among the names of the function. */
import type { ClaimCategory } from '../claim.ts';
import type { FunctionSyntax, Stmt, TypeSyntax } from '../source/ir.ts';

export interface Subject {
  /** as the verdict names it: a parameter, a variable, an expression, a callee with brackets, `return`, a flag */
  text: string;
  /** the variable that it begins with; '' for a flag or `return` */
  root: string;
  kind: 'parameter' | 'variable' | 'expression' | 'call' | 'return' | 'flag' | 'unknown';
  /** of the parameter, from 0; -1 for others */
  index: number;
}

export interface Names {
  parameters: ReadonlyMap<string, { index: number; type: TypeSyntax }>;
  variables: ReadonlyMap<string, TypeSyntax>;
}

export function namesIn(syntax: FunctionSyntax | null): Names {
  const parameters = new Map<string, { index: number; type: TypeSyntax }>();
  const variables = new Map<string, TypeSyntax>();
  syntax?.parameters.forEach((p, index) => {
    if (p.name !== '') parameters.set(p.name, { index, type: p.type });
  });
  if (syntax) collect(syntax.body, variables);
  return { parameters, variables };
}

function collect(stmt: Stmt, into: Map<string, TypeSyntax>): void {
  switch (stmt.k) {
    case 'decl':
      for (const d of stmt.items) into.set(d.name, d.type);
      break;
    case 'block':
      for (const s of stmt.body) collect(s, into);
      break;
    case 'if':
      collect(stmt.then, into);
      if (stmt.other) collect(stmt.other, into);
      break;
    case 'for':
      if (stmt.init) collect(stmt.init, into);
      collect(stmt.body, into);
      break;
    case 'while':
    case 'do':
    case 'switch':
    case 'loop-macro':
    case 'scoped-guard':
      collect(stmt.body, into);
      break;
    case 'variants':
      for (const arm of stmt.arms) for (const s of arm.body) collect(s, into);
      break;
    default:
  }
}

/** English words that are names in many functions: in prose they count as code only where they are the function's own parameter or variable. */
const ENGLISH = new Set(
  `a an and are as at be been before bool break but by call called can case char check code const context continue could data default do does double else
  enum event extern field first flag flags for free from function goto has have held here if in index info inline int is it item kernel key last length line
  list lock long map may memory might name new next no node not null object of off on one only or out parameter path pointer prev program ref reference
  register result return returns safe set short signed size sizeof state static struct switch task that the then this thread to type typedef union unsigned
  use used user value void volatile want was when where which while will with without would`.split(/\s+/),
);

export function isNameIn(names: Names, identifiers: ReadonlySet<string>): (word: string) => boolean {
  return (word) => {
    if (names.parameters.has(word) || names.variables.has(word)) return true;
    return identifiers.has(word) && !ENGLISH.has(word.toLowerCase());
  };
}

const NONE: ReadonlySet<string> = new Set();

/** The best of the candidates that the function knows; null where it knows none. */
export function resolveSubject(
  candidates: readonly string[],
  names: Names,
  category: ClaimCategory,
  callees: ReadonlySet<string>,
  globals: ReadonlySet<string> = NONE,
  counters: ReadonlySet<string> = NONE,
): Subject | null {
  const found = candidates
    .map((text) => known(text, names, callees) ?? globalNamed(text, globals))
    .filter((s) => s !== null)
    .map((s) => (category === 'refcount' ? ownerOf(s, names, counters) : s));
  const fitting = found.filter((s) => fits(s, names, category)).sort((x, y) => rank(x, names, category) - rank(y, names, category));
  return fitting[0] ?? (category === 'null-deref' || category === 'out-of-bounds' ? null : (found[0] ?? null));
}

function globalNamed(text: string, globals: ReadonlySet<string>): Subject | null {
  return globals.has(text) && !ENGLISH.has(text) ? { text, root: text, kind: 'variable', index: -1 } : null;
}

/** Of a reference the object is what matters, not the member that counts. A member that points elsewhere is an object of its own. */
function ownerOf(subject: Subject, names: Names, counters: ReadonlySet<string>): Subject {
  if (subject.kind !== 'expression' || !counters.has(subject.text.replace(/\s+/g, ''))) return subject;
  const parameter = names.parameters.get(subject.root);
  return { text: subject.root, root: subject.root, kind: parameter ? 'parameter' : 'variable', index: parameter?.index ?? -1 };
}

/** Code as a part of a regular expression that finds it. */
export function escaped(code: string): string {
  return code.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** A parameter, a variable, or an expression that begins with one. */
export function subjectNamed(text: string, names: Names): Subject | null {
  return known(text, names, NONE);
}

function known(text: string, names: Names, callees: ReadonlySet<string>): Subject | null {
  const plain = text.replace(/^[*&(\s]+/, '').replace(/[)\s]+$/, '');
  if (/\s|[=<>!&|](?!>)/.test(plain.replaceAll('->', ''))) return null;
  const root = /^[A-Za-z_]\w*/.exec(plain)?.[0] ?? '';
  if (/^[A-Za-z_]\w*\(/.test(plain)) return callees.has(root) ? { text: `${root}()`, root, kind: 'call', index: -1 } : null;
  const parameter = names.parameters.get(root);
  const whole = plain === root;
  if (whole && parameter) return { text: root, root, kind: 'parameter', index: parameter.index };
  if (whole && names.variables.has(root)) return { text: root, root, kind: 'variable', index: -1 };
  if (parameter || names.variables.has(root)) return { text: plain, root, kind: 'expression', index: parameter?.index ?? -1 };
  return callees.has(root) && whole ? { text: `${root}()`, root, kind: 'call', index: -1 } : null;
}

/** Of what an out-of-bounds claim names, the number is what is unbounded, the array what is overrun. */
function rank(subject: Subject, names: Names, category: ClaimCategory): number {
  if (category !== 'out-of-bounds') return 0;
  const type = names.parameters.get(subject.root)?.type ?? names.variables.get(subject.root);
  const number = type !== undefined && type.pointers + type.dims.length === 0 && subject.kind !== 'expression';
  return (number ? 0 : 2) + (subject.kind === 'parameter' ? 0 : 1);
}

/** A NULL claim is about a pointer, a bound about a number. */
function fits(subject: Subject, names: Names, category: ClaimCategory): boolean {
  const type = names.parameters.get(subject.root)?.type ?? names.variables.get(subject.root);
  const pointer = type === undefined ? subject.kind === 'variable' : type.pointers + type.dims.length > 0;
  if (category === 'null-deref') return subject.kind === 'call' || subject.kind === 'expression' || pointer;
  if (category === 'out-of-bounds') return subject.kind !== 'call';
  return true;
}
