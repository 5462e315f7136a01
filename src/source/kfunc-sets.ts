/** BTF_KFUNCS_START … BTF_KFUNCS_END and their kin: sets, their entries, and lists of destructors, read from the text in one pass, both sides of every #if. */
import { closing, splitCommas } from './brackets.ts';
import { ConditionStack, isConditional } from './conditions.ts';
import { readFlags } from './flags.ts';
import { lexisOf } from './functions.ts';
import { lineAt, locate } from './locate.ts';
import { type FileMacros, type MacroLookup, macroIn, macrosOf, substitute } from './macros.ts';
import type { DtorEntry, IdFlagsEntry, KfuncSet, SourceFile } from './model.ts';

const OPENERS = new Set(['BTF_KFUNCS_START', 'BTF_SET8_START', 'BTF_SET_START', 'BTF_SET_START_GLOBAL']);
const CLOSERS = new Set(['BTF_KFUNCS_END', 'BTF_SET8_END', 'BTF_SET_END']);
const EVENT =
  /\b(BTF_(?:KFUNCS_START|KFUNCS_END|SET8_START|SET8_END|SET_START(?:_GLOBAL)?|SET_END|ID_FLAGS|ID_LIST(?:_GLOBAL)?|ID))\s*\(|\b([A-Za-z_]\w*)\b(?=\s*(?:\(|\n|$))/g;

/** The name that an argument is; brackets that never close make more of it. */
function wordOf(argument: string | undefined): string {
  return /^\s*([A-Za-z_]\w*)/.exec(argument ?? '')?.[1] ?? '';
}

export class SetScan {
  readonly sets: KfuncSet[] = [];
  readonly loose: IdFlagsEntry[] = [];
  readonly dtors: DtorEntry[] = [];
  private readonly file: SourceFile;
  private readonly code: string;
  private readonly find: MacroLookup;
  private readonly macros: FileMacros;
  private readonly conditions = new ConditionStack();
  private open: KfuncSet | null = null;
  /** entries since the last gap or the file's start, while no set is open */
  private pending: IdFlagsEntry[] = [];
  private lastId: { prefix: string; name: string } | null = null;

  constructor(file: SourceFile, find: MacroLookup) {
    this.file = file;
    this.code = lexisOf(file).code;
    this.find = find;
    this.macros = macrosOf(file);
  }

  run(): void {
    const { directives, gaps } = lexisOf(this.file);
    const marks = [...directives.filter(isConditional).map((d) => ({ at: d.start, d })), ...gaps.map((at) => ({ at, d: null }))].sort(
      (a, b) => a.at - b.at,
    );
    let mark = 0;
    for (let m = this.next(0); m; m = this.next(m.index + m[0].length)) {
      for (; mark < marks.length && marks[mark]!.at < m.index; mark++) {
        const { d } = marks[mark]!;
        if (d) this.conditions.pass(d);
        else this.gap();
      }
      if (m[1] !== undefined) this.event(m[1], m.index, m.index + m[0].length - 1);
      else this.word(m[2]!, m.index);
    }
    this.gap();
  }

  /** The next event; words count in open sets alone, so that what lies between sets is passed over. */
  private next(from: number): RegExpExecArray | null {
    for (let at = from; ; ) {
      const start = this.open ? at : this.code.indexOf('BTF_', at);
      if (start < 0) return null;
      EVENT.lastIndex = start;
      const m = EVENT.exec(this.code);
      if (!m || m[1] !== undefined || this.open) return m;
      at = m.index + m[0].length;
    }
  }

  private args(open: number): { texts: string[]; spans: { start: number; end: number }[]; close: number } {
    const close = closing(this.code, open, Math.min(this.code.length, open + 4000));
    const spans = close < 0 ? [] : splitCommas(this.code, open + 1, close);
    return { texts: spans.map((s) => this.code.slice(s.start, s.end).replace(/\s+/g, ' ')), spans, close };
  }

  private event(macro: string, at: number, openAt: number): void {
    const { texts, spans, close } = this.args(openAt);
    const name = wordOf(texts[0]);
    const second = wordOf(texts[1]);
    if (OPENERS.has(macro)) {
      this.gap();
      this.open = { name, macro, entries: [], complete: false, location: locate(this.file, at) };
      this.sets.push(this.open);
    } else if (CLOSERS.has(macro)) this.close(name, macro, at);
    else if (macro.startsWith('BTF_ID_LIST')) {
      this.lastId = null;
      if (this.open) this.gap();
    } else if (macro === 'BTF_ID_FLAGS') {
      // the flags may hold commas of their own only inside parentheses, so everything after the second comma is theirs
      const flags =
        spans.length > 2 ? { start: spans[2]!.start, end: spans.at(-1)!.end } : { start: close, end: close < 0 ? close : close + 1 };
      const text = spans.length > 2 ? this.code.slice(flags.start, flags.end) : '';
      if (name === 'func' && second !== '') this.add(this.entry(second, text, flags, at));
    } else this.id(name, second, at);
  }

  private entry(func: string, flagsText: string, span: { start: number; end: number }, at: number): IdFlagsEntry {
    const { flags, unread } = readFlags(flagsText, (n) => macroIn(this.file, n), this.find);
    return {
      func,
      flags,
      flagsText: flagsText.replace(/\s+/g, ' ').trim(),
      unreadFlags: unread,
      set: this.open?.name ?? null,
      flagsLocation: { start: locate(this.file, span.start), end: locate(this.file, span.end) },
      location: locate(this.file, at),
      line: lineAt(this.file, at),
      conditions: this.conditions.conditions(),
    };
  }

  private add(entry: IdFlagsEntry): void {
    if (this.open) this.open.entries.push(entry);
    else this.pending.push(entry);
  }

  /** A set whose start is not shown has the name that its end gives it. */
  private close(name: string, macro: string, at: number): void {
    if (this.open && this.open.name === name) this.open.complete = true;
    else if (!this.open && this.pending.length > 0) {
      for (const e of this.pending) e.set = name;
      this.sets.push({
        name,
        macro: macro.replace('END', 'START'),
        entries: this.pending,
        complete: false,
        location: locate(this.file, at),
      });
      this.pending = [];
    } else if (!this.open)
      this.sets.push({ name, macro: macro.replace('END', 'START'), entries: [], complete: false, location: locate(this.file, at) });
    this.open = null;
  }

  /** What is not shown may close the set and open others. */
  private gap(): void {
    this.loose.push(...this.pending);
    this.pending = [];
    this.open = null;
    this.lastId = null;
  }

  /** In sets `BTF_ID(func, x)` is an entry without flags; in lists a struct followed by a function is an object type and its destructor. */
  private id(prefix: string, name: string, at: number): void {
    if (this.open) {
      if (prefix === 'func' && name !== '') this.open.entries.push(this.entry(name, '', { start: at, end: at }, at));
      return;
    }
    if (prefix === 'func' && this.lastId?.prefix === 'struct')
      this.dtors.push({ type: this.lastId.name, func: name, location: locate(this.file, at) });
    this.lastId = { prefix, name };
  }

  /** Any other word inside a set: a macro that stands for entries. */
  private word(name: string, at: number): void {
    if (name.startsWith('BTF_') || !this.open) return;
    const call = /^\w+\s*\(/.exec(this.code.slice(at, at + name.length + 40));
    const { texts } = call ? this.args(at + call[0].length - 1) : { texts: [] };
    const text = call ? `${name}(${texts.join(', ')})` : name;
    const before = this.directBefore(at);
    const seen = new Set<string>();
    for (const found of this.expandEntries(text, before, seen, 0))
      this.add(this.entry(found.func, found.flags, { start: at, end: at + name.length }, at));
  }

  /** The macro as it is defined at that place: files define, use and #undef the same helper. */
  private directBefore(at: number): MacroLookup {
    return (name) => {
      const own = this.macros.get(name);
      if (!own) return null;
      return own.filter((m) => m.at < at).at(-1) ?? own[0]!;
    };
  }

  private expandEntries(text: string, own: MacroLookup, seen: Set<string>, depth: number): { func: string; flags: string }[] {
    if (depth > 8 || text.length > 20_000) return [];
    const out: { func: string; flags: string }[] = [];
    const word = /[A-Za-z_]\w*/g;
    for (let m = word.exec(text); m; m = word.exec(text)) {
      const call = /^\s*\(/.exec(text.slice(m.index + m[0].length));
      const open = m.index + m[0].length + (call?.[0].length ?? 0) - 1;
      const close = call ? closing(text, open) : -1;
      const args = close < 0 ? [] : splitCommas(text, open + 1, close).map((s) => text.slice(s.start, s.end));
      if (close >= 0) word.lastIndex = close + 1;
      if (m[0] === 'BTF_ID_FLAGS' && args[0]?.trim() === 'func' && wordOf(args[1]) !== '')
        out.push({ func: wordOf(args[1]), flags: args.slice(2).join(', ') });
      else if (!m[0].startsWith('BTF_') && !seen.has(m[0])) {
        const macro = own(m[0]) ?? this.find(m[0]);
        const body = macro === null ? null : macro.parameters ? substitute(macro, args) : macro.body;
        // a macro that stands for a list is expanded once; one that makes an entry of its arguments, for each of them
        if (body !== null) out.push(...this.expandEntries(body, own, macro!.parameters ? seen : new Set([...seen, m[0]]), depth + 1));
      }
    }
    return out;
  }
}
