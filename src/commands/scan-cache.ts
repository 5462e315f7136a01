/**
 * What the last scans of a tree found, in the user's cache folder. A result is taken again only where every source file of the tree, the patterns, the options and
 * this program are the same as then. A cache that can't be read or written is none: the scan is then done anew.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Io } from '../io.ts';
import type { LintOptions, LintResult } from '../lint.ts';

declare const __KFUNC_LINT_BUILD__: string | undefined;

/** Hash of the program, put in by the build. Run from source there is none, and nothing is kept. */
export const BUILD = typeof __KFUNC_LINT_BUILD__ === 'undefined' ? null : __KFUNC_LINT_BUILD__;

/** Results kept; the oldest goes first. One is about a megabyte. */
const MOST = 8;

type Kept = Omit<LintResult, 'fixPatch'>;

/** https://specifications.freedesktop.org/basedir-spec: a relative path is to be ignored. */
export function cacheFolder(env: Io['env']): string {
  const base = env.XDG_CACHE_HOME;
  return join(base !== undefined && isAbsolute(base) ? base : join(env.HOME ?? homedir(), '.cache'), 'kfunc-lint');
}

/** Name of the result of this scan; null where it can't be known to be the same again. Looks at every source file of the tree. */
export function scanKey(options: LintOptions, build: string | null): string | null {
  const stamp = build === null ? null : (options.tree?.stamp?.() ?? null);
  if (stamp === null) return null;
  const { kernel, patterns, trust, tree } = options;
  return createHash('sha256')
    .update(JSON.stringify([build, stamp, tree?.label, kernel, trust, patterns]))
    .digest('hex');
}

export function readScan(folder: string, key: string): Kept | null {
  try {
    const { key: written, result } = JSON.parse(readFileSync(fileOf(folder, key), 'utf8')) as { key: string; result: Kept };
    return written === key && Array.isArray(result.findings) ? result : null;
  } catch {
    return null;
  }
}

/** Whole or not at all: a second run may read meanwhile. */
export function writeScan(folder: string, key: string, result: Kept): void {
  const draft = `${fileOf(folder, key)}.${process.pid}.tmp`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(draft, JSON.stringify({ key, result }), { mode: 0o600 });
    renameSync(draft, fileOf(folder, key));
    forgetOldest(folder);
  } catch {
    if (existsSync(draft)) rmSync(draft, { force: true });
  }
}

function fileOf(folder: string, key: string): string {
  return join(folder, `scan-${key.slice(0, 32)}.json`);
}

function forgetOldest(folder: string): void {
  const kept = readdirSync(folder)
    .filter((name) => /^scan-[0-9a-f]{32}\.json$/.test(name))
    .map((name) => ({ path: join(folder, name), time: statSync(join(folder, name)).mtimeMs }));
  for (const { path } of kept.sort((a, b) => b.time - a.time).slice(MOST)) rmSync(path, { force: true });
}
