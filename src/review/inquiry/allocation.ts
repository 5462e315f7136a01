/** Memory that is allocated and never freed: shown where the flow sees a way out with it. That all of it is freed is not: who keeps it may free it. */
import type { Finding } from '../../claim.ts';
import type { EventOf, KfuncUnit } from '../../rule.ts';
import type { Court, Question } from '../question.ts';
import type { Answer } from './answer.ts';
import { answered, onLine, weigh } from './answer.ts';
import { textOf } from './body.ts';

type Return = EventOf<'return'>;

/** What was kept by an earlier call, or is given away by a later one. */
const OTHER_CALLS =
  /\b(destroy\w*|teardown|tear down|unload\w*|overwr\w*|old|previous\w*|prior|earlier|former|replac\w*|later|eventually)\b/i;

/** Null where no way out is seen that leaves the memory behind. */
export function askAllocation(q: Question, court: Court): Answer | null {
  if (OTHER_CALLS.test(q.stated.text)) return null;
  const found = q.own.flatMap((unit) => leftIn(unit, q, court));
  return found.length > 0 ? answered(found) : null;
}

function leftIn(unit: KfuncUnit, q: Question, court: Court): Finding[] {
  const returns = unit.flow.events.filter((e): e is Return => e.k === 'return' && e.chain.length === 0);
  const quoted = returns.filter((e) => onLine(e, q));
  for (const event of quoted.length > 0 ? quoted : returns) {
    if (!event.occurrences.some((o) => o.doubt === null)) continue;
    const left = event.unreleased.find((u) => u.memory && !u.escaped && isNamed(q, unit, u.by));
    if (!left) continue;
    return [
      weigh(court, unit, q, {
        rule: 'acquire-release',
        subject: q.subject?.text ?? left.by,
        property: { kind: 'code' },
        location: event.location,
        message: `the memory that ${left.by}() gives in line ${left.location.line} is neither kept, returned nor freed on the way to the return in line ${event.location.line}`,
        path: [
          { kind: 'guard', role: 'step', text: `${left.by}() gives it`, location: left.location, source: null },
          { kind: 'guard', role: 'step', text: `${unit.kfunc.name}() leaves without freeing it`, location: event.location, source: null },
        ],
      }),
    ];
  }
  return [];
}

/** Words that name a variable speak of what that one was given. */
function isNamed({ subject }: Question, unit: KfuncUnit, by: string): boolean {
  if (subject === null || subject.root === '') return true;
  if (subject.kind === 'call') return subject.root === by;
  return new RegExp(`(?<![\\w>.])${subject.root}\\s*=[^=;]*\\b${by}\\s*\\(`).test(textOf(unit.definition.source));
}
