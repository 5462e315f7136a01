/** `#define`s of a file, and plain textual expansion for the few places that need it: flags, enumerator lists, constants. */
import { splitCommas } from './brackets.ts';
import { ConditionStack, isConditional } from './conditions.ts';
import { withMacro } from './excerpt.ts';
import { lexisOf } from './functions.ts';
import type { Directive } from './lexis.ts';
import { locate } from './locate.ts';
import type { MacroSource, SourceFile } from './model.ts';

export interface FoundMacro extends MacroSource {
  /** offset of the directive */
  at: number;
  conditions: string[];
}

export type MacroLookup = (name: string) => MacroSource | null;

/** The macros of a file, read when they are asked for: of a header's hundreds few are. */
export class FileMacros {
  private readonly file: SourceFile;
  private readonly places = new Map<string, { directive: Directive; conditions: string[] }[]>();
  private readonly known = new Map<string, FoundMacro[]>();

  constructor(file: SourceFile) {
    this.file = file;
    const { directives, uncommented } = lexisOf(file);
    const stack = new ConditionStack();
    let conditions = stack.conditions();
    for (const directive of directives) {
      if (isConditional(directive)) {
        stack.pass(directive);
        conditions = stack.conditions();
      }
      const name = directive.keyword === 'define' ? definedName(uncommented, directive) : null;
      if (name === null) continue;
      const place = { directive, conditions };
      const others = this.places.get(name);
      if (others) others.push(place);
      else this.places.set(name, [place]);
    }
  }

  /** All definitions of a macro, in order; undefined where there is none. */
  get(name: string): FoundMacro[] | undefined {
    const places = this.places.get(name);
    if (!places) return undefined;
    let found = this.known.get(name);
    if (!found) {
      found = places.flatMap(({ directive, conditions }) => readMacro(this.file, directive, conditions) ?? []);
      this.known.set(name, found);
    }
    return found.length > 0 ? found : undefined;
  }
}

const cache = new WeakMap<SourceFile, FileMacros>();

export function macrosOf(file: SourceFile): FileMacros {
  let known = cache.get(file);
  if (!known) {
    known = new FileMacros(file);
    cache.set(file, known);
  }
  return known;
}

const DEFINED = /#(?:\s|\\\r?\n)*define(?:\s|\\\r?\n)+(\w+)/y;

function definedName(text: string, { start, end }: Directive): string | null {
  DEFINED.lastIndex = start;
  const m = DEFINED.exec(text);
  return m && DEFINED.lastIndex <= end ? m[1]! : null;
}

function readMacro(file: SourceFile, { start, end }: Directive, conditions: string[]): FoundMacro | null {
  const text = lexisOf(file)
    .uncommented.slice(start, end)
    .replace(/\\\r?\n/g, ' ')
    .replace(/\s+/g, ' ');
  const m = /^# ?define (\w+)(\(([^)]*)\))?(.*)$/.exec(text);
  if (!m) return null;
  const parameters =
    m[2] === undefined
      ? null
      : m[3]!
          .split(',')
          .map((p) => p.trim())
          .filter((p) => p !== '');
  return { name: m[1]!, parameters, body: m[4]!.trim(), location: locate(file, start), at: start, conditions };
}

/** The definition that counts where several stand under #if: the one that says most; null where the file has none. */
export function macroIn(whole: SourceFile, name: string): FoundMacro | null {
  const file = withMacro(whole, name);
  const all = file && macrosOf(file).get(name);
  if (!all) return null;
  return all.reduce((best, m) => (stubRank(m) < stubRank(best) ? m : best));
}

/** Real definitions before the empty ones of the other arm. */
function stubRank(m: FoundMacro): number {
  if (m.conditions.includes('0')) return 3;
  if (
    m.body === '' ||
    /^\(?\s*(?:0|NULL|false|do\s*\{\s*\}\s*while\s*\(\s*0\s*\)|\(\{\s*\}\)|\(\s*\(?void\s*\)?\s*\(?0\)?\s*\))\s*\)?$/.test(m.body)
  )
    return 2;
  return m.conditions.some((c) => c.startsWith('!')) ? 1 : 0;
}

/** One call of a function-like macro, arguments put in as text; `#` and `##` done. null where the numbers differ. */
export function substitute(macro: MacroSource, args: string[]): string | null {
  const parameters = macro.parameters ?? [];
  const last = parameters.at(-1) ?? '';
  const variadic = last.endsWith('...');
  const fixed = variadic ? parameters.slice(0, -1) : parameters;
  if (args.length < fixed.length || (!variadic && args.length > Math.max(fixed.length, 1))) return null;
  const values = new Map(fixed.map((p, i) => [p, args[i]!]));
  if (variadic) values.set(last === '...' ? '__VA_ARGS__' : last.slice(0, -3).trim(), args.slice(fixed.length).join(', '));
  const quoted = macro.body.replace(/(?<!#)#\s*([A-Za-z_]\w*)/g, (all, name: string) =>
    values.has(name) ? JSON.stringify(values.get(name)) : all,
  );
  const filled = quoted.replace(/[A-Za-z_]\w*/g, (word) => values.get(word) ?? word);
  return filled.replace(/,\s*##\s*(?=$|\))/g, '').replace(/\s*##\s*/g, '');
}

const EXPANSION_LIMIT = 100_000;

/**
 * Expands every macro that `find` knows in a text, innermost names last; stops at 12 levels or 100,000 characters, answering null: what is left then would be
 * half read.
 */
export function expand(text: string, find: MacroLookup, depth = 0): string | null {
  if (depth > 12 || text.length > EXPANSION_LIMIT) return null;
  let out = '';
  let done = 0;
  const word = /[A-Za-z_]\w*/g;
  for (let m = word.exec(text); m; m = word.exec(text)) {
    const macro = find(m[0]);
    if (!macro) continue;
    const call = macro.parameters ? /^\s*\(/.exec(text.slice(m.index + m[0].length)) : null;
    if (macro.parameters && !call) continue;
    let end = m.index + m[0].length;
    let body: string | null = macro.body;
    if (call) {
      const open = end + call[0].length - 1;
      const close = closingAt(text, open);
      if (close < 0) return null;
      const args = splitCommas(text, open + 1, close).map((s) => text.slice(s.start, s.end));
      body = substitute(macro, args);
      end = close + 1;
    }
    const inner: string | null = body === null ? null : expand(body, (n) => (n === m![0] ? null : find(n)), depth + 1);
    if (inner === null) return null;
    out += text.slice(done, m.index) + inner;
    if (out.length > EXPANSION_LIMIT) return null;
    done = end;
    word.lastIndex = end;
  }
  return out + text.slice(done);
}

function closingAt(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')' && --depth === 0) return i;
  }
  return -1;
}
