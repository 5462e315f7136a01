/** Statements of a body, however deep they stand. */
import type { Stmt } from '../../../src/source/ir.ts';

/** Every list of statements that follow one another. */
export function statementsOf(stmt: Stmt): Stmt[][] {
  switch (stmt.k) {
    case 'block':
      return [stmt.body, ...stmt.body.flatMap(statementsOf)];
    case 'if':
      return [...statementsOf(stmt.then), ...(stmt.other ? statementsOf(stmt.other) : [])];
    case 'variants':
      return stmt.arms.flatMap((a) => [a.body, ...a.body.flatMap(statementsOf)]);
    case 'while':
    case 'do':
    case 'for':
    case 'loop-macro':
    case 'scoped-guard':
    case 'switch':
      return statementsOf(stmt.body);
    default:
      return [];
  }
}

export function ifsOf(body: Stmt): (Stmt & { k: 'if' })[] {
  return statementsOf(body)
    .flat()
    .flatMap((s) => (s.k === 'if' ? [s, ...elseIfs(s)] : []));
}

function elseIfs(stmt: Stmt & { k: 'if' }): (Stmt & { k: 'if' })[] {
  return stmt.other?.k === 'if' ? [stmt.other, ...elseIfs(stmt.other)] : [];
}
