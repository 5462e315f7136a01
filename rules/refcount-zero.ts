import type { Claim, EventOf, KfuncUnit, Rule } from '../src/rule.ts';
import { before, claimOf, isFromParameter, pathEvidence, placeInKfunc, since, VALID } from '../src/rule.ts';

export const refcountZero: Rule = {
  id: 'refcount-zero',
  severity: 'error',
  claims: 'A KF_RCU argument, whose reference count may be zero already, is re-referenced with a get that needs a live count.',
  why: 'KF_RCU promises that the object is not freed before the RCU section ends, and not that anybody still holds a reference. A plain get on a count of zero brings back to life what is about to be freed: refcount_t warns and saturates, older counters corrupt silently.',
  advice: 'use the get that tests the count (refcount_inc_not_zero(), css_tryget(), tryget_…) and return NULL where it fails',
  silent: 'For gets that test the count, and for an object of which the code holds a reference already.',
  *kfunc(unit) {
    for (const [index, parameter] of unit.definition.syntax.parameters.entries()) {
      if (parameter.name === '' || !concerns(unit)) continue;
      const claim = claimFor(unit, index, parameter.name);
      if (claim) yield claim;
    }
  },
};

/** Before 7.0 an argument that no flag protects may be a stale pointer as a whole: that is what untrusted-param claims. */
function concerns(unit: KfuncUnit): boolean {
  const isProtected = (flags: string[]) => flags.some((f) => f === 'KF_RCU' || f === 'KF_TRUSTED_ARGS' || f === 'KF_RELEASE');
  return since(unit, '7.0') || unit.kfunc.entries.every((e) => isProtected(e.flags) || e.unreadFlags.length > 0);
}

function claimFor(unit: KfuncUnit, index: number, name: string): Claim | null {
  const gets = unit.flow.events
    .filter(
      (e): e is EventOf<'get'> =>
        e.k === 'get' && e.live && !e.held && e.occurrences.some((o) => isFromParameter(o, index) && (o.fact.nul & VALID) !== 0),
    )
    .sort((a, b) => before(placeInKfunc(a), placeInKfunc(b)) || a.chain.length - b.chain.length);
  const get = gets[0];
  if (!get) return null;
  const doubt = get.occurrences.every((o) => !isFromParameter(o, index) || o.doubt !== null) ? get.occurrences[0]!.doubt : null;
  return claimOf(refcountZero, unit, {
    subject: name,
    property: { kind: 'live-count', parameter: index },
    location: placeInKfunc(get),
    message: `${get.callee}() takes a reference of ${name}, whose count may be zero already${get.chain.length > 0 ? `, in ${get.function}()` : ''}`,
    path: pathEvidence(get, `takes a reference without testing the count: ${get.text}`),
    missing: doubt === null ? [] : [{ what: get.function, why: doubt, treeWouldHelp: true }],
  });
}
