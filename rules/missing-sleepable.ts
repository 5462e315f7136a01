import type { Claim, EventOf, KfuncUnit, Missing, Rule } from '../src/rule.ts';
import { before, chainText, claimOf, flagAdded, flagState, pathEvidence, placeInKfunc, step } from '../src/rule.ts';

const FLAG = 'KF_SLEEPABLE';

export const missingSleepable: Rule = {
  id: 'missing-sleepable',
  severity: 'error',
  claims: 'The kfunc may sleep and is registered without KF_SLEEPABLE, or it sleeps where its own code holds a spinlock or an RCU section.',
  why: 'Most programs run where nothing may sleep: inside an RCU section, with preemption off, in an interrupt. KF_SLEEPABLE makes the verifier refuse the call from such a program. Under a lock that the kfunc itself holds no flag helps.',
  advice: 'add KF_SLEEPABLE to the BTF_ID_FLAGS line, or use what does not sleep (GFP_ATOMIC, a trylock)',
  silent:
    'For functions that call nothing that may sleep, and for allocations whose gfp flags forbid it. Where the code asks first whether it may sleep (`if (r->may_fault)`) the claim is undecided.',
  *kfunc(unit) {
    const sleeps = unit.flow.events
      .filter((e): e is Sleep => e.k === 'sleep')
      .sort(
        (a, b) =>
          Number(a.permission !== null) - Number(b.permission !== null) ||
          a.chain.length - b.chain.length ||
          before(placeInKfunc(a), placeInKfunc(b)),
      );
    const held = sleeps.filter((e) => heldAt(e) !== null);
    const atomic = held.find((e) => e.unsure === null && e.permission === null) ?? held[0];
    if (atomic) yield underLock(unit, atomic);
    else yield* allocatesUnderLock(unit);
    const first = sleeps[0];
    const claim = first ? unflagged(unit, first) : outOfSight(unit);
    if (claim) yield claim;
  },
};

type Sleep = EventOf<'sleep'>;
type Call = EventOf<'call'>;

const HELD = {
  rcu: 'an RCU read-side section',
  spin: 'a spinlock',
  preempt: 'preemption disabled',
  irq: 'interrupts disabled',
  bh: 'bottom halves disabled',
};

/** What is held where it sleeps, of what the code itself took. A mutex may be slept under. */
function heldAt(event: Sleep | Call): string | null {
  for (const [kind, what] of Object.entries(HELD)) if ((event.context.get(kind as keyof typeof HELD) ?? 0) > 0) return what;
  return null;
}

function underLock(unit: KfuncUnit, event: Sleep): Claim {
  const where = event.chain.length > 0 ? ` (${chainText(event)})` : '';
  return claimOf(missingSleepable, unit, {
    subject: event.callee,
    property: { kind: 'code' },
    location: placeInKfunc(event),
    message: `${event.callee}() may sleep${where}, and the code holds ${heldAt(event)} there`,
    advice: 'sleep before the section is entered or after it is left, or use what does not sleep',
    path: pathEvidence(event, `may sleep: ${event.text}`),
    missing: [...(event.unsure === null ? [] : [{ what: event.function, why: event.unsure, treeWouldHelp: true }]), ...askedFor(event)],
  });
}

/** The allocation's gfp flags are chosen while the code runs: some choice may let it sleep. */
function* allocatesUnderLock(unit: KfuncUnit): Iterable<Claim> {
  const call = unit.flow.events.find((e): e is Call => e.k === 'call' && e.known && e.sleeps === 'unknown' && heldAt(e) !== null);
  if (!call) return;
  yield claimOf(missingSleepable, unit, {
    subject: call.callee,
    property: { kind: 'code' },
    location: placeInKfunc(call),
    message: `${call.callee}() may sleep if its gfp flags let it, and the code holds ${heldAt(call)} there`,
    advice: 'use GFP_ATOMIC there',
    path: pathEvidence(call, `may sleep: ${call.text}`),
    missing: [{ what: call.callee, why: `whether the gfp flags of \`${call.text}\` let it sleep is not known`, treeWouldHelp: false }],
  });
}

function unflagged(unit: KfuncUnit, event: Sleep): Claim {
  const where = event.chain.length > 0 ? ` (${chainText(event)})` : '';
  const { lacking } = flagState(unit.kfunc, FLAG);
  const entry = lacking[0];
  return claimOf(missingSleepable, unit, {
    subject: FLAG,
    property: { kind: 'sleepable' },
    location: placeInKfunc(event),
    message: `${unit.kfunc.name}() may sleep in ${event.callee}()${where} and programs that must not sleep can call it`,
    path: [
      ...pathEvidence(event, `may sleep: ${event.text}`),
      ...(entry ? [step(`registered without ${FLAG}: ${entry.line}`, entry.location)] : []),
    ],
    missing: askedFor(event),
    mend: lacking.length === 1 ? flagAdded(unit.program, entry, FLAG) : null,
  });
}

/** The code itself asks whether it may sleep before it does. */
function askedFor({ callee, permission }: Sleep): Missing[] {
  if (permission === null) return [];
  return [
    { what: callee, why: `whether \`${permission}\` holds when programs that must not sleep call it can't be told`, treeWouldHelp: false },
  ];
}

/** Nothing that sleeps is seen, but some of what is called is not either. One claim for all of it: it is one question. */
function outOfSight(unit: KfuncUnit): Claim | null {
  const calls = unit.flow.events.filter((e): e is EventOf<'call'> => e.k === 'call' && e.sleeps === 'unknown' && e.chain.length === 0);
  const names = [...new Set([...calls.map((e) => e.callee), ...unit.flow.unknownCallees.keys()])];
  if (names.length === 0 && !unit.flow.partial) return null;
  const missing = names.slice(0, 3).map((name): Missing => {
    const why = unit.flow.unknownCallees.get(name);
    return {
      what: name,
      why: `whether ${name}() sleeps is not known${why ? `: ${why}` : ': its gfp flags are not known'}`,
      treeWouldHelp: why !== undefined,
    };
  });
  if (names.length === 0)
    missing.push({ what: unit.kfunc.name, why: `not all of ${unit.kfunc.name}() is shown or could be read`, treeWouldHelp: true });
  return claimOf(missingSleepable, unit, {
    subject: FLAG,
    property: { kind: 'sleepable' },
    location: calls[0]?.location ?? unit.definition.location,
    message: `${unit.kfunc.name}() may sleep in what it calls: ${
      names
        .slice(0, 3)
        .map((n) => `${n}()`)
        .join(', ') || 'lines that are not shown'
    }${names.length > 3 ? ' …' : ''}`,
    missing,
  });
}
