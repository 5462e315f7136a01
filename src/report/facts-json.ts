/** The facts as the contract's JSON. */
import type { FactsReport } from './facts-model.ts';
import { plainJson } from './plain.ts';

export function renderFactsJson(report: FactsReport, options: { version: string }): string {
  const { kernel, kfuncs, fileCount, diagnostics } = report;
  return `${plainJson({
    schemaVersion: 1,
    tool: { name: 'kfunc-lint', version: options.version },
    kernel: { series: kernel.series, from: kernel.from },
    kfuncs,
    diagnostics: diagnostics.map(({ level, message, location }) => ({ level, message, location })),
    summary: { files: fileCount, kfuncs: kfuncs.length, confirmed: 0, refuted: 0, undecided: 0 },
  })}\n`;
}
