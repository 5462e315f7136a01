/** Collects what the readers find and gives it out: patches of the newest versions, series by series. */
import { createHash } from 'node:crypto';
import { normalize } from 'node:path';
import { type Diagnostic, InputError } from '../claim.ts';
import { append } from './append.ts';
import { type Mail, readMail } from './mail.ts';
import { type RawMail, unwrapMail } from './mbox.ts';
import type { InputSet, Message, Patch } from './model.ts';
import { diffTexts } from './patch-mail.ts';
import { type Candidate, MailCandidate, type Place, readyCandidate, sourceOf, Words } from './read-candidate.ts';
import { MailStore } from './read-store.ts';
import { chooseSeries, type Series } from './series.ts';
import { parseSubject } from './subject.ts';

/** Above this the patches of a mailbox are not held at once: about 3 bytes of memory come to each. */
const MAX_HELD = 32 * 1024 * 1024;
const MAX_MESSAGES = 48 * 1024 * 1024;

export class Shelf {
  private readonly keepMessages: boolean;
  private readonly store = new MailStore();
  private candidates: Candidate[] = [];
  private readonly words = new Words();
  private readonly plainFiles: InputSet['plainFiles'] = [];
  private readonly fileNames = new Set<string>();
  private readonly messages: Message[] = [];
  private readonly diagnostics: Diagnostic[] = [];
  private readonly problems: string[] = [];
  private readonly boxes: string[] = [];
  private messageBytes = 0;
  private droppedMessages = 0;
  private chosen: Series<Candidate>[] | null = null;
  /** there was one patch only: if it is broken, so is the input */
  private sole = false;

  constructor(keepMessages: boolean) {
    this.keepMessages = keepMessages;
  }

  close(): void {
    this.store.close();
  }

  tell(level: Diagnostic['level'], message: string): void {
    this.diagnostics.push({ level, message, location: null });
  }

  countMails(source: string, count: number): void {
    this.boxes.push(count === 1 ? `${source}: this mail holds no patch` : `${source}: none of its ${count} mails holds a patch`);
  }

  /** A file that was named twice, or by itself and by its folder, is one file. */
  addFile(path: string, text: string): void {
    const name = normalize(path);
    if (!this.fileNames.has(name)) this.plainFiles.push({ path, text });
    this.fileNames.add(name);
  }

  /** @throws InputError where it is no JSON */
  addJson(source: string, text: string): void {
    try {
      JSON.parse(text);
    } catch (error) {
      throw new InputError(`${source}: is no valid JSON (${(error as Error).message.replace(/\s+/g, ' ')})`);
    }
    this.addUnknown(source, text);
  }

  addUnknown(source: string, text: string): void {
    this.boxes.push(`${source}: is neither a patch nor a mail nor a C file`);
    this.addMessage({ subject: '', messageId: null, inReplyTo: null, from: null, body: text, source });
  }

  addParsed(read: { patches: Patch[]; messages?: Message[]; diagnostics: Diagnostic[] }, place: Place): void {
    append(this.diagnostics, read.diagnostics);
    const why = read.diagnostics.find((one) => one.level === 'warning')?.message;
    if (read.patches.length === 0) this.boxes.push(why ?? `${place.source}: no change in it can be read`);
    for (const patch of read.patches) this.candidates.push(readyCandidate(patch, place, this.candidates.length));
    for (const message of read.messages ?? []) this.addMessage(message);
  }

  private addMessage(message: Message): void {
    if (!this.keepMessages) return;
    this.messageBytes += message.body.length;
    if (this.messageBytes > MAX_MESSAGES) this.droppedMessages++;
    else this.messages.push(message);
  }

  /**
   * @param number of the mail in its mailbox, from 1; 0 for a file that is one mail
   * @returns a promise only where the mail takes the library to decode
   */
  addMail(raw: RawMail, place: Place, number: number): Promise<void> | undefined {
    const bytes = unwrapMail(raw.bytes);
    if (raw.cut) this.tell('warning', `${sourceOf(place, number)}: is larger than any mail and is cut`);
    if (!mayMatter(bytes) && !this.keepMessages) return undefined;
    const mail = readMail(bytes);
    const take = (read: Mail) => this.sort(read, raw, place, number, bytes);
    if (mail instanceof Promise) return mail.then(take);
    take(mail);
    return undefined;
  }

  private sort(mail: Mail, raw: RawMail, place: Place, number: number, bytes: Buffer): void {
    const source = sourceOf(place, number);
    const subject = parseSubject(mail.subject);
    const texts = subject.isCover ? [] : diffTexts(mail);
    if (texts.some(({ text }) => text.includes('\0'))) {
      this.problems.push(`${source}: holds NUL characters`);
      return;
    }
    if (texts.length === 0) {
      this.addMessage(toMessage(mail, source));
      append(
        this.problems,
        mail.damage.map((what) => `${source}: ${what}`),
      );
      if (!subject.isCover || subject.isReply) return;
    }
    const stored = this.store.keep(raw.bytes, place.path, raw.offset);
    const at = { place, number, order: this.candidates.length, hasDiff: texts.length > 0 };
    const candidate = new MailCandidate(mail, bytes, stored, at, this.words);
    this.candidates.push(candidate);
    // an answer says something even where a diff is in it
    if (candidate.isAnswer) this.addMessage(toMessage(mail, source));
  }

  /** Everything but patches. */
  rest(): InputSet {
    // what was left out is told before the first series is loaded
    this.choose();
    if (this.droppedMessages > 0)
      this.tell('warning', `${this.droppedMessages} mails that are no patches were dropped: together they are too large`);
    const { plainFiles, messages, diagnostics } = this;
    return { patches: [], plainFiles, messages, diagnostics: [...diagnostics] };
  }

  private choose(): Series<Candidate>[] {
    if (!this.chosen) {
      const { series, diagnostics } = chooseSeries(this.candidates);
      append(this.diagnostics, diagnostics);
      this.chosen = series;
      this.sole = this.candidates.length === 1;
      // what was left out is not needed any more
      this.candidates = [];
    }
    return this.chosen;
  }

  /**
   * Cuts what is to be held at once down to what fits.
   * @throws InputError where even the series that speak of kfuncs are too many
   */
  shed(): void {
    const chosen = this.choose();
    const sizeOf = (all: readonly Series<Candidate>[]) =>
      all.reduce((sum, one) => sum + one.patches.reduce((bytes, patch) => bytes + patch.size, 0), 0);
    if (sizeOf(chosen) <= MAX_HELD) return;
    this.chosen = chosen.filter((one) => one.patches.some((patch) => patch.speaksOfKfuncs));
    const dropped = chosen.length - this.chosen.length;
    this.tell('warning', `${dropped} series that name no kfunc were dropped: the input holds more than ${MAX_HELD >> 20} MB of patches`);
    if (sizeOf(this.chosen) > MAX_HELD)
      throw new InputError(`the input holds more than ${MAX_HELD >> 20} MB of patches about kfuncs: give it in parts`);
  }

  /** Loads one series after the other; the same change twice counts once. */
  async *series(): AsyncGenerator<{ patches: Patch[]; diagnostics: Diagnostic[] }> {
    const seen = new Set<string>();
    let index = 0;
    const waiting = this.choose().reverse();
    for (let one = waiting.pop(); one; one = waiting.pop()) {
      const { patches: members, followUps } = one;
      const diagnostics: Diagnostic[] = [];
      const read = new Map<string, Patch>();
      for (const member of members) {
        for (const patch of await this.load(member, diagnostics)) {
          const print = fingerprint(patch);
          if (!read.has(print)) read.set(print, { ...patch, series: index, ...(followUps.includes(member) ? { followUp: true } : {}) });
        }
      }
      const known = [...read.keys()].every((print) => seen.has(print));
      for (const print of read.keys()) seen.add(print);
      if (!known) index++;
      const patches = known ? [] : [...read.values()];
      if (patches.length > 0 || diagnostics.length > 0) yield { patches, diagnostics };
    }
  }

  /** One broken patch of many must not hide the others: it is told, and left out. */
  private async load(member: Candidate, diagnostics: Diagnostic[]): Promise<Patch[]> {
    try {
      const read = await member.load();
      append(diagnostics, read.diagnostics);
      return read.patches;
    } catch (error) {
      if (this.sole || !(error instanceof InputError)) throw error;
      this.problems.push(error.message);
      diagnostics.push({ level: 'warning', message: `${error.message}; the patch is left out`, location: null });
      return [];
    }
  }

  whyEmpty(): string {
    return this.problems[0] ?? this.boxes[0] ?? 'no patch and no C file in the input';
  }
}

/** Cheap, on bytes: a line that begins a diff, an encoding that hides it, or a cover letter. */
function mayMatter(bytes: Buffer): boolean {
  if (bytes.includes('\ndiff --') || bytes.includes('\n+++ ') || bytes.includes('\nIndex: ')) return true;
  const head = bytes.toString('latin1', 0, 16_384);
  return /^content-transfer-encoding:\s*base64/im.test(head) || /^subject:.*\b0+\s*\/\s*\d|^subject:.*patch\s?-?set/im.test(head);
}

function toMessage(mail: Mail, source: string): Message {
  const { subject, messageId, inReplyTo, from, body } = mail;
  return { subject, messageId, inReplyTo, from, body, source };
}

/** What a patch changes, without where: a patch that was sent twice is the same patch. */
function fingerprint(patch: Patch): string {
  const hash = createHash('sha1');
  for (const file of patch.files) {
    hash.update(`\n${file.oldPath}\0${file.newPath}\n`);
    for (const hunk of file.hunks) for (const line of hunk.lines) if (line.kind !== ' ') hash.update(`${line.kind}${line.text}\n`);
  }
  return hash.digest('base64');
}
