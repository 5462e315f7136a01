/** The words of our comments. What comes from patches goes through the reporters' own markdown, which lets only text through. */
import type { Finding } from '../claim.ts';
import { foot, heading, sectionsOf } from '../report/markdown.ts';
import { details, findingItem, headline } from '../report/markdown-finding.ts';
import { fitPage } from '../report/markdown-page.ts';
import { codeBlock, codeSpan, prose } from '../report/markdown-text.ts';
import type { Report } from '../report/model.ts';
import { isContested, kernelWords } from '../report/words.ts';
import { findingMarker, type Label, summaryMarker } from './marker.ts';

/** GitHub takes 65,536 characters; the rest is room for the line that a mended finding gets. */
const COMMENT_LIMIT = 65_000;

export interface LineParts {
  key: string;
  label: Label;
  /** the line as it should be, which replaces the one that the comment stands on; null for none */
  suggestion: string | null;
}

export function lineBody(one: Finding, { key, label, suggestion }: LineParts, report: Report): string {
  const head = `${findingMarker(key, label)}\n${headline(one)}`;
  const block = suggestion === null ? '' : `${codeBlock([suggestion], 'suggestion')}\n\n`;
  const end = `${block}<sub>${codeSpan(`kfunc-lint explain ${one.rule}`)} tells more. By the verifier of ${prose(kernelWords(report.kernel))}.</sub>`;
  const items = details(one).map((line) => `- ${line}`);
  return fitPage(head, [{ title: 'Why, and what to do', folded: false, items }], end, COMMENT_LIMIT);
}

export interface SummaryParts {
  head: string;
  label: Label;
  /** findings that stand on a line already: one line here is enough */
  told(one: Finding): boolean;
  /** limits that were met and the like; markdown of our own making */
  notes: readonly string[];
}

/** null where there is nothing that a maintainer should be called for: what is suppressed or undecided is only told along. */
export function summaryBody(report: Report, { head, label, told, notes }: SummaryParts): string | null {
  if (!report.findings.some((one) => one.verdict === 'confirmed' || isContested(one))) return null;
  const item = (one: Finding) => (told(one) ? `- ${headline(one)} (see the comment on the line)` : findingItem(one));
  const sections = sectionsOf(report, new Set(['undecided']), item);
  const end = [...notes, `Commit ${codeSpan(head)}. ${foot(report)}`].join('\n\n');
  return fitPage(
    `${summaryMarker(head, label)}\n${heading(report)}${label === null ? '' : ` (${codeSpan(label)})`}`,
    sections,
    end,
    COMMENT_LIMIT,
  );
}

export function allClearBody(report: Report, head: string, label: Label): string {
  const name = label === null ? 'kfunc-lint' : `kfunc-lint (${codeSpan(label)})`;
  return `${summaryMarker(head, label)}\n${name}: nothing confirmed any more at ${codeSpan(head)}, by the verifier of ${prose(kernelWords(report.kernel))}.`;
}
