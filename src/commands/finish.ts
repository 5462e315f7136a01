/** The last step of every analysing command: a report becomes text, and text an exit code. */
import type { Diagnostic, Severity } from '../claim.ts';
import { type Io, VERSION } from '../io.ts';
import type { Report, ReportOptions, Showable } from '../report/model.ts';
import { plain } from '../report/plain.ts';
import type { CommonOptions } from './options.ts';
import { writeResult } from './output.ts';

type Render = (report: Report, options: ReportOptions) => string;

/** Reporters by the name of their format, loaded when asked for. */
export const RENDERERS: Record<string, () => Promise<Render>> = {
  text: async () => (await import('../report/text.ts')).renderText,
  json: async () => (await import('../report/json.ts')).renderJson,
  github: async () => (await import('../report/github.ts')).renderGithub,
  markdown: async () => (await import('../report/markdown.ts')).renderMarkdown,
  mail: async () => (await import('../report/mail.ts')).renderMail,
  sarif: async () => {
    const [{ renderSarif }, { RULES }] = await Promise.all([import('../report/sarif.ts'), import('../../rules/index.ts')]);
    return (report, options) => renderSarif(report, { ...options, rules: RULES });
  },
};

export async function finish(given: Report, options: CommonOptions, io: Io): Promise<number> {
  const report = await compared(given, options);
  const render = await RENDERERS[options.format]!();
  const show = new Set(options.show as Showable[]);
  const text = render(report, { show, color: options.output === undefined && wantsColor(io), version: VERSION });
  writeResult(text, options.output, io);
  // formats made for machines carry the diagnostics themselves
  if (options.format === 'text') for (const one of report.diagnostics) io.stderr(tellDiagnostic(one));
  return failing(report, options.failOn) ? 1 : 0;
}

async function compared(report: Report, options: CommonOptions): Promise<Report> {
  if (options.baseline === undefined && !options.updateBaseline) return report;
  const { applyBaseline } = await import('./baseline.ts');
  const { findings, baseline, diagnostics } = applyBaseline([...report.findings], options);
  return { ...report, findings, ...(baseline && { baseline }), diagnostics: [...report.diagnostics, ...diagnostics] };
}

/** https://no-color.org: any value but the empty one switches colour off. */
function wantsColor({ isTTY, env }: Io): boolean {
  return isTTY && !env.NO_COLOR && env.TERM !== 'dumb';
}

function tellDiagnostic({ level, message, location }: Diagnostic): string {
  const place = location ? `${location.file}:${location.line}:${location.column}: ` : '';
  return `kfunc-lint: ${plain(`${level}: ${place}${message}`)}\n`;
}

const WEIGHT: Record<Severity, number> = { error: 3, warning: 2, note: 1 };

function failing(report: Report, failOn: CommonOptions['failOn']): boolean {
  return (
    failOn !== 'never' &&
    report.findings.some(
      (one) => one.verdict === 'confirmed' && !one.preexisting && one.baseline !== 'unchanged' && WEIGHT[one.severity] >= WEIGHT[failOn],
    )
  );
}
