/** Memory that comes with a size: does the code touch more of it than was tested? */
import type { Evidence, Missing } from '../../claim.ts';
import type { EventOf, KfuncUnit } from '../../rule.ts';
import { isFromParameter, pathEvidence, placeInKfunc } from '../../rule.ts';
import type { Court, Question } from '../question.ts';
import type { Answer } from './answer.ts';
import { answered, unknown, weigh } from './answer.ts';

export interface Pair {
  pointer: { index: number; name: string };
  size: { index: number; name: string };
}

/** `buf, u32 buf__sz`: where the claim is about one of them, or a member behind the pointer, both. */
export function pairOf({ own, subject }: Question): Pair | null {
  const parameters = own[0]?.definition.syntax.parameters;
  if (!parameters || (subject?.kind !== 'parameter' && subject?.kind !== 'expression') || subject.index < 0) return null;
  const at = /.__szk?$/.test(subject.root) ? subject.index : subject.index + 1;
  const size = parameters[at];
  const pointer = parameters[at - 1];
  if (!size || !pointer || !/.__szk?$/.test(size.name) || pointer.type.pointers === 0) return null;
  return { pointer: { index: at - 1, name: pointer.name }, size: { index: at, name: size.name } };
}

/** Our rule found nothing to say: refuted where every access was seen, and what was tested of the size reaches to its end. */
export function askSize(q: Question, pair: Pair | null, court: Court): Answer {
  const name = q.subject?.text ?? 'memory';
  const isPartial = q.reaching.some((u) => u.flow.partial);
  if (!pair || q.own.length === 0) return unknown(name, `how much of ${name} is there could not be followed`, isPartial);
  const parts = q.own.map((unit) => sizedIn(unit, pair, q, court));
  return { findings: parts.flatMap((p) => p.findings), missing: parts.flatMap((p) => p.missing), outOfScope: null };
}

type Access = EventOf<'deref'>;

function sizedIn(unit: KfuncUnit, { pointer, size }: Pair, q: Question, court: Court): Answer {
  const touching = unit.flow.events.filter((e) => e.occurrences.some((o) => isFromParameter(o, pointer.index)));
  const accesses = touching.filter((e): e is Access => e.k === 'deref' && e.access !== 'bulk');
  const [first] = accesses;
  if (!first) return unknown(pointer.name, `no access to ${pointer.name} was seen in ${unit.kfunc.name}()`, unit.flow.partial);
  const missing: Missing[] = [];
  if (unit.flow.partial) missing.push({ what: unit.kfunc.name, why: `not all of ${unit.kfunc.name}() is shown`, treeWouldHelp: true });
  // copies and callees take lengths of their own
  const other = touching.find((e) => e.k === 'pass' || (e.k === 'deref' && e.access === 'bulk'));
  if (other)
    missing.push({ what: pointer.name, why: `how much of ${pointer.name} \`${other.text}\` touches is not followed`, treeWouldHelp: true });
  const guards = new Map<string, Evidence>();
  for (const e of accesses)
    for (const o of e.occurrences) {
      if (!isFromParameter(o, pointer.index)) continue;
      const tested = o.parameters[size.index];
      if (o.doubt !== null || e.end === null || !tested || tested.lo < e.end || tested.reasons.length === 0)
        missing.push({
          what: size.name,
          why: o.doubt ?? `what of ${size.name} is known at \`${e.text}\` can't be told`,
          treeWouldHelp: true,
        });
      for (const r of tested?.reasons ?? [])
        guards.set(r.text, {
          kind: 'guard',
          role: 'carries',
          text: `the test \`${r.text}\` in line ${r.location.line} leaves at least ${Math.max(tested?.lo ?? 0, 0)} bytes, and \`${e.text}\` ends at ${e.end}`,
          location: r.location,
          source: null,
        });
    }
  return answered([
    weigh(court, unit, q, {
      rule: 'mem-size',
      subject: pointer.name,
      property: { kind: 'sized', parameter: pointer.index, size: size.index },
      location: placeInKfunc(first),
      message: `${pointer.name} may be shorter than what is touched of it`,
      path: pathEvidence(first, `touches it: ${first.text}`),
      guards: [...guards.values()].map((g): Evidence => (missing.length > 0 ? { ...g, role: 'context' } : g)),
      missing,
    }),
  ]);
}
