/** C code that uses a kfunc as a function: calls it, stores it in a table, names it as a destructor. No verifier looks there. */
import { functionsOf } from './functions.ts';
import type { SourceFile } from './model.ts';

export interface UseInC {
  /** the function that uses it, or what else does */
  by: string;
  /** name of that function, null where it is none */
  function: string | null;
  file: string;
}

const codes = new WeakMap<SourceFile, string>();

/** The text with comments and strings blanked. */
function codeOf(file: SourceFile): string {
  let code = codes.get(file);
  if (code === undefined) {
    code = file.text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"/g, (m) => m.replace(/[^\n]/g, ' '));
    codes.set(file, code);
  }
  return code;
}

export function usesIn(file: SourceFile, name: string): UseInC[] {
  if (!mayUse(file, name)) return [];
  const text = codeOf(file);
  const functions = functionsOf(file);
  const uses: UseInC[] = [];
  for (const { index } of text.matchAll(new RegExp(`(?<![\\w.>])${name}\\b`, 'g'))) {
    const home = functions.find((f) => index >= f.start && index < f.end);
    if (home && home.name !== name) uses.push({ by: `${home.name}()`, function: home.name, file: file.path });
    else if (!home && isTaken(text, index, name)) uses.push({ by: 'a table or a list of destructors', function: null, file: file.path });
  }
  return uses;
}

/** Most kfuncs are named where they are defined, registered and exported, and nowhere else: what stands in comments need not be known of those. */
function mayUse({ text }: SourceFile, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length)) {
    const line = text.slice(text.lastIndexOf('\n', at) + 1, at);
    const isWord = !/\w$/.test(line) && !/\w/.test(text.charAt(at + name.length));
    if (isWord && !/^(?:__bpf_kfunc\b|EXPORT_SYMBOL\w*\s*\(|BTF_ID_FLAGS\s*\()/.test(line) && !isProse(text, line, at)) return true;
  }
  return false;
}

/** A line of a block comment in the usual style. */
function isProse(text: string, line: string, at: number): boolean {
  return line.startsWith(' * ') && text.lastIndexOf('/*', at) > text.lastIndexOf('*/', at);
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
