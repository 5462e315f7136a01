import type { Claim, EventOf, KfuncUnit, Occurrence, Rule } from '../src/rule.ts';
import { before, claimOf, isFromParameter, NULL, pathEvidence, placeInKfunc, structPointer, trustedArgs, VALID } from '../src/rule.ts';

export const untrustedParam: Rule = {
  id: 'untrusted-param',
  severity: 'warning',
  claims:
    'A kernel object is dereferenced, re-referenced or kept in an iterator although no flag makes the verifier refuse a walked, possibly stale pointer.',
  why: 'Before 7.0 a kfunc without KF_TRUSTED_ARGS, KF_RCU or KF_RELEASE takes pointers that a program read out of other objects. Such a pointer may be NULL, and it may point to memory that was freed since: a NULL test in the kfunc does not help against the second.',
  advice: 'register the kfunc with KF_TRUSTED_ARGS, or with KF_RCU where an object under RCU protection is enough',
  silent:
    'From 7.0 on, where every argument is trusted by default; for parameters that are never used; and where the same parameter is already claimed as unchecked, which a trusting flag mends too.',
  *kfunc(unit) {
    if (!beforeTrustedByDefault(unit.series)) return;
    for (const [index, parameter] of unit.definition.syntax.parameters.entries()) {
      if (parameter.name === '' || structPointer(parameter.type) === null) continue;
      const claim = claimFor(unit, index, parameter.name);
      if (claim) yield claim;
    }
  },
};

/** The default changed in 7.0; see "Make KF_TRUSTED_ARGS the default for all kfuncs". */
function beforeTrustedByDefault(series: string): boolean {
  return Number(series.split('.')[0]) < 7;
}

type Use = EventOf<'deref'> | EventOf<'pass'> | EventOf<'keep'>;

const ORDER = { deref: 0, keep: 1, pass: 2 };

function claimFor(unit: KfuncUnit, index: number, name: string): Claim | null {
  // what an iterator keeps is what its next() uses
  const keeps = unit.kfunc.entries.some((e) => e.flags.includes('KF_ITER_NEW'));
  const uses = unit.flow.events.filter(
    (e): e is Use =>
      (e.k === 'deref' || e.k === 'pass' || (keeps && e.k === 'keep')) && e.occurrences.some((o) => isFromParameter(o, index)),
  );
  // A use that NULL reaches is the business of unchecked-param.
  if (uses.some((u) => u.k !== 'keep' && u.occurrences.some((o) => isFromParameter(o, index) && (o.fact.nul & NULL) !== 0))) return null;
  const inOrder = uses
    .filter((u) => u.occurrences.some((o) => usable(o, index)))
    .sort((x, y) => ORDER[x.k] - ORDER[y.k] || before(placeInKfunc(x), placeInKfunc(y)));
  const use = inOrder[0];
  if (!use) return null;
  return claimOf(untrustedParam, unit, {
    subject: name,
    property: { kind: 'trusted', parameter: index },
    location: placeInKfunc(use),
    message: `${name} may be a walked pointer to an object that is gone, and it is ${HOW[use.k](use)}`,
    path: pathEvidence(use, STEP[use.k](use)),
    missing: use.k === 'pass' ? [{ what: use.callee, why: use.why, treeWouldHelp: true }] : [],
    // no flag makes the verifier look at an ignored argument
    mend: name.endsWith('__ign') ? null : trustedArgs(unit),
  });
}

const calleeOf = (use: Use) => (use.k === 'pass' ? use.callee : '');

/** What is done with it, and as a step of the path. */
const HOW: Record<Use['k'], (use: Use) => string> = {
  deref: () => 'dereferenced',
  keep: () => 'kept in the iterator',
  pass: (use) => `handed to ${calleeOf(use)}()`,
};

const STEP: Record<Use['k'], (use: Use) => string> = {
  deref: (use) => `dereferences it: ${use.text}`,
  keep: (use) => `keeps it for the rounds that follow: ${use.text}`,
  pass: (use) => `hands it to ${calleeOf(use)}(): ${use.text}`,
};

function usable(o: Occurrence, index: number): boolean {
  return isFromParameter(o, index) && (o.fact.nul & VALID) !== 0;
}
