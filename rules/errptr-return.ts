import type { Claim, EventOf, KfuncUnit, Missing, Occurrence, Rule } from '../src/rule.ts';
import { claimOf, ERR, returnsOf, step } from '../src/rule.ts';

export const errptrReturn: Rule = {
  id: 'errptr-return',
  severity: 'error',
  claims: 'The kfunc returns an ERR_PTR, or a negative number in a pointer or unsigned type: the program can not tell it from a value.',
  why: 'The verifier knows of NULL and of nothing else. An ERR_PTR passes the NULL check of the program, and then it is a pointer like any other: loaded through, handed to the next kfunc, released. A negative errno in an unsigned type is a large number, and in a bool it is true.',
  advice: 'turn errors into NULL and register with KF_RET_NULL, or return an int and hand the result out through a parameter',
  silent:
    'For int and other signed types, for void * (a number to the program), and where IS_ERR() values are turned into NULL on every path.',
  *kfunc(unit) {
    const { returns } = unit.definition.syntax;
    if (returns.name === 'void' && returns.pointers <= 1) return;
    const claim = returns.pointers > 0 ? pointerClaim(unit) : numberClaim(unit);
    if (claim) yield claim;
  },
};

/** An error pointer seen in the code first, then one that only might be. */
function pointerClaim(unit: KfuncUnit): Claim | null {
  let unsure: Claim | null = null;
  for (const event of returnsOf(unit)) {
    if (event.negative) return make(unit, event, `${unit.kfunc.name}() returns the negative number \`${event.text}\` as a pointer`, []);
    for (const o of event.occurrences) {
      const found = errorIn(unit, event, o);
      if (found?.sure) return make(unit, event, found.message, []);
      if (found) unsure ??= make(unit, event, found.message, found.missing);
    }
  }
  return unsure;
}

interface Found {
  message: string;
  sure: boolean;
  missing: Missing[];
}

function errorIn(unit: KfuncUnit, event: EventOf<'return'>, o: Occurrence): Found | null {
  if ((o.fact.nul & ERR) === 0) return null;
  const name = unit.kfunc.name;
  const made: Found = { message: `${name}() returns an ERR_PTR: \`${event.text}\``, sure: true, missing: [] };
  if (o.origins.every((x) => x.k === 'const')) return made;
  const calls = o.origins.filter((x) => x.k === 'call');
  const failing = calls.find((x) => x.mayFail && x.known && ((x.fails ?? ERR) & ERR) !== 0);
  if (failing)
    return {
      message: `${name}() returns what ${failing.callee}() gives, which may be an ERR_PTR`,
      sure: o.doubt === null,
      missing: doubtOf(event, o),
    };
  // the code itself found it to be one
  if (o.fact.nul === ERR && o.doubt === null) return made;
  const unknown = calls.find((x) => unit.flow.unknownCallees.has(x.callee));
  if (!unknown) return null;
  const why = `whether ${unknown.callee}() returns an ERR_PTR is not known: ${unit.flow.unknownCallees.get(unknown.callee)}`;
  return {
    message: `${name}() returns what ${unknown.callee}() gives, which may be an ERR_PTR`,
    sure: false,
    missing: [{ what: unknown.callee, why, treeWouldHelp: true }],
  };
}

function doubtOf(event: EventOf<'return'>, o: Occurrence): Missing[] {
  return o.doubt === null ? [] : [{ what: event.text, why: o.doubt, treeWouldHelp: true }];
}

/** `u32 f() { return -EINVAL; }` */
function numberClaim(unit: KfuncUnit): Claim | null {
  const event = returnsOf(unit).find(
    (e) => e.negative && e.occurrences.some((o) => o.type.k === 'int' && (o.type.signed === false || o.type.bool)),
  );
  const type = event?.occurrences.find((o) => o.type.k === 'int')?.type;
  if (!event || type?.k !== 'int') return null;
  const becomes = type.bool ? 'true' : 'a large number';
  const declared = unit.definition.syntax.returns.name;
  return make(unit, event, `${unit.kfunc.name}() returns \`${event.text}\` as ${declared}: the program sees ${becomes}`, [], 'warning');
}

function make(unit: KfuncUnit, event: EventOf<'return'>, message: string, missing: Missing[], severity?: 'warning'): Claim {
  return claimOf(errptrReturn, unit, {
    subject: 'return',
    property: { kind: 'code' },
    location: event.location,
    message,
    path: [step(`${event.function}() returns \`${event.text}\``, event.location)],
    missing,
    ...(severity ? { severity, advice: 'return a signed type' } : {}),
  });
}
