/**
 * Text from patches, as markdown that shows as itself. Plain words stay; everything else goes into code spans, in which GitHub sees no markup, HTML,
 * mention, reference or link. An allow-list, because what GitHub makes of text (`GH-1`, `a@b.c`, 40 hex digits) is not all of it markdown that could be escaped.
 */
import { plain, plainLine } from './plain.ts';

const WORD = /^[("]?(?:(?:[0-9]{1,3}-)?[A-Za-z]+(?:['-][A-Za-z]+)*|[0-9]{1,6}|[0-9]{1,2}\.[0-9]{1,3})[)"]?$/;
/** letters only, and yet GitHub may take them for a commit or, before a full stop, for an address */
const MORE_THAN_A_WORD = /[0-9a-f]{7,}|^\W?www\W?$/i;
const TRAILING = /^(.+?)([.,;:?!]?)$/s;

/** One line of markdown without a line break; at most `limit` UTF-16 units of the text are taken. */
export function prose(text: string, limit = 2000): string {
  return piecesOf(clip(plain(text).trim(), limit))
    .map(({ word, end }) => (isWord(word) ? word + end : codeSpan(unquoted(word)) + end))
    .join(' ');
}

/** Our own sentences have code between backticks already. */
function unquoted(word: string): string {
  return /^`[^`]+`$/.test(word) ? word.slice(1, -1) : word;
}

/** Text as one code span: never empty, one line, its backticks told apart from the span's own. */
export function codeSpan(text: string, limit = 2000): string {
  const line = clip(plain(text).trim(), limit) || ' ';
  const ticks = '`'.repeat(longestRun(line) + 1);
  // a blank beside a backtick keeps it apart from the delimiter and is not shown
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${ticks}${pad}${line}${pad}${ticks}`;
}

/** Lines as a fenced block. `info` is ours (`suggestion`, `c`), never text from a patch. White space inside lines is kept. */
export function codeBlock(lines: readonly string[], info: string): string {
  const shown = lines.map(plainLine);
  const fence = '`'.repeat(Math.max(3, longestRun(shown.join('\n')) + 1));
  return [`${fence}${info}`, ...shown, fence].join('\n');
}

/** Cuts between UTF-16 pairs and says so with an ellipsis. */
export function clip(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

interface Piece {
  word: string;
  /** one closing mark of the sentence */
  end: string;
}

/** Words and code in turn: code goes on over blanks until its brackets or backticks are closed, and neighbouring code is one piece. */
function piecesOf(line: string): Piece[] {
  const pieces: Piece[] = [];
  const tokens = line.split(' ').filter((token) => token !== '');
  for (let at = 0; at < tokens.length; at++) {
    let text = tokens[at]!;
    if (!isWord(split(text).word)) while (isOpen(text) && at + 1 < tokens.length) text += ` ${tokens[++at]}`;
    const piece = split(text);
    const last = pieces.at(-1);
    if (last && last.end === '' && isBareCode(last.word) && isBareCode(piece.word)) {
      last.word += ` ${piece.word}`;
      last.end = piece.end;
    } else pieces.push(piece);
  }
  return pieces;
}

function split(token: string): Piece {
  const [, word = token, end = ''] = TRAILING.exec(token) ?? [];
  return { word, end };
}

function isWord(word: string): boolean {
  return WORD.test(word) && !MORE_THAN_A_WORD.test(word);
}

function isBareCode(word: string): boolean {
  return !isWord(word) && unquoted(word) === word;
}

/** Within backticks or brackets that are not closed. */
function isOpen(text: string): boolean {
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
  return text.startsWith('`') ? count(/`/g) === 1 : count(/[([{]/g) > count(/[)\]}]/g);
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}
