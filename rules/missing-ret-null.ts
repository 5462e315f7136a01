import type { Claim, EventOf, Evidence, FlagState, KfuncUnit, Missing, Occurrence, Rule } from '../src/rule.ts';
import {
  carries,
  claimOf,
  flagAdded,
  flagEvidence,
  flagState,
  givesMemory,
  NULL,
  returnsOf,
  since,
  step,
  structPointer,
  untrustedResult,
} from '../src/rule.ts';

const FLAG = 'KF_RET_NULL';

export const missingRetNull: Rule = {
  id: 'missing-ret-null',
  severity: 'error',
  claims: 'The kfunc may return NULL and is registered without KF_RET_NULL.',
  why: 'KF_RET_NULL is what makes the verifier demand a NULL check in the program. Without it the program may go on with the pointer as it is: hand it to the next kfunc, which takes the verifier at its word, or, since 7.0 and for plain memory always, load through it.',
  advice: 'add KF_RET_NULL to the BTF_ID_FLAGS line, or never return NULL',
  silent:
    'For functions that return no pointer, or void * (a number to the program), and where every return gives a pointer that is not NULL.',
  *kfunc(unit) {
    const { returns } = unit.definition.syntax;
    if (returns.pointers === 0 || (returns.name === 'void' && returns.pointers === 1 && !givesMemory(unit.kfunc.name))) return;
    const claim = claimFor(unit);
    if (claim) yield claim;
  },
};

interface Null {
  event: EventOf<'return'>;
  /** the parameter that is handed back as it came; its nullness is the verifier's business */
  parameter: number | null;
  message: string;
  missing: Missing[];
}

/** The surest NULL among the returns: one seen in the code, then a parameter handed back, then what is out of sight. */
function claimFor(unit: KfuncUnit): Claim | null {
  const nulls = returnsOf(unit).flatMap((event) => event.occurrences.flatMap((o) => nullIn(unit, event, o) ?? []));
  const found = nulls.sort((a, b) => weight(a) - weight(b))[0];
  if (!found) return null;
  const state = flagState(unit.kfunc, FLAG);
  const entry = state.lacking[0];
  return claimOf(missingRetNull, unit, {
    subject: 'return',
    property: found.parameter === null ? { kind: 'code' } : { kind: 'non-null', parameter: found.parameter },
    severity: severityOf(unit),
    location: found.event.location,
    message: found.message,
    path: [
      step(`${unit.kfunc.name}() returns \`${found.event.text}\``, found.event.location),
      ...(entry ? [step(`registered without ${FLAG}: ${entry.line}`, entry.location)] : []),
    ],
    guards: [...flagEvidence(state, FLAG), ...assumedByIterator(state), ...untrustedObject(unit)],
    missing: [...found.missing, ...state.missing],
    mend: state.lacking.length === 1 ? flagAdded(unit.program, entry, FLAG) : null,
  });
}

function weight(n: Null): number {
  return n.missing.length > 0 ? 2 : n.parameter !== null ? 1 : 0;
}

function nullIn(unit: KfuncUnit, event: EventOf<'return'>, o: Occurrence): Null | null {
  if ((o.fact.nul & NULL) === 0) return null;
  const name = unit.kfunc.name;
  const sure = { event, parameter: null, missing: [] };
  if (o.fact.nul === NULL && o.origins.every((x) => x.k === 'const')) return { ...sure, message: `${name}() may return NULL` };
  const failing = o.origins.find((x) => x.k === 'call' && x.mayFail && ((x.fails ?? NULL) & NULL) !== 0);
  if (failing?.k === 'call' && o.doubt === null)
    return { ...sure, message: `${name}() returns what ${failing.callee}() gives, which may be NULL` };
  if (o.fact.nul === NULL && o.doubt === null)
    return { ...sure, message: `${name}() returns \`${event.text}\`, which is NULL on some path` };
  const [only] = o.origins;
  if (o.origins.length === 1 && only?.k === 'param') {
    const { name: parameter } = unit.definition.syntax.parameters[only.index]!;
    return { event, parameter: only.index, message: `${name}() returns its argument ${parameter}, which may be NULL`, missing: [] };
  }
  return {
    event,
    parameter: null,
    message: `${name}() returns \`${event.text}\`, which may be NULL`,
    missing: [whatIsMissing(unit, event, o)],
  };
}

function whatIsMissing(unit: KfuncUnit, event: EventOf<'return'>, o: Occurrence): Missing {
  const call = o.origins.find((x) => x.k === 'call');
  if (call?.k === 'call') {
    const why = unit.flow.unknownCallees.get(call.callee);
    return {
      what: call.callee,
      why: `whether ${call.callee}() returns NULL is not known${why ? `: ${why}` : ''}`,
      treeWouldHelp: why !== undefined,
    };
  }
  return {
    what: event.text,
    why: o.doubt ?? `whether \`${event.text}\` is ever NULL can't be told from the code`,
    treeWouldHelp: o.doubt !== null,
  };
}

/** Up to 6.19 loads through a plain struct pointer are fault-handled; what is acquired or plain memory is not. */
function severityOf(unit: KfuncUnit): 'error' | 'warning' {
  const acquires = unit.kfunc.entries.some((e) => e.flags.includes('KF_ACQUIRE'));
  return since(unit, '7.0') || acquires || structPointer(unit.definition.syntax.returns) === null ? 'error' : 'warning';
}

/** The program can't rely on the pointer at all, so NULL is one value among others. */
function untrustedObject(unit: KfuncUnit): Evidence[] {
  const said = untrustedResult(unit.kfunc.name, unit.series);
  if (!said) return [];
  const { path, symbol, quote } = said;
  const text = `the verifier hands out what ${unit.kfunc.name}() returns as untrusted: reads through it are checked for faults, NULL included`;
  return [{ kind: 'verifier', role: 'carries', text, location: null, source: { kernel: unit.series, path, symbol, quote } }];
}

/** At the end of an iteration the verifier takes NULL for granted, whatever the flags say. */
function assumedByIterator(state: FlagState): Evidence[] {
  if (state.lacking.length === 0 || !state.lacking.every((e) => e.flags.includes('KF_ITER_NEXT'))) return [];
  const entry = state.lacking[0]!;
  return [
    carries(
      'registration',
      `KF_ITER_NEXT: the verifier follows the end of the iteration, where next() gives NULL, without being told: ${entry.line}`,
      entry.location,
    ),
  ];
}
