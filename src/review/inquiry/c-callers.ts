/** C code that uses a kfunc as a function: calls it, stores it in a table, names it as a destructor. */
import { functionsOf } from '../../source/functions.ts';
import type { SourceFile } from '../../source/model.ts';
import type { Court } from '../question.ts';

export interface UseInC {
  /** the function that uses it, or what else does */
  by: string;
  file: string;
}

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

function usesIn(file: SourceFile, name: string): UseInC[] {
  if (!file.text.includes(name)) return [];
  const text = file.text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"/g, (m) => m.replace(/[^\n]/g, ' '));
  const functions = functionsOf(file);
  const uses: UseInC[] = [];
  for (const { index } of text.matchAll(new RegExp(`(?<![\\w.>])${name}\\b`, 'g'))) {
    const home = functions.find((f) => index >= f.start && index < f.end);
    if (home && home.name !== name) uses.push({ by: `${home.name}()`, file: file.path });
    else if (!home && isTaken(text, index, name)) uses.push({ by: 'a table or a list of destructors', file: file.path });
  }
  return uses;
}

/** Outside of functions: a prototype, an export or a kfunc set only name it. */
function isTaken(text: string, index: number, name: string): boolean {
  const line = text.slice(text.lastIndexOf('\n', index) + 1, index);
  if (/BTF_ID_FLAGS\s*\(|BTF_KFUNC|EXPORT_SYMBOL|\bBTF_ID\s*\(\s*func\s*,\s*$/.test(line))
    return /\bBTF_ID\s*\(\s*func/.test(line) && isDestructor(text, name);
  if (/^#\s*define\b/.test(line)) return true;
  return /[={,(]\s*&?$/.test(line) && !/^\s*\(/.test(text.slice(index + name.length));
}

/** BTF_ID lists hold kfuncs for many ends; the ones registered with register_btf_id_dtor_kfuncs() are called by the kernel. */
function isDestructor(text: string, name: string): boolean {
  return (
    text.includes('register_btf_id_dtor_kfuncs') &&
    new RegExp(`BTF_ID\\s*\\(\\s*struct\\s*,[^)]*\\)\\s*BTF_ID\\s*\\(\\s*func\\s*,\\s*${name}\\s*\\)`).test(text)
  );
}
