/** Takes a mailbox apart as its bytes arrive: what is held at any moment is one mail. */

/** A mail that is longer holds no patch that a person could have written; it is cut, and said so. */
export const MAX_MAIL = 32 * 1024 * 1024;

export interface RawMail {
  /** lies in the splitter's memory, until it is given the next piece */
  bytes: Buffer;
  /** where it begins in the mailbox, in bytes */
  offset: number;
  /** longer than MAX_MAIL: the rest is gone */
  cut: boolean;
}

const FROM_LINE =
  /^From \S{1,500} +(?:\S+ )?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +(?:[A-Z][a-z]{2} +\d{1,2}|\d{1,2} +[A-Z][a-z]{2}) +(?:\d{4} +)?\d\d:\d\d(?::\d\d)?(?: +[A-Za-z0-9+-]{1,9})*(?: +\d{4})?\r?$/;

/** The line between mails: `From <who or commit> Mon Sep 17 00:00:00 2001`. */
export function isFromLine(line: string): boolean {
  return line.startsWith('From ') && line.length < LOOK_AHEAD && FROM_LINE.test(line);
}

const SEPARATOR = Buffer.from('\nFrom ');
/** longest separator line that is waited for */
const LOOK_AHEAD = 700;

export class MboxSplitter {
  /** one piece of memory for all mails: a new one for each chunk would be a gigabyte of garbage */
  private memory: Buffer = Buffer.alloc(0);
  /** how much of `memory` holds bytes of the mailbox */
  private length = 0;
  /** where `memory` begins in the mailbox */
  private offset = 0;
  /** beginning of the current mail, and how far it was searched; both in `memory` */
  private start = 0;
  private searched = 0;
  /** of the current mail more than MAX_MAIL has gone by */
  private overflow: RawMail | null = null;

  /** The mails that this chunk completes. */
  push(chunk: Buffer): RawMail[] {
    this.append(chunk);
    const mails = this.take(false);
    this.spill();
    return mails;
  }

  end(): RawMail[] {
    const mails = this.take(true);
    if (this.length > this.start || this.overflow) mails.push(this.mail(this.length));
    return mails;
  }

  /** Moves what is left of the current mail to the front, and the chunk behind it. */
  private append(chunk: Buffer): void {
    const left = this.length - this.start;
    const before = this.memory;
    if (before.length < left + chunk.length) this.memory = Buffer.allocUnsafeSlow((left + chunk.length) * 2);
    before.copy(this.memory, 0, this.start, this.length);
    chunk.copy(this.memory, left);
    this.offset += this.start;
    this.searched -= this.start;
    this.start = 0;
    this.length = left + chunk.length;
  }

  private take(last: boolean): RawMail[] {
    const mails: RawMail[] = [];
    const bytes = this.memory.subarray(0, this.length);
    for (;;) {
      const found = bytes.indexOf(SEPARATOR, this.searched);
      if (found < 0) {
        this.searched = Math.max(this.start, this.length - SEPARATOR.length + 1);
        return mails;
      }
      const lineEnd = bytes.indexOf(10, found + 1);
      if (lineEnd < 0 && !last && this.length - found < LOOK_AHEAD) {
        this.searched = found;
        return mails;
      }
      const line = bytes.toString('latin1', found + 1, Math.min(lineEnd < 0 ? this.length : lineEnd, found + LOOK_AHEAD));
      this.searched = found + 1;
      if (isFromLine(line)) mails.push(this.mail(found + 1));
    }
  }

  /** Ends the current mail at `end`. */
  private mail(end: number): RawMail {
    const mail = this.overflow ?? { bytes: this.memory.subarray(this.start, end), offset: this.offset + this.start, cut: false };
    this.overflow = null;
    this.start = end;
    this.searched = Math.max(this.searched, end - 1);
    return mail;
  }

  private spill(): void {
    if (this.length - this.start <= MAX_MAIL) return;
    const bytes = Buffer.from(this.memory.subarray(this.start, this.start + MAX_MAIL));
    this.overflow ??= { bytes, offset: this.offset + this.start, cut: true };
    // the tail may hold the beginning of a separator
    this.start = this.length - LOOK_AHEAD;
    this.searched = Math.max(this.searched, this.start);
  }
}

/** The mail without its `From ` line, and with `>From ` as it was before the mailbox quoted it. */
export function unwrapMail(bytes: Buffer): Buffer {
  const lineEnd = bytes.indexOf(10);
  const hasLine = bytes.length > 5 && bytes.toString('latin1', 0, 5) === 'From ' && lineEnd > 0;
  const mail = hasLine ? bytes.subarray(lineEnd + 1) : bytes;
  if (!mail.includes('\n>From ') && !mail.includes('\n>>From ')) return mail;
  return Buffer.from(mail.toString('latin1').replace(/^>(>*From )/gm, '$1'), 'latin1');
}
