/** Text pasted from a web archive → the mails that ran together in it, each with the diff that stands unquoted in it. */
import type { Diagnostic } from '../claim.ts';
import { append } from './append.ts';
import { readFileHeader } from './file-header.ts';
import type { Witness } from './lost-blanks.ts';
import type { FileDiff } from './model.ts';
import { parseDiff } from './patch.ts';
import { quotedAuthor, readQuote } from './quote.ts';

export interface PastedMail {
  subject: string;
  from: string | null;
  lines: string[];
  files: FileDiff[];
}

export interface Split {
  mails: PastedMail[];
  diagnostics: Diagnostic[];
}

/** @throws InputError as parseDiff does */
export function splitMails(lines: readonly string[], source: string, witness: Witness | null): Split {
  return new Splitter(lines, source, witness).run();
}

const POSTED_BY = /^Posted by (.{1,100}?)\s(?:\d+|an?)\s(?:second|minute|hour|day|week|month|year)s?\b.{0,40}$/;
const SUBJECT_LINE = /^(?:Re: |RE: )*\[[^\]]{0,60}(?:PATCH|RFC)[^\]]{0,60}\] ./;
const LORE_FROM = /^From: (.{1,200}?) @ \d{4}-\d\d-\d\d .{0,20}\(permalink \/ raw\)/;
const HEADER_LINE = /^(From|To|Cc|CC|Subject|Date|Message-I[Dd]|In-Reply-To|References|List|Sent|Reply-To):[ \t]+(.{1,1000})$/;
/** above the first mail of a page */
const PAGE_HEADING = /^(?:\[[^\]]{0,60}(?:PATCH|RFC)[^\]]{0,60}\] .*|.{1,100} posted \d+ patch(?:es)?\s.*)$/;
const END_OF_PAGE = /^(?:© \d{4}|\^ permalink raw reply|end of thread, other threads:|CI run summary: )/;
const REVIEW_HEAD = /^commit [0-9a-f]{7,40}$/;

class Splitter {
  private readonly lines: readonly string[];
  private readonly source: string;
  private readonly witness: Witness | null;
  private readonly mails: PastedMail[] = [];
  private readonly diagnostics: Diagnostic[] = [];
  /** the archive says where mails begin: nothing else is taken for a beginning */
  private readonly explicit: boolean;
  private mail: PastedMail | null = null;
  /** the current mail says something by itself */
  private speaks = false;
  private at = 0;

  constructor(lines: readonly string[], source: string, witness: Witness | null) {
    this.lines = lines;
    this.source = source;
    this.witness = witness;
    this.explicit = lines.filter((line) => POSTED_BY.test(line) || LORE_FROM.test(line)).length > 1;
  }

  run(): Split {
    while (this.at < this.lines.length) {
      const line = this.lines[this.at]!;
      if (this.diff() || this.boundary(line)) continue;
      this.open().lines.push(line);
      this.speaks ||= line.trim() !== '' && !line.startsWith('>');
      this.at++;
      if (END_OF_PAGE.test(line)) this.close();
    }
    this.close();
    const mails = this.mails.filter(
      (mail) => mail.files.length > 0 || mail.lines.some((line) => line.trim() !== '' && !PAGE_HEADING.test(line)),
    );
    return { mails, diagnostics: this.diagnostics };
  }

  private open(): PastedMail {
    if (this.mail === null) {
      this.mail = { subject: '', from: null, lines: [], files: [] };
      this.mails.push(this.mail);
    }
    return this.mail;
  }

  private close(): void {
    this.mail = null;
    this.speaks = false;
  }

  private begin(subject: string, from: string | null): void {
    const named = this.takeHeading();
    this.close();
    Object.assign(this.open(), { subject: subject || named, from });
  }

  /** The subject above `Posted by`, or lore's `* subject` and its overview of the thread, was taken for the end of the mail before. */
  private takeHeading(): string {
    const lines = this.mail?.lines ?? [];
    const star = lines.findLastIndex((line) => /^\* (?:Re: )*\[/.test(line));
    if (star >= 0) return lines.splice(star)[0]!.slice(2);
    const last = lines.findLastIndex((line) => line.trim() !== '');
    if (last < 0 || !SUBJECT_LINE.test(lines[last]!)) return '';
    return lines.splice(last, 1)[0]!;
  }

  private diff(): boolean {
    if (!readFileHeader(this.lines, this.at, this.lines.length, true)) return false;
    const parsed = parseDiff(this.lines, { source: this.source, from: this.at, stopAtText: true, witness: this.witness });
    if (parsed.next <= this.at) return false;
    const mail = this.open();
    append(mail.files, parsed.files);
    append(mail.lines, this.lines.slice(this.at, parsed.next));
    this.speaks = true;
    append(this.diagnostics, parsed.diagnostics);
    this.at = parsed.next;
    this.signature();
    return true;
  }

  /** `--` and git's version end the mail with the patch. */
  private signature(): void {
    let i = this.at;
    while (this.lines[i] === '') i++;
    if (!/^-- ?$/.test(this.lines[i] ?? '') || !/^\d+\.\d+[\w.() -]{0,40}$/.test(this.lines[i + 1] ?? '')) return;
    this.open().lines.push(this.lines[i]!, this.lines[i + 1]!);
    this.at = i + 2;
    this.close();
  }

  private boundary(line: string): boolean {
    const posted = POSTED_BY.exec(line);
    if (posted) return this.pass(1, '', posted[1]!);
    const headers = this.headerBlock();
    if (headers) return this.pass(headers.length, headers.subject, headers.from);
    if (this.explicit || !this.speaks) return false;
    const review =
      line === '```' ? REVIEW_HEAD.test(this.lines[this.at + 1] ?? '') : REVIEW_HEAD.test(line) && this.lines[this.at - 1] !== '```';
    if (review || this.attribution()) this.close();
    return false;
  }

  private pass(lines: number, subject: string, from: string | null): true {
    this.begin(subject, from);
    this.at += lines;
    return true;
  }

  /** `X wrote:` above quoted lines; it may be broken over two lines. */
  private attribution(): boolean {
    const [one, two = ''] = this.lines.slice(this.at, this.at + 2);
    const length = quotedAuthor(one!) !== null ? 1 : /^On .{8,100}$/.test(one!) && quotedAuthor(`${one} ${two}`) !== null ? 2 : 0;
    const below = this.lines.slice(this.at + length, this.at + length + 3).find((line) => line.trim() !== '');
    return length > 0 && below !== undefined && readQuote(below).depth > 0;
  }

  /** `From:`, `Subject:` … as an archive prints them: one line of lore's, or at least three of a kind. */
  private headerBlock(): { length: number; subject: string; from: string | null } | null {
    if (!HEADER_LINE.test(this.lines[this.at]!)) return null;
    const lore = LORE_FROM.exec(this.lines[this.at]!);
    let [subject, from, i, headers] = ['', lore?.[1] ?? null, this.at, 0];
    for (; i < this.lines.length; i++) {
      const found = HEADER_LINE.exec(this.lines[i]!.trimStart());
      if (!found) break;
      headers++;
      if (found[1] === 'Subject') subject = found[2]!;
      if (found[1] === 'From') from ??= found[2]!;
    }
    return lore || (headers >= 3 && from !== null) ? { length: i - this.at, subject, from } : null;
  }
}
