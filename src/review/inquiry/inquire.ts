/** Sends a question to the inquiry that can answer it. */
import type { Missing } from '../../claim.ts';
import type { Court, Question } from '../question.ts';
import type { Answer } from './answer.ts';
import { answered, notOurs, outcomeOf, ruled, unknown } from './answer.ts';
import { unlessAssumed } from './assumed-series.ts';
import { askRcu, askSleep } from './context.ts';
import { doubtsAbout, rivalHomes } from './doubts.ts';
import { askFlag } from './flags.ts';
import { namedElsewhere, questionAt } from './named-elsewhere.ts';
import { askNullness } from './nullness.ts';
import { askRange } from './range.ts';
import { askReference } from './reference.ts';
import { askReach, askRegistration } from './registered.ts';
import { askReturnsError, askReturnsNull } from './returns.ts';

export function inquire(q: Question, court: Court): Answer {
  const answer = unlessAssumed(byCategory(q, court), court);
  const outcome = outcomeOf(answer);
  if (outcome === 'undecided' && hangsOnNmi(q)) return askReach(q, court) ?? answer;
  if (outcome === 'confirmed') return unlessQuotedElsewhere(answer, q, court);
  return outcome === 'refuted' ? unlessMeantOtherwise(answer, q, court) : answer;
}

/** The quoted lines stand in more than one function: what is wrong in one of them is not confirmed of the other. */
function unlessQuotedElsewhere(answer: Answer, q: Question, court: Court): Answer {
  for (const home of rivalHomes(q)) {
    if (home === null) continue;
    const there = questionAt(q, { name: home.name, source: home, syntax: court.analysis.program.parse(home) }, court);
    if (there !== null && outcomeOf(unlessAssumed(byCategory(there, court), court)) === 'confirmed') continue;
    return unknown(
      'lines',
      `the quoted lines stand in ${home.name}() too, where it is not confirmed, and nothing tells which is meant`,
      false,
    );
  }
  return answer;
}

/** A refutation holds for all that the words may be about, or it does not hold. */
function unlessMeantOtherwise(answer: Answer, q: Question, court: Court): Answer {
  for (const other of q.others) {
    const also = unlessAssumed(byCategory({ ...q, subject: other, implied: false, others: [] }, court), court);
    const outcome = outcomeOf(also);
    if (outcome === 'confirmed') return unlessQuotedElsewhere(also, { ...q, subject: other }, court);
    if (outcome === 'undecided') return { ...answer, missing: [...answer.missing, ...whatLacks(also, other.text)] };
  }
  const read = unlessReadOtherwise(answer, q, court);
  const elsewhere = namedElsewhere(q, court, (there) => unlessAssumed(byCategory(there, court), court));
  return { ...read, missing: [...read.missing, ...elsewhere, ...doubtsAbout(answer, q, court)] };
}

function whatLacks(answer: Answer, name: string): Missing[] {
  const all = [...answer.missing, ...answer.findings.flatMap((f) => f.missing)];
  return all.length > 0 ? all : [{ what: name, why: `whether it is also about ${name} can't be told`, treeWouldHelp: false }];
}

/** Words that can be read in two ways are refuted only in both. */
function unlessReadOtherwise(answer: Answer, q: Question, court: Court): Answer {
  // NULL is one pointer that is none, an error pointer another
  const errors = q.stated.aspect === 'null' && /\b(ERR_PTR|IS_ERR\w*|error[- ]pointers?)\b/i.test(`${q.stated.first} ${q.stated.sentence}`);
  const also = errors ? [...q.stated.also, { category: 'null-deref' as const, aspect: 'error-pointer' as const }] : q.stated.also;
  for (const { category, aspect } of also) {
    if (aspect === 'validity') {
      if (isObject(q, court)) continue;
      const why = `what the program put behind ${q.subject!.text} may be meant`;
      return { ...answer, missing: [...answer.missing, { what: q.subject!.text, why, treeWouldHelp: false }] };
    }
    const other = unlessAssumed(byCategory({ ...q, stated: { ...q.stated, category, aspect, also: [] } }, court), court);
    if (outcomeOf(other) === 'refuted') continue;
    const why = `it may also be meant as ${category}, which is not refuted`;
    return { ...answer, missing: [...answer.missing, { what: q.subject?.text ?? 'claim', why, treeWouldHelp: false }] };
  }
  return answer;
}

/** What it leads to is an object of the kernel's: nothing there is the program's to choose. */
function isObject({ subject, own }: Question, court: Court): boolean {
  if (subject?.kind !== 'parameter' || own.length === 0) return false;
  return own.every((unit) => {
    const { all } = court.analysis.bench.guarantees(unit.kfunc.name);
    return (
      all.length > 0 &&
      all.every((g) => g.parameters[subject.index]?.kind === 'btf-pointer' && g.parameters[subject.index]!.unsure === null)
    );
  });
}

/** A lock that an NMI finds taken: no other context has this trouble, so who can call settles it. Sleeping, NULL and the like go wrong elsewhere too. */
function hangsOnNmi({ stated }: Question): boolean {
  if (stated.premises.length !== 1 || stated.premises[0] !== 'nmi' || stated.category !== 'other' || stated.aspect !== 'race') return false;
  return /\b(call(ed|able|s)?|invoked|run(s|ning)?|used|reach(ed|able)|program\w*) .{0,40}\bnmi\b|\bnmi\b.{0,12}\b(program|context)/i.test(
    stated.sentence,
  );
}

function byCategory(q: Question, court: Court): Answer {
  const { category, aspect } = q.stated;
  if (aspect === 'redundant-check') return askRedundant(q, court);
  if (category === 'other')
    return notOurs(OUT_OF_SCOPE[aspect] ?? 'it speaks of nothing that the verifier or the flow of one call decides');
  if (q.place && q.reaching.length === 0 && q.own.length === 0)
    return notOurs(`${q.place.name}() is no kfunc, and no kfunc at hand leads to it`);
  switch (category) {
    case 'null-deref':
      return askNullness(q, court);
    case 'out-of-bounds':
      return askRange(q, court);
    case 'refcount':
      return askReference(q, court);
    case 'missing-flag':
      return askFlag(q, court);
    case 'sleep':
      return askSleep(q, court);
    case 'rcu':
      return askRcu(q, court);
    case 'return-value':
      return aspect === 'returns-null' ? askReturnsNull(q, court) : askReturnsError(q, court);
    case 'registration':
      return askRegistration(q, court);
  }
}

/** That a check is needless is a claim of a rule of ours; that it is needed nothing shows. */
function askRedundant(q: Question, court: Court): Answer {
  const found = ruled(court, ['redundant-check'], q, (f) => f.verdict === 'confirmed' && (!q.subject || f.subject === q.subject.root));
  return found.length > 0
    ? answered(found)
    : notOurs('whether a check is worth keeping is for people to say unless the verifier makes it needless');
}

const OUT_OF_SCOPE: Partial<Record<string, string>> = {
  race: 'it is about what other CPUs or tasks do at the same time, which the flow of one call does not show',
  text: 'it is about words: comments, documentation, the commit message',
  unread: 'no claim was read out of it that the verifier or the flow of one call decides',
  values: 'it is about what a sum or memory holds, which neither the verifier nor the flow of one call vouches for',
  style: 'it is about style, tests, builds or something else that the verifier has no say in',
};
