/**
 * The one declaration of a large header that is asked for, cut out of it: reading a header whole to learn one struct costs a hundred times as much. An excerpt
 * is a file of its own whose lines have the numbers that they have in the header. Only for files of the tree: they are whole and indented.
 */
import { isRead } from './functions.ts';
import type { SourceFile } from './model.ts';

/** Below this size (UTF-16 units) reading the whole is as quick. */
const SMALL = 8192;

const known = new WeakMap<SourceFile, Map<string, SourceFile | null>>();

function fromTree(file: SourceFile): boolean {
  return file.origin === 'tree' && file.complete && file.text.length > SMALL && !isRead(file);
}

function remember(file: SourceFile, key: string, cut: () => SourceFile | null): SourceFile | null {
  const own = known.get(file) ?? new Map<string, SourceFile | null>();
  known.set(file, own);
  const found = own.get(key);
  if (found !== undefined) return found;
  const made = cut();
  own.set(key, made);
  return made;
}

function cutOut(file: SourceFile, start: number, end: number): SourceFile {
  let lines = 0;
  for (let at = file.text.indexOf('\n'); at >= 0 && at < start; at = file.text.indexOf('\n', at + 1)) lines++;
  return { ...file, text: '\n'.repeat(lines) + file.text.slice(start, end) };
}

/** The file itself, an excerpt with the definition of a tag in it, or null where the file defines none. */
export function withTag(file: SourceFile, keywords: string, tag: string): SourceFile | null {
  if (!file.text.includes(tag)) return null;
  if (!fromTree(file)) return file;
  return remember(file, `${keywords} ${tag}`, () => {
    const usual = keywords
      .split('|')
      .map((k) => file.text.indexOf(`\n${k} ${tag} {\n`))
      .filter((at) => at >= 0);
    if (usual.length === 1 && usual.every((at) => !file.text.includes(file.text.slice(at, file.text.indexOf('{', at) + 2), at + 1)))
      return cutBody(file, usual[0]! + 1);
    const head = new RegExp(`^(?:typedef[ \\t]+)?(?:${keywords})\\b[^;{}()=]*\\b${tag}\\b[^;{}()=]*\\{`, 'gm');
    const loose = new RegExp(`\\b(?:${keywords})\\s[^;{}()=*]*\\b${tag}\\b[^;{}()=*]*\\{`);
    const all = [...file.text.matchAll(head)];
    if (all.length === 0) return loose.test(file.text) ? file : null;
    return all.length > 1 ? file : cutBody(file, all[0]!.index);
  });
}

/** From a head at the margin to the semicolon after its brace at the margin. */
function cutBody(file: SourceFile, start: number): SourceFile {
  const close = file.text.indexOf('\n}', start);
  const end = close < 0 ? -1 : file.text.indexOf(';', close);
  return end < 0 ? file : cutOut(file, start, end + 1);
}

/** The file itself, an excerpt with the typedef of a name in it, or null where the file has none. */
export function withTypedef(file: SourceFile, name: string): SourceFile | null {
  if (!file.text.includes(name)) return null;
  if (!fromTree(file)) return file;
  return remember(file, `typedef ${name}`, () => {
    const plain = new RegExp(`^typedef\\b[^;{}]*\\b${name}\\b[^;{}]*;`, 'm').exec(file.text);
    if (plain) return cutOut(file, plain.index, plain.index + plain[0].length);
    return new RegExp(`\\}[^;{}]*\\b${name}\\b[^;{}]*;`).test(file.text) && file.text.includes('typedef') ? file : null;
  });
}

/** The file itself, an excerpt with the #define of a name in it, or null where the file has none. */
export function withMacro(file: SourceFile, name: string): SourceFile | null {
  if (!file.text.includes(name)) return null;
  if (!fromTree(file)) return file;
  return remember(file, `#${name}`, () => {
    const all = [...file.text.matchAll(new RegExp(`^[ \\t]*#[ \\t]*define[ \\t]+${name}\\b`, 'gm'))];
    if (all.length === 0) return null;
    const start = all[0]!.index;
    let end = lineEnd(file.text, start);
    while (/\\\r?$/.test(file.text.slice(end - 2, end)) && end < file.text.length) end = lineEnd(file.text, end + 1);
    const line = file.text.slice(start, end);
    return all.length > 1 || (line.includes('/*') && !line.includes('*/')) ? file : cutOut(file, start, end);
  });
}

function lineEnd(text: string, from: number): number {
  const at = text.indexOf('\n', from);
  return at < 0 ? text.length : at;
}

/** Whether an enumerator of the name may stand in a file: after a brace or a comma, or first on its line. */
export function mayEnumerate(file: SourceFile, name: string): boolean {
  return !fromTree(file) || new RegExp(`(?:^|[{,])[ \\t]*${name}\\b[ \\t]*(?:[=,}]|/[*/]|\\r?$)`, 'm').test(file.text);
}

/** Whether a function of the name may be defined in a file: the name stands on a line that begins at the margin, and not everywhere as a declaration or a call does. */
export function mayDefine(file: SourceFile, name: string): boolean {
  const { text } = file;
  // SYSCALL_DEFINE writes a system call's name without what it begins with
  if (!fromTree(file) || /^(?:compat_)?sys_/.test(name)) return text.includes(name);
  let atMargin = false;
  let open = false;
  for (let at = text.indexOf(name); at >= 0 && !(atMargin && open); at = text.indexOf(name, at + name.length)) {
    atMargin ||= /[A-Za-z_]/.test(text[text.lastIndexOf('\n', at) + 1] ?? '');
    open ||= !isWordAt(text, at - 1) && !isWordAt(text, at + name.length) && !isStatement(text, at + name.length);
  }
  return atMargin && open;
}

function isWordAt(text: string, at: number): boolean {
  return /\w/.test(text[at] ?? '');
}

/** Whether what follows a name is its arguments, or the end of arguments of which it is the last, and a semicolon. Where more would have to be read: no. */
function isStatement(text: string, after: number): boolean {
  const next = /[^ \t]/g;
  next.lastIndex = after;
  const open = next.exec(text);
  if (open?.[0] !== '(' && open?.[0] !== ')') return false;
  let depth = 0;
  for (let i = open.index; i < Math.min(text.length, open.index + 1000); i++) {
    const c = text[i]!;
    if (c === '(') depth++;
    else if (c === ')' && --depth <= 0) return /^[ \t]*;/.test(text.slice(i + 1, i + 40));
    else if (c === '"' || c === "'" || c === '/' || c === '#') return false;
  }
  return false;
}
