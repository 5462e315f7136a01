/** Where functions and function-like macros of a tree may be defined, by name: one search for all of them. */
import type { SearchOptions } from './model.ts';
import { copyOf, type SearchEngine } from './tree-search.ts';

/** Lines at the margin with a parenthesis that no semicolon ends, unless a body stands before it, and #defines. POSIX extended, read alike by all engines. */
export const MARGIN = '^([A-Za-z_].*\\(([^;]*|.*\\{.*)$|#.*define.+\\()';
const DEFINE = /^#[ \t]*define[ \t]+([A-Za-z_]\w*)\(/;
/** Longer lines are data. */
const LONGEST = 2000;

export type DefinitionIndex = ReadonlyMap<string, readonly string[]>;

/** @returns paths by name, in the order of the search */
export function definitionIndex(engine: SearchEngine, options: SearchOptions): DefinitionIndex {
  const index = new Map<string, string[]>();
  const add = (name: string, path: string): void => {
    const known = index.get(name);
    if (!known) index.set(copyOf(name), [path]);
    else if (known.at(-1) !== path) known.push(path);
  };
  engine.each({ pattern: MARGIN }, options, (path, _line, text) => {
    if (text.length > LONGEST) return;
    if (text.startsWith('#')) {
      const name = DEFINE.exec(text)?.[1];
      if (name) add(name, path);
      return;
    }
    for (let at = text.indexOf('('); at >= 0; at = text.indexOf('(', at + 1)) {
      const name = wordBefore(text, at);
      if (name !== '') add(name, path);
    }
  });
  return index;
}

/** The identifier that ends before an offset, blanks passed over; '' where there is none. By hand: a pattern took half of the time of the index. */
function wordBefore(text: string, offset: number): string {
  let end = offset;
  while (end > 0 && (text.charCodeAt(end - 1) === 32 || text.charCodeAt(end - 1) === 9)) end--;
  let start = end;
  while (start > 0 && isWord(text.charCodeAt(start - 1))) start--;
  return start === end || text.charCodeAt(start) <= 57 ? '' : text.slice(start, end);
}

/** Letters, digits, `_`, in ASCII. */
function isWord(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95;
}
