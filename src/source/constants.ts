/** Values of names: enumerators and macros, found through the files that a file sees. */
import { fold, sizedType } from './constant.ts';
import type { EnumContext } from './enums.ts';
import { enumeratorIn } from './enums.ts';
import { withMacro } from './excerpt.ts';
import { macroIn, macrosOf, substitute } from './macros.ts';
import type { ConstantSource, MacroSource, SourceFile } from './model.ts';

const DEPTH_LIMIT = 12;

/** Macros that mean the same in every kernel (include/vdso/bits.h), and that enums are full of: not worth a search through the tree. */
const SAME_EVERYWHERE: Readonly<Record<string, (argument: string) => string>> = {
  BIT: (n) => `(1UL << (${n}))`,
  BIT_ULL: (n) => `(1ULL << (${n}))`,
};

export class Constants {
  private readonly known = new WeakMap<SourceFile, Map<string, ConstantSource | null>>();
  private readonly files: (from: SourceFile, name: string) => Iterable<SourceFile>;
  private readonly macro: (name: string, from: SourceFile) => MacroSource | null;
  private depth = 0;

  /** `files`: where to look for a name, in order. */
  constructor(
    files: (from: SourceFile, name: string) => Iterable<SourceFile>,
    macro: (name: string, from: SourceFile) => MacroSource | null,
  ) {
    this.files = files;
    this.macro = macro;
  }

  find(name: string, from: SourceFile): ConstantSource | null {
    let own = this.known.get(from);
    if (!own) {
      own = new Map();
      this.known.set(from, own);
    }
    const known = own.get(name);
    if (known !== undefined) return known;
    if (this.depth > DEPTH_LIMIT) return null;
    // what names itself has no value
    own.set(name, null);
    this.depth++;
    const found = this.search(name, from);
    this.depth--;
    own.set(name, found);
    return found;
  }

  /** What expressions in a file may refer to. */
  context(from: SourceFile): EnumContext {
    return {
      names: (n) => this.find(n, from),
      calls: (n, args) => {
        const same = Object.hasOwn(SAME_EVERYWHERE, n) && args.length === 1 ? SAME_EVERYWHERE[n]! : null;
        if (same) return same(args[0]!);
        const macro = this.macro(n, from);
        return macro?.parameters ? substitute(macro, args) : null;
      },
      macro: (n) => this.macro(n, from),
    };
  }

  private search(name: string, from: SourceFile): ConstantSource | null {
    for (const file of this.files(from, name)) {
      const enumerator = enumeratorIn(file, name, this.context(file));
      if (enumerator) return enumerator;
      const macro = macroIn(file, name);
      if (macro && macro.parameters === null && macro.body !== name) return this.constantMacro(macro, file);
    }
    return null;
  }

  /** Definitions that differ under #if have no value that is sure. */
  private constantMacro(macro: MacroSource & { at: number }, file: SourceFile): ConstantSource | null {
    const context = this.context(file);
    const all = (macrosOf(withMacro(file, macro.name) ?? file).get(macro.name) ?? []).filter((m) => m.parameters === null);
    const values = all.map((m) => fold(m.body, context.names, context.calls));
    const folded = fold(macro.body, context.names, context.calls);
    if (folded.value === null && folded.unsigned === null && !looksConstant(macro.body)) return null;
    // what asm-generic defines most architectures define for themselves
    const sure = values.every((v) => v.value === folded.value) && !/(?:^|\/)include\/asm-generic\//.test(file.path);
    return {
      name: macro.name,
      value: sure ? folded.value : null,
      enumTag: null,
      unsigned: folded.unsigned,
      sizeOf: all.length === 1 ? sizedType(macro.body) : null,
      location: macro.location,
    };
  }
}

/** Arithmetic on names and numbers: a constant, even where its value is not known. */
function looksConstant(body: string): boolean {
  return /^[\w\s()+\-*/%<>|&^~!?:]+$/.test(body) && /[A-Z0-9]/.test(body) && !/[a-z_]\w*\s*\(/.test(body);
}
