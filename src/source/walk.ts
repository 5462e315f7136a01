/** Searching ir.ts. Without recursion: trees may be deep. */
import type { FunctionSyntax, Stmt } from './ir.ts';

/** Statements and expressions alike. */
function someNode(root: object, test: (node: { k?: string; why?: string }) => boolean): boolean {
  const stack: unknown[] = [root];
  while (stack.length > 0) {
    const node = stack.pop();
    if (typeof node !== 'object' || node === null) continue;
    if (test(node)) return true;
    for (const key in node) if (key !== 'span' && key !== 'type') stack.push((node as Record<string, unknown>)[key]);
  }
  return false;
}

export function hasUnknown(body: Stmt): boolean {
  return someNode(body, (n) => n.k === 'unknown');
}

/** Names of the functions and macros that the body calls by name, each once, in the order they stand in the tree. */
export function collectCalls(fn: FunctionSyntax): string[] {
  const names = new Set<string>();
  someNode(fn.body, (n) => {
    const call = n as { k?: string; fn?: { k: string; name?: string } };
    if (call.k === 'call' && call.fn?.k === 'name') names.add(call.fn.name!);
    return false;
  });
  return [...names];
}
