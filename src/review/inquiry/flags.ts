/** `Should this be KF_X?`: it is already, or the question is what the flag would have promised. */
import type { Evidence, Missing } from '../../claim.ts';
import type { KfuncUnit } from '../../rule.ts';
import type { Court, Question } from '../question.ts';
import type { Answer } from './answer.ts';
import { answered, notOurs, ruled, unknown, weigh } from './answer.ts';
import { askRcu, askSleep } from './context.ts';
import { askReturnsNull } from './returns.ts';

export function askFlag(q: Question, court: Court): Answer {
  const flag = q.stated.flag ?? flagMeant(q.stated.text);
  const isThere = q.own.length > 0 && q.own[0]!.kfunc.entries.some((e) => flag === null || e.flags.includes(flag));
  // `does it need KF_X?` of a kfunc without the flag asks whether it is missing
  const isMissed = /\b(miss\w*|absent|lack\w*)\b/i.test(q.stated.sentence);
  if (q.stated.aspect === 'superfluous-flag' && !isMissed && (isThere || !/\b(needs?|requires?)\b/i.test(q.stated.text)))
    return askSuperfluous(q, court);
  if (q.own.length === 0) return unknown(q.function ?? 'kfunc', `${q.function ?? 'the function'}() is no kfunc at hand`, true);
  if (flag === null) return unknown('flag', 'which flag is said to be missing could not be read from the comment', false);
  const entries = q.own[0]!.kfunc.entries;
  if (entries.length > 0 && entries.every((e) => e.flags.includes(flag)))
    return answered(
      q.own.slice(0, 1).map((unit) => hasFlag(unit, flag, q, court)),
      [...otherFlags(q, entries), ...namedAsThere(q, flag)],
    );
  if (entries.length === 0)
    return unknown(q.function!, `the registration of ${q.function}() is not at hand, so its flags are not known`, true);
  if (/\b(instead of|rather than|too strict|relax\w*|also accept|replace\w*)\b/i.test(q.stated.text))
    return notOurs('which of two flags is meant is a matter of design');
  // an allocation that may sleep in place of one that must not
  if (flag === 'KF_SLEEPABLE' && new Set(q.stated.text.match(/\bGFP_\w+/g)).size > 1)
    return notOurs('which of two kinds of allocation is meant is a matter of design');
  return withoutFlag(flag, q, court);
}

const ABSENT =
  /\b(miss\w*|lack\w*|needs?|needed|should|must|requir\w*|without|absent|add\w*|no|not|never|mark\w*|wants?|forg[eo]t\w*|necessary|suppos\w*)\b|n't\b/i;

/** `it is only KF_X`, `it has KF_X, so …`: said to be there, it is not what is missing. */
function namedAsThere({ stated }: Question, flag: string): Missing[] {
  const saying = stated.text.split(/(?<=[.?!])\s+/).filter((s) => new RegExp(`\\b${flag}\\b`).test(s));
  const only = new RegExp(
    `\\b(only|just|merely|already|though|although|despite|has|have|carries|is (set|there))\\b[^.?,;]{0,30}\\b${flag}\\b`,
  );
  if (saying.length === 0 || saying.some((s) => ABSENT.test(s) && !only.test(s))) return [];
  return [{ what: flag, why: `whether ${flag} is said to be missing could not be read for sure`, treeWouldHelp: false }];
}

/** `KF_X is there, is KF_Y not missing?`: a flag that is named and that is not there may be the one meant. */
function otherFlags({ stated }: Question, entries: readonly { flags: readonly string[] }[]): Missing[] {
  const named = new Set(`${stated.first} ${stated.sentence}`.match(/\bKF_[A-Z_]+\b/g) ?? []);
  const absent = [...named].find((flag) => !entries.every((e) => e.flags.includes(flag)));
  return absent === undefined ? [] : [{ what: absent, why: `the words also name ${absent}, which is not there`, treeWouldHelp: false }];
}

function flagMeant(text: string): string | null {
  if (/\bsleepable\b/i.test(text)) return 'KF_SLEEPABLE';
  if (/\bret(urns?)?[-_ ]null\b/i.test(text)) return 'KF_RET_NULL';
  if (/\btrusted[-_ ]args\b/i.test(text)) return 'KF_TRUSTED_ARGS';
  return null;
}

function hasFlag(unit: KfuncUnit, flag: string, q: Question, court: Court) {
  const guards = unit.kfunc.entries.map(
    (e): Evidence => ({ kind: 'registration', role: 'carries', text: `${flag} is there: ${e.line}`, location: e.location, source: null }),
  );
  return weigh(court, unit, q, {
    rule: 'flag-conflict',
    subject: flag,
    property: { kind: 'code' },
    location: unit.kfunc.entries[0]!.location,
    message: `${flag} is missing on ${unit.kfunc.name}()`,
    guards,
  });
}

/** What the flag would have given is missing, or something else gives it. */
function withoutFlag(flag: string, q: Question, court: Court): Answer {
  switch (flag) {
    case 'KF_RET_NULL':
      return askReturnsNull(q, court);
    case 'KF_SLEEPABLE':
      return askSleep({ ...q, stated: { ...q.stated, aspect: 'sleeps' } }, court);
    case 'KF_RCU_PROTECTED':
      return askRcu(q, court);
    case 'KF_TRUSTED_ARGS':
    case 'KF_RCU':
      return askArguments(q, court, flag);
    case 'KF_ACQUIRE':
    case 'KF_RELEASE': {
      const found = ruled(court, ['acquire-release'], q, (f) => f.verdict === 'confirmed');
      return found.length > 0
        ? answered(found)
        : unknown(flag, `whether ${q.function}() should carry ${flag} is not told by what was seen`, true);
    }
    default: {
      const found = ruled(court, ['flag-conflict', 'iterator'], q, (f) => f.message.includes(flag) || f.subject === flag);
      return found.length > 0 ? answered(found) : unknown(flag, `what ${flag} would change for ${q.function}() is not modelled`, false);
    }
  }
}

/** NULL, walked pointers, freed memory: KF_RCU is as good as KF_TRUSTED_ARGS. */
const ABOUT_MEMORY =
  /^(?!.*\b(count|refcount\w*|live|dying|dead|tryget|reference|get)\b).*\b(null|untrusted|walked|arbitrary|invalid|forged|dereferenc\w*|use-after-free)\b/is;

/** Without the flag: is there a pointer argument that the verifier then does not vouch for and the code uses? */
function askArguments(q: Question, court: Court, flag: string): Answer {
  const findings = ruled(court, ['unchecked-param', 'untrusted-param'], q, () => true);
  if (findings.some((f) => f.verdict === 'confirmed')) return answered(findings);
  const dead = flag === 'KF_TRUSTED_ARGS' ? ruled(court, ['refcount-zero'], q, (f) => f.verdict === 'confirmed') : [];
  if (dead.length > 0) return answered(dead);
  // KF_RCU vouches for the memory and not for the count: whether the stronger flag is wanted hangs on what the object is used for
  if (
    flag === 'KF_TRUSTED_ARGS' &&
    q.own.some((u) => u.kfunc.entries.some((e) => e.flags.includes('KF_RCU'))) &&
    !ABOUT_MEMORY.test(q.stated.text)
  )
    return unknown(
      flag,
      `whether ${q.function}() needs an object that is held, not only there, is a matter of what it does with it`,
      false,
    );
  if (findings.length > 0) return answered(findings);
  const found = q.own.flatMap((unit) =>
    unit.definition.syntax.parameters.flatMap((p, index) => {
      if (p.type.pointers === 0 || p.name === '') return [];
      return [
        weigh(court, unit, q, {
          rule: 'untrusted-param',
          subject: p.name,
          property: { kind: 'trusted', parameter: index },
          location: unit.definition.location,
          message: `${p.name} may be a walked pointer`,
          path: [
            { kind: 'guard', role: 'step', text: `${p.name} comes from the program`, location: unit.definition.location, source: null },
          ],
          missing: [{ what: p.name, why: `no use of ${p.name} was seen that needs ${flag}`, treeWouldHelp: true }],
        }),
      ];
    }),
  );
  return found.length > 0 ? answered(found) : unknown(flag, `${q.function}() has no pointer argument that ${flag} would be about`, false);
}

/** `Is KF_X needed?`: true where a rule of ours says so too; nothing shows the opposite. */
function askSuperfluous(q: Question, court: Court): Answer {
  const found = ruled(
    court,
    ['flag-conflict'],
    q,
    (f) => q.stated.flag !== null && (f.subject === q.stated.flag || f.message.includes(q.stated.flag)),
  );
  return found.length > 0 ? answered(found) : notOurs('whether a flag is needed at all is a matter of taste unless it contradicts another');
}
