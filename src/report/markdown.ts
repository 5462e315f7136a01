/** Markdown for the summary of a workflow's job; pull-request comments are made of the same sections. */
import type { Finding } from '../claim.ts';
import { findingItem } from './markdown-finding.ts';
import { fitPage, type Section } from './markdown-page.ts';
import { prose } from './markdown-text.ts';
import { inOrder, type Report, type ReportOptions } from './model.ts';
import { countWords, isContested, kernelWords, worstFirst } from './words.ts';

/** GitHub takes one MiB a step, counted in bytes; a character of UTF-16 is at most three. */
const JOB_SUMMARY_LIMIT = 340_000;

export function renderMarkdown(report: Report, options: Pick<ReportOptions, 'show'>): string {
  const sections = sectionsOf(report, options.show, findingItem);
  const notes = report.diagnostics.map(({ level, message }) => `- ${level}: ${prose(message)}`);
  sections.push({ title: 'About the input', folded: true, items: notes });
  return `${fitPage(heading(report), sections, foot(report), JOB_SUMMARY_LIMIT)}\n`;
}

export function heading(report: Report): string {
  const confirmed = report.findings.filter((one) => one.verdict === 'confirmed').length;
  return `### kfunc-lint: ${confirmed > 0 ? `${confirmed} confirmed` : 'nothing confirmed'}`;
}

/** Confirmed and contested in the open, what was suppressed behind a fold, what is undecided when asked for. */
export function sectionsOf(report: Report, show: ReportOptions['show'], confirmedItem: (one: Finding) => string): Section[] {
  const of = (wanted: (one: Finding) => boolean) => inOrder(report.findings.filter(wanted));
  const confirmed = worstFirst(of((one) => one.verdict === 'confirmed'));
  const contested = of(isContested);
  const suppressed = of((one) => one.verdict === 'refuted' && !one.contested);
  const undecided = of((one) => one.verdict === 'undecided');
  return [
    { title: 'Confirmed', folded: false, items: confirmed.map(confirmedItem) },
    { title: 'Suppressed, but contested', folded: false, items: contested.map(findingItem) },
    { title: `${suppressed.length} suppressed as false positives`, folded: true, items: suppressed.map(findingItem) },
    ...(show.has('undecided') ? [{ title: `${undecided.length} undecided`, folded: true, items: undecided.map(findingItem) }] : []),
  ];
}

export function foot(report: Report): string {
  return `${countWords(report)}. By the verifier of ${prose(kernelWords(report.kernel))}.`;
}
