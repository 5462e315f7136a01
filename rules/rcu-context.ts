import type { Claim, EventOf, Evidence, KfuncUnit, Missing, Rule } from '../src/rule.ts';
import { before, carries, chainText, claimOf, flagAdded, flagState, pathEvidence, placeInKfunc, since } from '../src/rule.ts';

export const rcuContext: Rule = {
  id: 'rcu-context',
  severity: 'error',
  claims:
    'A pointer that RCU protects is read outside a read-side section that the flags or the code guarantee, or used after the section in which it was read.',
  why: 'A sleepable program runs under rcu_read_lock_trace(), not under rcu_read_lock(): what an ordinary grace period frees can be gone while the kfunc reads it. KF_RCU speaks of the pointers that come in, not of the section that the function runs in.',
  advice: 'take rcu_read_lock() around the read and the use of what it gave',
  silent:
    'Where the code itself is inside an RCU section, holds a spinlock or has preemption off, and where a reference was taken in the section.',
  *kfunc(unit) {
    const reads = unit.flow.events
      .filter((e): e is Read => e.k === 'rcu-read' && !e.section)
      .sort((a, b) => doubts(a).length - doubts(b).length || a.chain.length - b.chain.length || before(placeInKfunc(a), placeInKfunc(b)));
    const first = reads[0];
    if (first) yield claimFor(unit, first);
  },
};

type Read = EventOf<'rcu-read'>;

function claimFor(unit: KfuncUnit, event: Read): Claim {
  const where = event.chain.length > 0 ? ` (${chainText(event)})` : '';
  const late = event.late !== undefined;
  return claimOf(rcuContext, unit, {
    subject: event.how,
    property: { kind: 'rcu-section' },
    location: placeInKfunc(event),
    message: late
      ? `\`${event.text}\` uses what ${event.how}() gave${where} after the read-side section has ended`
      : `\`${event.text}\` reads what RCU protects${where} outside a read-side section of the code's own`,
    advice: late ? 'end the section after the last use, or take a reference inside it' : rcuContext.advice,
    path: pathEvidence(event, `${late ? 'uses' : 'reads'} it: ${event.text}`),
    guards: iteratorSection(unit),
    missing: [...doubts(event), ...operations(unit)],
    mend: protect(unit),
  });
}

/** Which operations of a struct_ops may sleep, and what is held around them, is for the subsystem to say. */
function operations(unit: KfuncUnit): Missing[] {
  const types = unit.program.programTypes(unit.kfunc);
  if (types.length === 0 || types.some((t) => t !== 'BPF_PROG_TYPE_STRUCT_OPS')) return [];
  return [
    {
      what: unit.kfunc.name,
      why: 'whether an operation that calls it may run outside an RCU section is for the struct_ops to say',
      treeWouldHelp: false,
    },
  ];
}

/** A lock that stands for the section makes the read fine; which lock that is the code does not say. */
function doubts(event: Read): Missing[] {
  const out: Missing[] = event.late ? [{ what: event.how, why: event.late, treeWouldHelp: true }] : [];
  if (event.how === 'rcu_dereference_check')
    out.push({ what: event.how, why: `whether the condition of \`${event.text}\` holds here can't be told`, treeWouldHelp: false });
  if (event.mutex)
    out.push({
      what: event.how,
      why: 'whether the mutex that is held there stands for the RCU section can not be told from the code',
      treeWouldHelp: false,
    });
  return out;
}

/** A constructor with KF_RCU_PROTECTED ties its next and destroy to the section in which it was called. */
function iteratorSection(unit: KfuncUnit): Evidence[] {
  const [, type] = /^bpf_iter_(\w+)_(next|destroy)$/.exec(unit.kfunc.name) ?? [];
  if (type === undefined || !since(unit, '6.7')) return [];
  const opener = unit.program.nearestKfuncs((k) => k.name === `bpf_iter_${type}_new`)[0];
  const entry = opener?.entries.find((e) => e.flags.includes('KF_ITER_NEW'));
  if (!entry || !opener!.entries.every((e) => e.flags.includes('KF_RCU_PROTECTED'))) return [];
  return [
    carries(
      'registration',
      `the verifier lets ${unit.kfunc.name}() through in the RCU section of its constructor only: ${entry.line}`,
      entry.location,
    ),
  ];
}

/** From 6.18 on KF_RCU_PROTECTED holds for any kfunc; before, it was ignored off iterators. */
function protect(unit: KfuncUnit): Claim['mend'] {
  const { lacking } = flagState(unit.kfunc, 'KF_RCU_PROTECTED');
  const sleeps = unit.flow.events.some((e) => e.k === 'sleep') || unit.kfunc.entries.some((e) => e.flags.includes('KF_SLEEPABLE'));
  return since(unit, '6.18') && !unit.seriesIsDefault && !sleeps && lacking.length === 1
    ? flagAdded(unit.program, lacking[0], 'KF_RCU_PROTECTED')
    : null;
}
