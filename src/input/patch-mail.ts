/** A mail that holds a diff → patches; what is only quoted in it is none. */
import type { Diagnostic } from '../claim.ts';
import { append } from './append.ts';
import { readFileHeader } from './file-header.ts';
import type { Attachment, Mail } from './mail.ts';
import type { FileDiff, Patch } from './model.ts';
import { parseDiff } from './patch.ts';
import { parseSubject } from './subject.ts';

export interface PatchMail {
  patches: Patch[];
  diagnostics: Diagnostic[];
}

/** Line by line, so that `> diff --git` in an answer is none. */
export function holdsDiff(text: string): boolean {
  if (!text.includes('diff --') && !text.includes('\n+++ ')) return false;
  const lines = splitLines(text);
  return lines.some((_, at) => readFileHeader(lines, at, lines.length, true) !== null);
}

export function splitLines(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** The parts of a mail that hold diffs: its body, or else the patches attached to it. */
export function diffTexts(mail: Pick<Mail, 'body' | 'attachments'>): Attachment[] {
  if (holdsDiff(mail.body)) return [{ name: '', text: mail.body }];
  return mail.attachments.filter((one) => holdsDiff(one.text));
}

/** Has the form of a commit, and not of a remark in passing: signed off, or cut out for `git am --scissors`. */
export function isCommitLike(body: string): boolean {
  return /^Signed-off-by: \S/m.test(body) || SCISSORS.test(body);
}

const SCISSORS = /^(?:-{1,20} ?)?(?:>8|8<|>%|%<)(?: ?-{1,20})|^-{2,20} ?(?:>8|8<)/m;

/**
 * @param source where the mail was read
 * @throws InputError as parseDiff does
 */
export function readPatches(mail: Mail, source: string): PatchMail {
  const read: PatchMail = { patches: [], diagnostics: [] };
  for (const what of mail.damage) read.diagnostics.push({ level: 'warning', message: `${source}: ${what}`, location: null });
  const texts = diffTexts(mail);
  for (const { name, text } of texts) {
    const place = name === '' ? source : `${source}:${name}`;
    const parsed = parseDiff(splitLines(text), { source: place });
    append(read.diagnostics, parsed.diagnostics);
    if (parsed.files.length > 0) read.patches.push(describePatch(mail, text, parsed.files, place, name !== ''));
  }
  return read;
}

function describePatch(mail: Mail, body: string, files: FileDiff[], source: string, attached: boolean): Patch {
  const outer = parseSubject(mail.subject);
  const inner = inBodyHeaders(body);
  // an attached file of git format-patch has a subject of its own
  const own = inner.subject === null ? outer : parseSubject(inner.subject);
  const counted = own.total > 0 || !attached ? own : outer;
  return {
    subject: own.title || outer.title,
    messageId: mail.messageId,
    author: inner.from ?? mail.from,
    version: Math.max(own.version, outer.version),
    part: counted.part || outer.part,
    total: counted.total || outer.total,
    baseCommit: /^base-commit: ([0-9a-f]{7,64})\s*$/m.exec(body)?.[1] ?? null,
    files,
    source,
    body,
  };
}

/** `From:` and `Subject:` at the top of the body (or below the scissors) name the author of a patch that another person sent. */
function inBodyHeaders(body: string): { from: string | null; subject: string | null } {
  const scissors = SCISSORS.exec(body);
  const text = scissors ? body.slice(body.indexOf('\n', scissors.index) + 1) : body;
  const head =
    /^\s*(?:From [0-9a-f]{40} [^\n]*\r?\n)?((?:(?:From|Subject|Date|Message-ID|MIME-Version|Content-[\w-]+): [^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*)+)/i.exec(
      text.slice(0, 4000),
    )?.[1];
  if (!head) return { from: null, subject: null };
  const unfolded = head.replace(/\r?\n[ \t]+/g, ' ');
  const value = (name: string) => new RegExp(`^${name}: (.*?)\\r?$`, 'im').exec(unfolded)?.[1]?.trim() ?? null;
  return { from: value('From'), subject: value('Subject') };
}
