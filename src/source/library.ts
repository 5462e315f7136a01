/** The files at hand: those of the input and, lazily, those of the tree; what a file includes; where in the tree a name is defined. */
import { posix } from 'node:path';
import { mayDefine } from './excerpt.ts';
import { functionsOf } from './functions.ts';
import type { FunctionSource, MarginHit, SourceFile, TreeFiles } from './model.ts';
import { CORE, CORE_SOURCES, EXTENSIONS, NOT_KERNEL } from './whole-tree.ts';
import { WordIndex } from './word-index.ts';

/** Headers that one file is taken to see at most. */
const CLOSURE_LIMIT = 600;
/** Names that one search of the tree looks for. */
const BATCH = 200;
/** Searches of the core of the kernel, a batch of names each, before it pays to index all of its functions with one. */
const INDEX_CORE_AFTER = 10;
/** Searches of all headers, text by text, before it pays to index their words. */
const INDEX_AFTER = 40;

export class Library {
  readonly inputs: readonly SourceFile[];
  readonly tree: TreeFiles | null;
  private readonly byPath = new Map<string, SourceFile | null>();
  private readonly closures = new WeakMap<SourceFile, Set<SourceFile>>();
  /** answers of holders() that were read to their end: a name is asked for as a macro, a function, a type */
  private readonly held = new WeakMap<SourceFile, Map<string, SourceFile[]>>();
  private readonly hits = new Map<string, Hits>();
  /** names that functions in view call: looked for along with the next one that is asked for */
  private readonly wanted = new Set<string>();
  private readonly near = new Set<string>();
  /** of the whole kernel, after indexTree() */
  private readonly definitions: ReadonlyMap<string, readonly string[]>[] = [];
  private readonly index = new WordIndex();
  private readonly inputSet: ReadonlySet<SourceFile>;
  private readonly inputHeaders: ReadonlySet<SourceFile>;
  private searches = 0;
  private ownSearches = 0;
  private coreSearches = 0;

  constructor(inputs: readonly SourceFile[], tree: TreeFiles | null) {
    this.inputs = inputs;
    this.tree = tree;
    this.inputSet = new Set(inputs);
    this.inputHeaders = new Set(inputs.filter(isHeader));
    for (const f of inputs) this.byPath.set(f.path, f);
  }

  /** The input's version of a file before the tree's. */
  file(path: string): SourceFile | null {
    let file = this.byPath.get(path);
    if (file === undefined) {
      const text = this.tree?.read(path) ?? null;
      file = text === null ? null : { path, text, added: new Set(), complete: true, origin: 'tree' };
      this.byPath.set(path, file);
    }
    return file;
  }

  /** Files that a file sees and in which a word may stand, nearest first: itself, headers of the input, the headers that it includes, those they include … */
  *holders(from: SourceFile, word: string): Generator<SourceFile> {
    const words = this.held.get(from) ?? new Map<string, SourceFile[]>();
    this.held.set(from, words);
    const known = words.get(word);
    if (known) {
      yield* known;
      return;
    }
    const all: SourceFile[] = [];
    for (const f of this.findHolders(from, word)) {
      all.push(f);
      yield f;
    }
    words.set(word, all);
  }

  private *findHolders(from: SourceFile, word: string): Generator<SourceFile> {
    const has = (f: SourceFile) => f.text.includes(word);
    yield* this.ownHeaders(from, word);
    // over a whole tree each header is asked for hundreds of words
    const closure = this.isIndexed ? this.closure(from) : this.closures.get(from);
    if (closure && (this.isIndexed || this.searches++ > INDEX_AFTER)) {
      for (const f of this.index.holders(word, closure)) if (!this.inputSet.has(f)) yield f;
      return;
    }
    for (const f of this.headers(from)) if (!this.inputSet.has(f) && has(f)) yield f;
  }

  /** The file that asks and the input: of other sources it sees nothing but functions. */
  own(from: SourceFile, word: string): Generator<SourceFile> {
    return this.among(this.inputSet, from, word);
  }

  /** The file that asks and the input's headers. */
  ownHeaders(from: SourceFile, word: string): Generator<SourceFile> {
    return this.among(this.inputHeaders, from, word);
  }

  private *among(inputs: ReadonlySet<SourceFile>, from: SourceFile, word: string): Generator<SourceFile> {
    if (this.isIndexed ? this.index.has(word, from) : from.text.includes(word)) yield from;
    if (inputs.size > 4 && this.ownSearches++ > INDEX_AFTER) {
      for (const f of this.index.holders(word, inputs)) if (f !== from) yield f;
    } else for (const f of inputs) if (f !== from && f.text.includes(word)) yield f;
  }

  /** The headers that a file sees, nearest first: those it includes, those they include … */
  private *headers(from: SourceFile): Generator<SourceFile> {
    const known = this.closures.get(from);
    if (known) {
      yield* known;
      return;
    }
    const found = new Set<SourceFile>();
    const seen = new Set([from.path]);
    let level = [from, ...this.earlier(from)];
    while (level.length > 0 && found.size < CLOSURE_LIMIT) {
      const paths = [...new Set(level.flatMap(includedPaths))].filter((p) => !seen.has(p));
      for (const p of paths) seen.add(p);
      this.tree?.load?.(paths);
      level = paths.map((p) => this.file(p)).filter((f) => f !== null);
      for (const f of level) found.add(f);
      yield* level;
    }
    this.closures.set(from, found);
  }

  private closure(from: SourceFile): ReadonlySet<SourceFile> {
    return this.closures.get(from) ?? new Set(this.headers(from));
  }

  isCore(file: SourceFile): boolean {
    return CORE.includes(file.path.split('/')[0]!);
  }

  /** Whether a header is among those that a file includes, directly or not. */
  sees(from: SourceFile, header: SourceFile): boolean {
    for (const f of this.headers(from)) if (f === header) return true;
    return false;
  }

  /** The first file of the input that sees a header of the tree: what the header calls is what that file sees. */
  unitOf(header: SourceFile): SourceFile | null {
    if (!isHeader(header) || this.inputSet.has(header)) return null;
    return this.inputs.find((f) => !isHeader(f) && this.sees(f, header)) ?? null;
  }

  /** The tree's version of a file of which only hunks are known: it shows what the file includes. */
  private earlier(from: SourceFile): SourceFile[] {
    const text = from.complete ? null : (this.tree?.read(from.path) ?? null);
    return text === null ? [] : [{ path: from.path, text, added: new Set(), complete: true, origin: 'tree' }];
  }

  /** Names that the next search may as well look for. */
  want(names: Iterable<string>): void {
    if (this.tree) for (const n of names) if (!this.hits.has(n) && !this.near.has(n)) this.wanted.add(n);
  }

  /** A name that a file sees the meaning of: others most likely do too, so that no search looks for it before it is asked for. */
  isNear(name: string): void {
    this.near.add(name);
    this.wanted.delete(name);
  }

  /** Files whose margin holds a definition or #define of the name, the architecture-independent first; looked for from near `from` to far until one is enough. */
  definitionFiles(name: string, from: SourceFile, isEnough: (file: SourceFile) => boolean): SourceFile[] {
    if (!this.tree?.margin || !/^[A-Za-z_]\w*$/.test(name)) return [];
    if (this.isIndexed) return this.indexed(name);
    const hits = this.hitsOf(name);
    for (;;) {
      this.opened(hits);
      // What the core of the kernel calls stands in the core: the rest is searched for callers outside it alone.
      const steps = this.isCore(from) ? STEPS - 1 : STEPS;
      if (hits.step >= steps || hits.files.some(isEnough)) return hits.files;
      if (hits.step === 1 && ++this.coreSearches > INDEX_CORE_AFTER) {
        this.indexTree(outsideCore(this.inputs));
        return this.indexed(name);
      }
      this.search(name, hits.step, from);
    }
  }

  get isIndexed(): boolean {
    return this.definitions.length > 0;
  }

  /** One search for all functions of the core of the kernel and the folders given; later ones answer from it. */
  indexTree(folders: string[]): void {
    if (this.isIndexed || !this.tree?.definitions) return;
    this.definitions.push(this.tree.definitions(CORE_SOURCES));
    if (folders.length > 0) this.definitions.push(this.tree.definitions({ under: folders, extensions: EXTENSIONS }));
  }

  /** Files where indexTree() saw what may be a definition of the name, the architecture-independent first. */
  indexed(name: string): SourceFile[] {
    const hits = this.hitsOf(name);
    if (hits.step < STEPS) {
      hits.step = STEPS;
      hits.paths.push(...this.definitions.flatMap((one) => one.get(name) ?? []).sort(byArchitectureAndPath));
    }
    return this.opened(hits);
  }

  /** A name that was searched for in vain. */
  isNowhere(name: string): void {
    this.hitsOf(name).step = STEPS;
  }

  private take(found: MarginHit[]): void {
    for (const h of found.sort((a, b) => architecture(a.path) - architecture(b.path)))
      if (mayHoldBody(h)) this.hitsOf(h.name).paths.push(h.path);
  }

  private opened(hits: Hits): SourceFile[] {
    for (const path of hits.paths.splice(0)) {
      const file = this.file(path);
      if (file && !hits.files.includes(file)) hits.files.push(file);
    }
    return hits.files;
  }

  private hitsOf(name: string): Hits {
    const hits = this.hits.get(name) ?? { step: 0, paths: [], files: [] };
    this.hits.set(name, hits);
    this.wanted.delete(name);
    return hits;
  }

  /** One search of the tree, for this name and those that are as far and may be asked for next. */
  private search(name: string, step: number, from: SourceFile): void {
    const fresh = [...this.wanted].slice(0, BATCH);
    if (step === 0) for (const n of fresh) this.hitsOf(n);
    const along = [...this.hits]
      .filter(([n, h]) => n !== name && h.step === step && h.paths.length === 0 && h.files.length === 0)
      .map(([n]) => n);
    const names = [name, ...along.slice(0, BATCH)];
    for (const n of names) this.hitsOf(n).step = step + 1;
    const dir = posix.dirname(from.path);
    if (step === 0 && (dir === '.' || NOT_KERNEL.includes(dir.split('/')[0]!))) return;
    const place = step === 0 ? { under: [dir] } : step === 1 ? { under: CORE } : { except: [...NOT_KERNEL, ...CORE] };
    // tracepoints are made by macros: no file far away defines one by its name
    const asked = step < 2 ? names : names.filter((n) => !n.startsWith('trace_'));
    if (asked.length === 0) return;
    this.take(this.tree!.margin!(asked, { ...place, extensions: EXTENSIONS }));
  }
}

/** The folder that holds what a file may call without a header of the core: its own, for drivers the one of their kind. */
export function nearby(path: string): string {
  const parts = posix.dirname(path).split('/');
  return ['drivers', 'arch', 'sound'].includes(parts[0]!) ? parts.slice(0, 2).join('/') : parts.join('/');
}

/** The folders where files of the input may find functions that are not of the core. */
export function outsideCore(files: readonly SourceFile[]): string[] {
  const folders = new Set(files.map((f) => nearby(f.path)));
  return [...folders].filter((d) => d !== '.' && !CORE.some((c) => d === c || d.startsWith(`${c}/`)));
}

export function isHeader(file: SourceFile): boolean {
  return file.path.endsWith('.h');
}

/** Near the file, the core of the kernel, the rest. */
const STEPS = 3;

interface Hits {
  /** the next kind of place to search */
  step: number;
  /** found and not yet read */
  paths: string[];
  files: SourceFile[];
}

/** A declaration ends in a semicolon, which is cheaper to see here than by reading the file's brackets. */
function mayHoldBody(h: MarginHit): boolean {
  return h.text.startsWith('#') || !/;\s*(?:\/\*.*\*\/\s*)?$/.test(h.text) || h.text.includes('{');
}

function architecture(path: string): number {
  return path.startsWith('arch/') ? (path.startsWith('arch/x86/') ? 1 : 2) : 0;
}

function byArchitectureAndPath(a: string, b: string): number {
  return architecture(a) - architecture(b) || (a < b ? -1 : a > b ? 1 : 0);
}

const includes = new WeakMap<SourceFile, string[]>();

function includedPaths(file: SourceFile): string[] {
  const known = includes.get(file) ?? readIncludes(file);
  includes.set(file, known);
  return known;
}

/** Looks for the word and then at its line: with a pattern this took a third of the time of a scan. */
function readIncludes({ path, text }: SourceFile): string[] {
  const out: string[] = [];
  for (let at = text.indexOf('include'); at >= 0; at = text.indexOf('include', at + 7)) {
    const m = /^[ \t]*#[ \t]*$/.test(text.slice(text.lastIndexOf('\n', at) + 1, at))
      ? /^include[ \t]*([<"])([^>"\n]+)[>"]/.exec(text.slice(at, at + 200))
      : null;
    if (!m) continue;
    const name = m[2]!;
    if (m[1] === '"') out.push(posix.normalize(posix.join(posix.dirname(path), name)));
    if (name.startsWith('asm/')) out.push(`include/asm-generic/${name.slice(4)}`);
    else out.push(`include/${name}`, `include/uapi/${name}`);
  }
  return out.filter((p) => !p.startsWith('..'));
}

/** Definitions of a name in a file. */
export function definitionsIn(file: SourceFile, name: string): FunctionSource[] {
  return mayDefine(file, name) ? functionsOf(file).filter((f) => f.name === name) : [];
}
