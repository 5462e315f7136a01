/**
 * The lexical ground that everything in source/ stands on: which characters of a C text are code. Comments, the inside of strings and preprocessor lines
 * become blanks of the same length, so offsets into the result are offsets into the text.
 */
import { GAP_MARK } from './model.ts';

/** A preprocessor line with its continuations; offsets into the text, `end` exclusive and before the final line break. */
export interface Directive {
  start: number;
  end: number;
  /** `ifdef`, `define`, … ; '' for a lone `#` */
  keyword: string;
  /** what follows the keyword of a condition: comments gone, continuations joined, white space folded; '' for others */
  argument: string;
}

export interface Lexis {
  /** same length as the text: comments, string contents and directives blank, line breaks kept */
  code: string;
  /** the text with only comments blank: where `#define` bodies and strings are read from */
  uncommented: string;
  directives: Directive[];
  /** offsets of GAP_MARK in the text */
  gaps: number[];
}

const INTERESTING = /\/\*|\/\/|["']|^[ \t]*#/gm;

/** Blanks of the same length that keep line breaks. */
export function blanks(text: string): string {
  if (text.includes('\r')) return text.replace(/[^\n\r]/g, ' ');
  let out = '';
  let from = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
    out += `${' '.repeat(at - from)}\n`;
    from = at + 1;
  }
  return out + ' '.repeat(text.length - from);
}

export function findGaps(text: string): number[] {
  const gaps: number[] = [];
  for (let at = text.indexOf(GAP_MARK); at >= 0; at = text.indexOf(GAP_MARK, at + GAP_MARK.length)) gaps.push(at);
  return gaps;
}

/** Linear in the length of the text, whatever it holds; never throws. */
export function readLexis(text: string): Lexis {
  const lexer = new Lexer(text);
  const gaps = findGaps(text);
  let start = 0;
  for (const gap of [...gaps, text.length]) {
    lexer.run(start === 0 ? 0 : lexer.skipCommentTail(start, gap), gap);
    start = gap + GAP_MARK.length;
  }
  return { code: lexer.code.finish(), uncommented: lexer.uncommented.finish(), directives: lexer.directives, gaps };
}

/** A text of which some stretches are blanked, in order. */
class Overlay {
  private readonly pieces: string[] = [];
  private done = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  blank(start: number, end: number, by = blanks(this.text.slice(start, end))): void {
    this.replace(start, end, by);
  }

  /** Blanks without line breaks: a string that a backslash continues stays one string. */
  fill(start: number, end: number): void {
    this.replace(start, end, ' '.repeat(Math.max(0, end - start)));
  }

  private replace(start: number, end: number, by: string): void {
    if (end <= start || start < this.done) return;
    this.pieces.push(this.text.slice(this.done, start), by);
    this.done = end;
  }

  finish(): string {
    return this.pieces.join('') + this.text.slice(this.done);
  }
}

class Lexer {
  readonly code: Overlay;
  readonly uncommented: Overlay;
  readonly directives: Directive[] = [];
  private readonly text: string;
  /** undefined: not searched for yet; null: there is none */
  private next: RegExpExecArray | null | undefined;

  constructor(text: string) {
    this.text = text;
    this.code = new Overlay(text);
    this.uncommented = new Overlay(text);
  }

  /** Reads [start, stop): nothing that begins in it, be it an open comment, reaches beyond. */
  run(start: number, stop: number): void {
    let at = start;
    while (at < stop) {
      const found = this.nextInteresting(at);
      if (!found || found.index >= stop) return;
      const token = found[0];
      if (token === '/*') at = this.comment(found.index, Math.min(stop, after(this.text, '*/', found.index + 2)));
      else if (token === '//') at = this.comment(found.index, Math.min(stop, lineEnd(this.text, found.index)));
      else if (token === '"' || token === "'") at = this.literal(found.index, token);
      else at = this.directive(found.index + token.length - 1, stop);
    }
  }

  /** The next place at or after `at`, searched for once: gaps make many short runs. */
  private nextInteresting(at: number): RegExpExecArray | null {
    if (this.next !== null && (this.next === undefined || this.next.index < at)) {
      INTERESTING.lastIndex = at;
      this.next = INTERESTING.exec(this.text);
    }
    return this.next;
  }

  /** After a gap the text may begin inside a comment: up to a close that nothing opened, or lines that begin with ` * `. Answers where code begins. */
  skipCommentTail(start: number, stop: number): number {
    const shown = this.text.slice(start, stop);
    const close = shown.indexOf('*/');
    const open = shown.indexOf('/*');
    const lines = /^(?:[ \t\r]*\n)*(?:[ \t]*\*(?:[ \t][^\n]*)?(?:\n|$))+/.exec(shown);
    const end = close >= 0 && (open < 0 || close < open) ? close + 2 : (lines?.[0].length ?? 0);
    return this.comment(start, start + end);
  }

  private comment(start: number, end: number): number {
    const by = blanks(this.text.slice(start, end));
    this.code.blank(start, end, by);
    this.uncommented.blank(start, end, by);
    return end;
  }

  private literal(start: number, quote: string): number {
    const end = literalEnd(this.text, start, quote);
    if (end < 0) return start + 1;
    this.code.fill(start + 1, end - 1);
    return end;
  }

  private directive(hash: number, stop: number): number {
    const end = Math.min(stop, directiveEnd(this.text, hash));
    const shown = this.text.slice(hash, end);
    this.code.blank(hash, end);
    const bare = /\/[*/]/.test(shown) ? this.bare(shown, hash) : shown;
    const line = bare.includes('\\') ? bare.replace(/\\\r?\n/g, ' ') : bare;
    const [head = '', keyword = ''] = /^#\s*([A-Za-z_]*)/.exec(line) ?? [];
    const argument = /^(?:if|el)/.test(keyword) ? line.slice(head.length).replace(/\s+/g, ' ').trim() : '';
    this.directives.push({ start: hash, end, keyword, argument });
    return end;
  }

  /** A directive without its comments. */
  private bare(shown: string, hash: number): string {
    return shown.replace(/("(?:\\.|[^"\\\n])*")|\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*/g, (all, string: string | undefined, at: number) => {
      if (string === undefined) this.uncommented.blank(hash + at, hash + at + all.length);
      return string ?? blanks(all);
    });
  }
}

function after(text: string, needle: string, from: number): number {
  const at = text.indexOf(needle, from);
  return at < 0 ? text.length : at + needle.length;
}

function lineEnd(text: string, from: number): number {
  const at = text.indexOf('\n', from);
  if (at < 0) return text.length;
  return text[at - 1] === '\r' ? at - 1 : at;
}

/** A directive ends with its line, unless the line ends in a backslash or inside a comment. */
function directiveEnd(text: string, hash: number): number {
  let end = lineEnd(text, hash);
  for (let from = hash; ; ) {
    const line = text.slice(from, end);
    const open = line.lastIndexOf('/*');
    const opened = open >= 0 && line.indexOf('*/', open + 2) < 0 && !line.slice(0, open).includes('//');
    const close = opened ? text.indexOf('*/', end) : -1;
    if (close >= 0) from = close;
    else if (text[end - 1] === '\\' && end < text.length) from = text.indexOf('\n', end) + 1;
    else return end;
    end = lineEnd(text, from);
  }
}

/** End of a string or character constant, exclusive; -1 where the line ends before it does (an apostrophe in prose). */
function literalEnd(text: string, start: number, quote: string): number {
  const close = quote.charCodeAt(0);
  for (let i = start + 1; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === close) return i + 1;
    if (c === 92) i += text.startsWith('\r\n', i + 1) ? 2 : 1;
    else if (c === 10) return -1;
  }
  return -1;
}
