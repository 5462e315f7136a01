/** Searching a tree for strings and lines: by ripgrep where there is one, else by git, else by our own walk. */
import { spawnSync } from 'node:child_process';
import { accessSync, closeSync, constants, type Dirent, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, isAbsolute, join } from 'node:path';
import type { SearchOptions } from './model.ts';
import { outputOf } from './tree-ahead.ts';
import { MAX_FILE, searchedFolders } from './tree-path.ts';

const MAX_OUTPUT = 512 << 20;

/** Fixed strings, any of which a line must hold, or one pattern that all engines read alike (POSIX extended). */
export type Needle = { fixed: string[] } | { pattern: string };

export interface SearchEngine {
  files(fixed: string[], options: SearchOptions): string[];
  /** calls `visit` for each line, file by file */
  each(needle: Needle, options: SearchOptions, visit: (path: string, line: number, text: string) => void): void;
  /** starts searches that will be asked for, all at once; where there is nothing to gain it does nothing */
  ahead?(searches: readonly Search[]): Promise<void>;
  /** what ahead() found */
  found?(): ReadonlyMap<string, string>;
}

/** What files() or each() will be asked. */
export type Search = { files: string[]; options: SearchOptions } | { needle: Needle; options: SearchOptions };

/** Runs git; null where it fails. */
export function git(dir: string, args: string[]): string | null {
  return gitBytes(dir, args, '')?.toString('utf8') ?? null;
}

export function gitBytes(dir: string, args: string[], input: string): Buffer | null {
  const run = spawnSync('git', ['-C', dir, '--no-pager', ...args], { maxBuffer: MAX_OUTPUT, stdio: ['pipe', 'pipe', 'ignore'], input });
  return run.status === 0 ? run.stdout : null;
}

/** The engine is chosen at the first search. KFUNC_LINT_SEARCH=git or walk leaves the faster ones out. */
export function directorySearch(root: string, found: ReadonlyMap<string, string> = new Map()): SearchEngine {
  let chosen: SearchEngine | null = null;
  const engine = (): SearchEngine => {
    chosen ??= chooseEngine(root, found);
    return chosen;
  };
  return {
    files: (n, o) => engine().files(n, o),
    each: (n, o, v) => engine().each(n, o, v),
    ahead: async (all) => engine().ahead?.(all),
    found: () => chosen?.found?.() ?? new Map(),
  };
}

function chooseEngine(root: string, found: ReadonlyMap<string, string>): SearchEngine {
  const wish = process.env.KFUNC_LINT_SEARCH ?? '';
  const rg = wish === 'git' || wish === 'walk' ? null : ripgrep();
  if (rg) return ripgrepSearch(rg, root, found);
  if (wish === 'walk' || git(root, ['rev-parse', '--is-inside-work-tree'])?.trim() !== 'true') return walkSearch(root);
  return gitSearch(root, ['--untracked', '--no-exclude-standard'], null);
}

/** A tree of a commit. */
export function revisionSearch(dir: string, commit: string): SearchEngine {
  return gitSearch(dir, [], commit);
}

let found: string | null | undefined;

/** The prebuilt one of npm, else the one on PATH. */
function ripgrep(): string | null {
  if (found !== undefined) return found;
  try {
    found = (createRequire(import.meta.url)('@vscode/ripgrep') as { rgPath: string }).rgPath;
  } catch {
    found = onPath('rg');
  }
  return found;
}

/** Looked for by hand: to start it once more for its version takes as long as a search of one folder. */
function onPath(program: string): string | null {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      if (isAbsolute(path) && statSync(path).isFile()) return path;
    } catch {
      // not in this one
    }
  }
  return null;
}

function flags(fixed: string[]): string[] {
  return ['-F', ...fixed.flatMap((n) => ['-e', n])];
}

function needleFlags(needle: Needle): string[] {
  return 'fixed' in needle ? flags(needle.fixed) : ['-E', '-e', needle.pattern];
}

/**
 * Stands in no file. Where all strings begin alike ripgrep 13 searches for that beginning alone, and reads what it finds by its slow engine: that took three times
 * as long for one name.
 */
const BEGINS_OTHERWISE = '@kfunc-lint: not this@';

function mixed(fixed: string[]): string[] {
  return fixed.length > 1 && fixed.every((one) => one[0] === fixed[0]![0]) ? [...fixed, BEGINS_OTHERWISE] : fixed;
}

/** `--no-ignore`: Debian's kernel .gitignore hides everything. 16 threads: never slower warm, three times as fast cold. */
function ripgrepSearch(rg: string, root: string, found: ReadonlyMap<string, string>): SearchEngine {
  const ready = new Map(found);
  const command = (args: string[], options: SearchOptions): string[] | null => {
    const places = searchedFolders(root, options);
    if (places.length === 0) return null;
    const globs = [...(options.extensions ?? []).map((e) => `*${e}`), ...(options.except ?? []).map((p) => `!/${p}/**`)].flatMap((g) => [
      '-g',
      g,
    ]);
    return ['--no-config', '--no-ignore', '--no-messages', '-j16', ...globs, ...args, '--', ...places];
  };
  const fileArgs = (fixed: string[]) => ['-l', '-0', ...flags(mixed(fixed))];
  const lineArgs = (needle: Needle) => [
    ...['-n', '-0', '--no-heading', '-H'],
    ...('fixed' in needle ? flags(mixed(needle.fixed)) : ['-e', needle.pattern]),
  ];
  const run = (args: string[], options: SearchOptions): string => {
    const all = command(args, options);
    if (!all) return '';
    const key = all.join('\0');
    const known = ready.get(key);
    // asked once: what comes of it is remembered elsewhere
    ready.delete(key);
    if (known !== undefined) return known;
    return spawnSync(rg, all, { cwd: root, maxBuffer: MAX_OUTPUT, stdio: ['ignore', 'pipe', 'ignore'] }).stdout?.toString('utf8') ?? '';
  };
  const walker = walkSearch(root);
  return {
    files: (fixed, options) => tidied(run(fileArgs(fixed), options).split('\0')),
    each: (needle, options, visit) => {
      if ('fixed' in needle && hasFewFiles(root, options)) walker.each(needle, options, visit);
      else eachRow(run(lineArgs(needle), options), ':', (path, line, text) => visit(tidy(path), line, text));
    },
    found: () => ready,
    ahead: async (searches) => {
      const commands = searches.flatMap((s) => {
        const all = command('files' in s ? fileArgs(s.files) : lineArgs(s.needle), s.options);
        return all ? [all] : [];
      });
      await Promise.all(
        commands.map(async (all) => {
          const found = await outputOf(rg, all, root);
          if (found !== null) ready.set(all.join('\0'), found);
        }),
      );
    },
  };
}

/** Files in one folder that are read sooner than a program is started. */
const FEW = 12;

function hasFewFiles(root: string, options: SearchOptions): boolean {
  const folders = options.under?.length === 1 ? searchedFolders(root, options) : [];
  if (folders.length === 0) return false;
  const found = entries(join(root, folders[0]!));
  return found.length <= FEW && found.every((e) => !e.isDirectory());
}

function gitSearch(dir: string, where: string[], commit: string | null): SearchEngine {
  const run = (args: string[], options: SearchOptions): string =>
    git(dir, ['grep', ...where, '-z', '-I', ...args, ...(commit ? [commit] : []), '--', ...pathspecs(options)]) ?? '';
  const strip = (path: string) => (commit && path.startsWith(`${commit}:`) ? path.slice(commit.length + 1) : path);
  return {
    files: (fixed, options) =>
      tidied(
        run(['-l', ...flags(fixed)], options)
          .split('\0')
          .map((p) => strip(p.replace(/^\n/, ''))),
      ),
    each: (needle, options, visit) =>
      eachRow(run(['-n', ...needleFlags(needle)], options), '\0', (path, line, text) => visit(strip(tidy(path)), line, text)),
  };
}

function pathspecs(options: SearchOptions): string[] {
  const extensions = options.extensions ?? [''];
  const wanted = (options.under ?? ['.']).flatMap((u) => extensions.map((e) => `:(glob)${u === '.' ? '' : `${u}/`}**/*${e}`));
  return [...wanted, ...(options.except ?? []).map((p) => `:(exclude,glob)${p}/**`)];
}

/** `path NUL line separator text`, a row each. Hundreds of thousands come of a whole tree: no pattern, and a path is cut out once. */
function eachRow(out: string, separator: ':' | '\0', visit: (path: string, line: number, text: string) => void): void {
  let path = '';
  for (let at = 0; at < out.length; ) {
    const newline = out.indexOf('\n', at);
    const end = newline < 0 ? out.length : newline;
    const isSame = path !== '' && out.startsWith(path, at) && out[at + path.length] === '\0';
    const nul = isSame ? at + path.length : out.indexOf('\0', at);
    const colon = nul < 0 ? -1 : out.indexOf(separator, nul + 1);
    if (colon >= 0 && colon < end) {
      if (!isSame) path = copyOf(out.slice(at, nul));
      visit(path, Number(out.slice(nul + 1, colon)), out.slice(colon + 1, end));
    }
    at = end + 1;
  }
}

/** A string of its own: a piece of a longer one keeps all of that in memory. */
export function copyOf(piece: string): string {
  return piece.length < 13 ? piece : Buffer.from(piece).toString();
}

function tidy(path: string): string {
  return path.startsWith('./') ? path.slice(2) : path;
}

function tidied(paths: string[]): string[] {
  return paths
    .filter((p) => p !== '')
    .map(tidy)
    .sort();
}

/** One buffer for all files, one read each: three times as fast as readFileSync with strings. */
function walkSearch(root: string): SearchEngine {
  const each = (fixed: string[] | null, options: SearchOptions, visit: (path: string, content: Buffer) => void): void => {
    let buffer = Buffer.allocUnsafe(1 << 20);
    for (const path of walk(root, options)) {
      const size = fill(join(root, path), (wanted) => {
        if (wanted > buffer.length) buffer = Buffer.allocUnsafe(wanted * 2);
        return buffer;
      });
      const content = buffer.subarray(0, size);
      if (size > 0 && (fixed === null || fixed.some((n) => content.includes(n)))) visit(path, content);
    }
  };
  return {
    files: (fixed, options) => {
      const out: string[] = [];
      each(fixed, options, (path) => out.push(path));
      return out.sort();
    },
    each: (needle, options, visit) => {
      const fixed = 'fixed' in needle ? needle.fixed : null;
      const test = 'fixed' in needle ? null : matcher(needle.pattern);
      each(fixed, options, (path, content) => {
        const text = content.toString('utf8');
        if (fixed) linesWith(fixed, text, (line, row) => visit(path, line, row));
        else for (const [i, row] of text.split('\n').entries()) if (test!(row)) visit(path, i + 1, row);
      });
    },
  };
}

/** Lines that hold any of the strings, in order. */
function linesWith(fixed: string[], text: string, visit: (line: number, row: string) => void): void {
  const starts = new Set<number>();
  for (const one of fixed)
    for (let at = text.indexOf(one); at >= 0; at = text.indexOf(one, at + 1)) starts.add(at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1);
  let line = 1;
  let from = 0;
  for (const start of [...starts].sort((a, b) => a - b)) {
    for (let at = text.indexOf('\n', from); at >= 0 && at < start; at = text.indexOf('\n', from)) {
      line++;
      from = at + 1;
    }
    const end = text.indexOf('\n', start);
    visit(line, text.slice(start, end < 0 ? text.length : end));
  }
}

function matcher(pattern: string): (text: string) => boolean {
  const compiled = new RegExp(pattern);
  return (text) => compiled.test(text);
}

/** Reads a whole file into the buffer that `room` gives; answers its length, 0 for what can't be read. */
function fill(path: string, room: (size: number) => Buffer): number {
  let fd = -1;
  try {
    fd = openSync(path, 'r');
    const { size } = fstatSync(fd);
    return size > MAX_FILE ? 0 : readSync(fd, room(size), 0, size, 0);
  } catch {
    return 0;
  } finally {
    if (fd >= 0) closeSync(fd);
  }
}

function* walk(root: string, options: SearchOptions): Generator<string> {
  const except = new Set(options.except ?? []);
  const stack = searchedFolders(root, options).reverse();
  while (stack.length > 0) {
    const dir = stack.pop()!;
    for (const e of entries(join(root, dir))) {
      const path = dir === '.' ? e.name : `${dir}/${e.name}`;
      if (e.isDirectory()) {
        if (e.name !== '.git' && !except.has(path)) stack.push(path);
      } else if (e.isFile() && (options.extensions ?? ['']).some((x) => e.name.endsWith(x))) yield path;
    }
  }
}

function entries(dir: string): Dirent[] {
  try {
    return readdirSync(dir, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}
