/** What was judged before: a claim that was answered on v4 is recognised on v7 while its code and the model are the same, and reopened when they are not. */
import { createHash } from 'node:crypto';
import type { JudgedClaim, Verdict } from '../claim.ts';
import { InputError } from '../claim.ts';
import type { Court, Question } from './question.ts';
import { codeOf, foldCode } from './question.ts';

/** Raised when verdicts may differ for reasons that no fingerprint shows. */
const MODEL = 2;

export interface Remembered {
  category: string;
  function: string;
  subject: string;
  verdict: Verdict;
  /** of the function and its registration */
  code: string;
  /** of what the verdict rests on besides, line numbers left out: a guard in a callee, a type, a ruling */
  rests: string;
  /** of the kernel series, the trust level and the version of the model */
  model: string;
  /** review in which it was first judged, and the patch's message id where known */
  first: string;
  reply: string | null;
}

export interface Memory {
  version: 1;
  claims: Remembered[];
}

export const EMPTY_MEMORY: Memory = { version: 1, claims: [] };

/** @throws InputError where the file is no memory of claims */
export function parseMemory(text: string, name: string): Memory {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputError(`${name}: is no JSON: not a memory of claims`);
  }
  const memory = value as Partial<Memory> | null;
  if (typeof memory !== 'object' || memory === null || !Array.isArray(memory.claims))
    throw new InputError(`${name}: is no memory of claims ("claims" is not a list)`);
  if (memory.version !== 1) throw new InputError(`${name}: is a memory of version ${String(memory.version)}, this program reads version 1`);
  const bad = memory.claims.findIndex((c) => !isRemembered(c));
  if (bad >= 0) throw new InputError(`${name}: claims[${bad}] is no remembered claim`);
  return memory as Memory;
}

function isRemembered(value: unknown): value is Remembered {
  if (typeof value !== 'object' || value === null) return false;
  const one = value as Record<string, unknown>;
  return ['category', 'function', 'subject', 'verdict', 'code', 'rests', 'model', 'first'].every((key) => typeof one[key] === 'string');
}

/**
 * Looks the claim up, marks it, and says what is to be remembered of it from now on.
 * @param source how a reader finds the review: its message id, else its file
 */
export function recall(
  memory: Memory,
  claim: JudgedClaim,
  q: Question,
  court: Court,
  source: string,
): { claim: JudgedClaim; entry: Remembered | null } {
  const fresh: JudgedClaim = { ...claim, memory: { state: 'new', first: null, was: null, because: null } };
  if (claim.function === null || claim.verdict === 'out-of-scope' || !q.place) return { claim: fresh, entry: null };
  const key = { category: claim.category, function: claim.function, subject: claim.subject ?? '' };
  const known = memory.claims.find((c) => c.category === key.category && c.function === key.function && c.subject === key.subject);
  const entry: Remembered = {
    ...key,
    verdict: claim.verdict,
    code: hash(codeOfQuestion(q)),
    rests: hash(restsOn(claim)),
    model: hash(`${MODEL}|${court.options.kernel.series}|${court.options.trust}`),
    first: known?.first ?? source,
    reply: claim.reply,
  };
  if (!known) return { claim: fresh, entry };
  const because = changed(known, entry);
  const marked: JudgedClaim = {
    ...claim,
    memory: { state: because === null ? 'known' : 'reopened', first: known.first, was: known.verdict, because },
  };
  // a run that sees less than an earlier one does not make it forget
  return { claim: marked, entry: claim.verdict === 'undecided' && because === LESS ? known : entry };
}

const LESS = 'what it rested on is not at hand in this run';

function changed(known: Remembered, now: Remembered): string | null {
  if (known.model !== now.model) return 'the model, the kernel series or --trust is another one';
  if (known.code !== now.code) return 'the code changed';
  if (known.verdict === now.verdict && known.rests === now.rests) return null;
  if (now.verdict === 'undecided') return LESS;
  return known.verdict === 'undecided' ? 'more of the code is at hand' : 'what it rested on elsewhere changed';
}

/** The function and its flags; never line numbers. */
function codeOfQuestion(q: Question): string {
  const flags = q.own.flatMap((u) => u.kfunc.entries.map((e) => foldCode(e.line))).sort();
  return [codeOf(q.place!), ...flags].join('\n');
}

function restsOn(claim: JudgedClaim): string {
  const carrying = claim.evidence
    .filter((e) => e.role !== 'context')
    .map((e) => `${e.kind} ${e.location?.file ?? ''} ${e.text.replace(/ in line \d+/g, '')}`);
  return [...new Set(carrying)].sort().join('\n');
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 20);
}

const WEIGHT: Verdict[] = ['refuted', 'undecided', 'confirmed'];

/** The entries given replace those of the same claim; of two in one run the graver one stays. Ordered by function, category, subject. */
export function remember(memory: Memory, entries: readonly Remembered[]): Memory {
  const key = (e: Remembered) => `${e.function}\0${e.category}\0${e.subject}`;
  const now = new Map<string, Remembered>();
  for (const e of entries) {
    const other = now.get(key(e));
    if (!other || WEIGHT.indexOf(e.verdict) > WEIGHT.indexOf(other.verdict)) now.set(key(e), e);
  }
  const all = new Map([...memory.claims.map((e) => [key(e), e] as const), ...now]);
  return { version: 1, claims: [...all].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, e]) => e) };
}
