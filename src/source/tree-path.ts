/** Paths inside a tree: relative, `/` between folders, never out of it. */
import { closeSync, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
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

/** The text of a file; null where there is none. Symbolic links are followed only where they stay inside. */
export function readInside(root: string, path: string): string | null {
  const inside = insidePath(path);
  if (inside === null) return null;
  let fd = -1;
  try {
    const real = realpathSync.native(join(root, inside));
    if (real !== root && !real.startsWith(root + sep)) return null;
    fd = openSync(real, 'r');
    const stat = fstatSync(fd);
    if (!stat.isFile() || stat.size > MAX_FILE) return null;
    const buffer = Buffer.allocUnsafe(stat.size);
    let at = 0;
    for (let got = 1; at < stat.size && got > 0; at += got) got = readSync(fd, buffer, at, stat.size - at, at);
    return buffer.toString('utf8', 0, at);
  } catch {
    return null;
  } finally {
    if (fd >= 0) closeSync(fd);
  }
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
