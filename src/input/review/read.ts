/** Any review that a reviewer emits today → documents with comments. What it is, is told from its content; its name tells only what it has to be. */
import { InputError } from '../../claim.ts';
import { isDump, readDump } from './dump.ts';
import { plainSubject } from './inline.ts';
import { parseJsonText } from './json-text.ts';
import type { Layer } from './layer.ts';
import { wholeText } from './layer.ts';
import { splitLines } from './line.ts';
import type { Mail } from './mail.ts';
import { decodeHeader, firstMessageId, looksLikeMail, readMail, splitMbox } from './mail.ts';
import type { ReviewDocument } from './model.ts';
import { isReviewSender } from './reviewer.ts';
import { readSashiko } from './sashiko.ts';
import { readStructured } from './structured.ts';
import { readRegions, reviewRegions } from './thread.ts';

/**
 * @param text the whole file, decoded without loss
 * @param source how messages name it
 * @returns no document for mail and threads that hold no review
 * @throws InputError for what is empty, broken or nothing that a reviewer emits
 */
export function readReview(text: string, source: string): ReviewDocument[] {
  if (text.trim() === '') throw new InputError(`${source}: is empty: the review was not made`);
  if (text.includes('\0')) throw new InputError(`${source}: is binary, not a review`);
  const body = text.replace(/^\uFEFF/, '');
  // a result that was cut may have too little left to look like one
  if (/\.json$/i.test(source) || /^\s*[[{]\s*(?:["{[\]}]|$)/.test(body)) return readJson(text, source);
  if (looksLikeMail(body)) return readMails(text, source);
  return readPlain(wholeText(text), source);
}

function readJson(text: string, source: string): ReviewDocument[] {
  const root = parseJsonText(wholeText(text), source);
  const structured = readStructured(root, source);
  if (structured) return [structured];
  const sashiko = readSashiko(root, source);
  if (sashiko) return sashiko;
  throw new InputError(`${source}: is JSON, but neither a review result nor a list of claims`);
}

function readMails(text: string, source: string): ReviewDocument[] {
  const parts = splitMbox(text);
  return parts.flatMap((part, n) => readOneMail(part, parts.length > 1 ? `${source}#${n + 1}` : source));
}

function readOneMail(part: Layer, source: string): ReviewDocument[] {
  const mail = readMail(part);
  const lines = splitLines(mail.body.text);
  const from = mail.headers.has('from') ? decodeHeader(mail.headers.get('from')!) : null;
  const docs = isDump(lines)
    ? readDump(mail.body, lines, source)
    : readRegions(mail.body, lines, reviewRegions(lines, isReviewSender(from) ? 'reviewer' : 'somebody'), 'mail', source);
  return docs.map((doc) => ({ ...doc, ...headersOf(mail, from), subject: doc.subject ?? subjectOf(mail), encoded: mail.encoded }));
}

function headersOf(mail: Mail, from: string | null): Pick<ReviewDocument, 'messageId' | 'inReplyTo' | 'from' | 'mailSubject'> {
  return {
    messageId: firstMessageId(mail.headers.get('message-id')),
    inReplyTo: firstMessageId(mail.headers.get('in-reply-to')) ?? lastReference(mail.headers.get('references')),
    from,
    mailSubject: mail.headers.has('subject') ? decodeHeader(mail.headers.get('subject')!) : null,
  };
}

function lastReference(value: string | undefined): string | null {
  return (value?.match(/<[^<>\s]+>/g) ?? []).at(-1)?.slice(1, -1) ?? null;
}

function subjectOf(mail: Mail): string | null {
  const subject = mail.headers.get('subject');
  return subject === undefined ? null : plainSubject(decodeHeader(subject));
}

/** A file of its own, a pull-request comment, or a pasted thread. */
function readPlain(layer: Layer, source: string): ReviewDocument[] {
  const lines = splitLines(layer.text);
  if (isDump(lines)) return readDump(layer, lines, source);
  const regions = reviewRegions(lines, 'unknown');
  const alone = regions.length === 1 && lines.slice(0, regions[0]!.from).every((l) => l.blank);
  const fenced = /^\s*```/.test(layer.text);
  return readRegions(layer, lines, regions, alone ? (fenced ? 'pull-request-comment' : 'inline') : 'thread', source);
}
