/** Read access to a kernel tree: a directory, or a revision of a git checkout. Only this and what it imports touch files and git. */
import { realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { InputError } from '../claim.ts';
import { definitionIndex, MARGIN } from './definition-index.ts';
import type { MarginHit, SearchOptions, TagHit, TreeFiles } from './model.ts';
import { InsideReader, insidePath } from './tree-path.ts';
import { directorySearch, git, gitBytes, revisionSearch, type SearchEngine } from './tree-search.ts';
import { stampOfDirectory } from './tree-stamp.ts';
import { NOT_KERNEL } from './whole-tree.ts';

export { treeSeries } from './tree-series.ts';

/** Opens a directory. Throws InputError where there is none. @param found what the same tree, opened elsewhere, has been searched for */
export function openTree(dir: string, found?: ReadonlyMap<string, string>): TreeFiles {
  let root: string;
  try {
    root = realpathSync(dir);
    if (!statSync(root).isDirectory()) throw new Error('no directory');
  } catch {
    throw new InputError(`${dir}: not a directory that can be read`);
  }
  const reader = new InsideReader(root);
  const files = treeFiles(dir, directorySearch(root, found), (path) => reader.read(path));
  return { ...files, stamp: () => stampOfDirectory(root) };
}

/** A revision of a git checkout, without touching its work tree. Throws InputError where git does not know it. */
export function openRevision(dir: string, revision: string): TreeFiles {
  if (revision.includes('\0')) throw new InputError('a revision with a NUL byte');
  const commit = git(dir, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`])?.trim();
  if (!commit) throw new InputError(`${dir}: git does not know the revision ${revision}`);
  const root = resolve(dir);
  const texts = new Map<string, string | null>();
  const load = (paths: string[]): void => {
    const asked = [...new Set(paths)].filter((p) => insidePath(p) === p && !p.includes('\n') && !texts.has(p));
    if (asked.length === 0) return;
    const objects = asked.map((p) => `${commit}:${p}\n`).join('');
    readBatch(gitBytes(dir, ['cat-file', '--batch'], objects) ?? Buffer.alloc(0), asked, texts);
  };
  const read = (path: string): string | null => {
    const inside = insidePath(path);
    if (inside === null) return null;
    load([inside]);
    return texts.get(inside) ?? null;
  };
  return { ...treeFiles(`${dir}@${revision}`, revisionSearch(dir, commit), read), load, stamp: () => `${root}@${commit}` };
}

function treeFiles(label: string, engine: SearchEngine, read: (path: string) => string | null): TreeFiles {
  const texts = new Map<string, string | null>();
  const searches = new Map<string, string[]>();
  let tags: TagHit[] | null = null;
  return {
    label,
    read: (path) => remember(texts, path, () => read(path)),
    search: (needles, options) =>
      remember(searches, JSON.stringify([needles, dotted(options)]), () => engine.files(needles, dotted(options))),
    margin: (names, options) => marginHits(engine, names, dotted(options)),
    definitions: (options) => definitionIndex(engine, dotted(options)),
    found: () => engine.found?.() ?? new Map(),
    ahead: async (asked) =>
      engine.ahead?.(
        asked.map((one) => {
          if (one === 'tags') return TAGS;
          return 'search' in one
            ? { files: one.search, options: dotted(one.options) }
            : { needle: { pattern: MARGIN }, options: dotted(one.definitions) };
        }),
      ),
    tags: () => {
      tags ??= tagHits(engine);
      return tags;
    },
  };
}

function remember<T>(cache: Map<string, T>, key: string, read: () => T): T {
  let known = cache.get(key);
  if (known === undefined) {
    known = read();
    cache.set(key, known);
  }
  return known;
}

/** File name ends with their dot. */
function dotted(options: SearchOptions = {}): SearchOptions {
  return options.extensions ? { ...options, extensions: options.extensions.map((e) => (e.startsWith('.') ? e : `.${e}`)) } : options;
}

/** Calls are sorted out afterwards: fixed strings are three times as fast to search as a pattern with an anchor. */
function marginHits(engine: SearchEngine, names: string[], options: SearchOptions): MarginHit[] {
  const asked = names.filter((n) => /^[A-Za-z_]\w*$/.test(n));
  if (asked.length === 0) return [];
  const namesIn = marginNames(asked);
  const hits: MarginHit[] = [];
  engine.each({ fixed: asked.flatMap((n) => [`${n}(`, `${n} (`]) }, options, (path, line, text) => {
    for (const name of namesIn(text)) hits.push({ path, line, text, name });
  });
  return hits.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line));
}

/** Which of the names a line may define: a #define its own, any other line at the margin all that stand before a parenthesis. */
function marginNames(asked: string[]): (text: string) => string[] {
  const set = new Set(asked);
  const called = new RegExp(`(?<![A-Za-z0-9_])(?:${asked.join('|')})(?=[ \\t]*\\()`, 'g');
  return (text) => {
    if (!/^[A-Za-z_#]/.test(text) || text.length >= 2000) return [];
    if (!text.startsWith('#')) return [...new Set(text.match(called))];
    const defined = /^#[ \t]*define[ \t]+([A-Za-z_]\w*)/.exec(text)?.[1];
    return defined !== undefined && set.has(defined) ? [defined] : [];
  };
}

const TAG = /^(?:typedef[ \t]+)?(struct|union|enum)[ \t]+([A-Za-z0-9_]+)[ \t]*\{/;

/** struct, union and enum definitions in headers. */
const TAGS = {
  needle: { pattern: '^(typedef )?(struct|union|enum) [A-Za-z0-9_]+ \\{' },
  options: { extensions: ['.h'], except: [...NOT_KERNEL, 'arch', 'drivers', 'sound'] },
};

function tagHits(engine: SearchEngine): TagHit[] {
  const hits: TagHit[] = [];
  engine.each(TAGS.needle, TAGS.options, (path, _line, text) => {
    const m = TAG.exec(text);
    if (m) hits.push({ path, tag: m[2]!, keyword: m[1] as TagHit['keyword'] });
  });
  return hits.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** `oid SP type SP size LF contents LF` per object, `… missing LF` for none; sizes count bytes. */
function readBatch(bytes: Buffer, asked: string[], texts: Map<string, string | null>): void {
  let at = 0;
  for (const path of asked) {
    const line = bytes.indexOf(10, at);
    if (line < 0) {
      texts.set(path, null);
      continue;
    }
    const head = bytes.toString('utf8', at, line);
    const size = /^[0-9a-f]+ (\w+) (\d+)$/.exec(head);
    at = line + 1;
    if (!size) {
      texts.set(path, null);
      continue;
    }
    const end = at + Number(size[2]);
    texts.set(path, size[1] === 'blob' ? bytes.toString('utf8', at, end) : null);
    at = end + 1;
  }
}
