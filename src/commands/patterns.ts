/** Reads the pattern files of a run: the one beside the package, then those of `--patterns`. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Diagnostic, InputError } from '../claim.ts';
import { mergePatterns } from '../judge/patterns/merge.ts';
import type { Patterns } from '../judge/patterns/model.ts';
import { readPackageFile } from './package-files.ts';

declare const __KFUNC_LINT_PATTERNS_HASH__: string | undefined;
declare const __KFUNC_LINT_PATTERNS__: string;

const BUILT_IN = 'kfunc-patterns.yaml';

export interface LoadedPatterns {
  patterns: Patterns;
  diagnostics: Diagnostic[];
}

/** Today as YYYY-MM-DD, in UTC so that a run's result does not hang on where it ran. */
function today(): string {
  return new Date().toISOString().slice(0, 10);
}

/**
 * @param now YYYY-MM-DD; rulings whose day has passed are marked and named in a diagnostic
 * @throws InputError for a file that can't be read, or one that is broken: `file:line: what is wrong`
 */
export async function loadPatterns(files: readonly string[], now = today()): Promise<LoadedPatterns> {
  builtIn ??= readBuiltIn();
  const all = [await builtIn];
  for (const file of files) all.push(await parse(readText(file), file));
  return markExpired(mergePatterns(all), now);
}

let builtIn: Promise<Patterns> | null = null;

/** Parsed at build time; parsed again, once a process, only where somebody edited the file. */
async function readBuiltIn(): Promise<Patterns> {
  const text = readPackageFile(BUILT_IN);
  if (text === null) throw new InputError(`${BUILT_IN}: can't be read; the installation is not complete`);
  const asBuilt =
    typeof __KFUNC_LINT_PATTERNS_HASH__ !== 'undefined' && createHash('sha256').update(text).digest('hex') === __KFUNC_LINT_PATTERNS_HASH__;
  return asBuilt ? (JSON.parse(__KFUNC_LINT_PATTERNS__) as Patterns) : parse(text, BUILT_IN);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new InputError(`${path}: can't be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
  }
}

async function parse(text: string, file: string): Promise<Patterns> {
  const { parsePatterns } = await import('../judge/patterns/load.ts');
  const { RULES } = await import('../../rules/index.ts');
  return parsePatterns(text, file, { ruleIds: RULES.map((rule) => rule.id) });
}

/** An expired ruling is kept: it suppresses nothing, but its finding comes back marked. */
function markExpired(patterns: Patterns, now: string): LoadedPatterns {
  const expired = patterns.rulings.filter((one) => one.until !== null && one.until < now);
  return {
    patterns:
      expired.length === 0
        ? patterns
        : { ...patterns, rulings: patterns.rulings.map((one) => ({ ...one, lapsed: expired.includes(one) })) },
    diagnostics: expired.map((one) => ({
      level: 'warning',
      message: `${one.at.file}:${one.at.line}: ruling '${one.id}' expired on ${one.until} and suppresses nothing any more`,
      location: null,
    })),
  };
}
