/** What `input/` makes of mails, mailboxes, diffs and pasted threads. Values only. */
import type { Diagnostic } from '../claim.ts';

export interface HunkLine {
  kind: ' ' | '+' | '-';
  text: string;
}

export interface Hunk {
  oldStart: number;
  oldCount: number;
  newStart: number;
  newCount: number;
  /** the text after the second @@ */
  heading: string;
  lines: HunkLine[];
  /** true where counts or white space had to be guessed: context lines must be compared with white space folded */
  damaged: boolean;
  /** so many lines of either side its header promises behind those that are there: what they say is not known */
  lost?: { before: number; after: number };
}

export interface FileDiff {
  /** null: the file is new */
  oldPath: string | null;
  /** null: the file is deleted */
  newPath: string | null;
  binary: boolean;
  hunks: Hunk[];
  /** `oldPath` stays where it is */
  copied?: boolean;
}

export interface Patch {
  /** without `[PATCH v2 3/7]` */
  subject: string;
  messageId: string | null;
  author: string | null;
  /** of the series: `v2` → 2, none → 1 */
  version: number;
  /** position in the series, from 1; 0 for none given */
  part: number;
  total: number;
  baseCommit: string | null;
  files: FileDiff[];
  /** where it was read: file name, `-`, `mbox:3` */
  source: string;
  /** the whole message body as decoded text, for claims that quote it */
  body: string;
  /** which of the independent series of the input it belongs to, from 0 */
  series?: number;
  /** posted as an answer to a patch of the series, on top of it */
  followUp?: boolean;
}

/** A mail (or a part of a pasted thread) that is not a patch: replies, reviews. Kept for `judge`. */
export interface Message {
  subject: string;
  messageId: string | null;
  inReplyTo: string | null;
  from: string | null;
  body: string;
  source: string;
}

export interface InputSet {
  /** patches in order of application; the newest version of each series */
  patches: Patch[];
  /** C files given as they are */
  plainFiles: { path: string; text: string }[];
  messages: Message[];
  diagnostics: Diagnostic[];
}
