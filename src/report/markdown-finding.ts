/** One finding as markdown: an item of a list, its evidence below it. What comes from patches goes through `prose` and `codeSpan`. */
import type { Evidence, Finding } from '../claim.ts';
import { codeSpan, prose } from './markdown-text.ts';
import { CONTESTED, evidenceBesideNeeds, label, needsOf, place } from './words.ts';

/** Chains through callees may be long; the first links and what carries the verdict say enough. */
const MOST_EVIDENCE = 12;

/** `- **error** …` with what, where, why and what to do; no line break at the end. */
export function findingItem(one: Finding): string {
  return `- ${headline(one)}\n${details(one)
    .map((line) => `  - ${line}`)
    .join('\n')}`;
}

/** One line, for where the reasons stand elsewhere. */
export function headline(one: Finding): string {
  const kfunc = one.kfunc === null ? '' : `, ${codeSpan(`${one.kfunc}()`)}`;
  return `**${one.severity}** ${codeSpan(one.rule)} at ${codeSpan(place(one.location))}${kfunc}: ${prose(one.message)}`;
}

/** Why, and what to do, each one line. */
export function details(one: Finding): string[] {
  const all = evidenceBesideNeeds(one);
  const evidence = all.slice(0, MOST_EVIDENCE).map((piece) => `${label(piece)}: ${tellEvidence(piece)}`);
  const left = all.length - evidence.length;
  return [
    ...evidence,
    ...(left > 0 ? [`and ${left} more`] : []),
    ...needsOf(one).map((need) => `needs: ${prose(need)}`),
    ...(one.contested ? [`**contested**: ${prose(CONTESTED)}`] : []),
    ...(one.verdict === 'refuted' ? [] : [`to do: ${prose(one.advice)}`]),
    ...(one.preexisting ? ['the code was so before this change'] : []),
  ];
}

function tellEvidence({ text, location, source }: Evidence): string {
  const notes = [...(location ? [codeSpan(place(location))] : []), ...(source ? [tellSource(source)] : [])];
  return `${prose(text)}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}`;
}

function tellSource(source: NonNullable<Evidence['source']>): string {
  const quote = source.quote === null ? '' : `: ${codeSpan(source.quote, 300)}`;
  if ('path' in source) return `Linux ${prose(source.kernel)} ${codeSpan(source.path)} ${codeSpan(source.symbol)}${quote}`;
  const { who, messageId, url } = source;
  const parts = [who === null ? null : prose(who), messageId === null ? null : codeSpan(messageId), url === null ? null : codeSpan(url)];
  return `${parts.filter((part) => part !== null).join(', ')}${quote}`;
}
