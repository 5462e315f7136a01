/** `kfunc-lint report RESULT`: tells a saved result in another format, so that one analysis serves annotations, summary, SARIF and comments. */
import type { Finding } from '../claim.ts';
import type { Io } from '../io.ts';
import { finish } from './finish.ts';
import type { CommonOptions } from './options.ts';
import { readSaved } from './saved.ts';

export interface ReportCommandOptions extends Pick<CommonOptions, 'format' | 'show' | 'failOn' | 'output'> {
  /** only these */
  verdict: string[];
}

/** @throws InputError where the file is no result */
export async function reportCommand(file: string, options: ReportCommandOptions, io: Io): Promise<number> {
  const report = await readSaved(file, io);
  const wanted = (one: Finding) => options.verdict.length === 0 || options.verdict.includes(one.verdict);
  return finish({ ...report, findings: report.findings.filter(wanted) }, { ...options, patterns: [], trust: 'ruling' }, io);
}
