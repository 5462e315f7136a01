/** Phrases that all reporters share. Plain strings, not yet made harmless for any format. */
import type { Evidence, Finding, Location, Severity } from '../claim.ts';
import type { KernelChoice, Report } from './model.ts';
import { summarize } from './model.ts';

// what is not shown may stand before it
const LEADING_COLON = /^[\s\p{Cc}\p{Cf}\p{Cs}]*:/u;

/** `file:line:column`. Never begins with a colon: at the start of a line GitHub's runner takes `::word::` for an order. */
export function place({ file, line, column }: Location): string {
  return `${LEADING_COLON.test(file) ? './' : ''}${file}:${line}:${column}`;
}

export function tellSource(source: NonNullable<Evidence['source']>): string {
  const quote = source.quote === null ? '' : `: "${source.quote}"`;
  if ('path' in source) return `Linux ${source.kernel} ${source.path} ${source.symbol}${quote}`;
  const parts = [source.who, source.messageId === null ? null : `<${source.messageId}>`, source.url];
  return `${parts.filter((part) => part !== null).join(', ')}${quote}`;
}

/** What a piece of evidence is called in front of its text. */
export function label({ kind, role }: Evidence): string {
  return role === 'step' ? 'path' : role === 'context' ? 'note' : kind === 'registration' ? 'flags' : kind;
}

/** What is missing, one clause each. */
export function needsOf({ missing }: Finding): string[] {
  return missing.map(({ treeWouldHelp, why }) => (treeWouldHelp ? `--tree: ${why}` : why));
}

/** What is missing is evidence too: said once, as a need, is enough. */
export function evidenceBesideNeeds(one: Finding): Evidence[] {
  const needs = needsOf(one);
  return one.evidence.filter(({ text }) => !needs.some((need) => text.endsWith(need)));
}

export const CONTESTED = 'this suppression rests on a word that was contested or taken back; --trust code does without it';

const FROM: Record<KernelChoice['from'], string> = {
  option: '--kernel',
  tree: "the tree's Makefile",
  default: 'the newest modelled; --kernel or --tree choose another',
};

export function kernelWords({ series, from }: KernelChoice): string {
  return `Linux ${series} (${FROM[from]})`;
}

export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** `4 kfuncs in 2 files: 1 confirmed, 2 suppressed (1 contested), 0 undecided` */
export function countWords(report: Report): string {
  const { files, kfuncs, confirmed, refuted, undecided } = summarize(report);
  const contested = report.findings.filter(isContested).length;
  const suppressed = contested > 0 ? `${refuted} suppressed (${contested} contested)` : `${refuted} suppressed`;
  return `${counted(kfuncs, 'kfunc')} in ${counted(files, 'file')}: ${confirmed} confirmed, ${suppressed}, ${undecided} undecided`;
}

export function isContested(one: Finding): boolean {
  return one.verdict === 'refuted' && one.contested;
}

const WEIGHT: Record<Severity, number> = { error: 0, warning: 1, note: 2 };

/** The worst first, for formats whose reader takes only so many: severity, then what the input adds before what it merely touches; else the order given. */
export function worstFirst(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((a, b) => WEIGHT[a.severity] - WEIGHT[b.severity] || Number(b.inDiff) - Number(a.inDiff));
}
