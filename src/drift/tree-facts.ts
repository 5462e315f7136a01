/** What a tree's own source says of flags, suffixes and kinds of arguments, read with tree-sitter. */
import { functionsOf } from '../source/functions.ts';
import type { SourceFile, TreeFiles } from '../source/model.ts';
import { type Node, parseC } from '../source/parser.ts';

export interface Found {
  name: string;
  file: string;
  /** from 1 */
  line: number;
}

export interface TreeFacts {
  flags: (Found & { bit: number | null })[];
  suffixes: Found[];
  /** enumerators KF_ARG_… that stand for kinds of arguments */
  kinds: Found[];
  /** structs that arguments are told apart by */
  structs: Found[];
  /** text of a function, of all of its definitions; null where there is none */
  textOf(path: string, symbol: string): string | null;
}

export const HEADER = 'include/linux/btf.h';
export const CHECKED_FILES = ['kernel/bpf/verifier.c', 'kernel/bpf/btf.c'] as const;

/** Null where the tree has none of the files, for instance because it is no kernel tree. */
export function readTreeFacts(tree: TreeFiles): TreeFacts | null {
  const header = tree.read(HEADER);
  const files = CHECKED_FILES.flatMap((path): SourceFile[] => {
    const text = tree.read(path);
    return text === null ? [] : [{ path, text, added: new Set(), complete: true, origin: 'tree' }];
  });
  if (header === null || files.length < CHECKED_FILES.length) return null;
  return {
    flags: flagsIn(header),
    suffixes: unique(files.flatMap(suffixesIn)),
    kinds: unique(files.flatMap((f) => enumeratorsIn(f, /^kfunc_(ptr_)?arg_type$/))),
    structs: unique(files.flatMap(structsIn)),
    textOf: (path, symbol) => textOf(files, path, symbol),
  };
}

/** `#define KF_X (1 << n)`. */
function flagsIn(text: string): TreeFacts['flags'] {
  return descendants(parseC(text)).flatMap((node) => {
    if (node.type !== 'preproc_def') return [];
    const name = textAt(
      text,
      node.kids.find((k) => k.field === 'name'),
    );
    const value = textAt(
      text,
      node.kids.find((k) => k.field === 'value'),
    );
    if (!/^KF_[A-Z0-9_]+$/.test(name)) return [];
    const shift = /^\(\s*1U?L?L?\s*<<\s*(\d+)\s*\)/.exec(value) ?? /^BIT\(\s*(\d+)\s*\)/.exec(value);
    return [{ name, file: HEADER, line: lineOf(text, node.start), bit: shift ? Number(shift[1]) : null }];
  });
}

/** Strings that a parameter's name is compared with: arguments of …match_suffix(), and what is_kfunc_arg_…() compares by itself. */
function suffixesIn(file: SourceFile): Found[] {
  return functionsOf(file)
    .filter(
      (f) =>
        /kfunc_arg|param_match|kfunc_param|arg_type|kfunc_flags|parse_kfunc|func_model/.test(f.name) ||
        file.text.slice(f.start, f.end).includes('match_suffix('),
    )
    .flatMap((f) => {
      const node = parseC(file.text.slice(f.start, f.end), f.start);
      return descendants(node).flatMap((n) => {
        if (n.type !== 'string_literal' || !isNameTest(f.name, n, node, file.text)) return [];
        const name = textAt(file.text, n).slice(1, -1);
        return /^(__[a-z]\w*|rd(only|wr)_buf_size)$/.test(name) ? [{ name, file: file.path, line: lineOf(file.text, n.start) }] : [];
      });
    });
}

function isNameTest(within: string, literal: Node, root: Node, text: string): boolean {
  const call = innermostCall(root, literal);
  if (!call) return false;
  const callee = textAt(
    text,
    call.kids.find((k) => k.field === 'function'),
  );
  if (/match_suffix$|_with_name$|is_kfunc_arg_mem_size$/.test(callee)) return true;
  return /kfunc_arg/.test(within) && /^str(n?cmp|str)$/.test(callee);
}

function innermostCall(root: Node, inside: Node): Node | null {
  let best: Node | null = null;
  for (const n of descendants(root)) {
    if (n.type === 'call_expression' && n.start <= inside.start && n.end >= inside.end && (!best || n.start >= best.start)) best = n;
  }
  return best;
}

function enumeratorsIn(file: SourceFile, tag: RegExp): Found[] {
  const found: Found[] = [];
  for (const match of file.text.matchAll(/\benum\s+(\w+)\s*\{/g)) {
    if (!tag.test(match[1]!)) continue;
    const end = file.text.indexOf('};', match.index);
    if (end < 0) continue;
    const node = parseC(`${file.text.slice(match.index, end)}};`, match.index);
    for (const n of descendants(node)) {
      if (n.type === 'enumerator')
        found.push({
          name: textAt(
            file.text,
            n.kids.find((k) => k.field === 'name'),
          ),
          file: file.path,
          line: lineOf(file.text, n.start),
        });
    }
  }
  return found.filter((f) => f.name.startsWith('KF_ARG_'));
}

/** `BTF_ID_LIST(kf_arg_btf_ids)` and the BTF_ID(struct, …) lines behind it. */
function structsIn(file: SourceFile): Found[] {
  const start = file.text.search(/^BTF_ID_LIST\(kf_arg_btf_ids\)/m);
  if (start < 0) return [];
  const lines = /^(?:BTF_ID[^\n]*\n)+/.exec(file.text.slice(start))?.[0] ?? '';
  const node = parseC(lines, start);
  return descendants(node).flatMap((n) => {
    if (
      n.type !== 'call_expression' &&
      n.type !== 'macro_type_specifier' &&
      n.type !== 'function_declarator' &&
      n.type !== 'expression_statement' &&
      n.type !== 'declaration'
    )
      return [];
    const match = /^BTF_ID\(struct, (\w+)\)/.exec(file.text.slice(n.start, n.end));
    return match ? [{ name: match[1]!, file: file.path, line: lineOf(file.text, n.start) }] : [];
  });
}

function textOf(files: readonly SourceFile[], path: string, symbol: string): string | null {
  const file = files.find((f) => f.path === path);
  const found = file ? functionsOf(file).filter((f) => f.name === symbol) : [];
  return found.length === 0 ? null : found.map((f) => file!.text.slice(f.start, f.end)).join('\n');
}

/** Without recursion: the depth is the input's choice. */
function descendants(root: Node): Node[] {
  const all: Node[] = [];
  const stack = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    all.push(node);
    for (let i = node.kids.length - 1; i >= 0; i--) stack.push(node.kids[i]!);
  }
  return all;
}

function textAt(text: string, node: Node | undefined): string {
  return node ? text.slice(node.start, node.end).trim() : '';
}

function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

function unique(list: Found[]): Found[] {
  return list.filter((f, i) => list.findIndex((other) => other.name === f.name) === i);
}
