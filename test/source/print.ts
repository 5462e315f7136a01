/** ir.ts as text that looks like C, so that expectations can be read. Parentheses stand around every operator. */

import { functionsOf } from '../../src/source/functions.ts';
import type { Declarator, Expr, FunctionSyntax, Stmt, TypeSyntax } from '../../src/source/ir.ts';
import { lowerFunction } from '../../src/source/lower.ts';
import type { SourceFile } from '../../src/source/model.ts';

export function fileOf(text: string, path = 'kernel/x.c', complete = true): SourceFile {
  return { path, text, added: new Set(), complete, origin: 'file' };
}

export function typeText(t: TypeSyntax): string {
  const dims = t.dims.map((d) => `[${d}]`).join('');
  return `${t.isConst ? 'const ' : ''}${t.name}${t.pointers > 0 ? ' ' : ''}${'*'.repeat(t.pointers)}${dims}${t.isFunction ? '()' : ''}`;
}

export function exprText(x: Expr): string {
  switch (x.k) {
    case 'name':
      return x.name;
    case 'number':
      return String(x.value);
    case 'string':
      return x.text.replace(/\s+/g, ' ');
    case 'unary':
      return `(${x.op}${exprText(x.x)})`;
    case 'step':
      return x.postfix ? `(${exprText(x.x)}${x.op})` : `(${x.op}${exprText(x.x)})`;
    case 'binary':
    case 'assign':
      return `(${exprText(x.l)} ${x.op} ${exprText(x.r)})`;
    case 'conditional':
      return `(${exprText(x.c)} ? ${x.then ? `${exprText(x.then)} ` : ''}: ${exprText(x.other)})`;
    case 'call':
      return `${exprText(x.fn)}(${x.args.map(exprText).join(', ')})`;
    case 'field':
      return `${exprText(x.x)}${x.arrow ? '->' : '.'}${x.name}`;
    case 'index':
      return `${exprText(x.x)}[${exprText(x.i)}]`;
    case 'cast':
      return `<${typeText(x.type)}>${exprText(x.x)}`;
    case 'sizeof':
      return `sizeof(${x.type ? `type ${typeText(x.type)}` : exprText(x.x!)})`;
    case 'offsetof':
      return `offsetof(${typeText(x.type)}, ${x.member})`;
    case 'comma':
      return `(${exprText(x.l)}, ${exprText(x.r)})`;
    case 'block':
      return `(${stmtText(x.body)})`;
    case 'init':
      return `{ ${x.items.map((i) => `${i.member === null ? '' : `.${i.member} = `}${exprText(i.value)}`).join(', ')} }`.replace(
        '{  }',
        '{ }',
      );
    case 'type':
      return `type ${typeText(x.type)}`;
    case 'unknown':
      return `UNKNOWN<${x.text.replace(/\s+/g, ' ')}>`;
  }
}

function declText(d: Declarator): string {
  const init = d.init ? ` = ${exprText(d.init)}` : '';
  return `${d.isStatic ? 'static ' : ''}${d.name}: ${typeText(d.type)}${d.cleanup === null ? '' : ` ~${d.cleanup}`}${init}`;
}

export function stmtText(s: Stmt): string {
  switch (s.k) {
    case 'decl':
      return `${s.items.map(declText).join(', ')};`;
    case 'expr':
      return `${exprText(s.x)};`;
    case 'if':
      return `if ${exprText(s.c)} ${stmtText(s.then)}${s.other ? ` else ${stmtText(s.other)}` : ''}`;
    case 'while':
      return `while ${exprText(s.c)} ${stmtText(s.body)}`;
    case 'do':
      return `do ${stmtText(s.body)} while ${exprText(s.c)};`;
    case 'for':
      return `for (${s.init ? stmtText(s.init) : ';'} ${s.c ? exprText(s.c) : ''}; ${s.step ? exprText(s.step) : ''}) ${stmtText(s.body)}`;
    case 'loop-macro':
      return `LOOP ${s.name}(${s.args.map(exprText).join(', ')}) ${stmtText(s.body)}`;
    case 'scoped-guard':
      return `GUARD ${s.name}(${s.args.map(exprText).join(', ')}) ${stmtText(s.body)}`;
    case 'switch':
      return `switch ${exprText(s.x)} ${stmtText(s.body)}`;
    case 'case':
      return s.low === null ? 'default:' : `case ${exprText(s.low)}${s.high ? ` ... ${exprText(s.high)}` : ''}:`;
    case 'label':
      return `${s.name}:`;
    case 'goto':
      return `goto ${s.label};`;
    case 'break':
    case 'continue':
      return `${s.k};`;
    case 'return':
      return `return${s.x ? ` ${exprText(s.x)}` : ''};`;
    case 'block':
      return `{ ${s.body.map(stmtText).join(' ')} }`.replace('{  }', '{ }');
    case 'asm':
      return 'ASM;';
    case 'variants':
      return `VARIANTS{ ${s.arms.map((a) => `[${a.condition}] ${a.body.map(stmtText).join(' ')}`.trimEnd()).join(' | ')} }`;
    case 'empty':
      return ';';
    case 'unknown':
      return `UNKNOWN(${s.why})<${s.text.replace(/\s+/g, ' ')}>`;
  }
}

/** The only function of a text. */
export function lowered(text: string, complete = true): FunctionSyntax {
  const functions = functionsOf(fileOf(text, 'kernel/x.c', complete));
  if (functions.length !== 1) throw new Error(`${functions.length} functions: ${functions.map((f) => f.name).join(', ')}`);
  const syntax = lowerFunction(functions[0]!);
  if (!syntax) throw new Error('no head could be read');
  return syntax;
}

/** Statements of a body, printed. */
export function body(statements: string): string {
  return lowered(`void f(void)\n{\n${statements}\n}\n`).body.body.map(stmtText).join(' ');
}
