/** Reads the pattern files of a run: the one beside the package, then those of `--patterns`. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Diagnostic, InputError } from '../claim.ts';
import { mergePatterns } from '../judge/patterns/merge.ts';
import type { Patterns } from '../judge/patterns/model.ts';

declare const __KFUNC_LINT_PATTERNS_HASH__: string | undefined;
declare const __KFUNC_LINT_PATTERNS__: string;

const BUILT_IN = 'kfunc-patterns.yaml';

export interface LoadedPatterns {
  patterns: Patterns;
  diagnostics: Diagnostic[];
}

/**
 * @param today YYYY-MM-DD; rulings whose day has passed are left out and named in a diagnostic
 * @throws InputError for a file that can't be read, or one that is broken: `file:line: what is wrong`
 */
export async function loadPatterns(files: readonly string[], today: string): Promise<LoadedPatterns> {
  const all = [await readBuiltIn()];
  for (const file of files) all.push(await parse(readText(file), file));
  return dropExpired(mergePatterns(all), today);
}

/** The file stands beside dist/, and in the repository's root when run from source. */
async function readBuiltIn(): Promise<Patterns> {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, BUILT_IN)) && folder !== dirname(folder)) folder = dirname(folder);
  const text = readText(join(folder, BUILT_IN), BUILT_IN);
  const asBuilt =
    typeof __KFUNC_LINT_PATTERNS_HASH__ !== 'undefined' && createHash('sha256').update(text).digest('hex') === __KFUNC_LINT_PATTERNS_HASH__;
  return asBuilt ? (JSON.parse(__KFUNC_LINT_PATTERNS__) as Patterns) : parse(text, BUILT_IN);
}

function readText(path: string, name = path): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new InputError(`${name}: can't be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
  }
}

async function parse(text: string, file: string): Promise<Patterns> {
  const { parsePatterns } = await import('../judge/patterns/load.ts');
  const { RULES } = await import('../../rules/index.ts');
  return parsePatterns(text, file, { ruleIds: RULES.map((rule) => rule.id) });
}

function dropExpired(patterns: Patterns, today: string): LoadedPatterns {
  const expired = patterns.rulings.filter((one) => one.until !== null && one.until < today);
  return {
    patterns: expired.length === 0 ? patterns : { ...patterns, rulings: patterns.rulings.filter((one) => !expired.includes(one)) },
    diagnostics: expired.map((one) => ({
      level: 'warning',
      message: `${one.at.file}:${one.at.line}: ruling '${one.id}' expired on ${one.until} and suppresses nothing any more`,
      location: null,
    })),
  };
}
