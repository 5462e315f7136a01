/** What `kfunc-patterns.yaml` holds, read and checked. Plain JSON, so that the built-in file can be carried in the bundle as it is. */
import type { Seen } from '../../claim.ts';
import type { FunctionKnowledge, MemberKnowledge } from '../../flow/knowledge.ts';

/** upheld: nobody objects · contested: people disagree · retracted: who said it took it back. The last two are marked in every output. */
export type Standing = 'upheld' | 'contested' | 'retracted';

/** Both ends inclusive; absent: open. */
export interface SeriesRange {
  since?: string;
  until?: string;
}

export interface RecordedWord {
  who: string | null;
  messageId: string | null;
  url: string | null;
  /** a short clause, word for word */
  quote: string | null;
  /** what this source adds, where there is more than one */
  note: string | null;
}

/** Where the entry stands, for messages: file as the user named it, line from 1. */
export interface EntryPlace {
  file: string;
  line: number;
}

/** A person's word about exactly one property of one kfunc. */
export interface Ruling {
  id: string;
  rule: string;
  kfunc: string;
  subject: string;
  series: SeriesRange;
  /** the claim's source line, white space folded: the ruling goes stale when it changes; null: any line */
  snippet: string | null;
  /** confirmed: a person holds it for a real bug, whatever the tool says; that never suppresses */
  says: 'refuted' | 'confirmed';
  status: Standing;
  /** may be empty only where it says confirmed */
  reason: string;
  sources: RecordedWord[];
  /** by whom and when it was written down; null where the sources say it all */
  recorded: { by: string; on: string } | null;
  /** last day on which it holds, YYYY-MM-DD; null: for good */
  until: string | null;
  /** `until` had passed when the run began; set by who loads the file */
  lapsed: boolean;
  /** what the person had before them: where it differs the ruling is stale; null: written by hand */
  seen: Seen | null;
  at: EntryPlace;
}

/** A way of writing code that is known to be fine or known to be wrong. `*` in a match stands for any text. */
export interface Idiom {
  id: string;
  rule: string;
  kfunc: string | null;
  subject: string | null;
  snippet: string | null;
  series: SeriesRange;
  says: 'fine' | 'wrong';
  status: Standing;
  reason: string;
  sources: RecordedWord[];
  at: EntryPlace;
}

export interface Patterns {
  /** in the order written; several of one name where the facts changed with the kernel series: their ranges don't overlap */
  functions: FunctionKnowledge[];
  /** likewise, by struct and member */
  members: MemberKnowledge[];
  rulings: Ruling[];
  idioms: Idiom[];
}
