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
  const parts = [quote(item, file), verdictParagraph(item, decision), ...reasons(item, decision), advice(item, decision)];
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

type Standing = 'real' | 'fine' | 'disputed' | 'open';

/** A person's own decision speaks before the tool's verdict. */
function standing(item: TriageItem, decision: ReplyDecision | null): Standing {
  if (item.contested && decision?.says !== 'confirmed') return 'disputed';
  if (decision) return decision.says === 'confirmed' ? 'real' : 'fine';
  if (item.verdict === 'confirmed') return 'real';
  return item.verdict === 'refuted' ? 'fine' : 'open';
}

function verdictParagraph(item: TriageItem, decision: ReplyDecision | null): string {
  // a review has said it already
  const message = item.origin === 'review' ? '' : sentence(item.message, item.subject);
  switch (standing(item, decision)) {
    case 'real':
      return fill(message === '' ? 'This is right, as far as I can see.' : message);
    case 'fine': {
      const reason = decision && decision.reason !== '' ? ` ${sentence(decision.reason, item.subject)}` : '';
      return fill(`This looks like a problem and is none, as far as I can see.${reason}`);
    }
    case 'disputed':
      return fill(
        `It was said that this is fine, and that was disputed or taken back since, so I would not rely on it. ${message}`.trimEnd(),
      );
    case 'open':
      return fill(
        `${message} I can't tell from what is here: ${item.missing.map((one) => one.why).join('; ') || 'more of the code is needed'}.`,
      );
  }
}

/** What carries the answer: the way to the bug for a real one, what rules it out for one that is none. */
function reasons(item: TriageItem, decision: ReplyDecision | null): string[] {
  const roles = { real: ['step'], disputed: ['step'], fine: ['carries'], open: [] as string[] }[standing(item, decision)];
  const told = item.evidence.filter((one) => one.kind !== 'ruling' && roles.includes(one.role));
  const words = item.evidence.filter((one) => one.kind === 'ruling' && standing(item, decision) === 'disputed');
  return [...told, ...words].slice(0, 6).map((one) => fill(`- ${reason(one)}`, '  '));
}

function reason({ text, location, source }: Evidence): string {
  const at = location ? ` (${location.file}:${location.line})` : '';
  if (!source) return `${text}${at}`;
  if (!('path' in source)) return `${text}${source.messageId === null ? '' : ` <${source.messageId}>`}`;
  const said = source.quote === null ? '' : `, "${source.quote.trim()}"`;
  return `${text}${at}: ${source.symbol}() in ${source.path}${said}, Linux ${source.kernel}`;
}

function advice(item: TriageItem, decision: ReplyDecision | null): string {
  return ['real', 'disputed'].includes(standing(item, decision)) && item.advice ? fill(`Could you ${item.advice}?`) : '';
}

/** Begins with a capital, but for the name of something in the code. */
function sentence(text: string, subject: string): string {
  const trimmed = plain(text).trim();
  const first = /^[a-z]+(?= )/.exec(trimmed)?.[0];
  const begun = first !== undefined && first !== subject ? trimmed[0]!.toUpperCase() + trimmed.slice(1) : trimmed;
  return /[.?!]$/.test(begun) ? begun : `${begun}.`;
}

function fill(text: string, indent = ''): string {
  const [first = '', ...rest] = wrap(plain(text), COLUMNS);
  if (rest.length === 0 || indent === '') return [first, ...rest].join('\n');
  const again = wrap(rest.join(' '), COLUMNS - indent.length);
  return [first, ...again.map((one) => indent + one)].join('\n');
}
