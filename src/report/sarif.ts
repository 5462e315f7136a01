/**
 * SARIF 2.1.0 as GitHub's code scanning takes it. Every result carries the finding whole under `properties`, so that a verdict comes back from the file
 * as it went in (sarif-read.ts). Code scanning does not heed `suppressions`: for an upload, leave the refuted out (`kfunc-lint report --verdict confirmed`).
 */
import type { Diagnostic } from '../claim.ts';
import { clip } from './markdown-text.ts';
import { inOrder, type Report, type ReportOptions, type RuleText } from './model.ts';
import { plain, plainJson } from './plain.ts';
import { sarifLocation, sarifText } from './sarif-parts.ts';
import { type SarifResult, toResults } from './sarif-result.ts';
import { counted, worstFirst } from './words.ts';

/** Code scanning shows 5,000 results of a run (and refuses more than 25,000). */
const MOST_RESULTS = 5000;
/** Code scanning takes 10 MB after compression; before it is on the safe side. UTF-16 units, each at most three bytes. */
const MOST_UNITS = 10_000_000 / 3;

export function renderSarif(report: Report, options: Pick<ReportOptions, 'show' | 'version' | 'rules'>): string {
  const rules = options.rules ?? [];
  const told = report.findings.filter((one) => one.verdict !== 'undecided' || options.show.has('undecided'));
  const confirmed = told.filter((one) => one.verdict === 'confirmed');
  const ranked = [...worstFirst(confirmed), ...worstFirst(told.filter((one) => one.verdict !== 'confirmed'))];
  for (let most = Math.min(ranked.length, MOST_RESULTS); ; most = Math.floor(most / 2)) {
    const results = toResults(inOrder(ranked.slice(0, most)), rules);
    const text = plainJson(sarifLog(report, results, rules, options.version, ranked.length - most));
    if (text.length <= MOST_UNITS || most === 0) return `${text}\n`;
  }
}

function sarifLog(report: Report, results: SarifResult[], rules: readonly RuleText[], version: string, left: number) {
  const { kernel, kfuncCount, fileCount } = report;
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'kfunc-lint', semanticVersion: version, rules: rules.map(toDescriptor) } },
        // one category for each series: the verdicts of one do not replace those of another
        automationDetails: { id: `kfunc-lint/${plain(kernel.series)}/` },
        columnKind: 'utf16CodeUnits',
        invocations: [{ executionSuccessful: true, toolExecutionNotifications: notifications(report.diagnostics, left) }],
        results,
        properties: { kernel, kfuncs: kfuncCount, files: fileCount },
      },
    ],
  };
}

function notifications(diagnostics: readonly Diagnostic[], left: number) {
  const cut = `${counted(left, 'result')} left out, the least severe ones: code scanning shows ${MOST_RESULTS} of a run and takes 10 MB`;
  return [
    ...diagnostics.map(({ level, message, location }) => ({
      level,
      message: { text: sarifText(message) },
      ...(location ? { locations: [{ physicalLocation: sarifLocation(location) }] } : {}),
    })),
    ...(left > 0 ? [{ level: 'warning', message: { text: cut } }] : []),
  ];
}

function toDescriptor({ id, severity, claims, why, advice, silent }: RuleText) {
  const help = [why, `What to do: ${advice}`, `When it is silent: ${silent}`];
  return {
    id,
    name: id.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase()),
    // code scanning takes 1,024 characters of each
    shortDescription: { text: clip(claims, 1024) },
    fullDescription: { text: clip(why, 1024) },
    help: { text: help.join('\n\n'), markdown: help.join('\n\n') },
    defaultConfiguration: { level: severity },
    properties: {
      tags: ['bpf', 'kfunc', 'linux-kernel'],
      precision: 'high',
      'problem.severity': severity === 'note' ? 'recommendation' : severity,
    },
  };
}
