/** What the reviewer itself calls the claim: a word in its result, or the category in a list of claims. */
import type { ReviewComment } from '../../input/review/model.ts';
import type { Aspect, Category } from './cues.ts';

const NAMES: [RegExp, Category, Aspect][] = [
  [/^(null|null[-_ ]?(ptr|pointer)?[-_ ]?deref\w*)$/, 'null-deref', 'null'],
  [/^(out[-_ ]of[-_ ]bounds|oob|bounds|buffer[-_ ]overflow|index)$/, 'out-of-bounds', 'range'],
  [/^(ref|refs|refcount\w*|refcounting|resource[-_ ]leak|leak|memory[-_ ]leak)$/, 'refcount', 'leak'],
  [/^(uaf|use[-_ ]after[-_ ]free|lifetime)$/, 'refcount', 'freed'],
  [/^(missing[-_ ]flag|flags?|kf[-_ ]flags?|annotation)$/, 'missing-flag', 'flag'],
  [/^(sleep\w*|atomic|sleep[-_ ]in[-_ ]atomic)$/, 'sleep', 'sleeps'],
  [/^rcu\w*$/, 'rcu', 'section'],
  [/^(return|return[-_ ]value|error[-_ ]handling)$/, 'return-value', 'returns-error'],
  [/^(registration|register|unregistered)$/, 'registration', 'unregistered'],
  [/^(race|lock|locking|deadlock|concurrency)$/, 'other', 'race'],
  [/^(comment|docs?|documentation|missing[-_ ]fixes[-_ ]tag|commit[-_ ]message)$/, 'other', 'text'],
  [/^(style|slop|side[-_ ]effect|performance|test\w*|naming|other)$/, 'other', 'style'],
];

/** null: the reviewer names none, or one (`api`, `logic`) that says nothing. */
export function priorOf(comment: ReviewComment): { category: Category; aspect: Aspect } | null {
  const word = comment.category?.trim().toLowerCase() ?? '';
  const found = NAMES.find(([name]) => name.test(word));
  return found ? { category: found[1], aspect: found[2] } : null;
}
