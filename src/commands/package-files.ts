/** Files that come with the tool: beside dist/ where it is installed, in the repository's root where it runs from source. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @returns null where the file is not there or can't be read */
export function readPackageFile(path: string): string | null {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && folder !== dirname(folder)) folder = dirname(folder);
  try {
    return readFileSync(join(folder, path), 'utf8');
  } catch {
    return null;
  }
}
