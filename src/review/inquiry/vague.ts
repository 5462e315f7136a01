/**
 * `stage is not validated` says nothing of what it should be validated for. It is taken to be about NULL or the range, and refuted by what rules those out, only
 * where no word is left that says what else: `against the mode`, `for a stale generation`, `and may be shared`.
 */
import type { Missing } from '../../claim.ts';
import type { Question } from '../question.ts';

/** Words that name what is looked for: the claim is not vague. */
const EXPLICIT =
  /\bnull\b|out[- ]of[- ](bounds?|range)|\boob\b|\b(un)?bound(s|ed)?\b|\brange\b|overflow|overrun|overread|\b(past|beyond|exceed\w*|index\w*|negative)\b/i;

const PLAIN = new Set(
  `a an the this that these those its it is are was were be been being isn't aren't wasn't not never nowhere no any anywhere where how does doesn't do don't did
  should shouldn't must needs need has have had to of for on in at by from with here there point before first prior use used using uses access accessed accessing
  accesses dereference dereferenced dereferencing dereferences deref check checks checked checking validate validated validates validating validation verify
  verified verifies verification sanitize sanitized sanitizes sanitization sanitise sanitised sanity test tested tests missing lacks lacking without insufficient
  unvalidated unverified unsanitized unsanitised unchecked argument arguments parameter parameters pointer value scalar integer input data object kfunc function
  code bpf program programs program's user userspace caller callers attacker attacker's controlled chosen supplied provided given passed passes pass comes come
  coming straight directly fully completely entirely arbitrary kernel and which then so since because as also all appear appears seem seems look looks like
  potential potentially possible possibly explicit explicitly proper properly malicious can could may might would will if what who i we you think see any both
  crash crashes oops fault cause causes lead leads result`.split(/\s+/),
);

export function saysMore({ stated, subject, function: name }: Question): Missing[] {
  if (!stated.vague || EXPLICIT.test(stated.text)) return [];
  const own = new Set([...(subject?.text.match(/\w+/g) ?? []), ...(name === null ? [] : [name])]);
  const words = stated.text.replace(/`/g, '').match(/[A-Za-z_][\w'’-]*/g) ?? [];
  const other = words.find((w) => !own.has(w.replace(/['’]s$/, '')) && !PLAIN.has(w.toLowerCase().replace('’', "'")));
  if (other === undefined) return [];
  const what = subject?.text ?? 'it';
  return [{ what, why: `what ${what} should be looked at for ('${other}') is more than NULL, trust or a range`, treeWouldHelp: false }];
}
