/** Functions that the words name besides the one that was asked: what is refuted here may be true there, and nothing tells for sure which is meant. */
import type { Missing } from '../../claim.ts';
import { functionsOf } from '../../source/functions.ts';
import type { Court, Place, Question } from '../question.ts';
import { unitsOf, unitsReaching } from '../question.ts';
import { namesIn, subjectNamed } from '../subject.ts';
import type { Answer } from './answer.ts';
import { outcomeOf } from './answer.ts';

/** `like in foo()`, `unlike foo()`, `foo() as well`: named to compare with. */
const COMPARED = '(?:as|like|unlike|than|from|to|with|compare|cf|see)(?: (?:done |it is )?(?:in|for|with|to))? ';

/** A refutation must hold in each function named: another kfunc, or a callee that has a name of its own for something else. */
export function namedElsewhere(q: Question, court: Court, inquire: (q: Question) => Answer): Missing[] {
  const out: Missing[] = [];
  for (const place of placesNamed(q, court)) {
    const there = questionAt(q, place, court);
    if (there === null ? !isAskedOf(place.name, q) : outcomeOf(inquire(there)) === 'refuted') continue;
    out.push({ what: place.name, why: `the words also name ${place.name}(), where it is not refuted`, treeWouldHelp: false });
  }
  return out;
}

function placesNamed(q: Question, court: Court): Place[] {
  const { text, callees } = q.stated;
  const kfuncs = court.analysis.units
    .filter((u) => u.kfunc.name !== q.function && isNamed(u.kfunc.name, text))
    .map((u): Place => ({ name: u.kfunc.name, source: u.definition.source, syntax: u.definition.syntax }));
  const ofValues = q.stated.category === 'null-deref' || q.stated.category === 'out-of-bounds';
  const { program } = court.analysis;
  const helpers = (ofValues ? [...callees, ...calleesMeant(q)] : [])
    .filter((name) => name !== q.function && unitsOf(court, name).length === 0)
    .flatMap((name) => program.files.flatMap(functionsOf).filter((f) => f.name === name))
    .map((source): Place => ({ name: source.name, source, syntax: program.parse(source) }))
    .filter(({ syntax }) => q.subject !== null && subjectNamed(q.subject.root, namesIn(syntax)) !== null);
  return [...kfuncs, ...helpers];
}

/** `in the callee`, `in there`: what the quoted line calls. */
function calleesMeant({ anchor, stated }: Question): string[] {
  if (
    anchor === null ||
    !/\b(callees?|in(side)? there|down there|(inside|in) the (helper|function called|called function))\b/i.test(stated.text)
  )
    return [];
  const line = anchor.file.text.split('\n')[anchor.line - 1] ?? '';
  return [...line.matchAll(/([A-Za-z_]\w*)\s*\(/g)].map((m) => m[1]!);
}

function isNamed(name: string, text: string): boolean {
  return new RegExp(`(?<!\\b${COMPARED})\\b${name}\\b`, 'i').test(text);
}

/** Named in the very sentence that makes the claim. */
function isAskedOf(name: string, { stated }: Question): boolean {
  return isNamed(name, `${stated.first} ${stated.sentence}`);
}

/** null: nothing goes by that name there. */
export function questionAt(q: Question, place: Place, court: Court): Question | null {
  const isOfCode = q.subject !== null && ['parameter', 'variable', 'expression'].includes(q.subject.kind);
  const subject = isOfCode ? subjectNamed(q.subject!.text, namesIn(place.syntax)) : q.subject;
  if (isOfCode && subject === null) return null;
  const at = { place, function: place.name, own: unitsOf(court, place.name), reaching: unitsReaching(court, place.name) };
  return { ...q, ...at, subject, anchor: null, implied: false, others: [] };
}
