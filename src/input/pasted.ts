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
import { readQuote, splitJoined } from './quote.ts';
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
  /** hunk → which of `kept` has it */
  const home = new Map<string, number>();
  for (const mail of mails) {
    if (mail.files.length === 0) continue;
    const hunks = hunksOf(mail.files);
    const twins = new Set(hunks.map((hunk) => home.get(hunk)));
    const [twin] = twins;
    const isCopy = hunks.length > 0 && twins.size === 1 && twin !== undefined;
    if (isCopy && size(mail.files) > size(kept[twin]!.files)) kept[twin] = mail;
    if (isCopy)
      diagnostics.push({ level: 'note', message: `${source}: a second unquoted copy of the same patch is left out`, location: null });
    else kept.push(mail);
    for (const hunk of hunks) home.set(hunk, isCopy ? twin : kept.length - 1);
  }
  return kept;
}

/** What tells a hunk from any other: its file, its place, and the first line that it changes. */
function hunksOf(files: readonly FileDiff[]): string[] {
  return files.flatMap((file) =>
    file.hunks.map((hunk) => {
      const first = hunk.lines.find((line) => line.kind !== ' ')?.text.replace(/\s+/g, '') ?? '';
      return `${file.newPath} ${hunk.oldStart} ${hunk.newStart} ${first}`;
    }),
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
