/** Longer than most rules: both ends of a reference, its flags and its code, are one idea. */
import type { Claim, EventOf, Evidence, Kfunc, KfuncUnit, Missing, Occurrence, ProgramView, Rule } from '../src/rule.ts';
import {
  assumedSeries,
  carries,
  claimOf,
  context,
  flagAdded,
  pathEvidence,
  placeInKfunc,
  returnsOf,
  since,
  step,
  structPointer,
  VALID,
} from '../src/rule.ts';

export const acquireRelease: Rule = {
  id: 'acquire-release',
  severity: 'error',
  claims:
    'KF_ACQUIRE and KF_RELEASE do not fit each other or the code: no release for the type, no reference handed out or dropped, one dropped without the flag, the wrong type or position, or a reference that leaks on some path.',
  why: 'The verifier makes a program give back every reference that a KF_ACQUIRE kfunc hands out, through a KF_RELEASE kfunc of the same type. It believes the flags: whether the C code takes and drops the reference is for the code to get right. A get too few is a use after free, a put too few is a leak.',
  advice:
    'pair the flags with what the code does: take the reference that KF_ACQUIRE promises, and register the function that drops it with KF_RELEASE',
  silent:
    'Where every reference that is taken is returned, dropped or stored in an object, and for kfuncs that take none. Releases of dynptrs and of what bpf_obj_new() made, for which the verifier has rules of its own.',
  *program(view) {
    for (const unit of view.units) {
      const flags = new Set(unit.kfunc.entries.flatMap((e) => e.flags));
      if (flags.has('KF_ACQUIRE')) {
        yield* pairing(unit, view);
        yield* handsOutReference(unit, flags.has('KF_RELEASE'), view);
      }
      if (flags.has('KF_RELEASE')) {
        yield* position(unit);
        if (!releasesByKind(unit)) {
          yield* wrongType(unit, view);
          yield* dropsReference(unit, view);
        }
      } else yield* dropsUnflagged(unit);
      yield* leaks(unit);
    }
  },
};

const CODE = { kind: 'code' } as const;

/** Nodes that a container owns: the verifier has rules of its own for taking them out and putting them back. */
const OWNED_BY_CONTAINER = /^struct bpf_(list|rb)_node$/;

function entryWith(unit: { kfunc: Kfunc }, flag: string) {
  return unit.kfunc.entries.find((e) => e.flags.includes(flag))!;
}

function hasFlag(k: Kfunc, flag: string): boolean {
  return k.entries.some((e) => e.flags.includes(flag));
}

/** Every acquiring kfunc raises the question who releases; the sets answer it. */
function* pairing(unit: KfuncUnit, view: ProgramView): Iterable<Claim> {
  const type = structPointer(unit.definition.syntax.returns);
  if (type === null || OWNED_BY_CONTAINER.test(type)) return;
  const releases = view.program.nearestKfuncs((k) => hasFlag(k, 'KF_RELEASE') && takes(k, type));
  const guards: Evidence[] = releases.slice(0, 3).map((k) => {
    const entry = entryWith({ kfunc: k }, 'KF_RELEASE');
    return carries('registration', `${k.name}() releases ${type} *: ${entry.line}`, entry.location);
  });
  const unregistered = guards.length > 0 ? null : putWithoutFlag(unit, view, type);
  if (unregistered) guards.push(unregistered);
  const missing: Missing[] = releases.length > 0 || unregistered ? [] : maybeElsewhere(view, type);
  const entry = entryWith(unit, 'KF_ACQUIRE');
  yield claimOf(acquireRelease, unit, {
    subject: 'return',
    property: CODE,
    location: entry.location,
    message: `KF_ACQUIRE hands out a ${type} * that no KF_RELEASE kfunc at hand takes back`,
    path: [step(`registered as ${entry.line}`, entry.location)],
    guards,
    missing,
    function: null,
  });
}

/** Without a tree anywhere; with one, in the lines of a file that the input shows in part and the tree lacks. */
function maybeElsewhere(view: ProgramView, type: string): Missing[] {
  const partial = view.program.files.find((f) => !f.complete);
  if (!view.program.hasTree)
    return [{ what: type, why: `a KF_RELEASE kfunc for ${type} may be registered in a file that is not at hand`, treeWouldHelp: true }];
  if (!partial) return [];
  return [
    { what: type, why: `a KF_RELEASE kfunc for ${type} may stand in lines of ${partial.path} that are not at hand`, treeWouldHelp: false },
  ];
}

function takes(k: Kfunc, type: string): boolean {
  return k.definitions.some((d) => d.syntax.parameters.some((p) => structPointer(p.type) === type));
}

/** A function of the input that takes the type and drops a reference of it, but is not registered as releasing. */
function putWithoutFlag(unit: KfuncUnit, view: ProgramView, type: string): Evidence | null {
  for (const other of view.units) {
    if (other === unit || hasFlag(other.kfunc, 'KF_RELEASE')) continue;
    const index = other.definition.syntax.parameters.findIndex((p) => structPointer(p.type) === type);
    if (index < 0 || !other.flow.exits.some((e) => e.droppedOn.includes(index))) continue;
    // its line may stand among those that are not shown
    if (other.kfunc.entries.length === 0 && !other.definition.source.file.complete) continue;
    const how = other.kfunc.entries.length === 0 ? 'is in no kfunc set' : 'is registered without KF_RELEASE';
    return context(`${other.kfunc.name}() drops a reference of ${type} but ${how}`, other.definition.location);
  }
  return null;
}

/** On some way out a pointer is returned for which no reference was taken. One that comes in with KF_RELEASE brings its reference along. */
function* handsOutReference(unit: KfuncUnit, releases: boolean, view: ProgramView): Iterable<Claim> {
  const type = structPointer(unit.definition.syntax.returns);
  if (type === null || OWNED_BY_CONTAINER.test(type)) return;
  const passedOn = (o: Occurrence) => releases && o.origins.some((x) => x.k === 'param');
  // what lives in the kernel image is never freed
  const everlasting = (o: Occurrence) => o.origins.every((x) => x.k === 'address');
  const returns = returnsOf(unit).filter((e) => e.occurrences.some((o) => (o.fact.nul & VALID) !== 0 && !passedOn(o) && !everlasting(o)));
  const bad = returns.find((e) => e.held === 'no');
  const event = bad ?? returns.find((e) => e.held === 'unknown');
  if (!event) return;
  const missing: Missing[] = bad
    ? uncounted(type, 'KF_RELEASE', view)
    : [{ what: event.text, why: whereFrom(unit, event), treeWouldHelp: true }];
  yield claimOf(acquireRelease, unit, {
    subject: 'return',
    property: CODE,
    location: event.location,
    message: `${unit.kfunc.name}() is KF_ACQUIRE but returns \`${event.text}\` without taking a reference`,
    path: [step(`${event.function}() returns \`${event.text}\`; no reference to it is taken on this path`, event.location)],
    missing,
  });
}

/** Where neither end of a pair touches a count, the object may need none; the code does not say why it lives. */
function uncounted(type: string, other: 'KF_ACQUIRE' | 'KF_RELEASE', view: ProgramView): Missing[] {
  const ends = view.units.filter(
    (u) =>
      hasFlag(u.kfunc, other) &&
      (other === 'KF_RELEASE'
        ? u.definition.syntax.parameters.some((p) => structPointer(p.type) === type)
        : structPointer(u.definition.syntax.returns) === type),
  );
  const counts = (u: KfuncUnit) =>
    u.flow.unknownCallees.size > 0 ||
    u.flow.exits.some(
      (e) => e.droppedOn.length > 0 || e.takenOn.length > 0 || e.escaped.length > 0 || e.doubt !== null || e.returnsReference !== 'no',
    );
  if (ends.length === 0 && other === 'KF_ACQUIRE') return [];
  if (ends.length === 0) {
    // what is handed out may be a constant that its put leaves alone
    const why = `no KF_RELEASE kfunc for ${type} is at hand to show whether it needs a count at all`;
    return [{ what: type, why, treeWouldHelp: !view.program.hasTree }];
  }
  if (ends.some(counts)) return [];
  const names = ends
    .map((u) => `${u.kfunc.name}()`)
    .slice(0, 3)
    .join(', ');
  const what = other === 'KF_RELEASE' ? `${names} drops nothing either` : `${names} takes nothing either`;
  return [{ what: type, why: `${what}: whether a ${type} needs a count at all is not said in the code`, treeWouldHelp: false }];
}

function whereFrom(unit: KfuncUnit, event: EventOf<'return'>): string {
  for (const o of event.occurrences) {
    const call = o.origins.find((x) => x.k === 'call');
    if (call?.k === 'call')
      return `whether ${call.callee}() returns a reference is not known: ${unit.flow.unknownCallees.get(call.callee) ?? 'it could not be followed'}`;
    if (o.doubt !== null) return o.doubt;
  }
  const [name, why] = [...unit.flow.unknownCallees][0] ?? ['', ''];
  return name === '' ? 'where the reference is taken could not be followed' : `the reference may be taken in ${name}(): ${why}`;
}

/** Parameters that may hold the reference: not what the verifier fills in by itself or does not look at. */
function pointersOf(unit: KfuncUnit): number[] {
  const implicit = hasFlag(unit.kfunc, 'KF_IMPLICIT_ARGS') ? /^struct (bpf_prog_aux|btf_struct_meta)$/ : null;
  return unit.definition.syntax.parameters.flatMap((p, i) =>
    p.type.pointers > 0 && !/__(ign|prog)$/.test(p.name) && implicit?.test(p.type.name) !== true ? [i] : [],
  );
}

/** A dynptr is a reference by itself, and what bpf_obj_new() made is of any type: the verifier has rules of its own for giving them back. */
function releasesByKind(unit: KfuncUnit): boolean {
  const { parameters } = unit.definition.syntax;
  return pointersOf(unit).some((i) => parameters[i]!.type.name === 'struct bpf_dynptr' || parameters[i]!.name.endsWith('__alloc'));
}

/** A releasing kfunc must drop what it is given on every path. */
function* dropsReference(unit: KfuncUnit, view: ProgramView): Iterable<Claim> {
  const candidates = pointersOf(unit);
  // not dropped, not handed back, and not NULL all of them
  const leaves = unit.flow.exits.filter(
    (e) =>
      !candidates.some((i) => e.droppedOn.includes(i) || e.isParameter === i) &&
      candidates.some((i) => (e.parameters[i]!.nul & VALID) !== 0),
  );
  if (candidates.length === 0 || leaves.length === 0) return;
  const sure = leaves.some((e) => e.doubt === null && !candidates.some((i) => e.escaped.includes(i)));
  const [name, why] = [...unit.flow.unknownCallees][0] ?? ['', ''];
  const first = unit.definition.syntax.parameters[candidates[0]!]!;
  const doubt = leaves.find((e) => e.doubt !== null)?.doubt;
  const reason = name !== '' ? `${name}() may drop it: ${why}` : (doubt ?? 'the pointer is stored where it can be dropped later');
  yield claimOf(acquireRelease, unit, {
    subject: first.name,
    property: CODE,
    location: unit.definition.location,
    message: `${unit.kfunc.name}() is KF_RELEASE but drops no reference of ${first.name}${leaves.length < unit.flow.exits.length ? ' on some path' : ''}`,
    path: [step(`${unit.kfunc.name}() leaves without a put of ${first.name}`, unit.definition.location)],
    missing: sure
      ? (emptyBody(unit) ?? uncounted(structPointer(first.type) ?? '', 'KF_ACQUIRE', view))
      : [{ what: name || first.name, why: reason, treeWouldHelp: name !== '' || doubt != null }],
  });
}

/** What drops or frees what it is given, without a word to the verifier: the program goes on with it. */
function* dropsUnflagged(unit: KfuncUnit): Iterable<Claim> {
  const { entries } = unit.kfunc;
  const [entry] = entries;
  if (!entry) return;
  const { parameters } = unit.definition.syntax;
  const owned = (i: number) => OWNED_BY_CONTAINER.test(parameters[i]!.type.name);
  const index = pointersOf(unit).find((i) => !owned(i) && unit.flow.exits.some((e) => e.droppedOn.includes(i)));
  if (index === undefined) return;
  const { name } = parameters[index]!;
  const exits = unit.flow.exits.filter((e) => e.droppedOn.includes(index));
  const doubt = exits.find((e) => e.doubt === null) ? null : exits[0]!.doubt;
  const unread = entries.flatMap((e) => e.unreadFlags)[0];
  yield claimOf(acquireRelease, unit, {
    subject: name,
    property: CODE,
    location: unit.definition.location,
    message: `${unit.kfunc.name}() drops a reference of ${name} and is registered without KF_RELEASE: the program may use it again`,
    advice: 'register it with KF_RELEASE',
    path: [
      step(`${unit.kfunc.name}() drops a reference of ${name} that it did not take`, unit.definition.location),
      step(`registered as ${entry.line}`, entry.location),
    ],
    missing: [
      ...(doubt === null ? [] : [{ what: unit.kfunc.name, why: doubt, treeWouldHelp: true }]),
      ...(unread === undefined
        ? []
        : [{ what: unread, why: `what ${unread} stands for in the flags is not at hand`, treeWouldHelp: true }]),
    ],
    mend: entries.length === 1 ? flagAdded(unit.program, entry, 'KF_RELEASE') : null,
  });
}

/** A release that does nothing at all is written so on purpose: its objects live for ever, or their count is kept elsewhere. */
function emptyBody(unit: KfuncUnit): Missing[] | null {
  const { name, body } = unit.definition.syntax;
  if (body.body.some((s) => s.k !== 'empty')) return null;
  return [
    { what: name, why: `${name}() has an empty body: whether what it takes needs a count is not said in the code`, treeWouldHelp: false },
  ];
}

/** From 7.2 on what is released is the first argument, whatever the code does with the others. */
function* position(unit: KfuncUnit): Iterable<Claim> {
  if (!since(unit, '7.2')) return;
  const { parameters } = unit.definition.syntax;
  const pointers = pointersOf(unit);
  const dropped = [...new Set(unit.flow.exits.flatMap((e) => e.droppedOn))];
  const released = dropped.includes(0) || (dropped.length === 0 && pointers.includes(0)) ? undefined : (dropped[0] ?? pointers[0]);
  if (released === undefined) return;
  const parameter = parameters[released]!;
  const entry = entryWith(unit, 'KF_RELEASE');
  yield claimOf(acquireRelease, unit, {
    subject: parameter.name,
    property: CODE,
    location: unit.definition.location,
    message: `${unit.kfunc.name}() releases ${parameter.name}, its parameter ${released + 1}, and from 7.2 on the verifier releases the first`,
    advice: `make ${parameter.name} the first parameter`,
    path: [
      step(`registered as ${entry.line}`, entry.location),
      step(`${parameter.text} is parameter ${released + 1}`, unit.definition.location),
    ],
    missing: assumedSeries(unit),
  });
}

/** A release for a type that nothing hands out: no program ever has what it asks for. */
function* wrongType(unit: KfuncUnit, view: ProgramView): Iterable<Claim> {
  const types = pointersOf(unit).flatMap((i) => structPointer(unit.definition.syntax.parameters[i]!.type) ?? []);
  if (types.length === 0) return;
  const gives = (k: Kfunc) => k.definitions.some((d) => types.includes(structPointer(d.syntax.returns) ?? ''));
  const handsOut = (k: Kfunc) => hasFlag(k, 'KF_ACQUIRE') && gives(k);
  if (view.program.nearestKfuncs(handsOut, 'core').length > 0) return;
  const entry = entryWith(unit, 'KF_RELEASE');
  const near = unreleasedNear(unit, view);
  // without one it stays undecided, wherever was searched
  if (near && view.program.nearestKfuncs(handsOut).length > 0) return;
  yield claimOf(acquireRelease, unit, {
    subject: types[0]!,
    property: CODE,
    severity: 'warning',
    location: entry.location,
    message: `${unit.kfunc.name}() releases ${types.join(' or ')}, which no KF_ACQUIRE kfunc at hand hands out${near ? ` (${near.kfunc.name}() hands out ${structPointer(near.definition.syntax.returns)})` : ''}`,
    advice: 'make the two kfuncs speak of the same type: a release takes exactly what was acquired',
    path: [step(`registered as ${entry.line}`, entry.location)],
    missing: near && view.program.hasTree ? [] : elsewhere(types[0]!, view),
    function: null,
  });
}

/** An acquiring kfunc of the same file whose type nothing takes back: the two were meant for each other. */
function unreleasedNear(unit: KfuncUnit, view: ProgramView): KfuncUnit | null {
  const isOpen = (type: string | null) =>
    type !== null && view.program.nearestKfuncs((k) => hasFlag(k, 'KF_RELEASE') && takes(k, type)).length === 0;
  return (
    view.units.find(
      (u) =>
        hasFlag(u.kfunc, 'KF_ACQUIRE') &&
        u.definition.source.file === unit.definition.source.file &&
        isOpen(structPointer(u.definition.syntax.returns)),
    ) ?? null
  );
}

/** Helpers hand out sockets, test modules hand out what the kernel only takes back. */
function elsewhere(type: string, view: ProgramView): Missing[] {
  const why = view.program.hasTree
    ? `a helper or a module of its own may hand out ${type}`
    : `a kfunc of a file that is not at hand may hand out ${type}`;
  return [{ what: type, why, treeWouldHelp: !view.program.hasTree }];
}

/** A reference taken in the body that is still held at a return; one claim a place where it is taken, the surest. */
function* leaks(unit: KfuncUnit): Iterable<Claim> {
  const found = new Map<string, { claim: Claim; sure: boolean }>();
  for (const event of returnsOf(unit)) {
    for (const reference of event.unreleased) {
      if (reference.memory) continue;
      const key = `${reference.location.line}:${reference.location.column}`;
      if (found.get(key)?.sure) continue;
      const missing = mayBeHandedOn(unit, event, reference);
      if (found.has(key) && missing.length > 0) continue;
      found.set(key, { sure: missing.length === 0, claim: leak(unit, event, reference, missing) });
    }
  }
  for (const { claim } of found.values()) yield claim;
  yield* leaksInHelpers(unit);
}

/** Whether a helper is called in a way that takes it there, its caller may know. */
function* leaksInHelpers(unit: KfuncUnit): Iterable<Claim> {
  const seen = new Set<string>();
  for (const event of unit.flow.events) {
    if (event.k !== 'leak') continue;
    const key = `${event.taken.line}:${event.taken.column}`;
    if (seen.has(key)) continue;
    seen.add(key);
    yield claimOf(acquireRelease, unit, {
      subject: event.by,
      property: CODE,
      location: placeInKfunc(event),
      message: `the reference that ${event.by}() takes in ${event.function}() is neither returned nor dropped on some way out of it`,
      advice: 'drop the reference on every way out that does not hand it on',
      path: [step(`${event.by}() takes a reference`, event.taken), ...pathEvidence(event, `leaves with it: ${event.text}`)],
      missing: [
        {
          what: event.function,
          why: `whether ${event.function}() is called so that it leaves there can't be told from it`,
          treeWouldHelp: false,
        },
      ],
    });
  }
}

type Reference = EventOf<'return'>['unreleased'][number];

function mayBeHandedOn(unit: KfuncUnit, event: EventOf<'return'>, reference: Reference): Missing[] {
  const [name, why] = [...unit.flow.unknownCallees][0] ?? [reference.by, 'it could not be followed'];
  if (reference.escaped)
    return [{ what: name, why: `the object is handed to code out of sight, ${name}() for one: ${why}`, treeWouldHelp: true }];
  const doubt = event.occurrences.find((o) => o.doubt === null) ? null : event.occurrences[0]?.doubt;
  if (doubt) return [{ what: unit.kfunc.name, why: doubt, treeWouldHelp: true }];
  if (reference.parameter === null || event.negative) return [];
  const parameter = unit.definition.syntax.parameters[reference.parameter]?.name;
  return [
    {
      what: reference.by,
      why: `whether another function drops the reference that is kept of ${parameter} can't be told`,
      treeWouldHelp: false,
    },
  ];
}

function leak(unit: KfuncUnit, event: EventOf<'return'>, reference: Reference, missing: Missing[]): Claim {
  return claimOf(acquireRelease, unit, {
    subject: reference.by,
    property: CODE,
    location: event.location,
    message: `the reference that ${reference.by}() takes in line ${reference.location.line} is neither returned nor dropped on the way to this return`,
    advice: 'drop the reference on every way out that does not hand it on',
    path: [step(`${reference.by}() takes a reference`, reference.location), step(`${event.function}() leaves with it`, event.location)],
    missing,
  });
}
