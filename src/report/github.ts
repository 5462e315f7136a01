/**
 * Workflow annotations (`::error file=…::…`) for GitHub's runner, which shows ten a step: they go to the worst. The rest, and the counts, are plain lines
 * of the log. Everything is made plain before it is encoded, so nothing from a patch can begin a line or a command of its own.
 */
import type { Evidence, Finding, Severity } from '../claim.ts';
import { clip } from './markdown-text.ts';
import { inOrder, type Report, type ReportOptions } from './model.ts';
import { plain } from './plain.ts';
import {
  CONTESTED,
  countWords,
  evidenceBesideNeeds,
  isContested,
  kernelWords,
  label,
  needsOf,
  place,
  tellSource,
  worstFirst,
} from './words.ts';

/** GitHub shows ten errors and ten warnings a step, and fifty annotations a run; ten of all keep to both. */
export const ANNOTATIONS_PER_STEP = 10;

const COMMANDS: Record<Severity, string> = { error: 'error', warning: 'warning', note: 'notice' };

export function renderGithub(report: Report, options: Pick<ReportOptions, 'show'>): string {
  const told = worth(report, options.show);
  const annotated = told.slice(0, ANNOTATIONS_PER_STEP);
  const rest = told.slice(ANNOTATIONS_PER_STEP);
  const lines = [
    ...inOrder(annotated).map(annotation),
    ...(rest.length > 0
      ? [`kfunc-lint: ${rest.length} more without an annotation, of which GitHub shows ${ANNOTATIONS_PER_STEP} a step:`]
      : []),
    ...inOrder(rest).map((one) => plain(`${place(one.location)}: ${title(one)}: ${one.message}`)),
    ...report.diagnostics.map(({ level, message }) => plain(`kfunc-lint: ${level}: ${message}`)),
    plain(`kfunc-lint: ${countWords(report)}; by the verifier of ${kernelWords(report.kernel)}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** What is confirmed, the worst first; then what a contested word suppresses, then what was asked for. */
function worth({ findings }: Report, show: ReportOptions['show']): Finding[] {
  const of = (wanted: (one: Finding) => boolean) => worstFirst(inOrder(findings.filter(wanted)));
  return [
    ...of((one) => one.verdict === 'confirmed'),
    ...of(isContested),
    ...of((one) => one.verdict === 'undecided' && show.has('undecided')),
    ...of((one) => one.verdict === 'refuted' && !isContested(one) && show.has('refuted')),
  ];
}

function annotation(one: Finding): string {
  const { file, line, column } = one.location;
  const command = one.verdict === 'confirmed' ? COMMANDS[one.severity] : 'notice';
  const properties = { file, line, col: column, title: `kfunc-lint ${title(one)}` };
  const written = Object.entries(properties).map(([name, value]) => `${name}=${encodeProperty(plain(String(value)))}`);
  return `::${command} ${written.join(',')}::${encodeData(body(one))}`;
}

function title(one: Finding): string {
  const verdict = one.verdict === 'refuted' ? (one.contested ? 'suppressed, contested' : 'suppressed') : one.verdict;
  return `${verdict} ${one.severity} ${one.rule}`;
}

/** Lines of our own making, each plain. */
function body(one: Finding): string {
  const why = evidenceBesideNeeds(one)
    .slice(0, 12)
    .map((evidence) => `${label(evidence)}: ${tellEvidence(evidence)}`);
  const lines = [
    one.message,
    ...why,
    ...needsOf(one).map((need) => `needs ${need}`),
    ...(one.contested ? [`contested: ${CONTESTED}`] : []),
    ...(one.verdict === 'refuted' ? [] : [`to do: ${one.advice}`]),
  ];
  return lines.map((line) => clip(plain(line), 500)).join('\n');
}

function tellEvidence({ text, location, source }: Evidence): string {
  return `${text}${location ? ` [${place(location)}]` : ''}${source ? ` [${tellSource(source)}]` : ''}`;
}

function encodeData(text: string): string {
  return text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}

function encodeProperty(text: string): string {
  return encodeData(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
}
