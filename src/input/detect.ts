/** What a text or a file is, told from its bytes; names only break ties. */
import { isUtf8 } from 'node:buffer';
import { InputError } from '../claim.ts';
import { readFileHeader } from './file-header.ts';
import { isHeaderLike } from './hunk.ts';
import { isFromLine } from './mbox.ts';
import { readQuote } from './quote.ts';

const PACKED: readonly [string, readonly number[]][] = [
  ['xz-compressed', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['bzip2-compressed', [0x42, 0x5a, 0x68, 0x39]],
  ['zstd-compressed', [0x28, 0xb5, 0x2f, 0xfd]],
  ['a zip archive', [0x50, 0x4b, 0x03, 0x04]],
  ['a program, not a text', [0x7f, 0x45, 0x4c, 0x46]],
  ['a PDF, not a text', [0x25, 0x50, 0x44, 0x46]],
];

export function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** The first line that is not blank is a mailbox's `From ` line. */
export function isMbox(head: Buffer): boolean {
  const first = head
    .toString('latin1', 0, Math.min(head.length, 4096))
    .split('\n')
    .find((line) => line.trim() !== '');
  return first !== undefined && isFromLine(first);
}

/**
 * Refuses what is no text in an encoding that mails and sources use.
 * @param head the first bytes, or all
 * @throws InputError
 */
export function refuseBinary(head: Buffer, source: string): void {
  for (const [what, magic] of PACKED) {
    if (magic.every((byte, i) => head[i] === byte))
      throw new InputError(`${source}: is ${what}: unpack it first`.replace(/, not a text: unpack it first$/, ''));
  }
  const wide = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  if (wide) throw new InputError(`${source}: is UTF-16: save it as UTF-8`);
  const zero = head.indexOf(0);
  if (zero < 0) return;
  const zeros = head.subarray(0, 512).filter((byte) => byte === 0).length;
  const looksWide = zeros * 3 > Math.min(head.length, 512);
  throw new InputError(
    looksWide && /[\n\r]\0|\0[\n\r]/.test(head.toString('latin1', 0, 4096))
      ? `${source}: is UTF-16: save it as UTF-8`
      : `${source}: is binary (a NUL byte at offset ${zero})`,
  );
}

export interface Decoded {
  text: string;
  /** true: no valid UTF-8, read as Latin-1 */
  guessed: boolean;
}

/** @throws InputError for what is no text */
export function decodeText(bytes: Buffer, source: string): Decoded {
  refuseBinary(bytes, source);
  const valid = isUtf8(bytes);
  const text = valid ? bytes.toString('utf8').replace(/^\ufeff/, '') : bytes.toString('latin1');
  if (!valid && isNoise(bytes)) throw new InputError(`${source}: is binary`);
  return { text, guessed: !valid };
}

/** Control characters in more than one of fifty bytes: no text of any encoding. */
function isNoise(bytes: Buffer): boolean {
  const sample = bytes.subarray(0, 65536);
  let control = 0;
  for (const byte of sample) if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 12 && byte !== 27) control++;
  return control * 50 > sample.length;
}

export type TextKind = 'mail' | 'log' | 'diff' | 'pasted' | 'json' | 'c' | 'unknown';

const HEADER =
  /^(?:From|Subject|Date|Message-I[Dd]|Received|Return-[Pp]ath|Delivered-To|To|Cc|MIME-Version|Content-Type|Reply-To|Sender|List-[\w-]+|In-Reply-To|References|DKIM-Signature|Authentication-Results|ARC-[\w-]+|X-[\w-]+): ?/i;

/** @param lines of the text, without line breaks */
export function detectText(lines: readonly string[], name: string): TextKind {
  const start = lines.findIndex((line) => line.trim() !== '');
  const first = lines[start] ?? '';
  const beginsAsPatch = readFileHeader(lines, Math.max(0, start), lines.length, true) !== null;
  if (/\.[ch]$/.test(name) && !beginsAsPatch && !HEADER.test(first)) return 'c';
  if (/\.json$/i.test(name) || isJsonLike(lines, start)) return 'json';
  if (isMail(lines, start)) return 'mail';
  const diffAt = lines.findIndex((_, at) => readFileHeader(lines, at, lines.length, true) !== null);
  if (diffAt >= 0) {
    if (isLog(lines, start)) return 'log';
    return beginsAsPatch || !hasTraces(lines) ? 'diff' : 'pasted';
  }
  if (hasQuotedDiff(lines)) return 'pasted';
  // no diff that can be read, but one all the same: the reader says what is wrong with it
  if (lines.some((line) => line.startsWith('***************') || isHeaderLike(line) || /^diff --(?:cc|combined) /.test(line)))
    return 'diff';
  return looksLikeC(lines) ? 'c' : 'unknown';
}

/** An object or a list of them; `[PATCH …]` is neither. */
function isJsonLike(lines: readonly string[], start: number): boolean {
  const text = lines
    .slice(Math.max(0, start), start + 3)
    .join('')
    .replace(/\s+/g, '')
    .slice(0, 100);
  return /^(?:\{(?:["'}\]]|$)|\[(?:[{"\]]|$))/.test(text);
}

/** Headers down to a blank line, one of them a mail's own. */
function isMail(lines: readonly string[], start: number): boolean {
  if (start < 0 || !HEADER.test(lines[start]!) || lines[start]!.includes('(permalink / raw)')) return false;
  let known = 0;
  let end = start;
  for (; end < lines.length && lines[end] !== ''; end++) {
    if (HEADER.test(lines[end]!)) known++;
    else if (!/^[ \t]|^[!-9;-~]+:/.test(lines[end]!)) return false;
  }
  return known >= 2 || /^(?:From|Subject):/i.test(lines[start]!);
}

/** `git log -p` and `git show`. */
function isLog(lines: readonly string[], start: number): boolean {
  return (
    /^commit [0-9a-f]{7,64}(?: \(.*\))?$/.test(lines[start] ?? '') &&
    /^(?:Author|Merge|tree): ?/.test(lines[start + 1] ?? '') &&
    lines.slice(start, start + 40).some((line) => /^ {4}\S/.test(line))
  );
}

/** Of a web page or a thread: quoted lines, `X wrote:`, an archive's headings. */
function hasTraces(lines: readonly string[]): boolean {
  return lines.some((line) =>
    /^(?:>|Posted by .{1,150}\sago$|Re: \[|\^ permalink)|\(permalink \/ raw\)|^.{2,300} (?:writes|wrote):$/.test(
      line.length > 400 ? line.slice(0, 400) : line,
    ),
  );
}

function hasQuotedDiff(lines: readonly string[]): boolean {
  if (!lines.some((line) => line.startsWith('>'))) return false;
  const rests = lines.map((line) => readQuote(line).rest);
  return rests.some((_, at) => lines[at]!.startsWith('>') && readFileHeader(rests, at, rests.length, true) !== null);
}

function looksLikeC(lines: readonly string[]): boolean {
  let score = 0;
  for (const line of lines.slice(0, 5000)) {
    const text = line.length > 300 ? line.slice(0, 300) : line;
    if (/^\s*#\s*(?:include\s*[<"]|define\s+\w|if(?:n?def)?\b|endif\b)/.test(text)) score += 2;
    else if (/^(?:__bpf_kfunc|BTF_|static\b|struct \w+ \{|extern\b|\/\/ SPDX|\/\* SPDX)/.test(text)) score += 2;
    else if (/[;{}]\s*$/.test(text)) score += 1;
  }
  return score >= 3;
}
