import type { Claim, EventOf, Evidence, FlowEvent, KfuncUnit, Mend, Missing, Rule } from '../src/rule.ts';
import {
  before,
  claimOf,
  context,
  isFromParameter,
  NULL,
  nullTest,
  offsetOf,
  pathEvidence,
  placeInKfunc,
  since,
  trustedArgs,
} from '../src/rule.ts';

export const uncheckedParam: Rule = {
  id: 'unchecked-param',
  severity: 'error',
  claims: 'A pointer parameter that may be NULL is dereferenced, here or in a callee, with no check on the path.',
  why: 'A kfunc runs in the kernel with arguments that a BPF program chose. What the verifier does not check at load time, the kfunc has to check itself; a NULL that gets through is an oops.',
  advice: 'test the parameter before its first use, or register the kfunc with a flag that makes the verifier refuse NULL',
  silent: 'Where every path to the dereference tests the parameter first, and for parameters that are never dereferenced.',
  *kfunc(unit) {
    for (const [index, parameter] of unit.definition.syntax.parameters.entries()) {
      if (parameter.type.pointers + parameter.type.dims.length === 0 || parameter.name === '') continue;
      const claim = claimFor(unit, index, parameter.name);
      if (claim) yield claim;
    }
  },
};

type Use = EventOf<'deref'> | EventOf<'pass'>;

/** The first dereference that a NULL reaches; failing that, the first callee out of sight that it is handed to. */
function claimFor(unit: KfuncUnit, index: number, name: string): Claim | null {
  const uses = unit.flow.events.filter(
    (e): e is Use => (e.k === 'deref' || e.k === 'pass') && e.occurrences.some((o) => mayBeNull(o, index)),
  );
  const inOrder = uses.sort(
    (x, y) => rank(x, index) - rank(y, index) || before(placeInKfunc(x), placeInKfunc(y)) || x.chain.length - y.chain.length,
  );
  const use = inOrder[0];
  if (!use) return null;
  const message =
    use.k === 'pass'
      ? `${name} is handed to ${use.callee}() without a NULL check`
      : use.chain.length > 0
        ? `${name} is dereferenced in ${use.function}() without a NULL check`
        : `${name} is dereferenced without a NULL check`;
  return claimOf(uncheckedParam, unit, {
    subject: name,
    property: { kind: 'non-null', parameter: index },
    location: placeInKfunc(use),
    message,
    path: pathEvidence(use, use.k === 'pass' ? `hands it to ${use.callee}(): ${use.text}` : `dereferences it: ${use.text}`),
    guards: laterTests(unit, index, name, use),
    missing: missingFor(use, index),
    mend: mendFor(unit, use, name),
  });
}

/** A flag that makes the verifier refuse NULL; where NULL is meant to come, or the flag is of no use, a test. */
function mendFor(unit: KfuncUnit, use: Use, name: string): Mend | null {
  const meant = /__(nullable|opt|ign)$/.test(name);
  if (!meant && since(unit, '6.3') && !since(unit, '7.0')) return trustedArgs(unit);
  const { source, syntax } = unit.definition;
  const toldOfNull = unit.kfunc.entries.length > 0 && unit.kfunc.entries.every((e) => e.flags.includes('KF_RET_NULL'));
  return name.endsWith('__ign') ? null : nullTest(source.file, syntax, name, offsetOf(source.file.text, placeInKfunc(use)), toldOfNull);
}

function mayBeNull(o: Use['occurrences'][number], index: number): boolean {
  return isFromParameter(o, index) && (o.fact.nul & NULL) !== 0;
}

/** Dereferences seen for sure come before those behind code that could not be read, and those before what is out of sight. */
function rank(use: Use, index: number): number {
  if (use.k === 'pass') return 2;
  return use.occurrences.some((o) => mayBeNull(o, index) && o.doubt === null) ? 0 : 1;
}

function missingFor(use: Use, index: number): Missing[] {
  if (use.k === 'pass') return [{ what: use.callee, why: use.why, treeWouldHelp: true }];
  const relevant = use.occurrences.filter((o) => mayBeNull(o, index));
  if (relevant.some((o) => o.doubt === null)) return [];
  return [{ what: use.function, why: relevant[0]?.doubt ?? 'the code could not be read', treeWouldHelp: true }];
}

/** A NULL test further down does not speak of the parameter where the variable has been given another value by then. */
function laterTests(unit: KfuncUnit, index: number, name: string, use: Use): Evidence[] {
  const out: Evidence[] = [];
  const tests = unit.flow.events.filter((e): e is EventOf<'test'> => e.k === 'test' && e.variable === name && e.chain.length === 0);
  const rebinds = unit.flow.events.filter((e): e is EventOf<'rebind'> => e.k === 'rebind' && e.variable === name && e.chain.length === 0);
  for (const test of tests) {
    if (before(test.location, placeInKfunc(use)) <= 0) continue;
    const other = test.occurrences.find((o) => !isFromParameter(o, index));
    if (!other) {
      out.push(context(`the later test of ${name} comes after the dereference and guards nothing before it`, test.location));
      continue;
    }
    const rebind = lastBefore(rebinds, test);
    const source = rebind ? `what \`${rebind.source}\` put there` : describeOrigin(other.origins);
    out.push(
      context(
        `the later test of ${name} says nothing of the parameter: it is about ${source}${rebind ? ` in line ${rebind.location.line}` : ''}`,
        test.location,
      ),
    );
  }
  return out;
}

function lastBefore(events: EventOf<'rebind'>[], test: FlowEvent): EventOf<'rebind'> | undefined {
  return events.filter((r) => before(r.location, test.location) < 0).at(-1);
}

function describeOrigin(origins: EventOf<'test'>['occurrences'][number]['origins']): string {
  const call = origins.find((o) => o.k === 'call');
  if (call?.k === 'call') return `the result of ${call.callee}()`;
  const load = origins.find((o) => o.k === 'load');
  return load?.k === 'load' ? `the value read from ${load.text}` : 'another value';
}
