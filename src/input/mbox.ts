/** Takes a mailbox apart as its bytes arrive: what is held at any moment is one mail. */

/** A mail that is longer holds no patch that a person could have written; it is cut, and said so. */
export const MAX_MAIL = 32 * 1024 * 1024;

export interface RawMail {
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
  return line.startsWith('From ') && line.length < 700 && FROM_LINE.test(line);
}

const SEPARATOR = Buffer.from('\nFrom ');
/** longest separator line that is waited for */
const LOOK_AHEAD = 700;

export class MboxSplitter {
  private held: Buffer = Buffer.alloc(0);
  /** where `held` begins in the mailbox */
  private offset = 0;
  /** of the current mail, more than MAX_MAIL has gone by */
  private overflow: RawMail | null = null;
  /** from here on `held` was not searched yet */
  private searched = 0;

  /** The mails that this chunk completes. */
  push(chunk: Buffer): RawMail[] {
    this.held = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    return this.take(false);
  }

  end(): RawMail[] {
    const mails = this.take(true);
    if (this.held.length > 0 || this.overflow) mails.push(this.mail(this.held.length));
    this.held = Buffer.alloc(0);
    return mails;
  }

  private take(last: boolean): RawMail[] {
    const mails: RawMail[] = [];
    for (;;) {
      const found = this.held.indexOf(SEPARATOR, this.searched);
      if (found < 0) {
        this.searched = Math.max(0, this.held.length - SEPARATOR.length + 1);
        break;
      }
      const lineEnd = this.held.indexOf(10, found + 1);
      if (lineEnd < 0 && !last && this.held.length - found < LOOK_AHEAD) {
        this.searched = found;
        break;
      }
      const line = this.held.toString('latin1', found + 1, Math.min(lineEnd < 0 ? this.held.length : lineEnd, found + LOOK_AHEAD));
      this.searched = found + 1;
      if (!isFromLine(line)) continue;
      mails.push(this.mail(found + 1));
      this.searched = 0;
    }
    this.spill();
    return mails;
  }

  /** Cuts the current mail off before `length`. */
  private mail(length: number): RawMail {
    const mail = this.overflow ?? { bytes: this.held.subarray(0, length), offset: this.offset, cut: false };
    this.overflow = null;
    this.held = this.held.subarray(length);
    this.offset += length;
    return mail;
  }

  private spill(): void {
    if (this.held.length <= MAX_MAIL) return;
    this.overflow ??= { bytes: Buffer.from(this.held.subarray(0, MAX_MAIL)), offset: this.offset, cut: true };
    // the tail may hold the beginning of a separator
    const keep = LOOK_AHEAD;
    this.offset += this.held.length - keep;
    this.held = Buffer.from(this.held.subarray(this.held.length - keep));
    this.searched = 0;
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
