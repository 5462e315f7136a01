/** What a reviewer claims, taken from the words alone: nothing of it has been held against the code yet. */
import type { Aspect, Category } from './cues.ts';
import type { Premise } from './premise.ts';

export const CATEGORIES: readonly Category[] = [
  'null-deref',
  'out-of-bounds',
  'refcount',
  'missing-flag',
  'sleep',
  'rcu',
  'return-value',
  'registration',
  'other',
];

/** How sure the reviewer is: it never weighs in the verdict, but in how an answer is worded. */
export type Strength = 'bug' | 'question' | 'subjective' | 'pre-existing' | 'guide-hit';

export interface StatedClaim {
  category: Category;
  aspect: Aspect;
  strength: Strength;
  /** expressions that it may be about, best first */
  subjects: string[];
  /** of these, what the sentences that make the claim speak of, with what they name beside it: `p or q`, `a, b and c` */
  claimed: string[];
  /** KF_ flag that it asks for, null where none is named */
  flag: string | null;
  /** functions named, in order, without brackets */
  callees: string[];
  /** program types or contexts from which the trouble is said to come */
  premises: Premise[];
  /** the sentence that asks, or else makes the claim */
  sentence: string;
  /** the first sentence that speaks of it */
  first: string;
  /** whole text of its paragraphs */
  text: string;
  /** indexes of the comment's paragraphs that belong to it */
  paragraphs: number[];
  /** the words also speak of other CPUs, of time: what the flow of one call can't settle */
  hedged: boolean;
  /** what the words may mean just as well: a refutation must hold for these too */
  also: { category: Category; aspect: Aspect }[];
  /** `not validated`, `not checked`: for what is not said */
  vague: boolean;
}

/** The names that words are held against. */
export interface Vocabulary {
  isName(word: string): boolean;
}
