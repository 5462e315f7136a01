/** Which files of a folder are input, and in which order. */
import { type Dirent, existsSync, readdirSync, readFileSync, realpathSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../claim.ts';
import { checkName } from './path.ts';

export interface FolderFile {
  path: string;
  /** its name tells nothing: it counts only if it holds a patch */
  optional: boolean;
}

const SURE = /\.(?:patch|diff|mbox|mbx|mboxrd|eml|mail|msg|c|h)(?:\.gz)?$/i;
const MAYBE = /\.txt(?:\.gz)?$/i;
const MAX_DEPTH = 40;
const MAX_FILES = 100_000;

/**
 * Files in name order, folders in theirs; a quilt `series` file gives the order of its folder; of a maildir the mails of `new` and `cur`.
 * @throws InputError where an entry can't be read, or where the folder is a whole kernel tree
 */
export function listFolder(folder: string): FolderFile[] {
  if (['Kbuild', 'MAINTAINERS', 'kernel'].every((name) => existsSync(join(folder, name)))) {
    throw new InputError(`${folder}: is a kernel tree: use scan, or --tree for what a patch does not show`);
  }
  const walk = new Walk();
  walk.folder(folder, 0);
  return walk.files;
}

class Walk {
  readonly files: FolderFile[] = [];
  private readonly seen = new Set<string>();

  folder(path: string, depth: number): void {
    const real = attempt(path, () => realpathSync(path));
    // a link to a folder above would never end
    if (this.seen.has(real)) return;
    this.seen.add(real);
    if (depth > MAX_DEPTH) throw new InputError(`${path}: folders are nested more than ${MAX_DEPTH} deep`);
    const entries = attempt(path, () => readdirSync(path, { withFileTypes: true }));
    const names = entries.map((entry) => entry.name).sort();
    if (isMaildir(entries)) for (const name of ['new', 'cur']) this.mails(join(path, name));
    else if (names.includes('series')) this.quilt(path);
    else for (const name of names) if (!name.startsWith('.')) this.entry(join(path, name), name, depth);
  }

  private entry(path: string, name: string, depth: number): void {
    const sure = SURE.test(name);
    const stat = sure ? attempt(path, () => statSync(path)) : statIfThere(path);
    if (stat?.isDirectory()) this.folder(path, depth + 1);
    else if (stat?.isFile() && (sure || MAYBE.test(name))) this.add(path, !sure);
  }

  private mails(path: string): void {
    if (!existsSync(path)) return;
    for (const name of attempt(path, () => readdirSync(path)).sort()) if (!name.startsWith('.')) this.add(join(path, name), false);
  }

  /** One name a line, `-p1` and the like behind it, comments after `#`. */
  private quilt(folder: string): void {
    const file = join(folder, 'series');
    for (const line of attempt(file, () => readFileSync(file, 'utf8')).split('\n')) {
      const name = line.replace(/#.*/, '').trim().split(/\s+/)[0]!;
      if (name === '') continue;
      checkName(name);
      const path = join(folder, name);
      attempt(path, () => statSync(path));
      this.add(path, false);
    }
  }

  private add(path: string, optional: boolean): void {
    if (this.files.length >= MAX_FILES) throw new InputError(`more than ${MAX_FILES} files: name fewer, or use scan for a kernel tree`);
    this.files.push({ path, optional });
  }
}

function statIfThere(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

function isMaildir(entries: readonly Dirent[]): boolean {
  const has = (name: string) => entries.some((entry) => entry.name === name && entry.isDirectory());
  return has('cur') && has('new');
}

/** @throws InputError that names the path and what is wrong with it */
export function attempt<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw explain(path, error);
  }
}

const REASONS: Record<string, string> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ELOOP: 'its links go round in a circle',
  ENAMETOOLONG: 'the name is too long',
  ENOTDIR: 'a part of the path is no folder',
  EISDIR: 'is a folder',
  EIO: 'can not be read (input/output error)',
};

export function explain(path: string, error: unknown): InputError {
  if (error instanceof InputError) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === 'ERR_INVALID_ARG_VALUE') return new InputError(`${JSON.stringify(path)}: no file can have this name`);
  return new InputError(
    `${path}: ${REASONS[code] ?? (code.startsWith('Z_') ? `is a broken gzip file (${message})` : `can't be read (${code || message})`)}`,
  );
}
