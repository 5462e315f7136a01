/** kfuncs: definitions and entries of the same name from all files at hand, and the program types that can call them. */

import { kfuncDefinitions } from './kfunc.ts';
import type { Library } from './library.ts';
import type {
  DtorEntry,
  FmodretCall,
  IdFlagsEntry,
  IdSetVariable,
  Kfunc,
  KfuncSet,
  MacroSource,
  RegisterCall,
  SourceFile,
  TreeFiles,
} from './model.ts';
import { type Registrations, registrationsOf } from './registration.ts';
import { CORE, KFUNCS, NOT_KERNEL } from './whole-tree.ts';

export interface Joined {
  kfuncs: readonly Kfunc[];
  sets: readonly KfuncSet[];
  idSets: readonly IdSetVariable[];
  registrations: readonly RegisterCall[];
  dtors: readonly DtorEntry[];
  fmodrets: readonly FmodretCall[];
  programTypes(kfunc: Kfunc): string[];
}

type FindMacro = (name: string, from: SourceFile) => MacroSource | null;

/** Joins what `files` hold; with `complete` the tree is asked for the registrations and definitions that they lack. */
export function joinKfuncs(files: readonly SourceFile[], library: Library, findMacro: FindMacro, complete: boolean): Joined {
  const facts = new Map<SourceFile, Registrations>();
  const read = (file: SourceFile) => {
    if (!facts.has(file))
      facts.set(
        file,
        registrationsOf(file, (name) => findMacro(name, file)),
      );
  };
  for (const f of files) if (mayRegister(f.text)) read(f);
  const kfuncs = new Map<string, Kfunc>();
  const kfunc = (name: string): Kfunc => {
    const known = kfuncs.get(name) ?? { name, definitions: [], entries: [] };
    kfuncs.set(name, known);
    return known;
  };
  const listed = new Set([...facts.values()].flatMap(entriesOf).map((e) => e.func));
  for (const f of files) {
    if (!f.text.includes('__bpf_kfunc') && ![...listed].some((n) => f.text.includes(n))) continue;
    for (const d of kfuncDefinitions(f, listed)) kfunc(d.name).definitions.push(d.definition);
  }
  for (const e of [...facts.values()].flatMap(entriesOf)) kfunc(e.func);
  if (complete && library.tree) completeFromTree(files, library, library.tree, kfuncs, facts, read);
  for (const e of [...facts.values()].flatMap(entriesOf)) kfuncs.get(e.func)?.entries.push(e);
  return joinSets([...kfuncs.values()], [...facts.values()]);
}

function mayRegister(text: string): boolean {
  return text.includes('BTF_') || text.includes('register_btf_') || text.includes('btf_kfunc_id_set');
}

/** Lists of plain BTF_IDs hold kfuncs only where a btf_kfunc_id_set of the file points at them. */
function entriesOf(r: Registrations): IdFlagsEntry[] {
  return [...kfuncSets(r).flatMap((s) => s.entries), ...r.loose];
}

function kfuncSets(r: Registrations): KfuncSet[] {
  return r.sets.filter(
    (s) =>
      !s.macro.startsWith('BTF_SET_START') ||
      s.entries.some((e) => /^BTF_ID_FLAGS\b/.test(e.line)) ||
      r.idSets.some((v) => v.set === s.name),
  );
}

/** Those of the core, which is a seventh of the tree. */
export function coreKfuncPaths(tree: TreeFiles): string[] {
  return tree.search(KFUNCS.search, { extensions: KFUNCS.options.extensions, under: CORE });
}

/** The tree's files that define or register kfuncs and are part of the kernel; test modules break the rules on purpose, documentation quotes code. */
export function kfuncPaths(tree: TreeFiles): string[] {
  return tree.search(KFUNCS.search, KFUNCS.options);
}

/** Files of the tree that define or register kfuncs, sorted. */
export function kfuncFiles(tree: TreeFiles): SourceFile[] {
  return kfuncPaths(tree)
    .sort()
    .flatMap((path): SourceFile[] => {
      const text = tree.read(path);
      return text === null ? [] : [{ path, text, added: new Set(), complete: true, origin: 'file' }];
    });
}

/**
 * Registrations and definitions that stand in files which the input does not touch: looked for in the core of the kernel, then in the rest. Destructors need no
 * registration, and a set that is only attached to needs no definition.
 */
function completeFromTree(
  files: readonly SourceFile[],
  library: Library,
  tree: TreeFiles,
  kfuncs: Map<string, Kfunc>,
  facts: Map<SourceFile, Registrations>,
  read: (file: SourceFile) => void,
): void {
  const own = new Set(files.map((f) => f.path));
  const all = [...facts.values()];
  const registered = new Set([...all.flatMap(entriesOf).map((e) => e.func), ...all.flatMap((r) => r.dtors.map((d) => d.func))]);
  const hooks = hookNames(all);
  const isOpen = (k: Kfunc) => (k.definitions.length === 0 && !hooks.has(k.name)) || !registered.has(k.name);
  const hidden = hiddenInCore(files, all);
  // the files of a scan hold all kfuncs that there are, so the tree has nothing to add to them
  const plain = !files.some((f) => f.origin === 'patch');
  const searches = plain
    ? [() => kfuncPaths(tree)]
    : PLACES.map((place) => (names: string[]) => tree.search(names, { ...place, extensions: ['.c'] }));
  const places = searches.length;
  for (const [place, search] of searches.entries()) {
    // the other half most likely stands in lines of the same file that are not shown, and what the core registers hardly in a driver
    const names = [...kfuncs.values()].filter((k) => isOpen(k) && (hidden.get(k.name) ?? places) > place).map((k) => k.name);
    if (names.length === 0) break;
    for (const path of search(names)) {
      const file = own.has(path) ? null : library.file(path);
      if (!file) continue;
      const held = names.filter((n) => file.text.includes(n));
      if (held.some((n) => !registered.has(n)) && file.text.includes('BTF_ID_FLAGS')) {
        read(file);
        for (const n of held) registered.add(n);
      }
      const missing = new Set(held.filter((n) => kfuncs.get(n)!.definitions.length === 0));
      for (const d of kfuncDefinitions(file, missing)) if (missing.has(d.name)) kfuncs.get(d.name)!.definitions.push(d.definition);
    }
  }
  for (const k of kfuncs.values()) if (k.definitions.length === 0 && hidden.get(k.name) !== 0) library.isNowhere(k.name);
}

/** Kfuncs registered in files of the core of which lines are not shown: how many places are worth a search. None for those that the patch has nothing to do with. */
function hiddenInCore(files: readonly SourceFile[], facts: readonly Registrations[]): Map<string, number> {
  const partial = new Map(files.filter((f) => !f.complete && CORE.includes(f.path.split('/')[0]!)).map((f) => [f.path, f.added]));
  const worth = new Map<string, number>();
  for (const e of facts.flatMap(entriesOf)) {
    const added = partial.get(e.location.file);
    if (added) worth.set(e.func, added.has(e.location.line) ? 1 : 0);
  }
  return worth;
}

const PLACES = [{ under: CORE }, { except: [...CORE, ...NOT_KERNEL] }];

/** Names in sets that programs attach to and do not call. */
function hookNames(facts: Registrations[]): Set<string> {
  const names = new Set<string>();
  for (const r of facts) {
    const hooked = new Set(r.fmodrets.map((f) => f.variable));
    const sets = new Set(
      r.idSets.filter((v) => hooked.has(v.name) && !r.registrations.some((c) => c.variable === v.name)).map((v) => v.set),
    );
    for (const s of r.sets) if (sets.has(s.name)) for (const e of s.entries) names.add(e.func);
  }
  return names;
}

function joinSets(kfuncs: Kfunc[], facts: Registrations[]): Joined {
  const sets = facts.flatMap(kfuncSets);
  const idSets = facts.flatMap((r) => r.idSets);
  const registrations = facts.flatMap((r) => r.registrations);
  const dtors = facts.flatMap((r) => r.dtors);
  const fmodrets = facts.flatMap((r) => r.fmodrets);
  return { kfuncs, sets, idSets, registrations, dtors, fmodrets, programTypes: (k) => programTypes(k, idSets, registrations) };
}

/** Sets and their variables are `static`: those of the same file are meant, others only where it has none. */
function programTypes(kfunc: Kfunc, idSets: readonly IdSetVariable[], registrations: readonly RegisterCall[]): string[] {
  const types = new Set<string>();
  for (const e of kfunc.entries) {
    if (e.set === null) continue;
    for (const v of nearest(
      idSets.filter((s) => s.set === e.set),
      e.location.file,
    )) {
      for (const r of nearest(
        registrations.filter((c) => c.variable === v.name),
        v.location.file,
      ))
        types.add(r.programType);
    }
  }
  return [...types].sort();
}

function nearest<T extends { location: { file: string } }>(all: T[], file: string): T[] {
  const own = all.filter((x) => x.location.file === file);
  return own.length > 0 ? own : all;
}
