import type { Claim, EventOf, Evidence, KfuncUnit, Occurrence, Origin, Rule } from '../src/rule.ts';
import { before, claimOf, ERR, NULL, pathEvidence, placeInKfunc, step } from '../src/rule.ts';

export const uncheckedResult: Rule = {
  id: 'unchecked-result',
  severity: 'error',
  claims:
    'A value that may be NULL or an ERR_PTR (the result of a callee, also what it leaves by address, of rcu_dereference(), a member that is on record as one that may be NULL, a variable that the code itself set to NULL) is dereferenced with no check on the path.',
  why: 'The verifier looks at what the program passes in, never at what the kfunc finds inside: a look-up that fails, an allocation that fails, a member that not every object has or a pointer that another CPU has just cleared is for the C code to notice.',
  advice: 'test the result before its first use, with IS_ERR() where the function returns error pointers',
  silent:
    'Where the result is tested on every path, for results of functions that are not known to fail, and for members that `kfunc-patterns.yaml` does not list.',
  *kfunc(unit) {
    const seen = new Set<string>();
    const uses = unit.flow.events
      .filter((e): e is Use => e.k === 'deref' || e.k === 'pass')
      .sort((x, y) => Number(x.k === 'pass') - Number(y.k === 'pass') || before(placeInKfunc(x), placeInKfunc(y)));
    for (const use of uses) {
      for (const o of use.occurrences) {
        const origin = failing(o);
        if (!origin && isNullItself(use, o) && !seen.has(nameOf(use.text))) {
          seen.add(nameOf(use.text));
          yield nullClaim(unit, use, o);
        }
        if (!origin || (use.k === 'pass' && !isPointer(unit, o, origin)) || seen.has(sourceKey(origin))) continue;
        seen.add(sourceKey(origin));
        yield claimFor(unit, use, o, origin);
      }
    }
  },
};

function nameOf(text: string): string {
  return /^[&*(\s]*([A-Za-z_]\w*)/.exec(text)?.[1] ?? text;
}

/** A dereference, or, where there is none, a callee out of sight that it is handed to. */
type Use = EventOf<'deref'> | EventOf<'pass'>;
type Failing = Origin & { k: 'call' | 'load' };

function failing(o: Occurrence): Failing | null {
  if (o.origins.some((x) => x.k === 'param')) return null;
  return o.origins.find((x): x is Failing => (x.k === 'call' || x.k === 'load') && badBits(o, x) !== 0) ?? null;
}

/** `q = p ? p->next : NULL; q->n`: on this path the code itself has put NULL there. */
function isNullItself(use: Use, o: Occurrence): boolean {
  return (
    use.k === 'deref' && use.chain.length === 0 && o.fact.nul === NULL && o.origins.length > 0 && o.origins.every((x) => x.k === 'const')
  );
}

function nullClaim(unit: KfuncUnit, use: Use, o: Occurrence): Claim {
  const name = nameOf(use.text);
  const sure = !o.merged && !mayKnowBetter(unit);
  const doubt = o.doubt ?? (sure ? null : `whether the way on which nothing else is put into ${name} is ever taken is not known`);
  return claimOf(uncheckedResult, unit, {
    subject: name,
    property: { kind: 'code' },
    location: placeInKfunc(use),
    message: `${name} is still the NULL that it was given where it is dereferenced`,
    path: pathEvidence(use, `dereferences it: ${use.text}`),
    missing: doubt === null ? [] : [{ what: use.function, why: doubt, treeWouldHelp: true }],
  });
}

/**
 * Where a loop looks for something the code may know that it is there, and `if (flags & SET) q = p; … if (flags & SET) q->n` asks the same question twice, which only
 * some questions are followed to.
 */
function mayKnowBetter(unit: KfuncUnit): boolean {
  const { file, start, end } = unit.definition.source;
  const body = file.text.slice(start, end);
  if (/\b(?:for|while|do)\b|for_each/.test(body)) return true;
  const conditions = [...body.matchAll(/\b(?:if|while)\s*\(([^;{}]*)\)\s*(?:\{|\n)/g)].map((m) => m[1]!.replace(/[\s!]+/g, ''));
  return new Set(conditions).size < conditions.length;
}

/** One claim a call, one a member of an object. */
function sourceKey(origin: Failing): string {
  return origin.k === 'call' ? `${origin.callee}@${origin.at}` : origin.text;
}

/** A NULL that a callee returns is a zero by itself: what it is declared to return says whether it is a pointer. */
function isPointer(unit: KfuncUnit, o: Occurrence, origin: Failing): boolean {
  if (o.type.k !== 'int' || origin.k === 'load') return true;
  const source = unit.program.findFunction(origin.callee, unit.definition.source.file);
  const syntax = source ? unit.program.parse(source) : null;
  return syntax !== null && syntax.returns.pointers > 0;
}

/** Which of NULL and ERR_PTR this call or member can have brought to the place. */
function badBits(o: Occurrence, origin: Failing): number {
  if (origin.k === 'load') return origin.member ? o.fact.nul & NULL : 0;
  return origin.mayFail ? o.fact.nul & (origin.fails ?? NULL | ERR) : 0;
}

function claimFor(unit: KfuncUnit, use: Use, o: Occurrence, origin: Failing): Claim {
  const { name, from, was } = sourceWords(use, o, origin);
  const bits = badBits(o, origin);
  const bad = (bits & NULL) === 0 ? 'an ERR_PTR' : (bits & ERR) === 0 ? 'NULL' : 'NULL or an ERR_PTR';
  return claimOf(uncheckedResult, unit, {
    subject: name,
    property: { kind: 'code' },
    location: placeInKfunc(use),
    message: `${name} may be ${bad} (${from}) where it is ${use.k === 'pass' ? `handed to ${use.callee}()` : 'dereferenced'}${use.chain.length > 0 ? ` in ${use.function}()` : ''}`,
    path: [...onRecord(unit, origin), ...pathEvidence(use, `${use.k === 'pass' ? 'hands on' : 'dereferences'} what ${was}: ${use.text}`)],
    missing: [
      ...(use.k === 'pass' ? [{ what: use.callee, why: use.why, treeWouldHelp: true }] : []),
      ...(o.doubt === null ? [] : [{ what: use.function, why: o.doubt, treeWouldHelp: true }]),
    ],
  });
}

/** In a callee the value goes by other names: the reader of the kfunc knows it by its own. */
function sourceWords(use: Use, { as }: Occurrence, origin: Failing): { name: string; from: string; was: string } {
  if (origin.k === 'load') return { name: origin.text, from: origin.member?.why ?? '', was: `${origin.text} holds` };
  const name = nameOf(as ?? use.text);
  return { name, from: `from ${origin.callee}()`, was: `${origin.callee}() gave` };
}

/** Where the kernel says that the member may be NULL. */
function onRecord(unit: KfuncUnit, origin: Failing): Evidence[] {
  const member = origin.k === 'load' ? origin.member : undefined;
  if (!member) return [];
  const text = `${member.member} of struct ${member.struct} may be NULL: ${member.why}`;
  return [{ ...step(text, null), source: { kernel: member.since ?? unit.series, ...member.source, quote: null } }];
}
