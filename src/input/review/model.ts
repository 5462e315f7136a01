/** What a review says, before anybody judges it: comments with the code that they stand under and the place that they take in the original. */
import type { Diagnostic } from '../../claim.ts';

/** Offsets (UTF-16 units, `end` exclusive) into the review as it was read, so that a cut leaves every other character as it is. */
export interface Span {
  start: number;
  end: number;
}

/** What to take out: a span, or an item of a JSON list whose commas must stay right whatever else goes. `list` holds the spans of all items. */
export type Cut = Span | { list: readonly Span[]; index: number };

export type ReviewKind = 'inline' | 'mail' | 'pull-request-comment' | 'agent-result' | 'metadata' | 'sashiko' | 'dump' | 'thread' | 'list';

/** A line of the patch (or of its message) that the reviewer quotes. */
export interface QuotedLine {
  /** `+`, `-` or ` ` of the diff, `@` for a hunk header, `f` for the lines that name the file, `m` for the commit message */
  sign: '+' | '-' | ' ' | '@' | 'f' | 'm';
  /** without quote mark and sign */
  text: string;
  /** from the nearest `diff --git` or `+++` above it; null where the quote names none */
  file: string | null;
  /** characters of the quoted line before `text`: the sign */
  offset: number;
}

export interface Paragraph {
  /** as written, line breaks kept */
  text: string;
  /** every place where the review holds it: a Sashiko object says the same thing up to three times */
  cuts: Cut[];
}

export interface ReviewComment {
  /** the reviewer's own name for it, where it has one */
  id: string | null;
  paragraphs: Paragraph[];
  /** code that the comment itself shows, not as a quote of the patch */
  snippets: string[];
  /** what goes too when the whole comment goes: carets, severity markers, the bullet in the summary, the object in a list */
  cuts: Cut[];
  /** lines of the patch above the comment, nearest last */
  quoted: QuotedLine[];
  /** columns of the last quoted line that carets mark, from 0, `to` exclusive */
  caret: { from: number; to: number } | null;
  file: string | null;
  function: string | null;
  line: number | null;
  subject: string | null;
  /** the reviewer's own category, as written */
  category: string | null;
  severity: string | null;
  /** the reviewer's word, null where it says nothing */
  preexisting: boolean | null;
  /** `question`, `subjective`, `guide-hit` … as the reviewer marks it; null: to be read from the text */
  strength: string | null;
  /** the reviewer looked at it and threw it away as false: to be audited, not to be filtered */
  dismissed: boolean;
}

export interface ReviewDocument {
  kind: ReviewKind;
  /** file name, `-`, `file#3` for the third message of a file */
  source: string;
  messageId: string | null;
  /** message id of the mail that it answers: the patch */
  inReplyTo: string | null;
  /** of the patch reviewed, without `Re:` and `[PATCH …]` */
  subject: string | null;
  /** of the review's own mail, as it stands, for an answer to it */
  mailSubject: string | null;
  /** abbreviated or whole sha of the commit reviewed */
  commit: string | null;
  from: string | null;
  comments: ReviewComment[];
  /** the reviewer says that there is nothing to say */
  clean: boolean;
  diagnostics: Diagnostic[];
  /** not null: the comments' spans count in this decoded text, which stands encoded (base64) in the original */
  encoded: Encoded | null;
}

export interface Encoded {
  text: string;
  span: Span;
  encode(text: string): string;
}

export function emptyDocument(kind: ReviewKind, source: string): ReviewDocument {
  return {
    kind,
    source,
    messageId: null,
    inReplyTo: null,
    subject: null,
    mailSubject: null,
    commit: null,
    from: null,
    comments: [],
    clean: false,
    diagnostics: [],
    encoded: null,
  };
}

export function emptyComment(): ReviewComment {
  return {
    id: null,
    paragraphs: [],
    snippets: [],
    cuts: [],
    quoted: [],
    caret: null,
    file: null,
    function: null,
    line: null,
    subject: null,
    category: null,
    severity: null,
    preexisting: null,
    strength: null,
    dismissed: false,
  };
}

export function commentText(comment: ReviewComment): string {
  return comment.paragraphs.map((p) => p.text).join('\n\n');
}
