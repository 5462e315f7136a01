/** What the screen of `triage` is given and gives back. Values and plain functions: files, editors and the analysis are behind them. */
import type { Evidence, Location, Missing, RulingUse, Seen, Severity, Verdict } from '../claim.ts';

/** What a ruling on an item would match. */
export interface RulingTarget {
  rule: string;
  kfunc: string;
  subject: string;
  snippet: string;
  series: string;
  seen: Seen | null;
}

/** One line of the list: a finding of our rules, or a claim of a review, judged. */
export interface TriageItem {
  /** unique in the list */
  key: string;
  /** the series of patches that it is about: two of them may change the same file */
  scope: number;
  id: string;
  origin: 'rule' | 'review';
  verdict: Verdict;
  contested: boolean;
  severity: Severity | null;
  /** the rule; of a review's claim that no rule makes, its category */
  rule: string;
  kfunc: string | null;
  function: string | null;
  subject: string;
  message: string;
  /** what to do about it; null: nothing */
  advice: string | null;
  location: Location | null;
  snippet: string;
  inDiff: boolean;
  preexisting: boolean;
  /** the subject of the later patch that mends it */
  fixedLater: string | null;
  evidence: readonly Evidence[];
  missing: readonly Missing[];
  rulings: readonly RulingUse[];
  target: RulingTarget | null;
  /** an answer drafted with the verdict; null: one is made of the evidence when it is asked for */
  reply: string | null;
  /** why there is no target, one clause */
  whyNoTarget: string | null;
}

/** A file as the analysis saw it. Line n is `lines[n - 1]`. */
export interface CodeFile {
  lines: readonly string[];
  added: ReadonlySet<number>;
}

export interface RulingDraft {
  itemKey: string;
  target: RulingTarget;
  says: 'refuted' | 'confirmed';
  reason: string;
  /** last day, YYYY-MM-DD */
  until: string | null;
  /** false: for the series of the run alone */
  laterSeries: boolean;
  /** id of the ruling in the same file that this one takes the place of */
  replaces: string | null;
}

export interface SavedRuling {
  id: string;
  file: string;
  line: number;
  /** who and when, or which ruling, as it reads after the word `by` */
  by: string;
}

/** The part of a decision that a reply speaks of. */
export interface ReplyDecision {
  says: 'refuted' | 'confirmed';
  reason: string;
}

/** The outside as the screen sees it. A promise that fails carries one line for the person. */
export interface Surroundings {
  /** name of what is triaged, for the head line */
  title: string;
  series: string;
  /** where rulings are written, as the user named it */
  rulingFile: string;
  /** today, YYYY-MM-DD: a ruling can't end before it */
  today: string;
  code(file: string, scope: number): CodeFile | null;
  /** the entry as it would be written, for reading */
  preview(draft: RulingDraft): string;
  save(draft: RulingDraft): Promise<SavedRuling>;
  /** takes a ruling out of the file again; one that it had replaced comes back */
  withdraw(rulingId: string): Promise<void>;
  explain(item: TriageItem): Promise<string>;
  /** @param says what the person has decided; null: nothing yet */
  reply(item: TriageItem, says: ReplyDecision | null): Promise<string>;
  /** @returns the name of the file written */
  writeReply(item: TriageItem, text: string): Promise<string>;
  /** opens the editor, which has the terminal until it ends */
  edit(at: Location): Promise<void>;
}

export interface Look {
  color: boolean;
  /** the terminal shows UTF-8 */
  unicode: boolean;
}
