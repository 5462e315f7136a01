/** Who wrote which of the pasted mails, and what the patch is called: told by those who quote it. */
import type { PastedMail } from './pasted-messages.ts';
import { quotedAuthor, readQuote } from './quote.ts';

/** Names the writers of mails without a heading after the `X wrote:` of the mails that quote them. */
export function nameAuthors(mails: readonly PastedMail[]): void {
  /** line → who is said to have written it, and by which mails */
  const tellers = new Map<string, { by: number; author: string }[]>();
  mails.forEach((mail, by) => {
    const { author, lines } = readQuoted(mail);
    if (author === null) return;
    for (const line of lines) {
      const known = tellers.get(line) ?? [];
      // one that is not the mail itself is enough
      if (known.length < 2) tellers.set(line, [...known, { by, author }]);
    }
  });
  mails.forEach((mail, i) => {
    if (mail.from !== null) return;
    const told = ownLines(mail).flatMap((line) => tellers.get(line) ?? []);
    const first = told.filter((one) => one.by !== i).sort((a, b) => a.by - b.by)[0];
    mail.from = first?.author ?? (mail.files.length > 0 ? signer(mail) : null);
  });
}

/** Whoever signed a patch off first wrote it. */
function signer(mail: PastedMail): string | null {
  const line = mail.lines.find((one) => /^\s*Signed-off-by: \S/.test(one));
  return line === undefined ? null : line.trim().slice('Signed-off-by: '.length);
}

function ownLines(mail: PastedMail): string[] {
  return mail.lines
    .filter((line) => readQuote(line).depth === 0)
    .map(fold)
    .filter((line) => line.length >= 12);
}

function fold(line: string): string {
  return line.replace(/\s+/g, '');
}

/** The outermost quote of a mail: whom, and which lines. */
function readQuoted(mail: PastedMail): { author: string | null; lines: Set<string> } {
  let author: string | null = null;
  let before = '';
  const lines = new Set<string>();
  for (const line of mail.lines) {
    const { depth, rest } = readQuote(line);
    if (depth === 1) lines.add(fold(rest));
    else if (depth === 0) {
      author ??= quotedAuthor(line) ?? (before.startsWith('On ') ? quotedAuthor(`${before} ${line}`) : null);
      before = line;
    }
  }
  return { author, lines };
}

/** The patch's own subject line; else the one that answers and reviews give it; '' where nobody names it. */
export function nameSubject(patch: PastedMail, mails: readonly PastedMail[]): string {
  if (patch.subject !== '') return patch.subject;
  const own = patch.lines.slice(0, 20).find((line) => /^\[[^\]]{0,80}PATCH[^\]]{0,80}\] ./.test(line) || /^Subject: ./.test(line));
  if (own) return own.replace(/^Subject: /, '');
  for (const mail of mails) {
    if (mail === patch) continue;
    const reply = /^In-Reply-To-Subject: `?(.{1,300}?)`?$/m.exec(mail.lines.join('\n'))?.[1] ?? reviewTitle(mail.lines);
    if (reply) return reply;
  }
  return '';
}

/** A review begins with `commit`, `Author:` and the title. */
function reviewTitle(lines: readonly string[]): string | null {
  const at = lines.findIndex((line) => /^commit [0-9a-f]{7,40}$/.test(line));
  if (at < 0 || !/^Author: /.test(lines[at + 1] ?? '')) return null;
  return (
    lines
      .slice(at + 2, at + 5)
      .find((line) => line.trim() !== '')
      ?.trim() ?? null
  );
}
