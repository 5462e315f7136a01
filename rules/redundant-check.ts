import type { Claim, EventOf, KfuncUnit, Rule } from '../src/rule.ts';
import { assumedSeries, before, claimOf, step } from '../src/rule.ts';

export const redundantCheck: Rule = {
  id: 'redundant-check',
  severity: 'note',
  claims: 'A pointer parameter is tested for NULL although the verifier lets no NULL through.',
  why: 'The check is never true. It costs little, but it tells the reader that NULL may arrive, and the next kfunc is copied from this one. Since 7.0 such checks are being taken out of the tree.',
  advice: 'drop the check, or mark the parameter __nullable if programs are meant to pass NULL',
  silent:
    'For variables that held a parameter and have been given another value since, for tests inside macros and callees, and for parameters that are no pointers.',
  *kfunc(unit) {
    for (const [index, parameter] of unit.definition.syntax.parameters.entries()) {
      if (parameter.name === '' || parameter.type.pointers + parameter.type.dims.length === 0) continue;
      const test = unit.flow.events
        .filter((e): e is Test => e.k === 'test' && e.chain.length === 0 && !e.inMacro && isUntouched(e, index))
        .sort((a, b) => before(a.location, b.location))[0];
      if (test) yield claimFor(unit, test, index, parameter.name);
    }
  },
};

type Test = EventOf<'test'>;

/** On every path it is the parameter as it came, and the test is the first thing that could tell NULL from the rest. */
function isUntouched(event: Test, index: number): boolean {
  return event.occurrences.every(
    (o) => o.doubt === null && o.origins.length === 1 && o.origins[0]!.k === 'param' && o.origins[0]!.index === index,
  );
}

function claimFor(unit: KfuncUnit, test: Test, index: number, name: string): Claim {
  return claimOf(redundantCheck, unit, {
    subject: name,
    property: { kind: 'maybe-null', parameter: index },
    location: test.location,
    message: `${name} is tested for NULL, which never arrives`,
    path: [step(`${test.function}() tests ${name}: \`${test.text}\``, test.location)],
    missing: assumedSeries(unit),
  });
}
