/** Mails and texts that hold patches, while it is not yet known which of them count. */
import { type Mail, readMail } from './mail.ts';
import { unwrapMail } from './mbox.ts';
import type { Patch } from './model.ts';
import { isCommitLike, type PatchMail, readPatches } from './patch-mail.ts';
import type { Entry } from './postings.ts';
import { readStored, type Stored } from './read-store.ts';
import { parseSubject, type Subject } from './subject.ts';

/** Where mails or texts come from: one for all mails of a mailbox. */
export interface Place {
  /** for messages: file name, or `-` */
  source: string;
  /** patches of one origin without ids belong together */
  origin: string;
  /** the file, where it can be read again at any place */
  path: string | null;
}

export interface Candidate extends Entry {
  /** in bytes: what holding its patch costs */
  readonly size: number;
  /** it names a kfunc or a list of them somewhere */
  readonly speaksOfKfuncs: boolean;
  load(): PatchMail | Promise<PatchMail>;
}

/** One mail of possibly hundreds of thousands: no closures, and no strings that keep the mail's text. */
export class MailCandidate implements Candidate {
  readonly subject: Subject;
  readonly from: string | null;
  readonly date: number | null;
  readonly messageId: string | null;
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
  readonly order: number;
  readonly hasDiff: boolean;
  readonly commitLike: boolean;
  readonly isAnswer: boolean;
  readonly size: number;
  readonly speaksOfKfuncs: boolean;
  private readonly place: Place;
  private readonly number: number;
  private readonly stored: Stored;

  constructor(
    mail: Mail,
    bytes: Buffer,
    stored: Stored,
    at: { place: Place; number: number; order: number; hasDiff: boolean },
    words: Words,
  ) {
    const { place, number, order, hasDiff } = at;
    this.subject = parseSubject(words.own(mail.subject));
    const quotes = mail.inReplyTo !== null && !this.subject.isPatch && /^>/m.test(mail.body);
    this.from = mail.from && words.own(mail.from);
    this.date = mail.date;
    this.messageId = mail.messageId && words.own(mail.messageId);
    this.inReplyTo = mail.inReplyTo && words.own(mail.inReplyTo);
    this.isAnswer = hasDiff && (this.subject.isReply || quotes);
    // an answer is placed by whatever it goes back to; of other mails the thread's beginning is enough
    this.references = (this.isAnswer ? mail.references.slice(-20) : mail.references.slice(0, 1)).map((id) => words.own(id));
    this.order = order;
    this.hasDiff = hasDiff;
    this.commitLike = isCommitLike(mail.body);
    this.size = bytes.length;
    this.speaksOfKfuncs = bytes.includes('kfunc') || bytes.includes('BTF_ID');
    this.place = place;
    this.number = number;
    this.stored = stored;
  }

  get source(): string {
    return sourceOf(this.place, this.number);
  }

  get origin(): string {
    return this.place.origin;
  }

  load(): PatchMail | Promise<PatchMail> {
    const mail = readMail(unwrapMail(readStored(this.stored)));
    return mail instanceof Promise ? mail.then((one) => readPatches(one, this.source)) : readPatches(mail, this.source);
  }
}

/** @param number of the mail in its mailbox, from 1; 0 for a file that is one mail */
export function sourceOf(place: Place, number: number): string {
  return number === 0 ? place.source : `${place.source}:${number}`;
}

/** A patch that was read already: from a text that is no mail. */
export function readyCandidate(patch: Patch, { source, origin }: Place, order: number): Candidate {
  const { subject: title, version, part, total, author: from, body } = patch;
  const subject = { ...parseSubject(''), title, version, part, total, isPatch: true };
  const head = { subject, from, date: null, messageId: null, inReplyTo: null, references: [], source, origin, order };
  const load = () => ({ patches: [patch], diagnostics: [] });
  return { ...head, hasDiff: true, commitLike: true, isAnswer: false, size: body.length, speaksOfKfuncs: true, load };
}

/** The same strings come again and again (senders, ids of cover letters): each is kept once, and none keeps the mail that it was cut from. */
export class Words {
  private recent = new Map<string, string>();

  own(text: string): string {
    const known = this.recent.get(text);
    if (known !== undefined) return known;
    if (this.recent.size > 2000) this.recent = new Map();
    const copy = Buffer.from(text).toString();
    this.recent.set(copy, copy);
    return copy;
  }
}
