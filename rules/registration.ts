/** Longer than most rules: every way in which a definition, its entry, its set and the call that registers it can fail to meet. */
import type {
  Claim,
  Evidence,
  IdFlagsEntry,
  Kfunc,
  KfuncDefinition,
  KfuncSet,
  Mend,
  Missing,
  ProgramView,
  Rule,
  SourceFile,
} from '../src/rule.ts';
import {
  assumedSeries,
  carries,
  fileAt,
  insertion,
  knowsWord,
  makeClaim,
  problemEvidence,
  removal,
  replacement,
  setMacroProblem,
  step,
} from '../src/rule.ts';

export const registration: Rule = {
  id: 'registration',
  severity: 'error',
  claims:
    'Definition, BTF_ID_FLAGS entry, set and register_btf_kfunc_id_set() do not meet, or one of them is not as the kernel series wants it.',
  why: 'A kfunc that is not registered compiles, boots, and does not exist: the first program that calls it is told that calling it is not allowed. Without __bpf_kfunc the compiler may inline it away or change its arguments, and BTF then describes a function that is not there.',
  advice: 'list the function in a set, register the set, and mark the definition with __bpf_kfunc',
  silent:
    'For sets of fmod_ret hooks and sets that only filters ask, for destructors, and where a gap hides the markers around a definition.',
  *program(view) {
    const shown = new Set(view.program.files.map((f) => f.path));
    for (const kfunc of view.program.kfuncs) {
      const definitions = kfunc.definitions.filter((d) => shown.has(d.source.file.path));
      const entries = kfunc.entries.filter((e) => !isHook(view, e));
      if (kfunc.entries.length > 0 && entries.length === 0) continue;
      if (entries.length === 0) yield* inNoSet(view, kfunc, definitions);
      if (kfunc.definitions.length === 0) yield* notDefined(view, kfunc, entries);
      for (const d of definitions) yield* badlyDefined(view, kfunc, d, entries);
      yield* definedTwice(view, kfunc, definitions);
      yield* differentFlags(view, kfunc, entries);
    }
    for (const set of view.program.sets) {
      const file = fileAt(view.program, set.location);
      if (file && set.entries.length > 0 && !isHookSet(view, set.name, file.path)) yield* badSet(view, set, file);
    }
  },
};

const CODE = { kind: 'code' } as const;

type Parts = Omit<Parameters<typeof makeClaim>[3], 'property'>;

function claim(view: ProgramView, kfunc: string | null, parts: Parts): Claim {
  return makeClaim(registration, fileAt(view.program, parts.location), kfunc, { property: CODE, ...parts });
}

/** A set that goes to register_btf_fmodret_id_set() lists functions that programs attach to. */
function isHookSet(view: ProgramView, set: string, path: string): boolean {
  const variables = view.program.idSets.filter((v) => v.set === set && v.location.file === path);
  return variables.some((v) => view.program.fmodrets.some((c) => c.variable === v.name && c.location.file === path));
}

function isHook(view: ProgramView, entry: IdFlagsEntry): boolean {
  return entry.set !== null && isHookSet(view, entry.set, entry.location.file);
}

function notAtHand(view: ProgramView, what: string, why: string): Missing[] {
  if (!view.program.hasTree) return [{ what, why, treeWouldHelp: true }];
  // A file that the tree lacks is known by its hunks alone: what is not seen may stand between them.
  const partial = view.program.files.find((f) => !f.complete);
  return partial ? [{ what, why: `only some lines of ${partial.path} are at hand`, treeWouldHelp: false }] : [];
}

function* inNoSet(view: ProgramView, kfunc: Kfunc, definitions: KfuncDefinition[]): Iterable<Claim> {
  const d = definitions.find((x) => x.hasBpfKfunc);
  if (!d || view.program.dtors.some((x) => x.func === kfunc.name) || isDestructor(d.source.file, kfunc.name)) return;
  yield claim(view, kfunc.name, {
    subject: kfunc.name,
    location: d.location,
    message: `${kfunc.name}() is in no kfunc set, so no program can call it`,
    advice: `add BTF_ID_FLAGS(func, ${kfunc.name}, …) to a set that is registered`,
    path: [step(`${kfunc.name}() is defined here`, d.location)],
    missing: [
      ...notAtHand(view, kfunc.name, `${kfunc.name}() may be registered in a file that is not at hand`),
      ...usedOtherwise(d.source.file, kfunc.name),
    ],
  });
}

/** The mark keeps a function whole for those who attach to it too: what the kernel itself calls, or asks the BTF id of, may be no kfunc. */
function usedOtherwise(file: SourceFile, name: string): Missing[] {
  const meant = 'that it is marked to be found by BTF, and is no kfunc, can be meant';
  const called = new RegExp(`^[ \\t]+(?![*/]).*\\b${name}\\s*\\(`, 'm').exec(file.text)?.[0].trim();
  if (called !== undefined) return [{ what: name, why: `the kernel calls it itself (\`${called}\`): ${meant}`, treeWouldHelp: false }];
  const listed = idLists(file, name)[0];
  return listed === undefined ? [] : [{ what: name, why: `its BTF id is in ${listed}: ${meant}`, treeWouldHelp: false }];
}

/** Lists of BTF ids that name the function: `BTF_ID_LIST_SINGLE(list, func, name)`, `BTF_ID_LIST(list)` … `BTF_ID(func, name)`. */
function idLists(file: SourceFile, name: string): string[] {
  const single = new RegExp(`\\bBTF_ID_LIST(?:_GLOBAL)?_SINGLE\\s*\\(\\s*(\\w+)\\s*,\\s*func\\s*,\\s*${name}\\b`).exec(file.text)?.[1];
  const inList = new RegExp(
    `\\bBTF_ID_LIST(?:_GLOBAL)?\\s*\\(\\s*(\\w+)[^)]*\\)(?:\\s*BTF_ID\\w*\\s*\\([^)]*\\))*?\\s*BTF_ID\\s*\\(\\s*func\\s*,\\s*${name}\\s*\\)`,
  );
  return [single, inList.exec(file.text)?.[1]].filter((l) => l !== undefined);
}

/** `.kfunc_btf_id = list[0]`: the destructor of some type. */
function isDestructor(file: SourceFile, name: string): boolean {
  return idLists(file, name).some((list) => new RegExp(`\\bkfunc_btf_id\\s*=\\s*${list}\\s*\\[`).test(file.text));
}

function* notDefined(view: ProgramView, kfunc: Kfunc, entries: IdFlagsEntry[]): Iterable<Claim> {
  const entry = entries.find((e) => fileAt(view.program, e.location));
  const file = entry ? fileAt(view.program, entry.location) : null;
  if (!entry || !file || !isInQuestion(view, file, entry.location.line)) return;
  const elsewhere = view.program.hasTree ? view.program.findFunction(kfunc.name, file) : null;
  const found: Evidence[] = elsewhere
    ? [carries('registration', `${kfunc.name}() is defined here`, view.program.locate(elsewhere.file, elsewhere.start))]
    : [];
  yield claim(view, kfunc.name, {
    subject: kfunc.name,
    location: entry.location,
    message: `${kfunc.name}() is listed in ${entry.set ?? 'a kfunc set'} and defined nowhere`,
    advice: 'define the function, or take the entry out: resolve_btfids warns, and the entry stays empty',
    path: [step(`listed as ${entry.line}`, entry.location)],
    guards: found,
    missing: [...notAtHand(view, kfunc.name, `${kfunc.name}() may be defined in a file that is not at hand`), ...pasted(view, kfunc.name)],
  });
}

/** `__bpf_kfunc int bpf_##name##_get(void)`: a macro puts names together, and definitions are not looked for in macros. */
function pasted(view: ProgramView, name: string): Missing[] {
  for (const { text } of view.program.files) {
    for (const [, macro, parameters, body] of text.matchAll(/^[ \t]*#[ \t]*define[ \t]+(\w+)\(([^)\n]*)\)((?:[^\\\n]|\\[\s\S])*)/gm)) {
      if (!/\b__bpf_kfunc\b/.test(body!)) continue;
      const chosen = new Set(parameters!.split(',').map((p) => p.trim()));
      for (const [names] of body!.matchAll(/\w+(?:[\s\\]*##[\s\\]*\w+)+/g)) {
        const parts = names.split(/[\s\\]*##[\s\\]*/).map((word) => (chosen.has(word) ? '\\w+' : word));
        if (new RegExp(`^${parts.join('')}$`).test(name))
          return [{ what: macro!, why: `${macro}() puts names together, and may define ${name}()`, treeWouldHelp: false }];
      }
    }
  }
  return [];
}

/** Lines around a change, in a file that is shown in part: what they go with stands in the part that is not shown. */
function isInQuestion(view: ProgramView, file: SourceFile, line: number): boolean {
  return view.program.hasTree || file.complete || file.added.has(line);
}

function* badlyDefined(view: ProgramView, kfunc: Kfunc, d: KfuncDefinition, entries: IdFlagsEntry[]): Iterable<Claim> {
  const { file } = d.source;
  const about = (parts: Omit<Parts, 'location' | 'path'>) =>
    claim(view, kfunc.name, { location: d.location, path: [step(`${kfunc.name}() is defined here`, d.location)], ...parts });
  const known = knowsWord('__bpf_kfunc', view.series);
  if (d.hasBpfKfunc && !known) {
    yield about({
      subject: '__bpf_kfunc',
      message: '__bpf_kfunc exists from 6.3 on',
      advice: 'leave the word out',
      mend: removal(file, d.source.start, d.source.end, '__bpf_kfunc ', 'drop __bpf_kfunc'),
    });
  } else if (!d.hasBpfKfunc && known && entries.length > 0) {
    yield about({
      subject: '__bpf_kfunc',
      message: `${kfunc.name}() is registered and not marked __bpf_kfunc: the compiler may inline it or change its arguments`,
      advice: 'put __bpf_kfunc before the definition',
      mend: insertion(file, d.source.start, '__bpf_kfunc ', 'add __bpf_kfunc'),
    });
  }
  if (d.isStatic && (entries.length > 0 || d.hasBpfKfunc)) {
    const member = asMember(file, kfunc.name);
    yield about({
      subject: 'static',
      severity: 'warning',
      message: `${kfunc.name}() is static: a kfunc must keep its name and its arguments, and BTF tells functions apart by name`,
      advice: 'drop static',
      mend: removal(file, d.source.start, d.source.end, 'static ', 'drop static'),
      missing: member
        ? [
            {
              what: kfunc.name,
              why: `\`${member}\` is what ${kfunc.name}() is for in its own file; that programs may call it too can be meant`,
              treeWouldHelp: false,
            },
          ]
        : [],
    });
  }
  if (
    d.hasBpfKfunc &&
    known &&
    !d.isStatic &&
    d.insideDefs === false &&
    knowsWord('__bpf_kfunc_start_defs', view.series) &&
    !isDeclared(file, kfunc.name)
  ) {
    const marks = /\b(__bpf_kfunc_start_defs|__diag_push)\b/.test(file.text);
    yield about({
      subject: '__bpf_kfunc_start_defs',
      severity: 'note',
      message: `${kfunc.name}() stands outside __bpf_kfunc_start_defs() and __bpf_kfunc_end_defs(): the compiler warns of a missing prototype`,
      advice: 'move the definition between the markers',
      missing: marks ? [] : [{ what: kfunc.name, why: `whether a header declares ${kfunc.name}() is not known`, treeWouldHelp: false }],
    });
  }
}

/** `.ssthresh = name,`: an operation of the file's own, which programs may call besides. */
function asMember(file: SourceFile, name: string): string | null {
  return new RegExp(`\\.\\w+\\s*=\\s*(\\(void \\*\\)\\s*)?&?${name}\\b`).exec(file.text)?.[0].replace(/\s+/g, ' ') ?? null;
}

function isDeclared(file: SourceFile, name: string): boolean {
  return new RegExp(`\\b${name}\\s*\\([^(){};]*\\)\\s*;`).test(file.text.replace(/\b(return|=)\s*\w+\s*\(/g, ''));
}

function* definedTwice(view: ProgramView, kfunc: Kfunc, definitions: KfuncDefinition[]): Iterable<Claim> {
  const [first, ...rest] = definitions;
  for (const other of rest) {
    if (!first || exclude(first.source.conditions, other.source.conditions)) continue;
    const same = first.source.file === other.source.file;
    yield claim(view, kfunc.name, {
      subject: kfunc.name,
      location: other.location,
      message: `${kfunc.name}() is defined a second time`,
      advice: 'keep one of the definitions, or rename one',
      path: [step('the first definition', first.location), step('the second one', other.location)],
      missing: [
        ...underConditions(kfunc.name, first.source.conditions, other.source.conditions),
        ...(same
          ? []
          : [
              {
                what: kfunc.name,
                why: `whether ${first.source.file.path} and ${other.source.file.path} are ever built together is not known`,
                treeWouldHelp: false,
              },
            ]),
      ],
    });
  }
}

/** One stands under a condition and the other under its opposite, as the arms of one #if do. */
function exclude(a: string[], b: string[]): boolean {
  const opposite = (x: string, y: string) => x === `!${y}` || x === `!(${y})`;
  return a.some((x) => b.some((y) => opposite(x, y) || opposite(y, x)));
}

function underConditions(name: string, a: string[], b: string[]): Missing[] {
  if (a.join('\n') === b.join('\n')) return [];
  const all = [...new Set([...a, ...b])].join(' and ');
  return [{ what: name, why: `whether both are ever compiled hangs on ${all}`, treeWouldHelp: false }];
}

function* differentFlags(view: ProgramView, kfunc: Kfunc, entries: IdFlagsEntry[]): Iterable<Claim> {
  const [first, ...rest] = entries;
  for (const other of rest) {
    if (!first || first.unreadFlags.length + other.unreadFlags.length > 0 || exclude(first.conditions, other.conditions)) continue;
    const differing = [...first.flags.filter((f) => !other.flags.includes(f)), ...other.flags.filter((f) => !first.flags.includes(f))];
    const [here, there] = [typesOf(view, first), typesOf(view, other)];
    const disjoint = here.length > 0 && there.length > 0 && !here.some((t) => t === UNSPEC || there.includes(t)) && !there.includes(UNSPEC);
    // what programs of one type may do while they can always sleep, another type may need a flag for
    if (differing.length === 0 || (disjoint && differing.every((f) => f === 'KF_SLEEPABLE')) || !fileAt(view.program, other.location))
      continue;
    const unknown = here.length === 0 || there.length === 0;
    yield claim(view, kfunc.name, {
      subject: kfunc.name,
      severity: 'warning',
      location: other.location,
      message: `${kfunc.name}() has ${differing.join(' and ')} in one set and not in the other`,
      advice: 'give it the same flags in every set: the weakest are what the code has to live with',
      path: [
        step(`${first.set ?? 'one set'}: ${first.line}`, first.location),
        step(`${other.set ?? 'another set'}: ${other.line}`, other.location),
      ],
      missing: [
        ...underConditions(kfunc.name, first.conditions, other.conditions),
        ...(unknown && differing.every((f) => f === 'KF_SLEEPABLE')
          ? [{ what: kfunc.name, why: 'for which program types the two sets are registered is not at hand', treeWouldHelp: true }]
          : []),
      ],
    });
  }
}

const UNSPEC = 'BPF_PROG_TYPE_UNSPEC';

function typesOf(view: ProgramView, entry: IdFlagsEntry): string[] {
  const variables = view.program.idSets.filter((v) => v.set === entry.set && v.location.file === entry.location.file).map((v) => v.name);
  return view.program.registrations
    .filter((r) => variables.includes(r.variable) && r.location.file === entry.location.file)
    .map((r) => r.programType);
}

function* badSet(view: ProgramView, set: KfuncSet, file: SourceFile): Iterable<Claim> {
  const path = [step(`${set.macro}(${set.name})`, set.location)];
  const unregistered = isInQuestion(view, file, set.location.line) ? whyUnregistered(view, set, file) : null;
  if (unregistered) {
    yield claim(view, null, {
      subject: set.name,
      location: set.location,
      message: `the set ${set.name} is never registered: ${unregistered.message}`,
      advice: 'hand it to register_btf_kfunc_id_set() for every program type that may call its functions',
      path,
      missing: unregistered.missing,
    });
  }
  const problem = setMacroProblem(set.macro, view.series);
  if (!problem) return;
  const used =
    view.program.idSets.some((v) => v.set === set.name && v.location.file === file.path) || set.entries.some((e) => isMarked(view, e));
  const doubt: Missing = {
    what: set.name,
    why: `whether ${set.name} is registered as a set of kfuncs is not at hand`,
    treeWouldHelp: true,
  };
  yield claim(view, null, {
    subject: set.macro,
    location: set.location,
    message: problem.text,
    advice: problem.stage === 'build' ? 'open the set with BTF_SET8_START()' : 'open the set with BTF_KFUNCS_START()',
    path: [...path, problemEvidence(problem, view, set.location)],
    missing: [...(used ? [] : [doubt]), ...assumedSeries(view)],
    mend: otherMacro(set, file),
  });
}

function isMarked(view: ProgramView, entry: IdFlagsEntry): boolean {
  return view.program.kfuncs.some((k) => k.name === entry.func && k.definitions.some((d) => d.hasBpfKfunc));
}

/** Sets are local to their file, and so are most of the variables that name them. */
function whyUnregistered(view: ProgramView, set: KfuncSet, file: SourceFile): { message: string; missing: Missing[] } | null {
  const hidden = notShown(view, set, file);
  const variables = view.program.idSets.filter((v) => v.set === set.name && v.location.file === file.path);
  if (variables.length === 0) {
    // whoever else names it asks it questions: a filter, another kind of registration
    const used = mentions(file, set.name) > (set.complete ? 2 : 1);
    return used ? null : { message: 'no btf_kfunc_id_set names it', missing: hidden };
  }
  const names = variables.map((v) => v.name);
  if (view.program.registrations.some((r) => names.includes(r.variable))) return null;
  const elsewhere = names.find((n) => mentions(file, n) > 1 || view.program.findVariable(n, file)?.isStatic === false);
  const open: Missing[] = elsewhere ? [{ what: elsewhere, why: `how ${elsewhere} is used can't be told`, treeWouldHelp: false }] : [];
  return { message: `${names[0]} goes to no register_btf_kfunc_id_set()`, missing: [...hidden, ...open] };
}

/** Lines of a patch that are not shown, or a C file that registers nothing at all and may be an excerpt. */
function notShown(view: ProgramView, set: KfuncSet, file: SourceFile): Missing[] {
  if (!file.complete)
    return [{ what: set.name, why: `the lines that register ${set.name} may be among those that are not shown`, treeWouldHelp: true }];
  if (file.origin !== 'file' || view.program.hasTree || /\bregister_btf_\w+/.test(file.text)) return [];
  return [{ what: set.name, why: `${file.path} registers nothing: it may be an excerpt of a larger file`, treeWouldHelp: false }];
}

function mentions(file: SourceFile, name: string): number {
  return file.text.match(new RegExp(`\\b${name}\\b`, 'g'))?.length ?? 0;
}

/** Both ends of the set in one edit. */
function otherMacro(set: KfuncSet, file: SourceFile): Mend | null {
  const [from, to] = set.macro.startsWith('BTF_SET8') ? ['BTF_SET8', 'BTF_KFUNCS'] : ['BTF_KFUNCS', 'BTF_SET8'];
  const text = new RegExp(`${from}_START\\(${set.name}\\)[\\s\\S]*?${from}_END\\(${set.name}\\)`).exec(file.text);
  if (!text || !set.complete) return null;
  return replacement(
    file,
    text.index,
    text.index + text[0].length,
    text[0].replace(`${from}_START`, `${to}_START`).replace(`${from}_END`, `${to}_END`),
    `${to}_START for ${from}_START`,
  );
}
