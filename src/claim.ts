/**
 * The words of the contract as types: claim, verdict, evidence, finding. Imports nothing, so that every layer can speak them.
 */

export type Verdict = 'confirmed' | 'refuted' | 'undecided' | 'out-of-scope';
export type Severity = 'error' | 'warning' | 'note';

/** Strongest first: what the verifier enforces outweighs a check in the code, which outweighs a type, … which outweighs a person's word. */
export const EVIDENCE_KINDS = ['verifier', 'guard', 'type', 'registration', 'series', 'ruling'] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** A place in a file as the patch leaves it. Lines and columns count from 1; columns count UTF-16 units. */
export interface Location {
  file: string;
  line: number;
  column: number;
}

/** Where a statement about the kernel can be read: path and symbol, never a bare line number. */
export interface KernelSource {
  kernel: string;
  path: string;
  symbol: string;
  quote: string | null;
}

/** Where a person's word can be read. */
export interface PersonSource {
  who: string | null;
  messageId: string | null;
  url: string | null;
  quote: string | null;
}

/**
 * - `carries`: the verdict rests on it
 * - `step`: one link of the path through the code (confirmed claims, in order)
 * - `context`: true and worth knowing, but the verdict stands without it
 */
export type EvidenceRole = 'carries' | 'step' | 'context';

export interface Evidence {
  kind: EvidenceKind;
  role: EvidenceRole;
  text: string;
  location: Location | null;
  source: KernelSource | PersonSource | null;
}

/**
 * What a claim says is missing, as a question that the judge can put to the verifier model.
 * `parameter` is the index (from 0) of the kfunc's own parameter whose unmodified value the property is about.
 */
export type Property =
  | { kind: 'non-null'; parameter: number }
  /** the object may be walked, freed or stale */
  | { kind: 'trusted'; parameter: number }
  /** the reference count may already be zero */
  | { kind: 'live-count'; parameter: number }
  /** a range for an integer: no series of the verifier gives one */
  | { kind: 'bounded'; parameter: number }
  /** only its sign is in question: an integer of 32 bits and more that nothing was done to */
  | { kind: 'not-negative'; parameter: number }
  /** the memory may be shorter than what is accessed; `size` is the index of the size parameter, null where there is none */
  | { kind: 'sized'; parameter: number; size: number | null }
  /** NULL may arrive: the opposite of what most claims miss, for a claim that a check is needless */
  | { kind: 'maybe-null'; parameter: number }
  /** the verifier lets a program pass something for this parameter at all */
  | { kind: 'callable'; parameter: number }
  /** runs inside an RCU read-side section */
  | { kind: 'rcu-section' }
  /** may sleep here */
  | { kind: 'sleepable' }
  /** a property of the code or of the registration alone: the verifier promises nothing about it */
  | { kind: 'code' };

/** Something that the source at hand does not show and that the verdict hangs on. */
export interface Missing {
  /** e.g. the callee's name */
  what: string;
  /** one clause, lower case, no full stop: `memcg_events() is not in the patch` */
  why: string;
  /** true where `--tree` could answer it */
  treeWouldHelp: boolean;
}

/** One edit that mends a finding: replaces the text between two places of the post-image. Lines and columns count from 1, `end` exclusive. */
export interface Mend {
  file: string;
  start: { line: number; column: number };
  end: { line: number; column: number };
  text: string;
  /** imperative, e.g. `add KF_RET_NULL` */
  title: string;
}

export interface Claim {
  rule: string;
  severity: Severity;
  kfunc: string | null;
  /** the function whose body the location is in; null outside functions */
  function: string | null;
  /** parameter, variable, `return`, flag or set */
  subject: string;
  property: Property;
  location: Location;
  /** the source line at `location`, white space folded: part of the finding's identity */
  snippet: string;
  inDiff: boolean;
  /** what is claimed, one sentence without a full stop */
  message: string;
  /** what to do about it, imperative, one sentence */
  advice: string;
  /** the way the value takes from the kfunc to the place, callee by callee */
  path: Evidence[];
  /** what the code itself says for or against the claim; an entry with role `carries` refutes it */
  guards: Evidence[];
  /** not empty: the code can't settle it; unless something else refutes it the claim is undecided */
  missing: Missing[];
  mend: Mend | null;
}

/** What a person had before them when they ruled on a finding. Where it differs now, their ruling is stale and suppresses nothing. */
export interface Seen {
  /** kernel series of the run */
  series: string;
  /** stamp of what the verifier model says of that series; null: none was taken */
  model: string | null;
  /** the kfunc's KF_ flags, `A | B`, registrations that differ joined by `; `; null: its registration was not at hand */
  flags: string | null;
  /** function name → stamp of its text without comments and layout: the kfunc, the functions on the path, and their callees of the same file */
  code: Record<string, string>;
}

/** A recorded ruling that speaks of a finding, applied or not. */
export interface RulingUse {
  id: string;
  /** the pattern file as the user named it, and the entry's line, from 1 */
  file: string;
  line: number;
  says: 'refuted' | 'confirmed';
  status: 'upheld' | 'contested' | 'retracted';
  reason: string;
  /** who wrote it down, and on which day (YYYY-MM-DD); null where its sources say it all */
  by: string | null;
  on: string | null;
  /** null: it applies; else why it does not, one clause */
  stale: string | null;
}

/** A claim, judged. Made only by the judge, which refuses to make one whose verdict has no evidence. */
/** A commit of a range that was linted commit by commit. */
export interface CommitName {
  /** the whole hash */
  id: string;
  subject: string;
}

export interface Finding {
  id: string;
  rule: string;
  verdict: Exclude<Verdict, 'out-of-scope'>;
  contested: boolean;
  severity: Severity;
  kfunc: string | null;
  function: string | null;
  subject: string;
  message: string;
  advice: string;
  location: Location;
  snippet: string;
  inDiff: boolean;
  evidence: Evidence[];
  missing: Missing[];
  mend: Mend | null;
  /** the code was so before the patch */
  preexisting: boolean;
  /** what a ruling on this finding is tied to; absent where the code was not at hand */
  seen?: Seen;
  /** rulings that speak of it; absent: none */
  rulings?: RulingUse[];
  /** the commit that shows it; absent: the input was no range of commits */
  commit?: CommitName;
  /** against an earlier run; absent: not compared, or suppressed */
  baseline?: 'new' | 'unchanged';
}

/** A finding as an earlier run left it behind: the id decides, the rest is for people. */
export interface KnownFinding {
  id: string;
  rule: string;
  verdict: 'confirmed' | 'undecided';
  file: string;
  kfunc: string | null;
  message: string;
}

export interface Diagnostic {
  level: 'note' | 'warning';
  message: string;
  location: Location | null;
}

export type ClaimCategory =
  | 'null-deref'
  | 'out-of-bounds'
  | 'refcount'
  | 'missing-flag'
  | 'sleep'
  | 'rcu'
  | 'return-value'
  | 'registration'
  | 'other';

/** A reviewer's claim with what became of it. */
export interface JudgedClaim {
  /** the reviewer's own, else `c1`, `c2` … in the order read */
  id: string;
  /** the review that makes it */
  source: string;
  file: string | null;
  line: number | null;
  function: string | null;
  subject: string | null;
  category: ClaimCategory;
  text: string;
  verdict: Verdict;
  /** how bad if true */
  severity: Severity;
  /** why, one sentence without a full stop */
  why: string;
  fixedLater: { patch: number; subject: string } | null;
  preexisting: boolean;
  contested: boolean;
  /** the reviewer itself threw it away as false; confirmed, that was a bug lost */
  dismissed: boolean;
  /** rules that make the same claim */
  rules: string[];
  evidence: Evidence[];
  missing: Missing[];
  /** a draft, wrapped at 78 columns; null where there is nothing to answer */
  reply: string | null;
  /** what `--memory` knows of it; null without it */
  memory: ClaimMemory | null;
}

export interface ClaimMemory {
  /** new: not seen before · known: judged before, code and model unchanged · reopened: judged before, and something it rested on changed */
  state: 'new' | 'known' | 'reopened';
  /** the review in which it was first judged */
  first: string | null;
  /** the verdict given then */
  was: Verdict | null;
  /** what changed, for a reopened one */
  because: string | null;
}

/** The run can't be done: printed as one line, exit code 2. Never shown with a stack trace. */
export class InputError extends Error {
  override name = 'InputError';
}
