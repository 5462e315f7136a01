import type { Claim, EventOf, FlowEvent, IdFlagsEntry, KfuncUnit, Location, Missing, Occurrence, ProgramView, Rule } from '../src/rule.ts';
import {
  before,
  claimOf,
  isFromParameter,
  iteratorProblems,
  NULL,
  placeInKfunc,
  problemEvidence,
  returnsOf,
  since,
  step,
} from '../src/rule.ts';

export const iterator: Rule = {
  id: 'iterator',
  severity: 'error',
  claims:
    'The kfuncs of an iterator do not form one: name, signature or one of the three is wrong, its struct is shorter than what the kernel keeps there, or next and destroy can not stand a constructor that failed.',
  why: 'An iterator is three kfuncs on one struct. Registering fails where name or signature are not as the kernel wants them. And a program may call next and destroy after a constructor that returned an error: what it left in the struct is what they get to see.',
  advice:
    'name and type the three functions alike, set the whole struct before anything in the constructor can fail, and test it in next and destroy',
  silent: 'For iterators whose constructor leaves what next and destroy test, and before 6.4, which knows no iterators.',
  *program(view) {
    if (!since(view, '6.4')) return;
    for (const unit of view.units) {
      for (const entry of unit.kfunc.entries) yield* form(unit, entry);
      yield* unflagged(unit);
      yield* beyondStruct(unit);
      yield* siblings(unit, view);
      yield* failedConstructor(unit, view);
    }
  },
};

const CODE = { kind: 'code' } as const;
const NAME = /^bpf_iter_(\w+)_(new|next|destroy)$/;
const FLAGS = { new: 'KF_ITER_NEW', next: 'KF_ITER_NEXT', destroy: 'KF_ITER_DESTROY' } as const;

type Verb = keyof typeof FLAGS;

/** `foo` of a parameter `struct bpf_iter_foo *`. */
function iteratorType(unit: KfuncUnit): string | null {
  const first = unit.definition.syntax.parameters[0];
  return first?.type.pointers === 1 ? (/^struct bpf_iter_(\w+)$/.exec(first.type.name)?.[1] ?? null) : null;
}

function verbOf(unit: KfuncUnit): Verb | null {
  const flags = unit.kfunc.entries.flatMap((e) => e.flags);
  return (Object.keys(FLAGS) as Verb[]).find((v) => flags.includes(FLAGS[v])) ?? null;
}

function* form(unit: KfuncUnit, entry: IdFlagsEntry): Iterable<Claim> {
  const { returns, parameters } = unit.definition.syntax;
  const first = parameters[0]?.type ?? null;
  const kind = returns.pointers > 0 ? 'pointer' : returns.name === 'void' ? 'void' : 'other';
  const shape = { name: unit.kfunc.name, flags: entry.flags, first, parameterCount: parameters.length, returns: kind } as const;
  for (const problem of iteratorProblems(shape, unit.series)) {
    yield claimOf(iterator, unit, {
      subject: problem.subject,
      property: CODE,
      location: unit.definition.location,
      message: `${unit.kfunc.name}(): ${problem.text}`,
      path: [step(`registered as ${entry.line}`, entry.location), problemEvidence(problem, unit, unit.definition.location)],
    });
  }
}

/** Named and typed like part of an iterator, and registered as something else. */
function* unflagged(unit: KfuncUnit): Iterable<Claim> {
  const [, type, verb] = NAME.exec(unit.kfunc.name) ?? [];
  const entry = unit.kfunc.entries.find((e) => e.unreadFlags.length === 0);
  if (type === undefined || type !== iteratorType(unit) || verbOf(unit) !== null || !entry) return;
  yield claimOf(iterator, unit, {
    subject: FLAGS[verb as Verb],
    property: CODE,
    location: entry.location,
    message: `${unit.kfunc.name}() is registered without ${FLAGS[verb as Verb]}, so the verifier takes it for an ordinary kfunc`,
    advice: `add ${FLAGS[verb as Verb]} to the BTF_ID_FLAGS line`,
    path: [step(`registered as ${entry.line}`, entry.location)],
    function: null,
  });
}

/** What the kernel makes of the struct is longer than what the program has on its stack. */
function* beyondStruct(unit: KfuncUnit): Iterable<Claim> {
  const size = unit.flow.pointees[0] ?? null;
  if (verbOf(unit) === null || iteratorType(unit) === null || size === null || size === 0) return;
  const use = unit.flow.events.find((e) => {
    const touched = e.k === 'deref' && e.access !== 'bulk' && e.fixed ? e.end : null;
    const sure = e.occurrences.filter((o) => o.doubt === null);
    if (e.k === 'length') return e.parameter === 0 && sure.some((o) => o.fact.lo > size);
    return touched !== null && touched > size && sure.some((o) => isFromParameter(o, 0));
  });
  if (!use) return;
  const struct = `struct bpf_iter_${iteratorType(unit)}`;
  yield claimOf(iterator, unit, {
    subject: unit.definition.syntax.parameters[0]!.name,
    property: CODE,
    location: placeInKfunc(use),
    message: `\`${use.text}\` reaches beyond ${struct}, which is ${size} bytes long`,
    advice: `make ${struct} as long as what the kernel keeps there, and let BUILD_BUG_ON() compare the two`,
    path: [step(`${unit.kfunc.name}() touches it: ${use.text}`, use.location)],
  });
}

/** The constructor asks for the other two: without destroy no program that calls it is let through. */
function* siblings(unit: KfuncUnit, view: ProgramView): Iterable<Claim> {
  const type = iteratorType(unit);
  if (verbOf(unit) !== 'new' || type === null) return;
  const entry = unit.kfunc.entries.find((e) => e.flags.includes('KF_ITER_NEW'))!;
  for (const verb of ['next', 'destroy'] as const) {
    const name = `bpf_iter_${type}_${verb}`;
    if (view.program.nearestKfuncs((k) => k.name === name && k.entries.length > 0).length > 0) continue;
    const set = view.program.sets.find((s) => s.name === entry.set && s.location.file === entry.location.file);
    const shown = view.program.hasTree || set?.complete === true;
    yield claimOf(iterator, unit, {
      subject: name,
      property: CODE,
      location: entry.location,
      message: `${unit.kfunc.name}() is registered and ${name}() is not`,
      advice: `define ${name}() and register it with ${FLAGS[verb]} in the same set`,
      path: [step(`registered as ${entry.line}`, entry.location)],
      missing: shown ? [] : [{ what: name, why: `${name}() may be registered in lines that are not shown`, treeWouldHelp: true }],
      function: null,
    });
  }
}

type Deref = EventOf<'deref'>;

/** What next and destroy make of the struct, against what the constructor leaves there when it fails. */
function* failedConstructor(unit: KfuncUnit, view: ProgramView): Iterable<Claim> {
  const type = iteratorType(unit);
  if (verbOf(unit) !== 'new' || type === null) return;
  const failures = unit.flow.exits.filter((e) => e.result.hi < 0);
  const users = view.units.filter((u) => iteratorType(u) === type && (verbOf(u) === 'next' || verbOf(u) === 'destroy'));
  const seen = new Set<string>();
  for (const user of users) {
    const reads = readsOf(user);
    for (const field of new Set(reads.map(fieldOf))) {
      const crash = firstUse(user, field);
      const leaving = failures.filter((f) => f.memory.get(`0->${field}`)?.nul === NULL);
      if (!crash || seen.has(field) || leaving.length === 0) continue;
      seen.add(field);
      const other = testedInstead(user, crash, field).find((g) => leaving.every((f) => f.memory.has(`0->${g}`)));
      yield nullUsed(unit, user, crash, field, other ?? null);
    }
    const claim = reads[0] && !seen.has('') ? untouched(unit, user, reads) : null;
    if (claim) seen.add('');
    if (claim) yield claim;
  }
}

function fieldOf(e: Deref): string {
  return e.member!.split('.')[0]!;
}

function readsOf(user: KfuncUnit): Deref[] {
  return user.flow.events
    .filter(
      (e): e is Deref =>
        e.k === 'deref' &&
        e.chain.length === 0 &&
        e.access === 'read' &&
        e.member !== null &&
        e.occurrences.some((o) => isFromParameter(o, 0)),
    )
    .sort((a, b) => before(a.location, b.location));
}

/** The first place where something behind the field's pointer is touched, if nothing has tested the pointer before. */
function firstUse(user: KfuncUnit, field: string): Deref | null {
  const from = (o: Occurrence) => o.origins.some((x) => x.k === 'load' && x.of === 0 && x.text.endsWith(`->${field}`));
  const about = user.flow.events.filter((e) => (e.k === 'deref' || e.k === 'test') && e.occurrences.some(from));
  const first = about.sort((a, b) => before(placeInKfunc(a), placeInKfunc(b)))[0];
  return first?.k === 'deref' && first.occurrences.some((o) => from(o) && o.doubt === null && (o.fact.nul & NULL) !== 0) ? first : null;
}

/** Other members that are asked about before: what the constructor left in one of them may end things there. One that it did not set holds anything. */
function testedInstead(user: KfuncUnit, crash: Deref, field: string): string[] {
  const tests = user.flow.events.filter((e) => e.k === 'test' && before(placeInKfunc(e), placeInKfunc(crash)) < 0);
  const origins = tests.flatMap((e) => e.occurrences.flatMap((o) => o.origins));
  return origins.flatMap((x) => (x.k === 'load' && x.of === 0 ? (/->(\w+)$/.exec(x.text)?.[1] ?? []) : [])).filter((g) => g !== field);
}

function nullUsed(unit: KfuncUnit, user: KfuncUnit, crash: Deref, field: string, other: string | null): Claim {
  const why = `whether the test of ${other} keeps an iterator away whose constructor failed can't be told`;
  return claimOf(iterator, user, {
    subject: field,
    property: CODE,
    location: placeInKfunc(crash),
    message: `${user.kfunc.name}() uses ${field} untested, which a constructor that failed leaves NULL`,
    advice: `test ${field} before its first use: the program may call this after ${unit.kfunc.name}() has failed`,
    path: [
      step(`${unit.kfunc.name}() leaves ${field} NULL when it fails`, unit.definition.location),
      step(`${user.kfunc.name}() uses it: ${crash.text}`, crash.location),
    ],
    missing: other === null ? [] : [{ what: other, why, treeWouldHelp: false }],
  });
}

/** A way out with an error before anything has been written that the user of the struct could test. */
function untouched(unit: KfuncUnit, user: KfuncUnit, reads: Deref[]): Claim | null {
  const fields = new Set(reads.map(fieldOf));
  const whole = (e: FlowEvent) => e.k === 'length' && e.parameter === 0;
  const sets = (e: FlowEvent) =>
    (whole(e) && /^sizeof\b/.test(e.text)) ||
    (e.k === 'deref' && e.access === 'write' && e.chain.length === 0 && e.member !== null && fields.has(fieldOf(e)) && fromStruct(e));
  const mayset = (e: FlowEvent) =>
    whole(e) ||
    (fromStruct(e) && (e.k === 'pass' || (e.k === 'deref' && e.access === 'write' && (e.chain.length > 0 || e.member === null))));
  const earlier = (at: Location, test: (e: FlowEvent) => boolean) =>
    unit.flow.events.find((e) => before(placeInKfunc(e), at) < 0 && test(e));
  const failures = returnsOf(unit).filter((e) => e.negative && !earlier(e.location, sets));
  const failure = failures.find((e) => !earlier(e.location, mayset)) ?? failures[0];
  if (!failure) return null;
  const maybe = earlier(failure.location, mayset);
  const read = reads[0]!;
  const missing: Missing[] = maybe
    ? [{ what: fieldOf(read), why: `whether \`${maybe.text}\` sets ${fieldOf(read)} can't be told`, treeWouldHelp: maybe.k === 'pass' }]
    : [];
  return claimOf(iterator, unit, {
    subject: fieldOf(read),
    property: CODE,
    location: failure.location,
    message: `${unit.kfunc.name}() fails here and leaves the iterator as it was on the program's stack, and ${user.kfunc.name}() reads its ${fieldOf(read)}`,
    advice: `set ${fieldOf(read)} to what ends the iteration before anything can fail`,
    path: [
      step(`${unit.kfunc.name}() returns \`${failure.text}\``, failure.location),
      step(`${user.kfunc.name}() reads it: ${read.text}`, read.location),
    ],
    missing,
  });
}

function fromStruct(e: FlowEvent): boolean {
  return e.occurrences.some((o) => isFromParameter(o, 0));
}
