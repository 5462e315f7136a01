/** Paths inside a tree: relative, `/` between folders, never out of it. */
import { closeSync, openSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import type { SearchOptions } from './model.ts';

/** Files beyond this size are no source code. */
export const MAX_FILE = 32 << 20;

/** The normal form of a path inside the tree; null for one that would leave it. */
export function insidePath(path: string): string | null {
  if (path === '' || path.includes('\0') || path.startsWith('/') || path.includes('\\')) return null;
  const normal = posix.normalize(path);
  return normal === '..' || normal.startsWith('../') || normal === '.' ? null : normal;
}

/** Reads files of a folder. Symbolic links are followed only where they stay inside. */
export class InsideReader {
  private readonly root: string;
  /** by their path inside; null for those that are none or lead outside */
  private readonly folders = new Map<string, Folder | null>();
  private buffer = Buffer.allocUnsafe(1 << 18);

  /** @param root a path without symbolic links */
  constructor(root: string) {
    this.root = root;
  }

  /** The text of a file; null where there is none. What a folder holds is asked once: most headers are looked for where they are not. */
  read(path: string): string | null {
    const inside = insidePath(path);
    if (inside === null || inside.endsWith('/')) return null;
    const folder = this.folder(posix.dirname(inside));
    const name = posix.basename(inside);
    if (folder?.files.has(name)) return this.textOf(join(folder.path, name));
    const real = folder?.links.has(name) ? this.realInside(join(folder.path, name)) : null;
    return real !== null && statSync(real, { throwIfNoEntry: false })?.isFile() ? this.textOf(real) : null;
  }

  private folder(inside: string): Folder | null {
    let known = this.folders.get(inside);
    if (known === undefined) {
      known = this.list(this.realInside(join(this.root, inside)));
      this.folders.set(inside, known);
    }
    return known;
  }

  private list(path: string | null): Folder | null {
    if (path === null) return null;
    const files = new Set<string>();
    const links = new Set<string>();
    try {
      for (const entry of readdirSync(path, { withFileTypes: true })) {
        if (entry.isFile()) files.add(entry.name);
        else if (entry.isSymbolicLink()) links.add(entry.name);
      }
    } catch {
      return null;
    }
    return { path, files, links };
  }

  private realInside(path: string): string | null {
    try {
      const real = realpathSync.native(path);
      return real === this.root || real.startsWith(this.root.endsWith(sep) ? this.root : this.root + sep) ? real : null;
    } catch {
      return null;
    }
  }

  private textOf(path: string): string | null {
    let fd = -1;
    try {
      fd = openSync(path, 'r');
      let size = 0;
      for (let got = 1; got > 0; size += got) {
        if (size > MAX_FILE) return null;
        if (size === this.buffer.length) this.buffer = Buffer.concat([this.buffer, Buffer.allocUnsafe(size)]);
        got = readSync(fd, this.buffer, size, this.buffer.length - size, null);
      }
      return this.buffer.toString('utf8', 0, size);
    } catch {
      return null;
    } finally {
      if (fd >= 0) closeSync(fd);
    }
  }
}

interface Folder {
  path: string;
  files: ReadonlySet<string>;
  links: ReadonlySet<string>;
}

/** The folders of a search that exist; `.` for the whole tree. */
export function searchedFolders(root: string, options: SearchOptions): string[] {
  if (!options.under) return ['.'];
  return options.under.map(insidePath).filter((p): p is string => {
    if (p === null) return false;
    try {
      return statSync(join(root, p)).isDirectory();
    } catch {
      return false;
    }
  });
}
