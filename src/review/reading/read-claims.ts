/** From the words of one comment to the claims it makes. */
import type { ReviewComment } from '../../input/review/model.ts';
import { matchCue } from './cue.ts';
import type { Aspect, Category } from './cues.ts';
import { CUES } from './cues.ts';
import { premisesOf } from './premise.ts';
import { priorOf } from './prior.ts';
import type { StatedClaim, Strength, Vocabulary } from './stated.ts';
import type { Sentence, Token } from './words.ts';
import { readSentences } from './words.ts';

interface Reading {
  sentence: Sentence;
  category: Category;
  aspect: Aspect;
  weight: number;
  subjects: string[];
  flag: string | null;
  hedged: boolean;
  /** other readings of the same weight */
  also: { category: Category; aspect: Aspect }[];
}

/** Every comment makes at least one claim; what speaks of nothing that the model knows is one of category `other`. */
export function readClaims(comment: ReviewComment, words: Vocabulary): StatedClaim[] {
  const sentences = readSentences(
    comment.paragraphs.map((p) => p.text),
    words.isName,
  );
  const prior = priorOf(comment);
  const readings = sentences.map((s) => readSentence(s, prior)).filter((r) => r !== null);
  const claims: Building[] = [];
  // an entry of a list is a claim by being there: it needs less to be read as one
  const keen = comment.id !== null;
  for (const reading of readings) place(reading, claims, keen);
  if (claims.length === 0) claims.push(fallback(readings, sentences, prior));
  if (readings.some((r) => r.hedged)) for (const claim of claims) hedge(claim);
  spreadParagraphs(claims, comment.paragraphs.length);
  return claims.map((c) => finish(c, comment, sentences));
}

/** Once other CPUs come into it, whether an object lives on is a matter of time; whether an argument is NULL is not. */
function hedge(claim: Building): void {
  claim.hedged = true;
  if (claim.category !== 'refcount' || !['freed', 'leak', 'double-put'].includes(claim.aspect)) return;
  claim.category = 'other';
  claim.aspect = 'race';
}

interface Building extends Reading {
  support: Reading[];
  paragraphs: Set<number>;
}

type Prior = ReturnType<typeof priorOf>;

/** The heaviest cue decides; on a tie, out of scope wins over in scope, because a doubtful reading must not be judged. */
function readSentence(sentence: Sentence, prior: Prior): Reading | null {
  if (isReassurance(sentence)) return null;
  const sums = new Map<
    string,
    { category: Category; aspect: Aspect; weight: number; sum: number; subjects: string[]; flag: string | null }
  >();
  for (const one of CUES) {
    const match = matchCue(one.cue, sentence.tokens);
    if (!match) continue;
    const key = `${one.category}/${one.aspect}`;
    const entry = sums.get(key) ?? { category: one.category, aspect: one.aspect, weight: 0, sum: 0, subjects: [], flag: null };
    entry.sum += one.weight;
    if (match.subject) {
      if (one.weight > entry.weight) entry.subjects.unshift(match.subject.text);
      else entry.subjects.push(match.subject.text);
    }
    entry.weight = Math.max(entry.weight, one.weight);
    entry.flag ??= match.flag?.text ?? null;
    sums.set(key, entry);
  }
  const weigh = (e: { category: Category; weight: number }) => e.weight + (prior?.category === e.category ? 2 : 0);
  const all = [...sums.values()];
  const narrow = (e: (typeof all)[number]) => all.some((o) => o.category === e.category && o.weight >= e.weight && !isBroad(o.aspect));
  const exact = all.filter((e) => !isBroad(e.aspect) || !narrow(e));
  const [best] = exact.sort(
    (x, y) => weigh(y) - weigh(x) || Number(y.category === 'other') - Number(x.category === 'other') || y.sum - x.sum,
  );
  if (!best) return null;
  const flag = best.flag ?? sentence.tokens.find((t) => /^KF_[A-Z_]+$/.test(t.text))?.text ?? null;
  const hedged = [...sums.values()].some((e) => e.aspect === 'race');
  return {
    sentence,
    category: best.category,
    aspect: best.aspect,
    weight: weigh(best),
    subjects: [...new Set(best.subjects.length === 0 && best.category === 'out-of-bounds' ? onlyName(sentence) : best.subjects)],
    flag,
    hedged,
    also: exact
      .filter((e) => e !== best && e.category !== 'other' && (weigh(e) === weigh(best) || isBeside(e, best, sentence)))
      .map(({ category, aspect }) => ({ category, aspect })),
  };
}

/** `p is never NULL checked, and p->n is read too early`: one sentence, two claims. A refutation must hold for both. */
function isBeside(e: { category: Category; weight: number }, best: { category: Category }, { text }: Sentence): boolean {
  return e.weight >= 3 && e.category !== best.category && /[,;] (and|but|plus|also|while)\b/.test(text);
}

/**
 * `is there an overread of t->slots here?`: what no cue ties to the claim is what it is about where nothing else is named. Not of a pointer, where the words may
 * speak of something it leads to.
 */
function onlyName({ tokens }: Sentence): string[] {
  const named = new Set(tokens.filter((t) => t.code && !t.call && !/^-?[A-Z][A-Z0-9_]{2,}$/.test(t.text)).map((t) => t.text));
  return named.size === 1 ? [...named] : [];
}

/** Of two readings of one weight the one that says more is taken. */
function isBroad(aspect: Aspect): boolean {
  return aspect === 'range' || aspect === 'null' || aspect === 'validity';
}

const COMPARISON =
  /^(for comparison|compare|similar(ly)? to|in comparison|unlike|as (done )?in|elsewhere|(the )?other \w+s? |in contrast|by contrast|the (similar|existing|neighbou?ring|sibling)|note that (the )?(similar|other))\b/i;
const ADDITION =
  /^(also|additionally|separately|furthermore|moreover|in addition|secondly|second|a separate|another|besides|and |finally)\b/i;
const REASSURANCE =
  /\b(can ?not|can't|cannot|won't|will not|never|isn't|is not) (be|become|actually be|really be)? ?(null(?![- ]?(?:check|test|guard))|negative|freed|out of (bounds|range))\b|\b(is|are|looks?|seems?) (fine|ok|okay|safe|correct|good|harmless|right|intentional)\b|\bnot (a|an) (bug|issue|problem|concern) (here|in practice|today)\b/i;

/** A statement that something is all right makes no claim; a question about it does. */
function isReassurance({ text, question }: Sentence): boolean {
  if (question || !REASSURANCE.test(text)) return false;
  return !/\b(but|however|unless|except|although|yet|redundant|superfluous|unnecessary|needless|pointless|dead code)\b/i.test(text);
}

function place(reading: Reading, claims: Building[], keen: boolean): void {
  const { sentence } = reading;
  const current = claims.at(-1);
  const same = claims.findLast((c) => c.category === reading.category && related(c, reading));
  const comparing = COMPARISON.test(sentence.text);
  const needed = sentence.question || current === undefined ? 3 : ADDITION.test(sentence.text) ? 3 : 4;
  const enough = reading.weight >= needed || (reading.weight >= 2 && (sentence.question || keen) && current === undefined);
  const mends = current !== undefined && reading.category === 'missing-flag' && isMendOf(reading.flag, current.category);
  // a remark on words or style among others is no claim of its own; on its own it is what the comment is about, and the fallback finds it
  const remark = reading.category === 'other' && !sentence.question;
  if (remark && current) support(current, reading);
  else if (remark) return;
  else if (same) support(same, reading);
  else if (current && isPremise(current, reading)) ask(current, reading);
  else if (
    enough &&
    !comparing &&
    !mends &&
    !(reading.category === 'other' && current && current.category !== 'other' && !sentence.question)
  ) {
    claims.push({ ...reading, support: [], paragraphs: new Set([sentence.paragraph]) });
  } else if (current) support(current, reading);
}

/** `kzalloc() can fail. Can stats be NULL here?`, `find() returns NULL. Is KF_RET_NULL missing?`: the question is the claim, the statement before it why. */
function isPremise(claim: Building, reading: Reading): boolean {
  if (claim.sentence.question || !reading.sentence.question || reading.weight < 2) return false;
  return claim.category === reading.category || (reading.flag === 'KF_RET_NULL' && claim.category === 'null-deref');
}

function ask(claim: Building, reading: Reading): void {
  claim.support.push({ ...claim });
  claim.paragraphs.add(reading.sentence.paragraph);
  claim.sentence = reading.sentence;
  claim.category = reading.category;
  claim.subjects = [...new Set([...reading.subjects, ...claim.subjects])];
  claim.aspect = reading.aspect;
  claim.also = reading.also;
  claim.flag ??= reading.flag;
}

function support(claim: Building, reading: Reading): void {
  claim.support.push(reading);
  claim.paragraphs.add(reading.sentence.paragraph);
  claim.hedged ||= reading.hedged;
  claim.flag ??= reading.flag;
  // a later sentence often says more exactly what is wrong
  if (claim.category === reading.category && reading.weight > claim.weight && claim.aspect !== reading.aspect)
    claim.aspect = reading.aspect;
}

/** About the same thing, or about something not named: a new subject in a question of full weight is a new claim. */
function related(claim: Building, reading: Reading): boolean {
  if (reading.subjects.length === 0 || claim.subjects.length === 0) return true;
  const roots = new Set(claim.subjects.concat(claim.support.flatMap((s) => s.subjects)).map(rootName));
  if (reading.subjects.some((s) => roots.has(rootName(s)))) return true;
  return !(reading.sentence.question && reading.weight >= 3) || COMPARISON.test(reading.sentence.text);
}

/** The variable that an expression begins with. */
export function rootName(expression: string): string {
  return /[A-Za-z_]\w*/.exec(expression)?.[0] ?? expression;
}

/** `Would KF_RCU help here?` after a claim that the flag would answer is the same claim. */
function isMendOf(flag: string | null, category: Category): boolean {
  const mended: Record<string, Category[]> = {
    KF_TRUSTED_ARGS: ['null-deref', 'refcount'],
    KF_RCU: ['null-deref', 'refcount', 'rcu'],
    KF_RCU_PROTECTED: ['rcu'],
    KF_SLEEPABLE: ['sleep'],
    KF_ACQUIRE: ['refcount'],
    KF_RELEASE: ['refcount'],
    KF_RET_NULL: ['return-value'],
  };
  return (mended[flag ?? ''] ?? []).includes(category);
}

function fallback(readings: Reading[], sentences: Sentence[], prior: Prior): Building {
  const [best] = readings.filter((r) => r.weight >= 2).sort((x, y) => y.weight - x.weight);
  const sentence = best?.sentence ??
    sentences.find((s) => s.question) ??
    sentences[0] ?? { tokens: [], text: '', question: false, paragraph: 0 };
  const base: Reading = {
    sentence,
    category: 'other',
    aspect: best?.category === 'other' ? best.aspect : 'unread',
    weight: 0,
    subjects: [],
    flag: null,
    hedged: false,
    also: [],
  };
  const known =
    prior && prior.category !== 'other' ? { ...base, ...prior, subjects: best?.subjects ?? [], flag: best?.flag ?? null } : base;
  return { ...known, support: readings, paragraphs: new Set([sentence.paragraph]) };
}

/** Paragraphs without a claim of their own go with the one above, the first ones with the one below. */
function spreadParagraphs(claims: Building[], count: number): void {
  let owner: Building | undefined;
  for (let i = 0; i < count; i++) {
    const owners = claims.filter((c) => c.paragraphs.has(i));
    if (owners.length > 0) owner = owners.at(-1);
    else (owner ?? claims[0]!).paragraphs.add(i);
  }
}

/** `the parent of css` is not about css; `the count of css` is. */
function isOwner({ tokens }: Sentence, i: number): boolean {
  if (!['of', 'inside', 'behind', 'within'].includes(tokens[i - 1]?.lower ?? '')) return false;
  return !/^(ref)?counts?$|^ref(erence)?s?$|^(value|use|validity|lifetime|range|bounds?|check|validation|deref\w*|pass\w*|outside)$/.test(
    tokens[i - 2]?.lower ?? '',
  );
}

function finish(claim: Building, comment: ReviewComment, sentences: Sentence[]): StatedClaim {
  const own = [claim, ...claim.support].flatMap((r) => r.subjects);
  const named = [claim.sentence, ...sentences].flatMap((s) =>
    s.tokens.filter((t, i) => t.code && !t.call && isVariable(t.text) && !isOwner(s, i)).map((t) => t.text),
  );
  const inPart = sentences.filter((s) => claim.paragraphs.has(s.paragraph));
  const paragraphs = [...claim.paragraphs].sort((x, y) => x - y);
  return {
    category: claim.category,
    aspect: claim.aspect,
    strength: strengthOf(comment, claim.sentence, sentences),
    subjects: [...new Set([...(comment.subject ? [comment.subject] : []), ...own, ...named])],
    claimed: [...new Set([...claimedIn(claim), ...antecedents(claim, sentences)])],
    flag: claim.flag,
    callees: [...new Set(inPart.flatMap((s) => s.tokens.flatMap((t) => [...t.text.matchAll(/([A-Za-z_]\w*)\(/g)].map((m) => m[1]!))))],
    premises: premisesOf(inPart),
    sentence: askingSentence(claim, inPart).text,
    first: claim.sentence.text,
    text: paragraphs.map((i) => comment.paragraphs[i]!.text).join('\n\n'),
    paragraphs,
    hedged: claim.hedged,
    also: claim.also,
    vague: claim.aspect === 'validity' || claim.also.some((a) => a.aspect === 'validity'),
  };
}

/** The question, where one of those that make the claim asks, or one that stands with them. */
function askingSentence(claim: Building, around: Sentence[]): Sentence {
  const own = [claim, ...claim.support.filter((r) => r.category === claim.category)].map((r) => r.sentence);
  return own.find((s) => s.question) ?? around.find((s) => s.question) ?? claim.sentence;
}

/** What the claim's own sentences say it of, each with its neighbours in an enumeration. */
function claimedIn(claim: Building): string[] {
  const readings = [claim, ...claim.support.filter((r) => r.category === claim.category && !COMPARISON.test(r.sentence.text))];
  const named = new Set(readings.flatMap((r) => r.subjects));
  // where no phrase holds a name, it may be said of each that stands in the sentence
  if (named.size === 0)
    return readings.flatMap((r) => r.sentence.tokens.filter((t) => t.code && !t.call && isVariable(t.text)).map((t) => t.text));
  for (const { sentence } of readings) {
    const { tokens } = sentence;
    let open = false;
    // twice: an enumeration may begin before the name that the phrase caught
    for (const list of [tokens, [...tokens].reverse()])
      for (const token of list) {
        if (token.code && !token.call && isVariable(token.text)) {
          if (open) named.add(token.text);
          open = open || named.has(token.text);
        } else open = open && /^(and|or|nor|,|\/|&|both|neither|either|the|a|pointer|pointers|argument|parameter)$/.test(token.lower);
      }
  }
  return [...named];
}

/** `cfg->len isn't tested. Can it be too large?`: what the sentence before names, where a pronoun comes before any name of this one. */
function antecedents({ sentence }: Building, sentences: Sentence[]): string[] {
  const isName = (t: Token) => t.code && !t.call && isVariable(t.text);
  const pronoun = sentence.tokens.findIndex((t) => /^(it|its|this|that|they|these|those)$/.test(t.lower) && !t.code);
  const name = sentence.tokens.findIndex(isName);
  if (pronoun < 0 || (name >= 0 && name < pronoun)) return [];
  const before = sentences[sentences.indexOf(sentence) - 1];
  return before ? before.tokens.filter(isName).map((t) => t.text) : [];
}

function isVariable(text: string): boolean {
  return /^[*&]*[A-Za-z_]/.test(text) && !/^(KF_|NULL$|E[A-Z]{3,}$)/.test(text) && !/^[A-Z][A-Z0-9_]+$/.test(text) && !/\s/.test(text);
}

function strengthOf(comment: ReviewComment, sentence: Sentence, sentences: Sentence[]): Strength {
  const marked = comment.strength?.toLowerCase();
  if (marked === 'subjective') return 'subjective';
  const first = sentences
    .slice(0, 2)
    .map((s) => s.text)
    .join(' ');
  if (/\b(pre-?existing|not (introduced|caused) by this patch|isn't a bug introduced|was (already )?(there|present) before)\b/i.test(first))
    return 'pre-existing';
  if (/\b(isn't|is not|not) (really |necessarily |strictly )?a bug\b/i.test(first)) return 'subjective';
  if (/\b(subsystem|guide|pattern)\b.{0,40}\bflags?\b/i.test(first)) return 'guide-hit';
  return sentence.question ? 'question' : 'bug';
}
