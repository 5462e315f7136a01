/** One word that changes with any source file of a directory: by names, sizes, times and inodes, without reading a file. */
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync } from 'node:fs';
import { NOT_KERNEL } from './whole-tree.ts';

/** Folders at the top that no finding rests on. */
const PASSED_OVER = new Set(['.git', ...NOT_KERNEL]);
const SOURCE = /\.[ch]$/;

/** Costs a stat of every .c and .h file, about a quarter of a second for a kernel. @returns null where a folder or file can't be looked at */
export function stampOfDirectory(root: string): string | null {
  const hash = createHash('sha256');
  try {
    for (const path of sources(root)) {
      const found = lstatSync(path, { throwIfNoEntry: false });
      hash.update(`${path}\0${found ? `${found.size} ${found.mtimeMs} ${found.ctimeMs} ${found.ino}` : 'none'}\n`);
    }
  } catch {
    return null;
  }
  return hash.digest('hex');
}

function* sources(root: string): Generator<string> {
  yield `${root}/Makefile`;
  const stack = [root];
  for (let folder = stack.pop(); folder !== undefined; folder = stack.pop()) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      // links are stamped as links: the search does not follow them either
      if (entry.isDirectory()) {
        if (folder !== root || !PASSED_OVER.has(entry.name)) stack.push(path);
      } else if (SOURCE.test(entry.name)) yield path;
    }
  }
}
