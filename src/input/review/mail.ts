/**
 * One mail as a layer: its headers and its readable text, each character of which knows its place in the raw mail. A mail library gives decoded text and
 * forgets where it stood; the cut of `--filtered` needs the place.
 */
import type { Layer } from './layer.ts';
import { mapped, slice, wholeText } from './layer.ts';
import type { Encoded } from './model.ts';

export interface Mail {
  headers: ReadonlyMap<string, string>;
  body: Layer;
  encoded: Encoded | null;
}

const HEADER = /^[!-9;-~]+:/;
/** Relays add kilobytes of signatures. */
const HEAD = 32_000;

/** True where the text begins with mail headers that no prose begins with by chance. */
export function looksLikeMail(text: string): boolean {
  const head = text.slice(0, HEAD).replace(/^>?From .*\r?\n/, '');
  // where the head is cut off, its last line is no whole one
  const lines = head.split(/\r?\n/).slice(0, text.length > HEAD ? -1 : undefined);
  if (!HEADER.test(lines[0] ?? '')) return false;
  const names = new Set<string>();
  for (const line of lines) {
    if (line === '') break;
    if (/^[ \t]/.test(line)) continue;
    if (!HEADER.test(line)) return false;
    names.add(line.slice(0, line.indexOf(':')).toLowerCase());
  }
  return ['from', 'subject', 'message-id', 'date', 'in-reply-to', 'received', 'mime-version'].filter((n) => names.has(n)).length >= 2;
}

export function readMail(outer: Layer): Mail {
  const { headers, bodyStart } = readHeaders(outer.text);
  const part = textPart(slice(outer, bodyStart, outer.text.length), headers, 0);
  return { headers, ...part };
}

function readHeaders(text: string): { headers: Map<string, string>; bodyStart: number } {
  const headers = new Map<string, string>();
  let at = /^>?From \S.*\r?\n/.exec(text)?.[0].length ?? 0;
  let name = '';
  while (at < text.length) {
    const newline = text.indexOf('\n', at);
    const next = newline < 0 ? text.length : newline + 1;
    const line = text.slice(at, newline < 0 ? text.length : newline).replace(/\r$/, '');
    if (line === '') return { headers, bodyStart: next };
    if (/^[ \t]/.test(line)) {
      if (name !== '') headers.set(name, `${headers.get(name) ?? ''} ${line.trim()}`);
    } else if (HEADER.test(line)) {
      const colon = line.indexOf(':');
      name = line.slice(0, colon).toLowerCase();
      // the first of each name: what a relay adds stands above, and none of those is asked for
      if (headers.has(name)) name = '';
      else headers.set(name, line.slice(colon + 1).trim());
    } else return { headers, bodyStart: at };
    at = next;
  }
  return { headers, bodyStart: text.length };
}

type Part = Pick<Mail, 'body' | 'encoded'>;

/** The first text/plain part, through nested multiparts; a mail without any gives its body as it stands. */
function textPart(body: Layer, headers: ReadonlyMap<string, string>, depth: number): Part {
  const type = headers.get('content-type') ?? 'text/plain';
  const boundary = /boundary="?([^";]+)"?/i.exec(type)?.[1]?.trim();
  if (/^multipart\//i.test(type) && boundary && depth < 6) {
    for (const part of splitParts(body, boundary)) {
      const inner = readHeaders(part.text);
      if (/^(text\/plain|multipart\/)/i.test(inner.headers.get('content-type') ?? 'text/plain')) {
        return textPart(slice(part, inner.bodyStart, part.text.length), inner.headers, depth + 1);
      }
    }
  }
  return decode(body, headers.get('content-transfer-encoding') ?? '7bit', /charset="?([^";\s]+)/i.exec(type)?.[1] ?? 'utf-8');
}

function splitParts(body: Layer, boundary: string): Layer[] {
  const mark = `--${boundary}`;
  const edges: { at: number; next: number }[] = [];
  for (let at = body.text.indexOf(mark); at >= 0; at = body.text.indexOf(mark, at + mark.length)) {
    if (at > 0 && body.text[at - 1] !== '\n') continue;
    const newline = body.text.indexOf('\n', at);
    edges.push({ at, next: newline < 0 ? body.text.length : newline + 1 });
  }
  return edges.slice(0, -1).map((edge, i) => slice(body, edge.next, edges[i + 1]!.at));
}

function decode(body: Layer, encoding: string, charset: string): Part {
  if (/^quoted-printable/i.test(encoding)) return { body: decodeQuotedPrintable(body, charset), encoded: null };
  if (!/^base64/i.test(encoding)) return { body, encoded: null };
  const text = decodeBytes(Buffer.from(body.text, 'base64'), charset);
  const span = { start: body.origin(0), end: body.origin(body.text.length) };
  const encode = (cut: string) =>
    `${(
      Buffer.from(cut, 'utf8')
        .toString('base64')
        .match(/.{1,76}/g) ?? []
    ).join('\n')}\n`;
  return { body: wholeText(text), encoded: { text, span, encode } };
}

function decodeBytes(bytes: Uint8Array, charset: string): string {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder('latin1').decode(bytes);
  }
}

/** RFC 2045 6.7. A run of encoded bytes is decoded as one, and all its characters stand at its start but the first ones, which is exact enough to cut lines. */
function decodeQuotedPrintable(body: Layer, charset: string): Layer {
  const raw = body.text;
  const starts: number[] = [];
  let out = '';
  let at = 0;
  const put = (text: string, from: number) => {
    out += text;
    for (let i = 0; i < text.length; i++) starts.push(from);
  };
  while (at < raw.length) {
    const mark = raw.indexOf('=', at);
    const plainEnd = mark < 0 ? raw.length : mark;
    for (let i = at; i < plainEnd; i++) starts.push(i);
    out += raw.slice(at, plainEnd);
    if (mark < 0) break;
    const ahead = raw.slice(mark, mark + 3000);
    const run = /^(?:=[0-9A-Fa-f]{2}(?:=\r?\n(?==[0-9A-Fa-f]{2}))?)+/.exec(ahead)?.[0] ?? '';
    const soft = /^=[ \t]*\r?\n/.exec(ahead)?.[0] ?? '';
    if (run !== '')
      put(
        decodeBytes(
          Uint8Array.from(run.match(/[0-9A-Fa-f]{2}/g)!, (hex) => Number.parseInt(hex, 16)),
          charset,
        ),
        mark,
      );
    else if (soft === '') put('=', mark);
    at = mark + (run.length || soft.length || 1);
  }
  starts.push(raw.length);
  return mapped(body, out, starts);
}

/** RFC 2047 words in a header, as far as reviews use them. */
export function decodeHeader(value: string): string {
  return value
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?([\w-]+)\?([bq])\?([^?]*)\?=/gi, (_, charset: string, kind: string, text: string) => {
      if (/b/i.test(kind)) return decodeBytes(Buffer.from(text, 'base64'), charset);
      const bytes: number[] = [];
      for (let i = 0; i < text.length; i++) {
        if (text[i] === '=' && /^[0-9A-Fa-f]{2}/.test(text.slice(i + 1, i + 3))) {
          bytes.push(Number.parseInt(text.slice(i + 1, i + 3), 16));
          i += 2;
        } else bytes.push(text[i] === '_' ? 32 : text.charCodeAt(i) & 0xff);
      }
      return decodeBytes(Uint8Array.from(bytes), charset);
    });
}

/** The first `<…>` of a header: some mailers add words after it. */
export function firstMessageId(value: string | undefined): string | null {
  return /<([^<>\s]+)>/.exec(value ?? '')?.[1] ?? null;
}

/** Splits an mbox into its mails. A `From ` line counts only after a blank line and before a header, as in every reader. */
export function splitMbox(text: string): Layer[] {
  const starts: number[] = [];
  const from = /^From \S+.*\d{4}.*\r?\n(?=[!-9;-~]+:)/gm;
  for (let m = from.exec(text); m; m = from.exec(text)) {
    if (m.index === 0 || /\n\r?\n$/.test(text.slice(Math.max(0, m.index - 3), m.index))) starts.push(m.index);
  }
  if (starts.length === 0) return [wholeText(text)];
  const whole = wholeText(text);
  return starts.map((start, i) => slice(whole, start, starts[i + 1] ?? text.length));
}
