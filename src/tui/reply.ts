/** A draft answer made of a finding's own words: text for a person to change and send; nothing here sends anything. */
import type { Evidence } from '../claim.ts';
import { plain, plainColumns } from '../report/plain.ts';
import { wrap } from './columns.ts';
import type { CodeFile, ReplyDecision, TriageItem } from './model.ts';

/** Mails are wrapped here, by the manners of the lists. */
const COLUMNS = 78;
/** Lines quoted above the one that it is about. */
const ABOVE = 2;

export function draftReply(item: TriageItem, decision: ReplyDecision | null, file: CodeFile | null): string {
  const parts = [quote(item, file), verdictParagraph(item, decision), ...reasons(item), advice(item, decision)];
  return `${parts.filter((one) => one !== '').join('\n\n')}\n`;
}

function quote({ location, snippet }: TriageItem, file: CodeFile | null): string {
  if (!location) return '';
  const shown = file?.lines.slice(Math.max(0, location.line - 1 - ABOVE), location.line) ?? [];
  const lines = shown.length > 0 ? shown : [snippet];
  return [`> ${plain(location.file)}:${location.line}`, ...lines.map((one) => `> ${keepTabs(one)}`.trimEnd())].join('\n');
}

/** Code is quoted as it is, tabs and all, but for what a terminal or a mail reader would obey. */
function keepTabs(text: string): string {
  return text.split('\t').map(plainColumns).join('\t');
}

/** A person's own decision speaks before the tool's verdict. */
function stands(item: TriageItem, decision: ReplyDecision | null): 'real' | 'fine' | 'open' {
  if (decision) return decision.says === 'confirmed' ? 'real' : 'fine';
  if (item.verdict === 'confirmed') return 'real';
  return item.verdict === 'refuted' ? 'fine' : 'open';
}

function verdictParagraph(item: TriageItem, decision: ReplyDecision | null): string {
  const message = sentence(item.message);
  const reason = decision?.says === 'refuted' && decision.reason !== '' ? ` ${sentence(decision.reason)}` : '';
  switch (stands(item, decision)) {
    case 'real':
      return fill(message);
    case 'fine':
      return fill(`This looks like a problem and is none, as far as I can see.${reason}`);
    case 'open':
      return fill(
        `${message} I can't tell from what is here: ${item.missing.map((one) => one.why).join('; ') || 'more of the code is needed'}.`,
      );
  }
}

function reasons(item: TriageItem): string[] {
  const told = item.evidence.filter((one) => one.kind !== 'ruling' && (one.role !== 'context' || one.kind === 'verifier'));
  return told.slice(0, 6).map((one) => fill(`- ${reason(one)}`, '  '));
}

function reason({ text, location, source }: Evidence): string {
  const at = location ? ` (${location.file}:${location.line})` : '';
  if (!source || !('path' in source)) return `${text}${at}`;
  const said = source.quote === null ? '' : `, "${source.quote}"`;
  return `${text}${at}: ${source.symbol}() in ${source.path}${said}, Linux ${source.kernel}`;
}

function advice(item: TriageItem, decision: ReplyDecision | null): string {
  return stands(item, decision) === 'real' && item.advice ? fill(`Could you ${item.advice}?`) : '';
}

function sentence(text: string): string {
  const trimmed = plain(text).trim();
  return /[.?!]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

function fill(text: string, indent = ''): string {
  const [first = '', ...rest] = wrap(plain(text), COLUMNS);
  if (rest.length === 0 || indent === '') return [first, ...rest].join('\n');
  const again = wrap(rest.join(' '), COLUMNS - indent.length);
  return [first, ...again.map((one) => indent + one)].join('\n');
}
