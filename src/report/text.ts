/**
 * Text for people: confirmed findings in full, contested suppressions in full, the other suppressions in two lines each (a reader wants to know what was
 * kept from them and why), undecided ones as a count. `--show` tells the rest in full.
 */
import type { Evidence, Finding, KnownFinding } from '../claim.ts';
import { inOrder, type Report, type ReportOptions, summarize } from './model.ts';
import { type Paint, paintWith } from './paint.ts';
import { CONTESTED, counted, evidenceBesideNeeds, isContested, kernelWords, label, needsOf, place, tellSource } from './words.ts';

export function renderText(report: Report, options: ReportOptions): string {
  const paint = paintWith(options.color);
  // of a range only what it adds: its other formats say `preexisting`
  const findings = inOrder(report.findings).filter((one) => !isOlder(one));
  const of = (verdict: Finding['verdict']) => findings.filter((one) => one.verdict === verdict);
  const blocks = [
    ...of('confirmed').flatMap((one) => (one.baseline === 'unchanged' ? [] : [tellInFull(one, paint)])),
    ...of('refuted').map((one) => (one.contested || options.show.has('refuted') ? tellInFull(one, paint) : tellInShort(one, paint))),
    ...(options.show.has('undecided') ? of('undecided').map((one) => tellInFull(one, paint)) : []),
    ...(report.baseline?.gone ?? []).map((one) => [tellGone(one, paint)]),
  ];
  return `${blocks.map((lines) => `${lines.join('\n')}\n\n`).join('')}${summaryLine(report, options, paint)}\n`;
}

/** In code that the commit left as it was. */
function isOlder(one: Finding): boolean {
  return one.commit !== undefined && one.preexisting;
}

/** Reported by an earlier run and not by this one. */
function tellGone({ file, rule, message }: KnownFinding, paint: Paint): string {
  return `${paint.bold(file)}: ${paint.green('gone')} ${paint.cyan(rule)}: ${paint.text(message)}`;
}

const VERDICTS = {
  confirmed: { word: 'confirmed', colour: 'red' },
  refuted: { word: 'suppressed', colour: 'green' },
  undecided: { word: 'undecided', colour: 'yellow' },
} as const;

function headline(one: Finding, paint: Paint): string {
  const { word, colour } = VERDICTS[one.verdict];
  const verdict = one.contested ? paint.yellow(`${word} (contested)`) : paint[colour](word);
  const stale = one.rulings?.some((use) => use.stale !== null) ? paint.yellow(' (stale ruling)') : '';
  return `${paint.bold(place(one.location))}: ${verdict}${stale} ${one.severity} ${paint.cyan(one.rule)}: ${paint.text(one.message)}`;
}

function tellInFull(one: Finding, paint: Paint): string[] {
  const lines = [headline(one, paint)];
  const add = (label: string, text: string) => lines.push(margin(label, paint) + text);
  add('code', paint.text(one.snippet));
  const where = one.kfunc === null ? one.subject : `${one.subject} of kfunc ${one.kfunc}()`;
  add('about', paint.text(one.function !== null && one.function !== one.kfunc ? `${where}, in ${one.function}()` : where));
  for (const evidence of evidenceBesideNeeds(one)) add(label(evidence), tellEvidence(evidence, paint));
  for (const need of needsOf(one)) add('needs', paint.text(need));
  if (one.contested) add('contested', paint.yellow(CONTESTED));
  if (one.verdict !== 'refuted') add('to do', paint.text(one.advice));
  if (one.commit) add('commit', paint.text(`${one.commit.id.slice(0, 12)} ("${one.commit.subject}")`));
  if (one.preexisting) add('note', 'the code was so before the patch');
  return lines;
}

/** Two lines: what, and the evidence that carries it. */
function tellInShort(one: Finding, paint: Paint): string[] {
  const carrying = one.evidence.filter((evidence) => evidence.role === 'carries');
  // what stands in the reader's own code says more than what holds for every kfunc
  const first = carrying.find((evidence) => evidence.location !== null) ?? carrying[0] ?? one.evidence[0];
  const more = carrying.length > 1 ? paint.dim(` (+${carrying.length - 1} more: --show refuted)`) : '';
  return [headline(one, paint), ...(first ? [margin(label(first), paint) + tellEvidence(first, paint) + more] : [])];
}

function margin(word: string, paint: Paint): string {
  return `    ${paint.dim(word)}${' '.repeat(Math.max(1, 10 - word.length))}`;
}

function tellEvidence({ text, location, source }: Evidence, paint: Paint): string {
  const where = location ? paint.dim(` [${place(location)}]`) : '';
  return `${paint.text(text)}${where}${source ? paint.dim(` [${tellSource(source)}]`) : ''}`;
}

function tellBaseline({ baseline, findings }: Report): string {
  const count = (state: Finding['baseline']) => findings.filter((one) => one.verdict === 'confirmed' && one.baseline === state).length;
  return `against ${baseline!.file}: ${count('new')} new, ${count('unchanged')} unchanged, ${baseline!.gone.length} gone`;
}

function summaryLine(report: Report, options: ReportOptions, paint: Paint): string {
  const { files, kfuncs, confirmed, refuted, undecided } = summarize({
    ...report,
    findings: report.findings.filter((one) => !isOlder(one)),
  });
  const older = report.findings.filter(isOlder).length;
  const contested = report.findings.filter(isContested).length;
  const parts = [
    confirmed > 0 ? paint.red(`${confirmed} confirmed`) : `${confirmed} confirmed`,
    contested > 0 ? `${refuted} suppressed ${paint.yellow(`(${contested} contested)`)}` : `${refuted} suppressed`,
    undecided > 0 && !options.show.has('undecided') ? `${undecided} undecided (--show undecided)` : `${undecided} undecided`,
  ];
  if (older > 0) parts.push(`${older} in code that was so before`);
  if (report.baseline) parts.push(tellBaseline(report));
  const kernel = `by the verifier of ${kernelWords(report.kernel)}`;
  return `${counted(kfuncs, 'kfunc')} in ${counted(files, 'file')}: ${parts.join(', ')}; ${paint.text(kernel)}`;
}
