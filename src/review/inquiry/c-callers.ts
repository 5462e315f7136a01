/** C code that uses a kfunc, in the files at hand and in the tree. */
import { type UseInC, usesIn } from '../../source/uses-in-c.ts';
import type { Court } from '../question.ts';

const known = new WeakMap<Court, Map<string, UseInC[]>>();

/** In the files at hand and, with a tree, in all of the kernel; programs under tools/ and samples/ do not count. */
export function usesInC(name: string, court: Court): UseInC[] {
  if (name === '') return [];
  const own = known.get(court) ?? new Map<string, UseInC[]>();
  known.set(court, own);
  let found = own.get(name);
  if (!found) {
    const { files } = court.analysis.program;
    found = [...files.flatMap((f) => usesIn(f, name)), ...inTree(name, court, new Set(files.map((f) => f.path)))];
    own.set(name, found);
  }
  return found;
}

function inTree(name: string, { options: { tree } }: Court, seen: ReadonlySet<string>): UseInC[] {
  const paths = tree?.search([name], { extensions: ['.c', '.h'], except: ['tools', 'samples', 'Documentation', 'scripts'] }) ?? [];
  return paths.flatMap((path) => {
    const text = seen.has(path) ? null : tree!.read(path);
    return text === null ? [] : usesIn({ path, text, added: new Set(), complete: true, origin: 'tree' }, name);
  });
}
