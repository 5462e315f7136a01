import type { Claim, EventOf, Evidence, Extent, KfuncUnit, Mend, Missing, Occurrence, Rule } from '../src/rule.ts';
import {
  before,
  bothEnds,
  chainText,
  claimOf,
  contentsOf,
  context,
  fileAt,
  pathEvidence,
  placeInKfunc,
  plainWidth,
  tightened,
} from '../src/rule.ts';

export const unboundedIndex: Rule = {
  id: 'unbounded-index',
  severity: 'error',
  claims:
    'An integer or enum that the program chooses, as a parameter or in its own memory that a parameter points to, reaches an array index, offset, shift or length with no sufficient bound on the path.',
  why: 'The verifier checks that an integer argument is an integer, and nothing else: any 32-bit value arrives in an enum parameter, and __k asks for a constant, not for a range. What keeps an index inside its array is C code. The same goes for numbers in memory of the program: it is as long as the verifier says, and holds whatever the program, or another CPU meanwhile, has put there.',
  advice: 'test the value against the size of what it indexes before its first use, as an unsigned type or on both ends',
  silent:
    'Where the value is bounded on every path (both ends, or one end of an unsigned type), masked, clamped, or never used as an index. For a number in memory of the program also where code out of sight may have tested or replaced it (undecided).',
  *kfunc(unit) {
    for (const [index, { name, type }] of unit.definition.syntax.parameters.entries()) {
      if (name === '') continue;
      const isPointer = type.pointers + type.dims.length > 0;
      // where there is no room for a number, what is read is claimed by mem-size
      if (isPointer ? unit.flow.memory.get(index) === 0 : type.name === 'bool') continue;
      yield* claimsFor(unit, { index, name, taint: isPointer ? contentsOf(index) : index, isPointer });
    }
  },
};

/** The number that a parameter is, or the numbers in memory of the program that it points to. */
interface Chosen {
  index: number;
  name: string;
  /** what marks values that it takes part in */
  taint: number;
  isPointer: boolean;
}

type Use = EventOf<'index'> | EventOf<'shift'> | EventOf<'length'> | EventOf<'pass'>;

/** How a use fails: `sure` false where something is not at hand that could still bound it. */
interface Problem {
  use: Use;
  kind: 'bounded' | 'not-negative';
  what: string;
  sure: boolean;
  missing: Missing[];
  occurrence: Occurrence;
  /** the test that there is lets one value too many through, or every negative one */
  mend: 'edge' | 'sign' | null;
}

/** What the verifier may know better, the sign of a size, is a claim of its own: it must not stand for the others. */
function* claimsFor(unit: KfuncUnit, chosen: Chosen): Iterable<Claim> {
  const problems: Problem[] = [];
  for (const e of unit.flow.events) {
    if (e.k !== 'index' && e.k !== 'shift' && e.k !== 'length' && e.k !== 'pass') continue;
    const problem = worst(unit, e, chosen);
    if (problem) problems.push(problem);
  }
  problems.sort(
    (x, y) =>
      Number(y.sure) - Number(x.sure) || before(placeInKfunc(x.use), placeInKfunc(y.use)) || x.use.chain.length - y.use.chain.length,
  );
  for (const kind of ['bounded', 'not-negative'] as const) {
    const worst = problems.find((p) => p.kind === kind);
    if (worst) yield claimFor(unit, chosen, worst);
  }
}

function claimFor(unit: KfuncUnit, chosen: Chosen, p: Problem): Claim {
  const { index, name } = chosen;
  return claimOf(unboundedIndex, unit, {
    subject: name,
    property: { kind: p.kind, parameter: index },
    location: placeInKfunc(p.use),
    message: p.what,
    path: pathEvidence(p.use, lastStep(p.use)),
    guards: insufficient(p.occurrence, nameOf(p.use, p.occurrence, chosen)),
    missing: p.missing,
    mend: mendFor(unit, p, name),
  });
}

/** `opts->slot` where it is just that, and is read in the kfunc itself. */
function nameOf(use: Use, o: Occurrence, { index, name, isPointer }: Chosen): string {
  if (!isPointer) return name;
  const [origin, ...others] = o.origins;
  const isRead = use.chain.length === 0 && others.length === 0 && origin?.k === 'load' && origin.of === index;
  return isRead ? origin.text : `a number behind ${name}`;
}

/** Where there is a test and only its edge is wrong. */
function mendFor(unit: KfuncUnit, { mend, occurrence }: Problem, name: string): Mend | null {
  for (const reason of mend ? occurrence.fact.reasons.toReversed() : []) {
    const file = fileAt(unit.program, reason.location);
    const found = file ? (mend === 'edge' ? tightened : bothEnds)(file, reason, name) : null;
    if (found) return found;
  }
  return null;
}

function lastStep(use: Use): string {
  if (use.k === 'pass') return `hands it to ${use.callee}(): ${use.text}`;
  if (use.k === 'index') return `indexes ${use.array} with it: ${use.text}`;
  if (use.k === 'shift') return `shifts by it: ${use.text}`;
  return `uses it as a length for ${use.callee}(): ${use.text}`;
}

function worst(unit: KfuncUnit, use: Use, chosen: Chosen): Problem | null {
  let found: Problem | null = null;
  for (const o of use.occurrences) {
    if (!o.taint.has(chosen.taint) || o.type.k === 'pointer') continue;
    const p = check(unit, use, o, chosen);
    if (p && (!found || (p.sure && !found.sure))) found = p;
  }
  return found;
}

function check(unit: KfuncUnit, use: Use, o: Occurrence, chosen: Chosen): Problem | null {
  if (o.type.k === 'int' && o.type.bool) return null;
  const name = nameOf(use, o, chosen);
  if (use.k === 'pass') return handedOver(use, o, chosen, name, sizesOf(unit));
  const extent = extentOf(unit, use);
  if (use.k === 'length' && !extent) return use.member === null ? null : ofUnknownLength(use, use.member, o, name);
  const steered = o.steered?.get(chosen.taint);
  const low = steered === 'up' ? 'ok' : lowerEnd(o);
  const sizes = sizesOf(unit);
  const size = extent === null && use.k === 'index' && steered === undefined ? sizeOfOwn(unit, use) : null;
  const shown = extent ?? (size === null || size === chosen.index ? null : extentBySize(unit, size));
  const high = steered === 'down' ? 'ok' : size === null ? upperEnd(o, extent, sizes) : endWithin(o, size, sizes);
  if (low === 'ok' && high === 'ok') return null;
  const sure = o.doubt === null && (low === 'bad' || high === 'bad');
  return {
    use,
    kind: high === 'ok' && sizes.has(chosen.index) && isAsItCame(o, chosen.index) ? 'not-negative' : 'bounded',
    what: describe(use, o, name, low, high, shown, isBoundedAbove(o, sizes)),
    sure,
    missing: sure ? [] : missingFor(use, o, extent, low, high),
    occurrence: o,
    mend: low === 'ok' && shown !== null && isOffByOne(o, shown) ? 'edge' : low === 'bad' && high === 'ok' ? 'sign' : null,
  };
}

function extentOf(unit: KfuncUnit, use: Exclude<Use, { k: 'pass' }>): Extent | null {
  if (use.k === 'shift') return { value: use.width, symbol: null, plus: 0, text: String(use.width) };
  if (use.k === 'length') return use.of ?? plainMemory(unit, use.parameter, 'bytes');
  return use.extent ?? (use.chain.length === 0 ? plainMemory(unit, parameterNamed(unit, use.array), 'elements') : null);
}

function parameterNamed(unit: KfuncUnit, name: string): number | null {
  const index = unit.definition.syntax.parameters.findIndex((p) => p.name === name);
  return index < 0 || unit.flow.events.some((e) => e.k === 'rebind' && e.variable === name) ? null : index;
}

/** Behind a pointer to a number that no size goes with there is one number: a length of its own that the program passes beside it counts for nothing. */
function plainMemory(unit: KfuncUnit, parameter: number | null, of: 'bytes' | 'elements'): Extent | null {
  const width = parameter === null ? null : plainWidth(unit, parameter);
  if (width === null) return null;
  const { name } = unit.definition.syntax.parameters[parameter!]!;
  const value = (of === 'bytes' ? width : 1) + (of === 'bytes' ? 1 : 0);
  return {
    value,
    symbol: null,
    plus: 0,
    text: `the ${width} byte${width > 1 ? 's' : ''} that a program must have behind ${name}`,
  };
}

/** The parameter itself, as wide as it needs to be for its sign to be that of the register: nothing was worked out of it, and no narrower type has made it negative. */
function isAsItCame(o: Occurrence, index: number): boolean {
  return o.origins.every((x) => x.k === 'param' && x.index === index) && o.fact.lo <= -(2 ** 31);
}

type End = 'ok' | 'bad' | 'unsure';

/** The parameter that gives the size of the bytes that are indexed. Of wider elements there are fewer, and mem-size has to say. */
function sizeOfOwn(unit: KfuncUnit, use: EventOf<'index'>): number | null {
  const { parameters } = unit.definition.syntax;
  const pointer = use.of === null ? undefined : parameters[use.of];
  const isSized = pointer !== undefined && /.__szk?$/.test(parameters[use.of! + 1]?.name ?? '');
  return isSized && use.width === 1 ? use.of! + 1 : null;
}

function extentBySize(unit: KfuncUnit, size: number): Extent {
  return { value: null, symbol: `#p${size}`, plus: 0, text: unit.definition.syntax.parameters[size]!.name };
}

/** Against the size that came with the memory: what is less than it fits. What was worked out of it in another way is claimed by mem-size. */
function endWithin(o: Occurrence, size: number, sizes: ReadonlySet<number>): End {
  const bounds = o.fact.below.filter((b) => b.symbol === `#p${size}`);
  if (bounds.length > 0) return bounds.some((b) => b.plus <= 0) ? 'ok' : 'bad';
  if (isBoundedAbove(o, sizes)) return 'ok';
  const isItself = o.origins.some((x) => x.k === 'param');
  return o.taint.has(size) && !isItself ? 'ok' : 'bad';
}

function lowerEnd(o: Occurrence): End {
  if (o.fact.lo >= 0 || o.fact.above.some((b) => b.plus >= 0 && /^[A-Z(s]/.test(b.symbol))) return 'ok';
  return o.type.k === 'int' && o.type.signed === null ? 'unsure' : 'bad';
}

function upperEnd(o: Occurrence, extent: Extent | null, sizes: ReadonlySet<number>): End {
  const f = o.fact;
  if (!extent || (extent.value === null && extent.symbol === null)) return isBoundedAbove(o, sizes) ? 'ok' : 'bad';
  if (extent.value !== null && f.hi < extent.value) return 'ok';
  const same = f.below.filter((b) => b.symbol === extent.symbol);
  if (same.some((b) => b.plus <= extent.plus)) return 'ok';
  if (same.length > 0) return 'bad';
  // Against another constant of unknown value nothing can be said, unless the range alone is too large.
  if (f.below.some((b) => !b.exact && !isNumber(b.symbol) && !isOwnNumber(o, b.symbol, extent))) return 'unsure';
  if (extent.value !== null) return 'bad';
  return isBoundedAbove(o, sizes) ? 'unsure' : 'bad';
}

/** Its value shows in the range already. */
function isNumber(symbol: string): boolean {
  return /^(#k:)?\d+[uUlL]*(:|$)/.test(symbol);
}

/** Less than another number that the program chooses, and that may be beyond the extent itself. */
function isOwnNumber(o: Occurrence, symbol: string, extent: Extent): boolean {
  const other = /^#p(\d+)$/.exec(symbol)?.[1];
  return other !== undefined && extent.value !== null && (o.parameters[Number(other)]?.hi ?? 0) > extent.value;
}

/** Numbers from which on a range is no bound: one less than another number of the program is one of them. */
const HUGE = 2 ** 30;

function isBoundedAbove(o: Occurrence, sizes: ReadonlySet<number>): boolean {
  const largest = o.type.k === 'int' ? 2 ** (o.type.bits - (o.type.signed === true ? 1 : 0)) - 1 : Infinity;
  return o.fact.hi < Math.min(HUGE, largest) || o.fact.below.some((b) => !isChosen(b, o, sizes));
}

/** Less than another number that the program chooses freely: no bound. A size it can only choose as large as its memory is. */
function isChosen(bound: Occurrence['fact']['below'][number], o: Occurrence, sizes: ReadonlySet<number>): boolean {
  const index = /^#p(\d+)(?:$|[:+])/.exec(bound.symbol)?.[1];
  const other = index === undefined || sizes.has(Number(index)) ? undefined : o.parameters[Number(index)];
  return other !== undefined && other.hi >= HUGE && other.below.every((b) => b.symbol.startsWith('#p'));
}

/** Indices of parameters that give the size of memory. */
function sizesOf(unit: KfuncUnit): ReadonlySet<number> {
  return new Set(unit.definition.syntax.parameters.flatMap((p, i) => (/__szk?$/.test(p.name) ? [i] : [])));
}

/** Handed to a function that is not at hand: only a value bounded at both ends is taken as checked. */
function handedOver(use: EventOf<'pass'>, o: Occurrence, chosen: Chosen, name: string, sizes: ReadonlySet<number>): Problem | null {
  const isItself = (x: Occurrence['origins'][number]) => (chosen.isPointer ? x.k === 'load' : x.k === 'param' && x.index === chosen.index);
  if (!o.origins.some(isItself)) return null;
  const bounded = isBoundedAbove(o, sizes);
  if (lowerEnd(o) === 'ok' && bounded) return null;
  if (o.fact.lo === o.fact.hi) return null;
  const how = bounded
    ? 'with its lower end untested'
    : o.fact.lo >= 0 && o.fact.reasons.length > 0
      ? 'with its upper end untested'
      : 'without a bound';
  return {
    use,
    kind: 'bounded',
    what: `${name} is handed to ${use.callee}() ${how}`,
    sure: false,
    missing: [{ what: use.callee, why: use.why, treeWouldHelp: true }],
    occurrence: o,
    mend: null,
  };
}

/** Into or out of a member whose type is not at hand: no array in a struct is as long as a number without a bound may be, but what a pointer points to might. */
function ofUnknownLength(use: EventOf<'length'>, member: string, o: Occurrence, name: string): Problem | null {
  // the size of the program's own memory bounds what is done to that, and nothing else
  if (lowerEnd(o) === 'ok' && isBoundedAbove(o, new Set())) return null;
  return {
    use,
    kind: 'bounded',
    what: `${name} reaches the length of ${use.callee}() without a bound`,
    sure: false,
    missing: [{ what: member, why: `how long ${member} is is not at hand`, treeWouldHelp: true }],
    occurrence: o,
    mend: null,
  };
}

function describe(use: Use, o: Occurrence, name: string, low: End, high: End, extent: Extent | null, bounded: boolean): string {
  const where =
    use.k === 'shift'
      ? `the shift \`${use.text}\``
      : use.k === 'length'
        ? `the length of ${use.callee}()`
        : `the index of ${(use as EventOf<'index'>).array}`;
  const inCallee = use.chain.length > 0 ? ` (${chainText(use)})` : '';
  // a counter that runs up to it, a number made of it
  const shows = /^\w+$/.test(name) ? new RegExp(`\\b${name}\\b`).test(use.text) : use.text.includes(name.replace(/\]$/, ''));
  const verb = use.chain.length === 0 && !shows ? 'steers' : 'reaches';
  const offByOne = high === 'bad' && extent !== null && isOffByOne(o, extent);
  if (offByOne) return `${name} may equal ${extent.text} where it reaches ${where}${inCallee}: the test is off by one`;
  if (low !== 'ok' && high === 'ok') return `${name} may be negative where it reaches ${where}${inCallee}: only its upper end is tested`;
  if (low === 'ok' && high !== 'ok' && o.fact.reasons.length > 0 && bounded)
    return `${name} ${verb} ${where}${inCallee}, and its bound is not known to be within ${extent?.text ?? 'the array'}`;
  if (low === 'ok' && high === 'bad' && bounded && extent !== null)
    return `${name} ${verb} ${where}${inCallee}, and that may be as large as ${o.fact.hi}`;
  return `${name} ${verb} ${where}${inCallee} without a bound`;
}

function isOffByOne(o: Occurrence, extent: Extent): boolean {
  if (extent.value !== null && o.fact.hi === extent.value && o.fact.reasons.length > 0) return true;
  return o.fact.below.some((b) => b.symbol === extent.symbol && b.plus === extent.plus + 1);
}

function missingFor(use: Use, o: Occurrence, extent: Extent | null, low: End, high: End): Missing[] {
  const out: Missing[] = [];
  if (o.doubt !== null) out.push({ what: use.function, why: o.doubt, treeWouldHelp: true });
  if (low === 'unsure' && o.type.k === 'int') {
    const tag = o.type.enumTag;
    out.push({
      what: tag ?? 'type',
      why: tag
        ? `the definition of enum ${tag} is not at hand, so its sign is not known`
        : 'its type is not at hand, so its sign is not known',
      treeWouldHelp: true,
    });
  }
  if (high === 'unsure') {
    const size = extent?.text ?? 'the extent';
    const bound = o.fact.below.find((b) => !b.exact && !b.symbol.startsWith('#'))?.symbol;
    // of the two the one that is not known
    const [what, other] = extent !== null && extent.value !== null && bound !== undefined ? [bound, size] : [size, 'the bound'];
    out.push({ what, why: `the value of ${what} is not at hand to compare with ${other}`, treeWouldHelp: true });
  }
  return out;
}

/** The tests that there are, and why they do not do. */
function insufficient(o: Occurrence, name: string): Evidence[] {
  return o.fact.reasons.slice(-2).map((r) => context(`\`${r.text}\` does not bound ${name} on this path`, r.location));
}
