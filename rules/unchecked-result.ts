import type { Claim, EventOf, KfuncUnit, Occurrence, Origin, Rule } from '../src/rule.ts';
import { before, claimOf, ERR, NULL, pathEvidence, placeInKfunc } from '../src/rule.ts';

export const uncheckedResult: Rule = {
  id: 'unchecked-result',
  severity: 'error',
  claims:
    'A value that may be NULL or an ERR_PTR (the result of a callee, of rcu_dereference()) is dereferenced with no check on the path.',
  why: 'The verifier looks at what the program passes in, never at what the kfunc finds inside: a look-up that fails, an allocation that fails or a pointer that another CPU has just cleared is for the C code to notice.',
  advice: 'test the result before its first use, with IS_ERR() where the function returns error pointers',
  silent: 'Where the result is tested on every path, and for results of functions that are not known to fail.',
  *kfunc(unit) {
    const seen = new Set<string>();
    const uses = unit.flow.events
      .filter((e): e is Use => e.k === 'deref' || e.k === 'pass')
      .sort((x, y) => Number(x.k === 'pass') - Number(y.k === 'pass') || before(placeInKfunc(x), placeInKfunc(y)));
    for (const use of uses) {
      for (const o of use.occurrences) {
        const origin = failing(o);
        if (!origin || (use.k === 'pass' && !isPointer(unit, o, origin)) || seen.has(`${origin.callee}@${origin.at}`)) continue;
        seen.add(`${origin.callee}@${origin.at}`);
        yield claimFor(unit, use, o, origin);
      }
    }
  },
};

/** A dereference, or, where there is none, a callee out of sight that it is handed to. */
type Use = EventOf<'deref'> | EventOf<'pass'>;
type CallOrigin = Origin & { k: 'call' };

function failing(o: Occurrence): CallOrigin | null {
  const calls = o.origins.filter((x): x is CallOrigin => x.k === 'call' && x.mayFail && badBits(o, x) !== 0);
  return o.origins.some((x) => x.k === 'param') ? null : (calls[0] ?? null);
}

/** A NULL that a callee returns is a zero by itself: what it is declared to return says whether it is a pointer. */
function isPointer(unit: KfuncUnit, o: Occurrence, origin: CallOrigin): boolean {
  if (o.type.k !== 'int') return true;
  const source = unit.program.findFunction(origin.callee, unit.definition.source.file);
  const syntax = source ? unit.program.parse(source) : null;
  return syntax !== null && syntax.returns.pointers > 0;
}

/** Which of NULL and ERR_PTR this call can have brought to the place. */
function badBits(o: Occurrence, origin: CallOrigin): number {
  return o.fact.nul & (origin.fails ?? NULL | ERR);
}

function claimFor(unit: KfuncUnit, use: Use, o: Occurrence, origin: CallOrigin): Claim {
  const name = /^[&*(\s]*([A-Za-z_]\w*)/.exec(use.text)?.[1] ?? use.text;
  const bits = badBits(o, origin);
  const bad = (bits & NULL) === 0 ? 'an ERR_PTR' : (bits & ERR) === 0 ? 'NULL' : 'NULL or an ERR_PTR';
  return claimOf(uncheckedResult, unit, {
    subject: name,
    property: { kind: 'code' },
    location: placeInKfunc(use),
    message: `${name} may be ${bad} (from ${origin.callee}()) where it is ${use.k === 'pass' ? `handed to ${use.callee}()` : 'dereferenced'}${use.chain.length > 0 ? ` in ${use.function}()` : ''}`,
    path: pathEvidence(use, `${use.k === 'pass' ? 'hands on' : 'dereferences'} what ${origin.callee}() gave: ${use.text}`),
    missing: [
      ...(use.k === 'pass' ? [{ what: use.callee, why: use.why, treeWouldHelp: true }] : []),
      ...(o.doubt === null ? [] : [{ what: use.function, why: o.doubt, treeWouldHelp: true }]),
    ],
  });
}
