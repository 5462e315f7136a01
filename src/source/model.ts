/** What `source/` finds in files: text with its provenance, kfuncs, sets, registrations, types. Values only. */
import type { Location } from '../claim.ts';
import type { FunctionSyntax, TypeSyntax } from './ir.ts';

/**
 * A file as the input leaves it. Line n of `text` is line n of the file: what the input does not show is blank, and the first blank line of such a
 * gap holds GAP_MARK, which reads as a statement that may do anything.
 */
export interface SourceFile {
  path: string;
  text: string;
  /** 1-based numbers of the lines that the input adds; empty for plain files and tree files */
  added: ReadonlySet<number>;
  /** false: only hunks are known */
  complete: boolean;
  origin: 'patch' | 'file' | 'tree';
}

export const GAP_MARK = '__kfunc_lint_gap__;';

/** One function definition in a file: cheap to find (no parsing), parsed on demand. */
export interface FunctionSource {
  name: string;
  file: SourceFile;
  /** offsets of the whole definition, specifiers included, into file.text */
  start: number;
  end: number;
  /** false where a gap or the end of the shown text lies inside */
  complete: boolean;
  /** the #if conditions it stands under, outermost first */
  conditions: string[];
}

export interface Kfunc {
  name: string;
  /** one per definition found; several where #ifdef arms or files define it twice */
  definitions: KfuncDefinition[];
  /** its BTF_ID_FLAGS entries */
  entries: IdFlagsEntry[];
}

export interface KfuncDefinition {
  source: FunctionSource;
  syntax: FunctionSyntax;
  location: Location;
  hasBpfKfunc: boolean;
  isStatic: boolean;
  /** between __bpf_kfunc_start_defs()/__diag_push and their ends; null where a gap hides it */
  insideDefs: boolean | null;
}

/** `BTF_ID_FLAGS(func, name, KF_A | KF_B)` */
export interface IdFlagsEntry {
  func: string;
  /** KF_ names, local macros expanded, in the order written */
  flags: string[];
  /** the third argument as written, '' where there is none */
  flagsText: string;
  /** macros or expressions among the flags that could not be read */
  unreadFlags: string[];
  /** span of the third argument; of the closing parenthesis where there is none */
  flagsLocation: { start: Location; end: Location };
  set: string | null;
  location: Location;
  /** the source line, white space folded */
  line: string;
  conditions: string[];
}

export interface KfuncSet {
  name: string;
  /** BTF_KFUNCS_START, BTF_SET8_START, BTF_SET_START … */
  macro: string;
  entries: IdFlagsEntry[];
  /** false where the hunks show only part of it */
  complete: boolean;
  location: Location;
}

/** `struct btf_kfunc_id_set X = { .set = &Y, .filter = f }` */
export interface IdSetVariable {
  name: string;
  set: string | null;
  filter: string | null;
  location: Location;
}

export interface RegisterCall {
  programType: string;
  /** the btf_kfunc_id_set variable */
  variable: string;
  location: Location;
}

/** `register_btf_fmodret_id_set(&variable)`: the functions of that set are hooks for programs to attach to, not kfuncs */
export interface FmodretCall {
  variable: string;
  location: Location;
}

/** `register_btf_id_dtor_kfuncs` entry pairs: object type and its destructor */
export interface DtorEntry {
  type: string;
  func: string;
  location: Location;
}

export interface EnumSource {
  tag: string;
  /** in order; value null where the expression can't be evaluated with what is at hand */
  enumerators: {
    name: string;
    value: number | null /** has `= …` of its own; without it it is one more than the one before */;
    explicit: boolean;
  }[];
  /** false where a gap hides enumerators */
  complete: boolean;
  location: Location;
}

export interface StructSource {
  tag: string;
  isUnion: boolean;
  /**
   * In order. A struct without a tag has one made up for it, by which findStruct() finds it: `outer.member`, or `outer.#2` for the third member of `outer`
   * where it has no name either (its members then belong to `outer` too).
   */
  fields: { name: string; type: TypeSyntax; bitfield: boolean }[];
  /** bytes; `__aligned(8)` behind the brace: moves no field and may lengthen the whole; 1 where there is none */
  align: number;
  /** false where the layout in memory is not that of the fields one after the other: gaps, #if, packing and alignment, what could not be read */
  complete: boolean;
  location: Location;
}

/** An object-like or function-like macro whose body is plain text. */
export interface MacroSource {
  name: string;
  parameters: string[] | null;
  body: string;
  location: Location;
}

export interface VariableSource {
  name: string;
  type: TypeSyntax;
  isStatic: boolean;
  location: Location;
  /** of an array whose length its initialiser says: what stands between its braces, each; null where there is none, or one that #if cuts through */
  elements: string[] | null;
}

/**
 * Everything at hand for one analysis: the files of the input and, lazily, the tree. Look-ups prefer the file that asks, then the input, then the tree
 * (architecture-independent first). null: not found at hand.
 */
export interface Program {
  files: readonly SourceFile[];
  hasTree: boolean;
  kfuncs: readonly Kfunc[];
  sets: readonly KfuncSet[];
  idSets: readonly IdSetVariable[];
  registrations: readonly RegisterCall[];
  dtors: readonly DtorEntry[];
  fmodrets: readonly FmodretCall[];
  /**
   * Those of the input, else of the core of the tree, else of the rest of it: the first place where any passes the test.
   * @param reach `core`: the rest is not worth its search, which takes seven times as long
   */
  nearestKfuncs(test: (kfunc: Kfunc) => boolean, reach?: 'core' | 'tree'): readonly Kfunc[];
  /** program types (`BPF_PROG_TYPE_…`) that can call the kfunc, sorted; empty where no registration is at hand */
  programTypes(kfunc: Kfunc): string[];
  findFunction(name: string, from: SourceFile): FunctionSource | null;
  /** all definitions at hand, the one that findFunction() answers first: real ones before stubs, then by nearness */
  findFunctions(name: string, from: SourceFile): FunctionSource[];
  /** one search for all functions of the kernel, instead of one for those that are asked for next: for runs over whole trees */
  indexTree(): void;
  /** parsed form; null where the text can't be parsed at all */
  parse(source: FunctionSource): FunctionSyntax | null;
  findEnum(tag: string, from: SourceFile): EnumSource | null;
  /** value of an enumerator or of an object-like macro with a constant body */
  findConstant(name: string, from: SourceFile): ConstantSource | null;
  findStruct(tag: string, from: SourceFile): StructSource | null;
  findTypedef(name: string, from: SourceFile): TypeSyntax | null;
  findMacro(name: string, from: SourceFile): MacroSource | null;
  /** file-scope variables and arrays */
  findVariable(name: string, from: SourceFile): VariableSource | null;
  locate(file: SourceFile, offset: number): Location;
}

export interface ConstantSource {
  name: string;
  /** null: a constant of unknown value */
  value: number | null;
  /** enum tag ('' for anonymous) where it is an enumerator */
  enumTag: string | null;
  /** C type of the expression: enumerators are int; a macro's type follows its body (sizeof, suffix U …); null unknown */
  unsigned: boolean | null;
  /** `struct foo` where it is written as the size of that: `sizeof(struct foo)` */
  sizeOf: string | null;
  location: Location;
}

/** Read access to a kernel tree: a directory, or a revision of a git checkout. Paths are relative with `/`, never climb out of the tree. */
export interface TreeFiles {
  /** for messages: the directory or revision as the user named it */
  label: string;
  read(path: string): string | null;
  /** paths of files that contain at least one of the fixed strings, sorted */
  search(needles: string[], options?: SearchOptions): string[];
  /** lines that begin at the margin and hold one of the names before a parenthesis: definitions, declarations, #defines. Sorted by path and line */
  margin?(names: string[], options?: SearchOptions): MarginHit[];
  /** where functions and function-like macros may be defined, by name; one search, not remembered */
  definitions?(options?: SearchOptions): ReadonlyMap<string, readonly string[]>;
  /** struct, union and enum definitions that begin at the margin of headers; one search, remembered */
  tags?(): TagHit[];
  /** one word that changes with any source file of the tree; null where there is none to be had */
  stamp?(): string | null;
  /** starts what will be asked for: the searches themselves then answer from memory */
  ahead?(asked: readonly Asked[]): Promise<void>;
  /** what ahead() found, for another process's memory; empty where there was nothing to start */
  found?(): ReadonlyMap<string, string>;
  /** reads many files at once, so that read() finds them in memory */
  load?(paths: string[]): void;
}

/** A search of a tree before it is made. */
export type Asked = 'tags' | { search: string[]; options?: SearchOptions } | { definitions: SearchOptions };

export interface SearchOptions {
  /** folders; the whole tree without */
  under?: string[];
  /** file name ends, e.g. `.c` */
  extensions?: string[];
  /** folders at the top that are passed over */
  except?: string[];
}

export interface TagHit {
  path: string;
  tag: string;
  keyword: 'struct' | 'union' | 'enum';
}

export interface MarginHit {
  path: string;
  /** from 1 */
  line: number;
  name: string;
  text: string;
}
