/** `--baseline FILE`: compares a run with an earlier one, and writes the file where there is none or where it is asked for. */
import { existsSync, readFileSync } from 'node:fs';
import { compareBaseline, parseBaseline, renderBaseline } from '../baseline.ts';
import { type Diagnostic, type Finding, InputError, type KnownFinding } from '../claim.ts';
import { writeWhole } from './output.ts';

export interface BaselineOptions {
  baseline?: string;
  updateBaseline?: boolean;
}

export interface BaselineResult {
  findings: Finding[];
  /** absent: no comparison */
  baseline?: { file: string; gone: KnownFinding[] };
  diagnostics: Diagnostic[];
}

/**
 * The comparison is with the file as it was before: neither a file that is missing nor one that is being rewritten hides a finding from this run's exit code.
 * @throws InputError where the file can't be read, is broken, or can't be written
 */
export function applyBaseline(findings: Finding[], { baseline, updateBaseline }: BaselineOptions): BaselineResult {
  if (baseline === undefined) {
    if (updateBaseline) throw new InputError('--update-baseline: --baseline must name the file');
    return { findings, diagnostics: [] };
  }
  const known = existsSync(baseline) ? parseBaseline(read(baseline), baseline) : null;
  const { findings: compared, gone } = compareBaseline(known ?? [], findings);
  if (known === null || updateBaseline) writeWhole(renderBaseline(findings), baseline, '--baseline');
  const message = `${baseline} was ${known === null ? 'written' : 'rewritten'}: the next run tells what is new since now`;
  const diagnostics: Diagnostic[] = known === null || updateBaseline ? [{ level: 'note', message, location: null }] : [];
  return known === null ? { findings, diagnostics } : { findings: compared, baseline: { file: baseline, gone }, diagnostics };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new InputError(`${file}: can't be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
  }
}
