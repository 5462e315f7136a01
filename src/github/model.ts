/** What a pull request holds of ours, and what it should hold. Values only; observe.ts and apply.ts talk to GitHub. */

export interface PullRef {
  owner: string;
  repo: string;
  number: number;
}

/** A review thread that one of our comments began. */
export interface Thread {
  /** GraphQL's id of the thread */
  id: string;
  /** which finding: its id, `#2` for the second of the same id */
  key: string;
  /** REST's id of our comment; digits, for it may pass 2^53 */
  comment: string;
  /** GraphQL's id of our comment */
  commentNode: string;
  body: string;
  resolved: boolean;
  minimized: boolean;
  /** somebody else wrote in it */
  answered: boolean;
}

export interface SummaryComment {
  id: string;
  body: string;
}

export interface PullState {
  /** the commit that the pull request stands at now */
  head: string;
  fromFork: boolean;
  threads: readonly Thread[];
  summaries: readonly SummaryComment[];
}

export interface LineComment {
  key: string;
  path: string;
  /** in the file as the pull request leaves it, from 1; a line of the diff */
  line: number;
  body: string;
}

export interface Wanted {
  /** the commit that was checked */
  head: string;
  /** the worst first */
  lines: readonly LineComment[];
  /** of all that is confirmed, wherever it is told */
  confirmed: ReadonlySet<string>;
  /** @param told keys that have a thread on a line; null: nothing to say */
  summary(told: ReadonlySet<string>): string | null;
  /** what takes the place of a summary when there is nothing to say any more */
  allClear: string;
}

export type Action =
  | { do: 'review'; comments: readonly LineComment[] }
  | { do: 'edit-line'; thread: Thread; body: string }
  | { do: 'delete-line'; thread: Thread }
  | { do: 'resolve'; thread: Thread }
  | { do: 'reopen'; thread: Thread }
  | { do: 'summary'; body: string }
  | { do: 'edit-summary'; id: string; body: string }
  | { do: 'delete-summary'; id: string };
