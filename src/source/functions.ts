/** Finds the function definitions of a file by reading its brackets, without parsing: a megabyte takes a few milliseconds. */
import { Finder } from './brackets.ts';
import { ConditionStack, isConditional } from './conditions.ts';
import { readHead } from './head.ts';
import type { Span } from './ir.ts';
import { type Directive, type Lexis, readLexis } from './lexis.ts';
import { type FunctionSource, GAP_MARK, type SourceFile } from './model.ts';

const lexes = new WeakMap<SourceFile, Lexis>();
const scans = new WeakMap<SourceFile, FileOutline>();

/** What stands at the top level of a file. */
export interface FileOutline {
  functions: FunctionSource[];
  /** declarations, each up to its semicolon (exclusive), in order; macros without a semicolon belong to what follows them */
  declarations: Span[];
}

export function lexisOf(file: SourceFile): Lexis {
  let lexis = lexes.get(file);
  if (!lexis) {
    lexis = readLexis(file.text);
    lexes.set(file, lexis);
  }
  return lexis;
}

/** Whether a file has been read already, so that asking it costs nothing. */
export function isRead(file: SourceFile): boolean {
  return lexes.has(file);
}

/** The definitions in the order they stand in; cached per file. Linear in the file's length; never throws. */
export function functionsOf(file: SourceFile): FunctionSource[] {
  return outlineOf(file).functions;
}

export function outlineOf(file: SourceFile): FileOutline {
  let outline = scans.get(file);
  if (!outline) {
    outline = new Scan(file).run();
    scans.set(file, outline);
  }
  return outline;
}

/** Macros of files, at the margin: no body holds one. */
const BETWEEN_FUNCTIONS =
  /^(?:__bpf_kfunc_(?:start|end)_defs|BTF_(?:KFUNCS|SET8|SET|ID)\w*|EXPORT_SYMBOL\w*|MODULE_[A-Z]+|late_initcall|module_init|fs_initcall)[ \t]*\(/m;
/** The body's own end comes first. */
const CLOSED_BEFORE = new RegExp(`^\\}[\\s\\S]*?${BETWEEN_FUNCTIONS.source}`, 'm');

class Scan {
  private readonly file: SourceFile;
  private readonly code: string;
  private readonly directives: Directive[];
  private readonly gaps: number[];
  private readonly conditions = new ConditionStack();
  private readonly braces: Finder;
  private readonly functions: FunctionSource[] = [];
  private readonly declarations: Span[] = [];
  private directive = 0;
  private gap = 0;
  private segment = 0;
  /** start of the declaration that runs now, blocks of it included */
  private declaration = 0;
  /** where an old-style definition may have begun: its parameter declarations end in semicolons */
  private oldStyle = -1;

  constructor(file: SourceFile) {
    const lexis = lexisOf(file);
    this.file = file;
    this.code = lexis.code;
    this.directives = lexis.directives.filter(isConditional);
    this.gaps = lexis.gaps;
    this.braces = new Finder(this.code, '{}');
  }

  run(): FileOutline {
    const { code } = this;
    const marks = new Finder(code, '();{}');
    let parentheses = 0;
    for (let i = 0; ; i++) {
      const at = marks.from(i);
      const gap = this.gaps[this.gap] ?? Infinity;
      if (gap < at) {
        this.gap++;
        i = gap + GAP_MARK.length - 1;
        this.restart(i + 1);
        continue;
      }
      if (at >= code.length) break;
      i = at;
      const c = code.charCodeAt(i);
      if (c === 40) parentheses++;
      else if (c === 41) parentheses = Math.max(0, parentheses - 1);
      else if (c === 59) {
        if (parentheses === 0) this.semicolon(i);
      } else if (c === 125) this.restart(i + 1);
      else {
        i = this.brace(i);
        parentheses = 0;
      }
    }
    return { functions: this.functions, declarations: this.declarations };
  }

  private restart(at: number, declaration = at): void {
    this.segment = at;
    this.declaration = declaration;
    this.oldStyle = -1;
  }

  private semicolon(at: number): void {
    const text = this.code.slice(this.segment, Math.min(at, this.segment + 2000));
    const declaresParameter =
      this.oldStyle >= 0
        ? /^\s*[A-Za-z_][\w\s*[\],]*$/.test(text)
        : /[\w)]\s*\([\w\s,]*\)\s*[A-Za-z_][\w\s*[\],]*$/.test(text) && !text.includes('=');
    if (declaresParameter && this.oldStyle < 0) this.oldStyle = this.segment;
    if (!declaresParameter) this.oldStyle = -1;
    this.declarations.push({ start: this.declaration, end: at });
    this.segment = at + 1;
    this.declaration = at + 1;
  }

  private brace(at: number): number {
    while ((this.directives[this.directive]?.start ?? Infinity) <= at) this.conditions.pass(this.directives[this.directive++]!);
    const head = this.head(at);
    const conditions = head ? this.conditions.conditions() : [];
    const { end, complete } = this.matchBrace(at, head !== null);
    if (head) this.functions.push({ name: head.name, file: this.file, start: head.start, end, complete, conditions });
    this.restart(end, head ? end : this.declaration);
    return end - 1;
  }

  private head(brace: number): { name: string; start: number } | null {
    const own = readHead(this.code, this.segment, brace);
    if (own || this.oldStyle < 0) return own;
    const list = this.code.slice(this.oldStyle, brace);
    const close = list.indexOf(')');
    const old = readHead(this.code, this.oldStyle, this.oldStyle + close + 1);
    return old && /^[\s\w,]*$/.test(this.code.slice(old.open + 1, old.close)) ? old : null;
  }

  /** End of the block, exclusive; moves the scan's directives and gaps on to it. */
  private matchBrace(open: number, isFunction: boolean): { end: number; complete: boolean } {
    const found = this.blockEnd(open, isFunction);
    while ((this.directives[this.directive]?.start ?? Infinity) < found.end) this.conditions.pass(this.directives[this.directive++]!);
    while ((this.gaps[this.gap] ?? Infinity) < found.end) this.gap++;
    return found;
  }

  /** #else goes back to the depth of its #if; a gap may hide the end; brackets that never match give way to a `}` at the margin. */
  private blockEnd(open: number, isFunction: boolean): { end: number; complete: boolean } {
    const { code, directives, gaps } = this;
    const saved: number[] = [];
    let directive = this.directive;
    let gap = this.gap;
    let depth = 0;
    for (let i = open; ; i++) {
      const at = this.braces.from(i);
      const hidden = gaps[gap] ?? Infinity;
      if (hidden < at) {
        gap++;
        i = hidden + GAP_MARK.length - 1;
        if (this.endsInGap(i + 1, gaps[gap] ?? code.length, isFunction)) return { end: i + 1, complete: false };
        continue;
      }
      if (at >= code.length) break;
      i = at;
      for (; (directives[directive]?.start ?? Infinity) <= i; directive++) depth = depthAfter(directives[directive]!, saved, depth);
      if (code.charCodeAt(i) === 123) depth++;
      else if (--depth <= 0 || (gap > this.gap && this.closesAtMargin(i))) return { end: i + 1, complete: gap === this.gap };
    }
    const margin = gap === this.gap ? code.indexOf('\n}', open) : -1;
    return margin < 0 ? { end: trimmedEnd(code), complete: false } : { end: margin + 2, complete: true };
  }

  /** After a gap: a `}` at the margin ends the function, whatever the depth was before. */
  private closesAtMargin(at: number): boolean {
    return at === 0 || this.code[at - 1] === '\n';
  }

  /** After a gap: does something that only stands between functions come before a `}` at the margin? */
  private endsInGap(at: number, stop: number, isFunction: boolean): boolean {
    const shown = this.code.slice(at, stop);
    if (BETWEEN_FUNCTIONS.test(shown)) return !CLOSED_BEFORE.test(shown);
    if (!/^[ \t]+\S/m.test(shown)) return this.looksOutside(at, stop, isFunction);
    const margin = /^(?:\}|[A-Za-z_]\w*(?!\w*\s*:))/m.exec(shown);
    return margin !== null && margin[0] !== '}';
  }

  /** Without indentation (pasted text) only the brackets tell: a definition's head comes before any unmatched `}`. */
  private looksOutside(at: number, stop: number, isFunction: boolean): boolean {
    let depth = 0;
    let segment = at;
    for (let i = at; i < stop; i++) {
      const c = this.code[i];
      if (c === ';') segment = i + 1;
      else if (c === '{') {
        if (depth === 0 && isFunction && readHead(this.code, segment, i)) return true;
        depth++;
      } else if (c === '}') {
        if (--depth < 0) return false;
        segment = i + 1;
      }
    }
    return false;
  }
}

function depthAfter(d: Directive, saved: number[], depth: number): number {
  if (d.keyword.startsWith('if')) saved.push(depth);
  else if (d.keyword === 'endif') saved.pop();
  else return saved.at(-1) ?? depth;
  return depth;
}

function trimmedEnd(code: string): number {
  return code.trimEnd().length;
}
