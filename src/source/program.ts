/** Everything at hand for one analysis, joined: kfuncs with their entries, look-ups that go from the file that asks outwards. */
import { fold } from './constant.ts';
import { Constants } from './constants.ts';
import { enumIn } from './enums.ts';
import { functionsOf } from './functions.ts';
import type { FunctionSyntax, TypeSyntax } from './ir.ts';
import { coreKfuncPaths, type Joined, joinKfuncs, kfuncPaths } from './join.ts';
import { definitionsIn, isHeader, Library, outsideCore } from './library.ts';
import { locate } from './locate.ts';
import { collectCalls, lowerFunction } from './lower.ts';
import { macroIn } from './macros.ts';
import type {
  ConstantSource,
  EnumSource,
  FunctionSource,
  Kfunc,
  MacroSource,
  Program,
  SourceFile,
  StructSource,
  TagHit,
  TreeFiles,
  VariableSource,
} from './model.ts';
import { structIn } from './structs.ts';
import { isStub, isVisible } from './stubs.ts';
import { BUILTIN_TYPEDEFS } from './typedefs.ts';
import { typedefIn, variableIn } from './types.ts';
import { CORE } from './whole-tree.ts';
import { PRIMITIVE_WORDS } from './words.ts';

export { kfuncFiles, kfuncPaths } from './join.ts';
export { typeOracle } from './oracle.ts';

/** Joins the files of the input with what the tree answers. The tree is read only when something is asked that the input does not show. */
export function buildProgram(files: SourceFile[], tree: TreeFiles | null): Program {
  return new Index(files, tree);
}

/** Stops at the first that answers: what is not asked for is not read. */
function some<T>(all: Iterable<T>, test: (one: T) => boolean): boolean {
  for (const one of all) if (test(one)) return true;
  return false;
}

/** Whole and real ones first, then stubs, then those of which a gap hides a part. */
function inOrder(found: FunctionSource[]): FunctionSource[] {
  const rank = (f: FunctionSource) => (!f.complete ? 2 : isStub(f) ? 1 : 0);
  return [0, 1, 2].flatMap((r) => found.filter((f) => rank(f) === r));
}

/** Look-ups of structs and enums before it pays to have the kernel's headers searched for all of them … */
const TAGS_AFTER = 64;
/** … and those that no header in sight answers: a search for one takes a third of the time of that for all. */
const SEARCHES_BEFORE_TAGS = 3;

function groupTags(hits: readonly TagHit[]): Map<string, TagHit[]> {
  const groups = new Map<string, TagHit[]>();
  for (const h of hits) {
    const group = groups.get(h.tag);
    if (group) group.push(h);
    else groups.set(h.tag, [h]);
  }
  return groups;
}

class Index implements Program {
  readonly files: readonly SourceFile[];
  readonly hasTree: boolean;
  private readonly library: Library;
  private readonly constants: Constants;
  private readonly cache = new Map<string, WeakMap<SourceFile, Map<string, unknown>>>();
  private joined: Joined | null = null;
  /** of the core of the tree and of the rest of it, read when asked for */
  private readonly ofTree: (readonly Kfunc[])[] = [];
  private tags: Map<string, TagHit[]> | null = null;
  private tagLookups = 0;
  private tagSearches = 0;

  constructor(files: SourceFile[], tree: TreeFiles | null) {
    this.files = files;
    this.hasTree = tree !== null;
    this.library = new Library(files, tree);
    this.constants = new Constants(
      (from, name) => this.library.holders(from, name),
      (name, from) => this.macroAtHand(name, from),
    );
  }

  private get facts(): Joined {
    this.joined ??= joinKfuncs(this.files, this.library, (name, from) => this.macroAtHand(name, from), true);
    return this.joined;
  }

  get kfuncs() {
    return this.facts.kfuncs;
  }
  get sets() {
    return this.facts.sets;
  }
  get idSets() {
    return this.facts.idSets;
  }
  get registrations() {
    return this.facts.registrations;
  }
  get dtors() {
    return this.facts.dtors;
  }
  get fmodrets() {
    return this.facts.fmodrets;
  }

  nearestKfuncs(test: (kfunc: Kfunc) => boolean, reach: 'core' | 'tree' = 'tree'): readonly Kfunc[] {
    const own = this.kfuncs.filter(test);
    const { tree } = this.library;
    if (own.length > 0 || !tree) return own;
    for (let place = 0; place < (reach === 'core' ? 1 : 2); place++) {
      this.ofTree[place] ??= this.treeKfuncs(place === 0 ? coreKfuncPaths(tree) : kfuncPaths(tree));
      const found = this.ofTree[place]!.filter(test);
      if (found.length > 0) return found;
    }
    return [];
  }

  private treeKfuncs(paths: readonly string[]): Kfunc[] {
    const own = new Set(this.files.map((f) => f.path));
    const known = new Set(this.kfuncs.map((k) => k.name));
    const files = paths.flatMap((path) => (own.has(path) ? [] : (this.library.file(path) ?? [])));
    const found = joinKfuncs(files, this.library, (name, from) => this.macroAtHand(name, from), false).kfuncs;
    return found.filter((k) => !known.has(k.name));
  }

  programTypes(kfunc: Kfunc): string[] {
    return this.facts.programTypes(kfunc);
  }

  findFunction(name: string, from: SourceFile): FunctionSource | null {
    return this.findFunctions(name, from)[0] ?? null;
  }

  findFunctions(name: string, from: SourceFile): FunctionSource[] {
    return this.remember('function', name, from, () => {
      const near = this.nearFunctions(name, from);
      if (near.isFound) return inOrder([...near.found]);
      const unit = this.unitOf(from);
      const inUnit = unit && !this.macroAtHand(name, from) ? this.inHeaders(name, unit) : null;
      if (inUnit) return inOrder([...new Set([...near.found, ...inUnit.functions])]);
      // what the index does not have is defined nowhere: no header need be searched for a macro
      const nowhere = this.library.isIndexed && this.library.indexed(name).length === 0;
      const far = nowhere || this.macroAtHand(name, from) ? [] : this.farFunctions(name, from);
      return inOrder([...new Set([...near.found, ...far])]);
    });
  }

  /** Definitions in the file, the input and, where the tree is not indexed, the headers that the file sees; `isFound`: a real one is among them. */
  private nearFunctions(name: string, from: SourceFile): { found: readonly FunctionSource[]; isFound: boolean } {
    return this.remember('near function', name, from, () => {
      const found: FunctionSource[] = [];
      const add = (file: SourceFile) => {
        for (const f of definitionsIn(file, name)) if (isVisible(f, from.path) && !found.includes(f)) found.push(f);
        return found.some((f) => f.complete && !isStub(f));
      };
      if (add(from)) return { found, isFound: true };
      for (const f of this.library.own(from, name)) add(f);
      const isFound =
        found.some((f) => f.complete && !isStub(f)) || (!this.library.isIndexed && some(this.library.holders(from, name), add));
      if (isFound) this.library.isNear(name);
      return { found, isFound };
    });
  }

  /** The file through which a header of the tree is read, where the tree is not indexed. */
  private unitOf(from: SourceFile): SourceFile | null {
    return this.library.isIndexed ? null : this.remember('unit', '', from, () => this.library.unitOf(from));
  }

  /** What the headers that a file sees make of a name; null where none or more than one of them defines it: which counts is then not sure. */
  private inHeaders(name: string, unit: SourceFile): { macro: MacroSource | null; functions: FunctionSource[] } | null {
    return this.remember('in headers', name, unit, () => {
      const found = [...this.library.holders(unit, name)].filter(isHeader).flatMap((f) => {
        const macro = macroIn(f, name);
        const functions = definitionsIn(f, name);
        return macro || functions.length > 0 ? [{ macro, functions }] : [];
      });
      const only = found.length === 1 ? found[0]! : null;
      const isSure =
        only && (only.macro ? only.macro.body !== '' && only.functions.length === 0 : only.functions.some((f) => f.complete && !isStub(f)));
      if (isSure) this.library.isNear(name);
      return isSure ? only : null;
    });
  }

  /** Definitions that a search of the tree finds. Functions of headers come last, and of several headers only those that the file sees count. */
  private farFunctions(name: string, from: SourceFile): FunctionSource[] {
    const visible = (f: SourceFile) => definitionsIn(f, name).filter((d) => isVisible(d, from.path));
    const enough = (f: SourceFile) => macroIn(f, name)?.parameters != null || visible(f).some((d) => !isStub(d));
    const files = this.library.definitionFiles(name, from, enough);
    const all = files.flatMap(visible);
    const inHeaders = new Set(all.filter((d) => isHeader(d.file) && !isStub(d)).map((d) => d.file));
    const doubtful = (d: FunctionSource) => inHeaders.size > 1 && isHeader(d.file) && !this.library.sees(from, d.file);
    return [...all.filter((d) => !isHeader(d.file)), ...all.filter((d) => isHeader(d.file) && !doubtful(d))];
  }

  indexTree(): void {
    this.library.indexTree(outsideCore(this.files));
  }

  parse(source: FunctionSource): FunctionSyntax | null {
    const syntax = lowerFunction(source);
    if (syntax && this.hasTree) {
      const own = new Set(functionsOf(source.file).map((f) => f.name));
      this.library.want(collectCalls(syntax).filter((n) => !own.has(n)));
    }
    return syntax;
  }

  findEnum(tag: string, from: SourceFile): EnumSource | null {
    const bare = tag.replace(/^enum /, '');
    return this.remember('enum', bare, from, () =>
      this.tagged(from, bare.replace('typedef ', ''), /enum/, (f) => enumIn(f, bare, this.constants.context(f))),
    );
  }

  findConstant(name: string, from: SourceFile): ConstantSource | null {
    return this.constants.find(name, from);
  }

  findStruct(tag: string, from: SourceFile): StructSource | null {
    const bare = tag.replace(/^(?:struct|union) /, '');
    const outer = bare.split('.')[0]!.replace('typedef ', '');
    return this.remember('struct', bare, from, () => this.tagged(from, outer, /struct|union/, (f) => structIn(f, bare)));
  }

  findTypedef(name: string, from: SourceFile): TypeSyntax | null {
    if (!/^[A-Za-z_]\w*$/.test(name) || PRIMITIVE_WORDS.has(name)) return null;
    return this.remember('typedef', name, from, () => BUILTIN_TYPEDEFS.get(name) ?? this.first(from, name, (f) => typedefIn(f, name)));
  }

  findMacro(name: string, from: SourceFile): MacroSource | null {
    return this.remember('macro', name, from, () => {
      // what a file defines as a function is none to it: a header's #define of that name is for files without it
      if (macroIn(from, name) === null && definitionsIn(from, name).some((f) => f.complete && !isStub(f))) return null;
      const near = this.macroAtHand(name, from);
      if (near || definitionsIn(from, name).length > 0) return near;
      // a function that the file sees, and no macro of that name among what it sees: what other headers define is not meant
      if (!this.library.isIndexed && this.nearFunctions(name, from).isFound) return null;
      const unit = this.unitOf(from);
      const inUnit = unit && this.inHeaders(name, unit);
      if (inUnit) return inUnit.macro;
      const isMacro = (f: SourceFile) => isHeader(f) && (macroIn(f, name)?.body ?? '') !== '';
      const enough = (f: SourceFile) => isMacro(f) || definitionsIn(f, name).length > 0;
      return this.oneMacro(name, from, this.library.definitionFiles(name, from, enough).filter(isMacro));
    });
  }

  /** Of several headers that define a macro the one that the file sees; none where that is not known. */
  private oneMacro(name: string, from: SourceFile, headers: SourceFile[]): MacroSource | null {
    const seen = headers.length > 1 ? headers.filter((f) => this.library.sees(from, f)) : headers;
    return seen.length === 1 ? macroIn(seen[0]!, name) : null;
  }

  findVariable(name: string, from: SourceFile): VariableSource | null {
    return this.remember('variable', name, from, () =>
      this.withLength(
        this.first(from, name, (f) => variableIn(f, name)),
        from,
      ),
    );
  }

  /** An array without a length is as long as its initialiser says, where nothing in that could stand for several elements. */
  private withLength(variable: VariableSource | null, from: SourceFile): VariableSource | null {
    if (!variable?.elements) return variable;
    const { type } = variable;
    const isNested = type.dims.length > 1 || (type.pointers === 0 && /^(struct|union) /.test(type.name));
    let next = 0;
    let length = 0;
    for (const element of variable.elements) {
      const at = /^\[([^\]]*?)(?:\.\.\.([^\]]*))?\]\s*=/.exec(element);
      const start = at ? this.numberOf(at[2] ?? at[1]!, from) : next;
      const value = at ? element.slice(at[0].length).trim() : element;
      // braces of members may be left out
      if (start === null || (isNested && !value.startsWith('{')) || (!at && this.mayBeSeveral(element, from))) return variable;
      next = start + 1;
      length = Math.max(length, next);
    }
    return { ...variable, type: { ...type, dims: [String(length), ...type.dims.slice(1)] } };
  }

  private numberOf(text: string, from: SourceFile): number | null {
    const { names, calls } = this.constants.context(from);
    return fold(text, names, calls).value;
  }

  private mayBeSeveral(element: string, from: SourceFile): boolean {
    const name = /^([A-Za-z_]\w*)\s*(?:\(|$)/.exec(element)?.[1];
    return (
      name !== undefined && (this.findMacro(name, from)?.body.includes(',') ?? /^[A-Z_0-9]+$/.test(name)) && !this.findConstant(name, from)
    );
  }

  locate(file: SourceFile, offset: number) {
    return locate(file, offset);
  }

  /** In the file, the input, or a header that the file sees. */
  private macroAtHand(name: string, from: SourceFile): MacroSource | null {
    return this.remember('near macro', name, from, () => {
      const indexed = this.library.isIndexed ? this.library.indexed(name) : [];
      if (indexed.length === 0) {
        const seen = this.first(from, name, (f) => macroIn(f, name));
        if (seen) this.library.isNear(name);
        return seen;
      }
      for (const f of this.library.ownHeaders(from, name)) {
        const found = macroIn(f, name);
        if (found) return found;
      }
      return this.oneMacro(
        name,
        from,
        indexed.filter((f) => isHeader(f) && macroIn(f, name) !== null),
      );
    });
  }

  private first<T>(from: SourceFile, name: string, read: (file: SourceFile) => T | null): T | null {
    for (const f of this.library.holders(from, name)) {
      const found = read(f);
      if (found) return found;
    }
    return null;
  }

  /** Like first(); where tags are asked for often, or no header that the file sees has it, the one header of the kernel that does is taken. */
  private tagged<T>(from: SourceFile, tag: string, keyword: RegExp, read: (file: SourceFile) => T | null): T | null {
    for (const f of this.library.ownHeaders(from, tag)) {
      const found = read(f);
      if (found) return found;
    }
    const hasTags = this.library.tree?.tags !== undefined;
    if (!hasTags || (!this.library.isIndexed && this.tagLookups++ < TAGS_AFTER)) {
      const seen = this.first(from, tag, read);
      if (seen) return seen;
      return hasTags && this.tagSearches++ >= SEARCHES_BEFORE_TAGS
        ? this.onlyOne(tag, keyword, read)
        : this.oneOf(this.pathsWith(tag, keyword), read);
    }
    const only = this.onlyOne(tag, keyword, read);
    // the headers of the core were all searched: what they do not define no file of the core sees
    return only ?? (this.isTagged(tag) || !this.library.isCore(from) ? this.first(from, tag, read) : null);
  }

  private isTagged(tag: string): boolean {
    return this.tags?.has(tag) ?? false;
  }

  private onlyOne<T>(tag: string, keyword: RegExp, read: (file: SourceFile) => T | null): T | null {
    this.tags ??= groupTags(this.library.tree?.tags?.() ?? []);
    return this.oneOf(new Set((this.tags.get(tag) ?? []).filter((t) => keyword.test(t.keyword)).map((t) => t.path)), read);
  }

  /** For one tag a search of the core's headers for just that is quicker than one for all. */
  private pathsWith(tag: string, keyword: RegExp): Iterable<string> {
    const heads = ['struct', 'union', 'enum'].filter((k) => keyword.test(k)).map((k) => `${k} ${tag} {`);
    return this.library.tree?.search(heads, { under: CORE, extensions: ['.h'] }) ?? [];
  }

  private oneOf<T>(paths: Iterable<string>, read: (file: SourceFile) => T | null): T | null {
    const found = [...paths].flatMap((p) => {
      const file = this.library.file(p);
      return (file && read(file)) ?? [];
    });
    return found.length === 1 ? found[0]! : null;
  }

  private remember<T>(kind: string, name: string, from: SourceFile, find: () => T): T {
    let files = this.cache.get(kind);
    if (!files) {
      files = new WeakMap();
      this.cache.set(kind, files);
    }
    let names = files.get(from);
    if (!names) {
      names = new Map();
      files.set(from, names);
    }
    if (!names.has(name)) names.set(name, find());
    return names.get(name) as T;
  }
}
