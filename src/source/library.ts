/** The files at hand: those of the input and, lazily, those of the tree; what a file includes; where in the tree a name is defined. */
import { posix } from 'node:path';
import { functionsOf } from './functions.ts';
import type { FunctionSource, MarginHit, SourceFile, TreeFiles } from './model.ts';

/** Headers that one file is taken to see at most. */
const CLOSURE_LIMIT = 600;
/** What every kernel holds that is the same on every architecture. */
const CORE = ['include', 'kernel', 'mm', 'net', 'fs', 'lib', 'block', 'security', 'crypto', 'init', 'io_uring', 'ipc'];
/** No part of a kernel image. */
const NOT_KERNEL = ['tools', 'samples', 'Documentation', 'scripts'];
const EXTENSIONS = ['.c', '.h'];

export class Library {
  readonly inputs: readonly SourceFile[];
  readonly tree: TreeFiles | null;
  private readonly byPath = new Map<string, SourceFile | null>();
  private readonly closures = new WeakMap<SourceFile, SourceFile[]>();
  private readonly hits = new Map<string, Hits>();
  /** names that callers of functions in view use: looked up along with the next one that is asked for */
  private readonly wanted = new Set<string>();

  constructor(inputs: readonly SourceFile[], tree: TreeFiles | null) {
    this.inputs = inputs;
    this.tree = tree;
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

  /** The headers that a file sees, nearest first: those it includes, those they include … */
  *headers(from: SourceFile): Generator<SourceFile> {
    const known = this.closures.get(from);
    if (known) {
      yield* known;
      return;
    }
    const found: SourceFile[] = [];
    const seen = new Set([from.path]);
    let level = [from];
    while (level.length > 0 && found.length < CLOSURE_LIMIT) {
      const paths = [...new Set(level.flatMap((f) => includedPaths(f)))].filter((p) => !seen.has(p));
      for (const p of paths) seen.add(p);
      this.tree?.load?.(paths);
      level = paths
        .map((p) => this.file(p))
        .filter((f) => f !== null)
        .slice(0, CLOSURE_LIMIT - found.length);
      found.push(...level);
      yield* level;
    }
    this.closures.set(from, found);
  }

  /** Names that the next search may as well look for. */
  want(names: Iterable<string>): void {
    if (this.tree) for (const n of names) if (!this.hits.has(n)) this.wanted.add(n);
  }

  /** Files outside the input whose margin holds a definition or #define of the name, nearest to `from` first. */
  definitionFiles(name: string, from: SourceFile, isEnough: (file: SourceFile) => boolean): SourceFile[] {
    if (!this.tree?.margin) return [];
    let hits = this.hits.get(name);
    if (!hits) {
      this.search([name, ...[...this.wanted].slice(0, 200)], from);
      hits = this.hits.get(name)!;
    }
    const files: SourceFile[] = [];
    for (; ; hits.step++) {
      for (const path of hits.paths.splice(0)) {
        const file = this.byPath.get(path) ?? this.file(path);
        if (file && !hits.files.includes(file)) hits.files.push(file);
      }
      files.splice(0, files.length, ...hits.files);
      if (hits.step >= STEPS || files.some(isEnough)) return files;
      this.searchStep([name], hits.step, from);
    }
  }

  private search(names: string[], from: SourceFile): void {
    const fresh = names.filter((n) => /^[A-Za-z_]\w*$/.test(n) && !this.hits.has(n));
    for (const n of names) {
      this.wanted.delete(n);
      if (!this.hits.has(n)) this.hits.set(n, { step: 0, paths: [], files: [] });
    }
    for (let step = 0, left = fresh; step < 2 && left.length > 0; step++) {
      this.searchStep(left, step, from);
      for (const n of left) this.hits.get(n)!.step = step + 1;
      left = left.filter((n) => this.hits.get(n)!.paths.length === 0);
    }
  }

  /** One search of the tree: near the file, then the core, then the rest. */
  private searchStep(names: string[], step: number, from: SourceFile): void {
    // tracepoints are made by macros: no file defines one by its name
    const asked = step < 2 ? names : names.filter((n) => !n.startsWith('trace_'));
    if (asked.length === 0) return;
    const dir = posix.dirname(from.path);
    const options = step === 0 ? { under: [dir] } : step === 1 ? { under: CORE } : { except: [...NOT_KERNEL, ...CORE] };
    if (step === 0 && (dir === '.' || NOT_KERNEL.some((d) => dir.startsWith(`${d}/`)))) return;
    const found = this.tree!.margin!(asked, { ...options, extensions: EXTENSIONS });
    for (const h of found.sort(byDistance)) if (this.mayDefine(h)) this.hits.get(h.name)!.paths.push(h.path);
  }

  /** A declaration ends in a semicolon; cheaper to see here than by reading the file's brackets. */
  private mayDefine(h: MarginHit): boolean {
    if (h.text.startsWith('#') || /[{]\s*$/.test(h.text)) return true;
    if (/;\s*$/.test(h.text) && !h.text.includes('{')) return false;
    return true;
  }
}

const STEPS = 3;

interface Hits {
  /** the next kind of place to search */
  step: number;
  /** found and not yet read */
  paths: string[];
  files: SourceFile[];
}

/** Architecture-independent places first. */
function byDistance(a: MarginHit, b: MarginHit): number {
  const rank = (p: string) => (p.startsWith('arch/') ? (p.startsWith('arch/x86/') ? 1 : 2) : 0);
  return rank(a.path) - rank(b.path);
}

const INCLUDE = /^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]/gm;

function includedPaths(file: SourceFile): string[] {
  const out: string[] = [];
  for (const m of file.text.matchAll(INCLUDE)) {
    const name = m[2]!;
    if (m[1] === '"') out.push(posix.normalize(posix.join(posix.dirname(file.path), name)));
    if (name.startsWith('asm/')) out.push(`include/asm-generic/${name.slice(4)}`);
    else out.push(`include/${name}`, `include/uapi/${name}`);
  }
  return out.filter((p) => !p.startsWith('..'));
}

/** Definitions of a name in a file. */
export function definitionsIn(file: SourceFile, name: string): FunctionSource[] {
  return file.text.includes(name) ? functionsOf(file).filter((f) => f.name === name) : [];
}
