/** Imports TypeScript sources from a script: Node 20 can't, so esbuild bundles them first. */
import { mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** @param {string} entry path from the repository's root */
export async function loadTypeScript(entry) {
  // inside node_modules, so that the packages left external are found
  const folder = await mkdtemp(join(ROOT, 'node_modules', '.kfunc-lint-'));
  try {
    const outfile = join(folder, 'module.mjs');
    await build({
      entryPoints: [join(ROOT, entry)],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      logLevel: 'warning',
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
