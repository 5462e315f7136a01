/**
 * Text without mail headers, as a person pastes it from a web archive or a terminal: white space damaged, mails run together, the same patch quoted again and
 * again. The unquoted patch counts; quoted copies only bear witness, or stand in where there is no other.
 */
import type { Diagnostic } from '../claim.ts';
import { append } from './append.ts';
import type { Witness } from './lost-blanks.ts';
import type { FileDiff, Message, Patch } from './model.ts';
import { type PastedMail, splitMails } from './pasted-messages.ts';
import { nameAuthors, nameSubject } from './pasted-names.ts';
import { splitLines } from './patch-mail.ts';
import { quotedAuthor, readQuote, splitJoined } from './quote.ts';
import { takeQuotedPatch } from './quoted-patch.ts';
import { parseSubject } from './subject.ts';

export interface Pasted {
  patches: Patch[];
  messages: Message[];
  diagnostics: Diagnostic[];
}

/** @throws InputError as parseDiff does */
export function readPasted(text: string, source: string): Pasted {
  const diagnostics: Diagnostic[] = [];
  const lines = takeApart(splitLines(text), source, diagnostics);
  const split = splitMails(lines, source, witnessOf(lines));
  append(diagnostics, split.diagnostics);
  let { mails } = split;
  nameAuthors(mails);
  if (!mails.some((mail) => mail.files.length > 0)) mails = takeQuotedPatch(mails, source, diagnostics);
  const patchMails = dropCopies(mails, source, diagnostics);
  return {
    patches: patchMails.map((mail) => toPatch(mail, nameSubject(mail, mails), source)),
    messages: mails.filter((mail) => !patchMails.includes(mail)).map((mail, i) => toMessage(mail, `${source}:${i + 1}`)),
    diagnostics,
  };
}

function takeApart(lines: readonly string[], source: string, diagnostics: Diagnostic[]): string[] {
  let joined = 0;
  const apart = lines.flatMap((line) => {
    const pieces = splitJoined(line);
    if (pieces) joined++;
    return pieces ?? [line];
  });
  if (joined > 0) {
    const message = `${source}: ${joined} line${joined > 1 ? 's' : ''} of whole mails run together, taken apart at the quote marks`;
    diagnostics.push({ level: 'note', message, location: null });
  }
  return apart;
}

/** Between which lines the quoted copies have a blank context line. */
function witnessOf(lines: readonly string[]): Witness {
  const seen = new Set<string>();
  const fold = (text: string) => text.replace(/^[+-]|\s+/g, '');
  let last = { depth: 0, text: '' };
  let blank = false;
  for (const line of lines) {
    const { depth, rest } = readQuote(line);
    if (depth > 0 && rest.trim() === '') {
      blank = true;
      continue;
    }
    if (depth > 0 && blank && last.depth === depth) seen.add(`${last.text}\n${fold(rest)}`);
    last = { depth, text: fold(rest) };
    blank = false;
  }
  return (before, after) => seen.has(`${before.replace(/\s+/g, '')}\n${after.replace(/\s+/g, '')}`);
}

/** Of mails that show the same diff unquoted the fullest. */
function dropCopies(mails: readonly PastedMail[], source: string, diagnostics: Diagnostic[]): PastedMail[] {
  const kept: PastedMail[] = [];
  for (const mail of mails) {
    if (mail.files.length === 0) continue;
    const twin = kept.findIndex((other) => isCopy(other.files, mail.files));
    if (twin < 0) kept.push(mail);
    else {
      if (size(mail.files) > size(kept[twin]!.files)) kept[twin] = mail;
      diagnostics.push({ level: 'note', message: `${source}: a second unquoted copy of the same patch is left out`, location: null });
    }
  }
  return kept;
}

/** At least half of the lines that the smaller one adds are added to the same files by the other. */
function isCopy(a: readonly FileDiff[], b: readonly FileDiff[]): boolean {
  const [left, right] = [addedLines(a), addedLines(b)];
  const [small, large] = left.size < right.size ? [left, right] : [right, left];
  let shared = 0;
  for (const line of small) if (large.has(line)) shared++;
  return small.size > 0 && shared * 2 >= small.size;
}

function addedLines(files: readonly FileDiff[]): Set<string> {
  return new Set(
    files.flatMap((file) =>
      file.hunks.flatMap((hunk) =>
        hunk.lines.filter((line) => line.kind === '+').map((line) => `${file.newPath} ${line.text.replace(/\s+/g, '')}`),
      ),
    ),
  );
}

function size(files: readonly FileDiff[]): number {
  return files.reduce((sum, file) => sum + file.hunks.reduce((lines, hunk) => lines + hunk.lines.length, 0), 0);
}

function toPatch(mail: PastedMail, subject: string, source: string): Patch {
  const { title, version, part, total } = parseSubject(subject);
  const body = mail.lines.join('\n');
  return {
    subject: title,
    messageId: null,
    author: mail.from,
    version,
    part,
    total,
    baseCommit: /^base-commit: ([0-9a-f]{7,64})\s*$/m.exec(body)?.[1] ?? null,
    files: mail.files,
    source,
    body,
  };
}

function toMessage(mail: PastedMail, source: string): Message {
  return { subject: mail.subject, messageId: null, inReplyTo: null, from: mail.from, body: mail.lines.join('\n'), source };
}

/** Text that shows what a pasted page has and a plain diff has not: quoted lines, attributions, an archive's headings. */
export function looksPasted(lines: readonly string[]): boolean {
  return lines.some(
    (line) => line.startsWith('>') || /^Posted by .{1,150}\sago$/.test(line) || (line.endsWith(':') && quotedAuthor(line) !== null),
  );
}
