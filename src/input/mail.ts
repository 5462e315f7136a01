/**
 * One mail → headers and decoded body. What git writes (7bit or 8bit, UTF-8, one part) is read here; everything else (MIME parts, quoted-printable, base64,
 * other charsets, flowed text, encoded words) is read by postal-mime, which is loaded when the first such mail comes.
 */
import { isUtf8 } from 'node:buffer';
import { unflow } from './flowed.ts';

export interface Mail {
  /** decoded, unfolded */
  subject: string;
  from: string | null;
  /** milliseconds since 1970; null where none is given or it can't be read */
  date: number | null;
  /** ids are without their angle brackets */
  messageId: string | null;
  inReplyTo: string | null;
  /** oldest first */
  references: string[];
  body: string;
  attachments: Attachment[];
  /** what of the body could not be decoded, one clause each */
  damage: string[];
}

export interface Attachment {
  name: string;
  text: string;
}

type Headers = Map<string, string>;

/** Decodes a mail; the promise is there only where the library is needed. Never throws: what can't be decoded is named in `damage`. */
export function readMail(bytes: Buffer): Mail | Promise<Mail> {
  const { headers, bodyAt } = readHeaders(bytes);
  const words = ['subject', 'from'].some((name) => headers.get(name)?.includes('=?'));
  const body = readPlainBody(headers, bytes.subarray(bodyAt));
  if (body === null || words) return readByLibrary(bytes, headers, body);
  return { ...describe(headers), body: body.text, attachments: [], damage: body.damage };
}

const HEADER_LIMIT = 1024 * 1024;

/** The first of each header, unfolded; names in lower case. */
export function readHeaders(bytes: Buffer): { headers: Headers; bodyAt: number } {
  const end = headEnd(bytes);
  const text = decode(bytes.subarray(0, Math.min(end.head, HEADER_LIMIT)));
  const headers: Headers = new Map();
  let name = '';
  let first = true;
  for (const line of text.split(/\r?\n/)) {
    if (/^[ \t]/.test(line) && name) {
      if (first) headers.set(name, `${headers.get(name)} ${line.trim()}`);
      continue;
    }
    const found = /^([!-9;-~]{1,100}):[ \t]*(.*)$/.exec(line);
    name = found ? found[1]!.toLowerCase() : '';
    first = name !== '' && !headers.has(name);
    if (found && first) headers.set(name, found[2]!.trim());
  }
  return { headers, bodyAt: end.body };
}

/** The blank line between headers and body, whichever line breaks the mail has. */
function headEnd(bytes: Buffer): { head: number; body: number } {
  const unix = bytes.indexOf('\n\n');
  const dos = bytes.indexOf('\n\r\n');
  if (unix < 0 && dos < 0) return { head: bytes.length, body: bytes.length };
  if (dos < 0 || (unix >= 0 && unix < dos)) return { head: unix, body: unix + 2 };
  return { head: dos, body: dos + 3 };
}

function describe(headers: Headers): Omit<Mail, 'body' | 'attachments' | 'damage'> {
  const date = Date.parse((headers.get('date') ?? '').replace(/\s*\([^()]*\)\s*$/, ''));
  return {
    subject: headers.get('subject') ?? '',
    from: headers.get('from') || null,
    date: Number.isNaN(date) ? null : date,
    messageId: firstId(headers.get('message-id')),
    // people's mailers add a comment behind the id, with more angle brackets in it
    inReplyTo: firstId(headers.get('in-reply-to')),
    references: [...(headers.get('references') ?? '').matchAll(/<([^<>\s]{1,1000})>/g)].map((found) => found[1]!),
  };
}

function firstId(value: string | undefined): string | null {
  return (value && /<([^<>\s]{1,1000})>/.exec(value)?.[1]) || null;
}

const PLAIN_CHARSETS = /^(?:utf-?8|us-ascii|ascii|)$/;

/** null: it takes the library */
function readPlainBody(headers: Headers, bytes: Buffer): { text: string; damage: string[] } | null {
  const encoding = (headers.get('content-transfer-encoding') ?? '').toLowerCase();
  if (!/^(?:7bit|8bit|7-bit|8-bit|binary|)$/.test(encoding)) return null;
  const type = (headers.get('content-type') ?? 'text/plain').toLowerCase();
  if (!/^text\/(?:plain|x-patch|x-diff)\b/.test(type)) return null;
  const charset = (/charset\s*=\s*"?([^\s";]*)/.exec(type)?.[1] ?? '').toLowerCase();
  if (!PLAIN_CHARSETS.test(charset) && !isAsciiText(bytes, charset)) return null;
  const damage = isUtf8(bytes) ? [] : ['is no valid UTF-8: read as Latin-1'];
  return { text: readFlow(decode(bytes), type), damage };
}

const FLOWED = /format\s*=\s*"?flowed/i;

function readFlow(text: string, type: string): string {
  return FLOWED.test(type) ? unflow(text, /delsp\s*=\s*"?yes/i.test(type)) : text;
}

/** The library joins flowed lines by the letter; for patches that is wrong, see flowed.ts. */
function hideFlow(bytes: Buffer): Buffer {
  return Buffer.from(
    bytes.toString('latin1').replace(/^(content-type:(?:.|\r?\n[ \t]){0,500}?format\s*=\s*"?)flowed/gim, '$1fixed'),
    'latin1',
  );
}

/** Most mails that name another charset hold nothing but ASCII; not so the shifting ones (ISO-2022, UTF-7), whose bytes all look like it. */
function isAsciiText(bytes: Buffer, charset: string): boolean {
  return /^(?:iso-8859-|windows-125|koi8|gb|big5|euc)/.test(charset) && !bytes.some((byte) => byte > 127);
}

/** Text of unknown charset: UTF-8 where it is valid, else Latin-1. */
export function decode(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString('utf8') : bytes.toString('latin1');
}

async function readByLibrary(bytes: Buffer, headers: Headers, body: { text: string; damage: string[] } | null): Promise<Mail> {
  const { default: PostalMime, decodeWords } = await import('postal-mime');
  for (const name of ['subject', 'from']) {
    const value = headers.get(name);
    if (value?.includes('=?')) headers.set(name, decodeWords(value));
  }
  const head = describe(headers);
  if (body) return { ...head, body: body.text, attachments: [], damage: body.damage };
  try {
    const type = FLOWED.exec(bytes.toString('latin1')) ? `format=flowed ${headers.get('content-type') ?? ''}` : '';
    const mail = await PostalMime.parse(type === '' ? bytes : hideFlow(bytes));
    const attachments = mail.attachments.map((one) => ({
      name: one.filename ?? one.mimeType,
      text: decode(Buffer.from(one.content as ArrayBuffer)),
    }));
    const damage = mail.text === undefined && mail.html !== undefined ? ['has no plain text, only HTML'] : [];
    return { ...head, body: readFlow(mail.text ?? '', type), attachments, damage };
  } catch (error) {
    return { ...head, body: '', attachments: [], damage: [`can't be decoded (${(error as Error).message})`] };
  }
}
