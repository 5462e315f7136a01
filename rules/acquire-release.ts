import type { Claim, EventOf, Evidence, Kfunc, KfuncUnit, Missing, ProgramView, Rule } from '../src/rule.ts';
import { carries, claimOf, context, step, structPointer, VALID } from '../src/rule.ts';

export const acquireRelease: Rule = {
  id: 'acquire-release',
  severity: 'error',
  claims: 'An acquiring kfunc has no releasing one for its type, hands out no reference, or a releasing one drops none.',
  why: 'The verifier makes a program give back every reference that a KF_ACQUIRE kfunc hands out, through a KF_RELEASE kfunc of the same type. It believes the flags: whether the C code takes and drops the reference is for the code to get right. A get too few is a use after free, a put too few is a leak.',
  advice: 'pair the flags with what the code does: take the reference that KF_ACQUIRE promises, and register the function that drops it with KF_RELEASE',
  silent: 'For kfuncs with neither flag.',
  *program(view) {
    for (const unit of view.units) {
      const flags = new Set(unit.kfunc.entries.flatMap((e) => e.flags));
      if (flags.has('KF_ACQUIRE')) {
        yield* pairing(unit, view);
        yield* handsOutReference(unit);
      }
      if (flags.has('KF_RELEASE')) yield* dropsReference(unit);
    }
  },
};

/** Every acquiring kfunc raises the question who releases; the sets answer it. */
function* pairing(unit: KfuncUnit, view: ProgramView): Iterable<Claim> {
  const type = structPointer(unit.definition.syntax.returns);
  if (type === null) return;
  const releases = view.program.allKfuncs().filter((k) => isRelease(k) && takes(k, type));
  const guards: Evidence[] = releases.slice(0, 3).map((k) => {
    const entry = k.entries.find((e) => e.flags.includes('KF_RELEASE'))!;
    return carries('registration', `${k.name}() releases ${type} *: ${entry.line}`, entry.location);
  });
  const unregistered = guards.length > 0 ? null : putWithoutFlag(unit, view, type);
  if (unregistered) guards.push(unregistered);
  const missing: Missing[] =
    guards.some((g) => g.role === 'carries') || unregistered || view.program.hasTree
      ? []
      : [{ what: type, why: `a KF_RELEASE kfunc for ${type} may be registered in a file that is not at hand`, treeWouldHelp: true }];
  const entry = unit.kfunc.entries.find((e) => e.flags.includes('KF_ACQUIRE'))!;
  yield claimOf(acquireRelease, unit, {
    subject: 'return',
    property: { kind: 'code' },
    location: entry.location,
    message: `KF_ACQUIRE hands out a ${type} * that no KF_RELEASE kfunc at hand takes back`,
    path: [step(`registered as ${entry.line}`, entry.location)],
    guards,
    missing,
    function: null,
  });
}

function isRelease(k: Kfunc): boolean {
  return k.entries.some((e) => e.flags.includes('KF_RELEASE'));
}

function takes(k: Kfunc, type: string): boolean {
  return k.definitions.some((d) => d.syntax.parameters.some((p) => structPointer(p.type) === type));
}

/** A function of the input that takes the type and drops a reference of it, but is not registered as releasing. */
function putWithoutFlag(unit: KfuncUnit, view: ProgramView, type: string): Evidence | null {
  for (const other of view.units) {
    if (other === unit || isRelease(other.kfunc)) continue;
    const index = other.definition.syntax.parameters.findIndex((p) => structPointer(p.type) === type);
    if (index < 0 || !other.flow.exits.some((e) => e.droppedOn.includes(index))) continue;
    const how = other.kfunc.entries.length === 0 ? 'is in no kfunc set' : 'is registered without KF_RELEASE';
    return context(`${other.kfunc.name}() drops a reference of ${type} but ${how}`, other.definition.location);
  }
  return null;
}

/** On some way out a pointer is returned for which no reference was taken. */
function* handsOutReference(unit: KfuncUnit): Iterable<Claim> {
  const returns = unit.flow.events.filter((e): e is EventOf<'return'> => e.k === 'return' && e.chain.length === 0);
  const bad = returns.find((e) => e.held === 'no' && e.occurrences.some((o) => (o.fact.nul & VALID) !== 0));
  const unknown = returns.find((e) => e.held === 'unknown');
  const event = bad ?? unknown;
  if (!event || structPointer(unit.definition.syntax.returns) === null) return;
  const missing: Missing[] = bad ? [] : [{ what: event.text, why: whereFrom(unit, event), treeWouldHelp: true }];
  yield claimOf(acquireRelease, unit, {
    subject: 'return',
    property: { kind: 'code' },
    location: event.location,
    message: `${unit.kfunc.name}() is KF_ACQUIRE but returns \`${event.text}\` without taking a reference`,
    path: [step(`${event.function}() returns \`${event.text}\`; no reference to it is taken on this path`, event.location)],
    missing,
  });
}

function whereFrom(unit: KfuncUnit, event: EventOf<'return'>): string {
  for (const o of event.occurrences) {
    const call = o.origins.find((x) => x.k === 'call');
    if (call?.k === 'call') return `whether ${call.callee}() returns a reference is not known: ${unit.flow.unknownCallees.get(call.callee) ?? 'it could not be followed'}`;
    if (o.doubt !== null) return o.doubt;
  }
  const [name, why] = [...unit.flow.unknownCallees][0] ?? ['', ''];
  return name === '' ? 'where the reference is taken could not be followed' : `the reference may be taken in ${name}(): ${why}`;
}

/** A releasing kfunc must drop what it is given on every path. */
function* dropsReference(unit: KfuncUnit): Iterable<Claim> {
  const parameters = unit.definition.syntax.parameters;
  const candidates = parameters.map((p, i) => (p.type.pointers > 0 ? i : -1)).filter((i) => i >= 0);
  if (candidates.length === 0 || unit.flow.exits.length === 0) return;
  const leaves = unit.flow.exits.filter((e) => !candidates.some((i) => e.droppedOn.includes(i)));
  if (leaves.length === 0) return;
  const away = leaves.every((e) => candidates.some((i) => e.escaped.includes(i)));
  const [name, why] = [...unit.flow.unknownCallees][0] ?? ['', ''];
  const first = parameters[candidates[0]!]!;
  if (!away && leaves.some((e) => e.parameters.every((f, i) => !candidates.includes(i) || (f.nul & VALID) === 0))) return;
  yield claimOf(acquireRelease, unit, {
    subject: first.name,
    property: { kind: 'code' },
    location: unit.definition.location,
    message: `${unit.kfunc.name}() is KF_RELEASE but drops no reference of ${first.name}${leaves.length < unit.flow.exits.length ? ' on some path' : ''}`,
    path: [step(`${unit.kfunc.name}() leaves without a put of ${first.name}`, unit.definition.location)],
    missing: away ? [{ what: name, why: name === '' ? 'the pointer is stored where it can be dropped later' : `${name}() may drop it: ${why}`, treeWouldHelp: name !== '' }] : [],
  });
}
