/**
 * A small language for phrases, so that what a reviewer can say is a table and not code. A cue is a row of parts:
 *   word|other    one of these words; `stem*` any word that begins so, `*end` any that ends so
 *   S             what the claim is about: a code word, with its article and its noun (`the css pointer`)
 *   F             a function: `foo()`
 *   K             a KF_ flag
 *   C             a constant: NR_X, MAX_Y, a number
 *   S|array       either
 *   ~n            up to n tokens of anything
 *   ?part         may be absent
 */
import type { Token } from './words.ts';

type Code = 'S' | 'F' | 'K' | 'C';

type Part =
  | { k: 'word'; words: ReadonlySet<string>; stems: string[]; ends: string[]; codes: Code[]; optional: boolean }
  | { k: Code; optional: boolean }
  | { k: 'gap'; most: number };

export interface Cue {
  parts: Part[];
}

export interface Match {
  /** tokens `[start, end)` of the sentence */
  start: number;
  end: number;
  subject: Token | null;
  flag: Token | null;
  callee: Token | null;
}

export function compileCue(text: string): Cue {
  return { parts: text.split(' ').map(compilePart) };
}

function compilePart(text: string): Part {
  if (/^~\d+$/.test(text)) return { k: 'gap', most: Number(text.slice(1)) };
  const optional = text.startsWith('?') && text.length > 1;
  const body = optional ? text.slice(1) : text;
  if (isCode(body)) return { k: body, optional };
  const words = body.split('|');
  return {
    k: 'word',
    words: new Set(words.filter((w) => !w.endsWith('*') && !w.startsWith('*') && !isCode(w))),
    stems: words.filter((w) => w.endsWith('*')).map((w) => w.slice(0, -1)),
    ends: words.filter((w) => w.startsWith('*')).map((w) => w.slice(1)),
    codes: words.filter(isCode),
    optional,
  };
}

function isCode(text: string): text is Code {
  return text === 'S' || text === 'F' || text === 'K' || text === 'C';
}

/** The first place where the cue matches, leftmost and shortest; null where it does not. */
export function matchCue(cue: Cue, tokens: readonly Token[], from = 0): Match | null {
  for (let start = from; start < tokens.length; start++) {
    const match: Match = { start, end: start, subject: null, flag: null, callee: null };
    if (!step(cue.parts, 0, tokens, start, match)) continue;
    // `can the parent of n be NULL` is about the parent
    if (cue.parts[0]!.k === 'S' && ['of', 'in', 'inside', 'behind', 'within'].includes(tokens[start - 1]?.lower ?? ''))
      match.subject = null;
    return match;
  }
  return null;
}

function step(parts: readonly Part[], p: number, tokens: readonly Token[], at: number, match: Match): boolean {
  const part = parts[p];
  if (!part) {
    match.end = at;
    return true;
  }
  if (part.k === 'gap') {
    for (let n = 0; n <= part.most && at + n <= tokens.length; n++) if (step(parts, p + 1, tokens, at + n, match)) return true;
    return false;
  }
  for (const kind of part.k === 'word' ? (['word', ...part.codes] as const) : ([part.k] as const)) {
    const width = kind === 'word' ? (part.k === 'word' ? wordWidth(part, tokens, at) : 0) : codeWidth(kind, tokens, at);
    if (width === 0) continue;
    const saved = { ...match };
    remember(kind, tokens, at, width, match);
    if (step(parts, p + 1, tokens, at + width, match)) return true;
    Object.assign(match, saved);
  }
  return part.optional && step(parts, p + 1, tokens, at, match);
}

function remember(kind: Part['k'], tokens: readonly Token[], at: number, width: number, match: Match): void {
  const found = tokens.slice(at, at + width).find((t) => t.code) ?? null;
  if (kind === 'S') match.subject = found;
  if (kind === 'K') match.flag = found;
  if (kind === 'F') match.callee = found;
}

function wordWidth(part: Part & { k: 'word' }, tokens: readonly Token[], at: number): number {
  const lower = tokens[at]?.lower;
  if (lower === undefined) return 0;
  return part.words.has(lower) || part.stems.some((s) => lower.startsWith(s)) || part.ends.some((e) => lower.endsWith(e)) ? 1 : 0;
}

const ARTICLE = new Set([
  'the',
  'a',
  'an',
  'this',
  'that',
  'its',
  'their',
  'any',
  'such',
  'passed',
  'passed-in',
  'incoming',
  'caller-provided',
  'user-provided',
]);
const NOUN = new Set([
  'pointer',
  'ptr',
  'parameter',
  'param',
  'argument',
  'arg',
  'value',
  'variable',
  'field',
  'array',
  'reference',
  'index',
  'object',
  'structure',
  'struct',
  'enum',
  'result',
  'refcount',
  'count',
]);

/** A code word with what belongs to it; a name of the code that is also an English noun counts only where no better one follows. */
function codeWidth(kind: 'S' | 'F' | 'K' | 'C', tokens: readonly Token[], at: number): number {
  let i = at;
  while (i < at + 2 && kind !== 'K' && ARTICLE.has(tokens[i]?.lower ?? '') && !tokens[i]!.code) i++;
  const token = tokens[i];
  if (!token) return 0;
  if (kind === 'C') return /^([A-Z][A-Z0-9_]{2,}|\d+)$/.test(token.text) ? i + 1 - at : 0;
  if (!token.code) return 0;
  if (kind === 'K') return /^KF_[A-Z_]+$/.test(token.text) ? i + 1 - at : 0;
  if (kind === 'F') return token.call ? i + 1 - at : 0;
  if (/^(KF_|NULL$|E[A-Z]{3,}$|-E)/.test(token.text) || /^[A-Z][A-Z0-9_]{3,}$/.test(token.text)) return 0;
  i++;
  while (i < tokens.length && NOUN.has(tokens[i]!.lower) && !tokens[i]!.code) i++;
  return i - at;
}
