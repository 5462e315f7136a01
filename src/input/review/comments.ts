/** Takes an inline review apart: quoted patch, carets, severity markers, and the comments between them. One pass over lines, one state. */
import type { Layer } from './layer.ts';
import { spanIn } from './layer.ts';
import type { Line } from './line.ts';
import type { Paragraph, QuotedLine, ReviewComment } from './model.ts';
import { emptyComment } from './model.ts';

const CUT_MARK = /^\s*(\[\s*(\.{2,}|…|snip)\s*\]|\.{3,}|…)\s*$/i;
const CARETS = /^[>\s]*(\^[\^~\s|-]*)$/;
export const SEVERITY = /^\s*[*_]*\[\s*(?:severity\s*:\s*)?(low|medium|high|critical|urgent|note|nit)\s*\][*_]*\s*:?\s*$/i;
/** How much of the patch above a comment is kept with it. */
const QUOTE_LIMIT = 60;

interface Open {
  comment: ReviewComment;
  /** lines of the paragraph under way */
  lines: Line[];
  /** where the cut of the whole comment starts */
  start: number;
}

export class CommentReader {
  readonly comments: ReviewComment[] = [];
  private readonly layer: Layer;
  private quoted: QuotedLine[] = [];
  private file: string | null = null;
  private open: Open | null = null;
  private severity: { word: string; line: Line } | null = null;
  private caret: { from: number; to: number; line: Line } | null = null;
  private lastLine: Line | null = null;
  private inFence = false;
  /** the diff itself stands unquoted in the review */
  private bare = false;

  constructor(layer: Layer) {
    this.layer = layer;
  }

  /** Reads lines `[from, to)`; text before the first quote counts as comments. */
  read(lines: readonly Line[], from: number, to: number): void {
    for (let i = from; i < to; i++) this.line(lines, i, to);
    this.close(lines[to]?.start ?? this.layer.text.length);
  }

  private line(lines: readonly Line[], i: number, to: number): void {
    const line = lines[i]!;
    const severity = SEVERITY.exec(line.text);
    if (/^\s*```/.test(line.text)) this.fence(lines, i, to);
    else if (this.inFence) this.text(line);
    else if (line.depth > 0 && CARETS.test(line.body)) this.carets(line, line.body);
    else if (line.depth > 0) this.quote(line, line.body);
    else if (line.blank) this.blank();
    else if (this.bareDiff(line)) this.quote(line, line.text);
    else if (CUT_MARK.test(line.text) && !(this.open && goesOn(lines, i, to))) this.close(line.start);
    else if (severity) {
      this.close(line.start);
      this.severity = { word: severity[1]!, line };
    } else if (CARETS.test(line.text) && !this.open) this.carets(line, line.text);
    else this.text(line);
  }

  /** A fence inside a comment shows code; one around the review itself does not count. */
  private fence(lines: readonly Line[], i: number, to: number): void {
    const line = lines[i]!;
    if (this.inFence) {
      this.inFence = false;
      this.text(line);
    } else if (this.open && opensCode(lines, i, to)) {
      this.inFence = true;
      this.text(line);
    } else if (this.open) this.close(line.start);
  }

  private bareDiff(line: Line): boolean {
    if (/^(diff --git |--- a\/|\+\+\+ b\/|index [0-9a-f]{7,}\.\.|@@ -\d)/.test(line.text)) {
      this.bare = true;
      return true;
    }
    return this.bare && !this.open && /^[-+ \t]/.test(line.text);
  }

  private quote(line: Line, body: string): void {
    this.close(line.start);
    if (this.severity || this.caret) this.severity = this.caret = null;
    const quoted = readQuoted(body, this.file);
    if (quoted.file !== this.file) {
      this.file = quoted.file;
      if (/^diff --git/.test(body)) this.quoted = [];
    }
    this.quoted.push(quoted);
    this.lastLine = line;
    if (this.quoted.length > 4 * QUOTE_LIMIT) this.quoted = this.quoted.slice(-QUOTE_LIMIT);
  }

  private carets(line: Line, body: string): void {
    const last = this.quoted.at(-1);
    if (!last || !this.lastLine) return;
    const columns = shownColumns(line.text);
    const first = line.text.indexOf('^', line.text.length - body.length);
    const range = underCarets(this.lastLine, columns[first]!, columns[line.text.lastIndexOf('^')]! + 1, last.offset);
    this.caret = { ...range, line };
  }

  private blank(): void {
    if (this.open && this.open.lines.length > 0 && !this.inFence) this.paragraph(null);
  }

  private text(line: Line): void {
    if (!this.open) {
      const comment = emptyComment();
      comment.quoted = this.quoted.slice(-QUOTE_LIMIT);
      comment.file = this.file;
      const start = Math.min(line.start, this.severity?.line.start ?? line.start, this.caret?.line.start ?? line.start);
      if (this.severity) comment.severity = this.severity.word.toLowerCase();
      if (this.caret) comment.caret = { from: this.caret.from, to: this.caret.to };
      this.open = { comment, lines: [], start };
    }
    // what stands directly under carets or a marker belongs to the cut of the comment, not to a paragraph
    if (this.open.lines.length === 0 && this.open.comment.paragraphs.length === 0 && this.open.start < line.start) {
      this.open.comment.cuts.push(spanIn(this.layer, this.open.start, line.start));
    }
    this.open.lines.push(line);
  }

  /** Ends the paragraph under way; what follows it up to `until` (blank lines) goes with it. */
  private paragraph(until: number | null): void {
    const { comment, lines } = this.open!;
    if (lines.length > 0) {
      comment.paragraphs.push({
        text: lines.map((l) => l.text).join('\n'),
        cuts: [spanIn(this.layer, lines[0]!.start, lines.at(-1)!.next)],
      });
      this.open!.lines = [];
    }
    if (until !== null) this.extend(comment.paragraphs.at(-1), this.layer.origin(until));
  }

  private extend(paragraph: Paragraph | undefined, end: number): void {
    const cut = paragraph?.cuts[0];
    if (cut && 'end' in cut) cut.end = end;
  }

  private close(until: number): void {
    if (!this.open) return;
    this.paragraph(until);
    const { comment } = this.open;
    // the blank lines between two paragraphs go with the first of them
    comment.paragraphs.forEach((p, i) => {
      const next = comment.paragraphs[i + 1]?.cuts[0];
      if (next && 'start' in next) this.extend(p, next.start);
    });
    this.comments.push(comment);
    this.open = null;
    this.severity = this.caret = null;
    this.inFence = false;
  }
}

/** Columns as a reader sees them, tabs at eight, turned into columns of the quoted code. `offset` of them belong to the sign. */
function underCarets(line: Line, from: number, to: number, offset: number): { from: number; to: number } {
  const columns = shownColumns(line.text);
  const at = (column: number) => {
    const found = columns.findIndex((c) => c >= column);
    return Math.max(0, (found < 0 ? line.text.length : found) - (line.text.length - line.body.length) - offset);
  };
  return { from: at(from), to: at(to) };
}

/** `[ ... ]` in code that a comment shows: the comment's own text follows, not the patch. */
function goesOn(lines: readonly Line[], i: number, to: number): boolean {
  let j = i + 1;
  while (j < to && (lines[j]!.blank || CUT_MARK.test(lines[j]!.text))) j++;
  return j < to && lines[j]!.depth === 0 && !SEVERITY.test(lines[j]!.text) && !/^\s*```/.test(lines[j]!.text);
}

/** The fence that closes comes before the next quote. */
function opensCode(lines: readonly Line[], i: number, to: number): boolean {
  for (let j = i + 1; j < to && j < i + 80 && lines[j]!.depth === 0; j++) if (/^\s*```/.test(lines[j]!.text)) return true;
  return false;
}

/** The column at which each character is shown. */
function shownColumns(text: string): number[] {
  const columns: number[] = [];
  let shown = 0;
  for (const char of text) {
    columns.push(shown);
    shown = char === '\t' ? (Math.floor(shown / 8) + 1) * 8 : shown + 1;
  }
  return columns;
}

/** A line of the quoted patch. Lines of the commit message are quoted with five blanks, which no diff line has without being empty code. */
function readQuoted(body: string, file: string | null): QuotedLine {
  const git = /^diff --git a\/(\S+) b\/(\S+)/.exec(body);
  if (git) return { sign: 'f', text: body, file: git[2]!, offset: 0 };
  const plus = /^\+\+\+ (?:b\/)?(\S+)/.exec(body);
  if (plus) return { sign: 'f', text: body, file: plus[1] === '/dev/null' ? file : plus[1]!, offset: 0 };
  if (/^(--- |index [0-9a-f]+\.\.|new file mode|deleted file mode|similarity index|rename (from|to) |old mode|new mode)/.test(body)) {
    return { sign: 'f', text: body, file, offset: 0 };
  }
  if (/^@@ /.test(body)) return { sign: '@', text: body, file, offset: 0 };
  if (file === null && /^ {4}\S/.test(body)) return { sign: 'm', text: body.trim(), file, offset: 4 };
  const sign = body[0];
  if (sign === '+' || sign === '-') return { sign, text: body.slice(1), file, offset: 1 };
  return { sign: ' ', text: body.startsWith(' ') ? body.slice(1) : body, file, offset: body.startsWith(' ') ? 1 : 0 };
}
