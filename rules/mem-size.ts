import type { Claim, EventOf, FlowEvent, KfuncUnit, Occurrence, Rule } from '../src/rule.ts';
import { before, claimOf, context, isFromParameter, NULL, pathEvidence, placeInKfunc, plainWidth, returnsOf, step } from '../src/rule.ts';

export const memSize: Rule = {
  id: 'mem-size',
  severity: 'error',
  claims:
    'Memory passed with a size is read or written beyond the size tested, or a field is touched before its size is tested; of memory passed without a size more is touched than its type says; memory is returned that nothing shows to be as long as rdonly_buf_size or rdwr_buf_size says.',
  why: 'For a buffer with a __sz parameter the verifier proves that so many bytes are there, and not one more: the C type of the pointer does not count. A program may pass a size of 0, or one that ends in the middle of the struct.',
  advice: 'compare the size with what is touched before the first access, on the error paths too',
  silent:
    'Where the size is tested against the struct or the field on every path, and for memory without a size parameter of which only what the type says is touched.',
  *kfunc(unit) {
    for (const [index, parameter] of unit.definition.syntax.parameters.entries()) {
      const size = sizeParameter(unit, index);
      const claim = size === null ? plainClaim(unit, index, parameter.name) : null;
      if (claim) yield claim;
      if (size === null) continue;
      yield* sizedClaim(unit, index, size, parameter.name);
    }
    const returned = returnedClaim(unit);
    if (returned) yield returned;
  },
};

function* sizedClaim(unit: KfuncUnit, index: number, size: number, name: string): Iterable<Claim> {
  const claim = accessClaim(unit, index, size, name) ?? lengthClaim(unit, index, size, name);
  if (claim) yield claim;
}

/** The verifier lets the program touch as many bytes of what is returned as a parameter of this name says: that there are so many is for the code to see to. */
function returnedClaim(unit: KfuncUnit): Claim | null {
  const { returns, parameters } = unit.definition.syntax;
  const index = parameters.findIndex((p) => /^(rdonly|rdwr)_buf_size$/.test(p.name));
  if (index < 0 || returns.pointers !== 1 || /^(struct|union) /.test(returns.name)) return null;
  const { name } = parameters[index]!;
  const { file, start, end } = unit.definition.source;
  const isUsed = file.text.slice(start, end).split(new RegExp(`\\b${name}\\b`)).length > 2;
  for (const event of returnsOf(unit)) {
    for (const o of event.occurrences) {
      const f = o.parameters[index];
      if (o.fact.nul === NULL || !f || f.below.length > 0 || f.hi < 2 ** 30) continue;
      return claimOf(memSize, unit, {
        subject: name,
        property: { kind: 'bounded', parameter: index },
        location: event.location,
        message: `what is returned may be shorter than the ${name} bytes that the program may touch`,
        advice: `return NULL where ${name} is larger than what is there, and register with KF_RET_NULL`,
        path: [step(`${unit.kfunc.name}() returns \`${event.text}\``, event.location)],
        missing:
          !isUsed && o.doubt === null
            ? []
            : [{ what: name, why: o.doubt ?? `what the code makes of ${name} could not be followed to a bound`, treeWouldHelp: false }],
      });
    }
  }
  return null;
}

/** `buf, u32 buf__sz`: the parameter after a pointer whose name ends in __sz or __szk gives the pointer's size. */
function sizeParameter(unit: KfuncUnit, index: number): number | null {
  const parameters = unit.definition.syntax.parameters;
  const next = parameters[index + 1];
  const isPointer = parameters[index]!.type.pointers + parameters[index]!.type.dims.length > 0;
  return isPointer && next && /.__szk?$/.test(next.name) ? index + 1 : null;
}

/** Behind a pointer that no size goes with a program need have what its type says and no more: `char *fmt` is one byte. */
function plainClaim(unit: KfuncUnit, index: number, name: string): Claim | null {
  const width = plainWidth(unit, index);
  if (width === null) return castClaim(unit, index, name);
  const bytes = `the ${width} byte${width > 1 ? 's' : ''} that a program must have behind it`;
  const make = (use: FlowEvent, message: string, last: string) => beyond(unit, index, name, use, `${message} beyond ${bytes}`, last);
  for (const use of unit.flow.events) {
    // an index or a length that the program chooses is claimed as such
    const chosen = (o: Occurrence) =>
      o.doubt !== null || [...o.taint].some((i) => unit.definition.syntax.parameters[i]?.type.pointers === 0);
    if (use.k === 'length' && use.parameter === index && use.occurrences.some((o) => !chosen(o) && o.fact.hi > width))
      return make(use, `${use.callee}() may touch ${name}`, `calls ${use.callee}() with the length ${use.text}`);
    if (
      use.k === 'deref' &&
      use.element &&
      use.occurrences.some((o) => isFromParameter(o, index) && o.doubt === null) &&
      !isChosen(unit, use)
    )
      return make(use, use.text === name ? `${name} is read` : `\`${use.text}\` reads ${name}`, `touches it: ${use.text}`);
  }
  return null;
}

/** `struct handle {}` cast to what the kernel means by it: a struct of nothing but numbers is any memory to the verifier. */
function castClaim(unit: KfuncUnit, index: number, name: string): Claim | null {
  const size = unit.flow.memory.get(index) ?? null;
  if (size === null) return null;
  const { type } = unit.definition.syntax.parameters[index]!;
  const use = unit.flow.events.find(
    (e): e is EventOf<'deref'> =>
      e.k === 'deref' &&
      e.struct !== null &&
      e.struct !== type.name &&
      (size === 0 || (e.end !== null && e.end > size && e.fixed)) &&
      e.occurrences.some((o) => isFromParameter(o, index) && o.doubt === null),
  );
  if (!use) return null;
  const has = size === 0 ? `${type.name} has no members` : `${type.name} is ${size} bytes of numbers`;
  return beyond(
    unit,
    index,
    name,
    use,
    `\`${use.text}\` reads ${name} as ${use.struct}, but ${has}, so any memory of the program gets through`,
    `touches it: ${use.text}`,
  );
}

function beyond(unit: KfuncUnit, index: number, name: string, use: FlowEvent, message: string, last: string): Claim {
  const isStruct = /^(struct|union) /.test(unit.definition.syntax.parameters[index]!.type.name);
  return claimOf(memSize, unit, {
    subject: name,
    property: { kind: 'sized', parameter: index, size: null },
    location: placeInKfunc(use),
    message,
    advice: isStruct
      ? "take a pointer to the object's own type, or to a struct with a member that is no number"
      : 'give the memory a size parameter (__sz), or, for a string, the suffix __str',
    path: pathEvidence(use, last),
  });
}

function isChosen(unit: KfuncUnit, use: EventOf<'deref'>): boolean {
  return unit.flow.events.some((e) => e.k === 'index' && isSamePlace(e, use) && e.occurrences.some((o) => o.taint.size > 0));
}

function isSamePlace(e: FlowEvent, use: FlowEvent): boolean {
  const [x, y] = [e.location, use.location];
  return x.file === y.file && x.line === y.line && x.column === y.column;
}

type Answer = 'ok' | 'bad' | 'unsure';

function accessClaim(unit: KfuncUnit, index: number, size: number, name: string): Claim | null {
  const uses = unit.flow.events
    .filter((e): e is EventOf<'deref'> => e.k === 'deref' && e.access !== 'bulk')
    .sort((x, y) => before(placeInKfunc(x), placeInKfunc(y)) || before(x.location, y.location));
  let unsure: { use: EventOf<'deref'>; o: Occurrence } | null = null;
  for (const use of uses) {
    if (!use.fixed && isIndexedWithin(unit, use, size)) continue;
    for (const o of use.occurrences) {
      if (!isFromParameter(o, index)) continue;
      const covered = covers(use, o, size);
      // which element it is is not known: it may be one that is there
      const answer = covered === 'bad' && !use.fixed && (o.parameters[size]?.lo ?? 0) > 0 ? 'unsure' : covered;
      if (answer === 'bad' && o.doubt === null) return makeClaim(unit, use, o, index, size, name, true);
      if (answer !== 'ok') unsure ??= { use, o };
    }
  }
  return unsure ? makeClaim(unit, unsure.use, unsure.o, index, size, name, false) : null;
}

/** `for (i = 0; i < n__sz / sizeof(*n); i++) n[i]`: the index is less than something worked out of the size. Less than the size itself does for bytes alone. */
function isIndexedWithin(unit: KfuncUnit, use: EventOf<'deref'>, size: number): boolean {
  const isSize = (symbol: string) => symbol.replace(/:.*$/, '') === `#p${size}`;
  return unit.flow.events.some(
    (e) =>
      e.k === 'index' &&
      isSamePlace(e, use) &&
      e.occurrences.every(
        (o) => o.fact.lo === o.fact.hi || o.fact.below.some((b) => b.plus <= 0 && (isSize(b.symbol) ? e.width === 1 : o.taint.has(size))),
      ),
  );
}

/** Whether the size known on this path reaches to the end of what is touched. */
function covers(use: EventOf<'deref'>, o: Occurrence, size: number): Answer {
  const f = o.parameters[size];
  if (!f) return 'unsure';
  if (use.end !== null && f.lo >= use.end) return 'ok';
  const floors = f.above.filter((b) => b.plus >= 0).map((b) => b.symbol);
  const struct = use.struct;
  if (struct !== null && floors.includes(`sizeof(${struct})`)) return 'ok';
  if (struct !== null && use.member !== null && floors.includes(`offsetofend(${struct},${use.member})`)) return 'ok';
  // what the range does not say, a bound against something of unknown size might
  const open = f.above.some((b) => b.exact !== true);
  // A single byte is there as soon as the size is not zero.
  return !open && (f.lo <= 0 || use.end !== null) ? 'bad' : 'unsure';
}

function makeClaim(unit: KfuncUnit, use: EventOf<'deref'>, o: Occurrence, index: number, size: number, name: string, sure: boolean): Claim {
  const sizeName = unit.definition.syntax.parameters[size]!.name;
  const f = o.parameters[size]!;
  const what = use.member === null ? `\`${use.text}\`` : `${name}->${use.member}`;
  const tested =
    f.reasons.length > 0 ? `although ${sizeName} may be as small as ${Math.max(f.lo, 0)} here` : `before ${sizeName} is tested`;
  return claimOf(memSize, unit, {
    subject: name,
    property: { kind: 'sized', parameter: index, size },
    location: placeInKfunc(use),
    message: `${what} is ${use.access === 'write' ? 'written' : 'read'} ${tested}`,
    path: pathEvidence(use, `touches it: ${use.text}`),
    guards: f.reasons.slice(-2).map((r) => context(`\`${r.text}\` is what is known of ${sizeName} on this path`, r.location)),
    missing: sure
      ? []
      : [
          {
            what: use.struct ?? name,
            why: o.doubt ?? unknownOf(use, name, sizeName),
            treeWouldHelp: true,
          },
        ],
  });
}

function unknownOf(use: EventOf<'deref'>, name: string, sizeName: string): string {
  if (!use.fixed && use.text === name) return `how far ${name} is read, and whether that is within ${sizeName}, can't be told`;
  if (!use.fixed) return `whether the element that \`${use.text}\` picks is within ${sizeName} can't be told`;
  return `the layout of ${use.struct ?? `what ${name} points to`} is not at hand to compare with ${sizeName}`;
}

/** memcpy() and kin with a length that is not the size, nor known to be within it. */
function lengthClaim(unit: KfuncUnit, index: number, size: number, name: string): Claim | null {
  const sizeName = unit.definition.syntax.parameters[size]!.name;
  for (const use of unit.flow.events) {
    if (use.k !== 'length' || use.parameter !== index) continue;
    for (const o of use.occurrences) {
      if (o.taint.has(size) && o.origins.some((x) => x.k === 'param' && x.index === size)) continue;
      const f = o.parameters[size];
      if (!f || o.fact.hi <= f.lo || o.fact.below.some((b) => b.symbol === `#p${size}` && b.plus <= 1)) continue;
      const shared = f.above.some((b) => o.fact.below.some((x) => x.symbol === b.symbol && x.plus <= b.plus + 1));
      if (shared) continue;
      const sure = o.doubt === null && o.fact.lo > f.lo && f.above.length === 0;
      return claimOf(memSize, unit, {
        subject: name,
        property: { kind: 'sized', parameter: index, size },
        location: placeInKfunc(use),
        message: `${use.callee}() touches ${name} with the length \`${use.text}\`, which is not known to be within ${sizeName}`,
        path: pathEvidence(use, `calls ${use.callee}() with the length ${use.text}`),
        missing: sure
          ? []
          : [{ what: use.text, why: o.doubt ?? `how \`${use.text}\` and ${sizeName} compare is not at hand`, treeWouldHelp: false }],
      });
    }
  }
  return null;
}
