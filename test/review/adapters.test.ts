import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkFolder } from '../../src/input/review/folder.ts';
import { wholeText } from '../../src/input/review/layer.ts';
import { decodeHeader, firstMessageId, readMail, splitMbox } from '../../src/input/review/mail.ts';
import { commentText, type ReviewDocument } from '../../src/input/review/model.ts';
import { readReview } from '../../src/input/review/read.ts';

const FOLDER = resolve(import.meta.dirname, '../../fixtures/reviews');

function read(name: string): ReviewDocument[] {
  return readReview(readFileSync(resolve(FOLDER, name), 'utf8'), name);
}

const LAST_QUOTED = [
  'return s->width;',
  'u32 width = s->width;',
  'return 0;',
  'return shelf_columns[column];',
  'copy = kmalloc(sizeof(*copy), GFP_KERNEL);',
  '*copy = s->width;',
  'next = rcu_dereference(s->next);',
  'BTF_KFUNCS_END(shelf_kfuncs)',
];

describe('one review, as every reviewer emits it', () => {
  it.each([
    ['shelf/review-inline.txt', 'inline'],
    ['shelf/bpf-ci.eml', 'mail'],
    ['shelf/pull-request-comment.md', 'pull-request-comment'],
    ['shelf/sashiko.eml', 'mail'],
    ['shelf/dump.txt', 'dump'],
  ])('%s: eight comments, each under its line', (name, kind) => {
    const [doc, ...rest] = read(name);
    expect(doc!.kind).toBe(kind);
    expect(doc!.comments.map((c) => c.quoted.at(-1)!.text.trim())).toEqual(LAST_QUOTED);
    expect(doc!.comments.every((c) => c.file === 'lib/bpf_shelf.c')).toBe(true);
    expect(rest.every((d) => d.clean && d.comments.length === 0)).toBe(true);
  });

  it.each([
    'On Mon, Nov 03, 2025 at 10:00:00AM +0000, A Person wrote:',
    'On 11/3/25 10:00 AM, A Person with a long name and an address\n<a.person.with.a.long.name@example.org> wrote:',
  ])('the line that says whom it answers is no comment: %s', (line) => {
    const head = 'From: bot+bpf-ci@kernel.org\nSubject: Re: [PATCH] x\nMessage-ID: <a@b>\nIn-Reply-To: <c@d>\n\n';
    const [doc] = readReview(`${head}${line}\n> diff --git a/x.c b/x.c\n> @@ -1 +1 @@\n> +\treturn t->size;\n\nCan t be NULL here?\n`, 'm');
    expect(doc!.comments.map(commentText)).toEqual(['Can t be NULL here?']);
  });

  it('the footer, its scores and the signature are no comments', () => {
    const texts = read('shelf/bpf-ci.eml')[0]!.comments.map(commentText).join('\n');
    expect(texts).not.toMatch(/AI reviewed|NULL score|issues-found|CI run/);
  });

  it('the subject comes from the header, the footer, or the mail', () => {
    const subject = 'lib: let BPF programs look at shelves';
    for (const name of ['review-inline.txt', 'bpf-ci.eml', 'pull-request-comment.md', 'sashiko.eml', 'dump.txt']) {
      expect(read(`shelf/${name}`)[0]!.subject).toBe(subject);
    }
  });

  it('the mail knows its patch by the first message id of In-Reply-To', () => {
    expect(read('shelf/bpf-ci.eml')[0]!.inReplyTo).toBe('20260301100000.4711-1-robin@example.org');
  });

  it('carets narrow the line, tabs counted to eight', () => {
    const [first] = read('shelf/review-inline.txt')[0]!.comments;
    expect(first!.quoted.at(-1)!.text.slice(first!.caret!.from, first!.caret!.to)).toBe('s->width');
  });

  it('severity markers belong to their comment, the bulleted summary to the comment that says the same', () => {
    const { comments } = read('shelf/sashiko.eml')[0]!;
    expect(comments.map((c) => c.severity)).toEqual(['high', null, null, 'critical', null, 'high', null, 'low']);
    expect(comments.map((c) => c.preexisting)).toEqual([false, null, null, false, null, true, null, null]);
  });
});

describe('what holds no claim', () => {
  it('an answer that quotes the whole review, asks questions and has a signature', () => {
    expect(read('shelf/answer.eml')).toEqual([]);
  });

  it('the answer without headers, as pasted', () => {
    const text = readFileSync(resolve(FOLDER, 'shelf/answer.eml'), 'utf8');
    expect(readReview(text.slice(text.indexOf('bot+bpf-ci@kernel.org writes')), 'pasted')).toEqual([]);
  });

  it('a person who quotes a patch and asks', () => {
    const mail =
      'From: A B <a@example.org>\nSubject: Re: [PATCH] x\nMessage-ID: <1@example.org>\n\n> +	return s->width;\n\nCan s be NULL here?\n';
    expect(readReview(mail, 'm')).toEqual([]);
  });

  it('a patch', () => {
    expect(read('shelf/0001-lib-let-BPF-programs-look-at-shelves.patch')).toEqual([]);
  });

  it('a clean review', () => {
    expect(read('shelf/clean.txt')).toMatchObject([{ clean: true, comments: [] }]);
  });
});

describe('a thread with patch, review and answers', () => {
  const patch = readFileSync(resolve(FOLDER, 'shelf/0001-lib-let-BPF-programs-look-at-shelves.patch'), 'utf8').replace(
    /^From [\s\S]*?\n\n/,
    '',
  );
  const comment = readFileSync(resolve(FOLDER, 'shelf/pull-request-comment.md'), 'utf8');
  const answer = readFileSync(resolve(FOLDER, 'shelf/answer.eml'), 'utf8').split('\n\n').slice(1).join('\n\n');

  it('gives the claims of the review alone', () => {
    const docs = readReview(`${patch}\n${comment}\n${answer}`, 'thread');
    expect(docs).toHaveLength(1);
    expect(docs[0]!.kind).toBe('thread');
    expect(docs[0]!.comments.map((c) => c.quoted.at(-1)!.text.trim())).toEqual(LAST_QUOTED);
  });

  it('also where the review has neither fence nor header, only its footer', () => {
    const bare = comment.replace(/^```[\s\S]*?\n(?=> diff)/, '').replace('\n```\n', '\n');
    const docs = readReview(`${patch}\n${bare}\n${answer}`, 'thread');
    expect(docs.map((d) => d.comments.length)).toEqual([8]);
  });

  it('as a mailbox', () => {
    const box = ['bpf-ci.eml', 'answer.eml', 'sashiko.eml']
      .map((n) => `From x@y Sun Mar  1 10:00:00 2026\n${readFileSync(resolve(FOLDER, 'shelf', n), 'utf8')}\n`)
      .join('');
    expect(readReview(box, 'box').map((d) => [d.source, d.comments.length])).toEqual([
      ['box#1', 8],
      ['box#3', 8],
    ]);
  });
});

describe('structured reviews', () => {
  it("an agent's result: findings, and its own dismissals", () => {
    const [doc] = read('review-context/FILE-1-review-result.json');
    expect(doc!.comments.map((c) => [c.id, c.function, c.line, c.dismissed])).toEqual([
      ['FILE-1-CHANGE-1-R1', 'bpf_shelf_width', 22, false],
      ['FILE-1-CHANGE-5-R1', 'bpf_shelf_copy', 56, false],
      ['FILE-1-CHANGE-9-R1', null, null, false],
      [null, 'bpf_shelf_next_width', null, true],
      [null, 'bpf_shelf_column_raw', 48, true],
    ]);
  });

  it("Sashiko's object: findings and inline comments that say the same are one", () => {
    const [doc] = read('shelf/sashiko.json');
    expect(doc!.comments).toHaveLength(9);
    expect(doc!.comments[0]!.preexisting).toBe(false);
    expect(commentText(doc!.comments[8]!)).toMatch(/lock order/);
  });

  it('a list of claims', () => {
    const [doc] = read('shelf/list.json');
    expect(doc!.comments.map((c) => [c.id, c.function, c.subject])).toEqual([
      ['a', 'bpf_shelf_width', 's'],
      ['b', 'bpf_shelf_column_raw', null],
      ['c', 'bpf_shelf_column', null],
    ]);
  });

  it.each([
    ['', /is empty/],
    ['  \n', /is empty/],
    ['{"claims": [{"id": "x", "text": "t"}]}', /claims\[0\] has no "function"/],
    ['{"claims": {}}', /"claims" must be a list|neither/],
    ['{"claims": [', /is no JSON/],
    ['{', /is no JSON/],
    ['{claims: []}', /is no JSON/],
    ['No issues found.', /is no JSON/],
    ['{"a": 1}', /neither a review result nor a list of claims/],
    ['[]', /neither a review result nor a list of claims/],
    ['{"status": "Failed", "output": null}', /was not made/],
    ['{"status": "In Review", "inline_review": ""}', /was not made/],
    ['{"status": "Reviewed", "output": "{"}', /"output": is no JSON/],
    [`${'['.repeat(200)}${']'.repeat(200)}`, /nested deeper/],
    ['a\0b', /binary/],
  ])('%j is no review', (text, message) => {
    expect(() => readReview(text, 'x.json')).toThrow(message);
  });

  it('what is left of a result is no review without a name either', () => {
    for (const text of ['{', ' [\n']) expect(() => readReview(text, '-')).toThrow(/is no JSON/);
  });

  it('a review that was skipped is clean, one with nothing found too', () => {
    expect(readReview('{"status": "Skipped", "output": null}', 'x')[0]!.clean).toBe(true);
    expect(readReview('{"status": "Reviewed", "inline_review": "No issues found.", "output": "{\\"findings\\": []}"}', 'x')[0]!.clean).toBe(
      true,
    );
  });
});

describe('a folder of results', () => {
  const result = { name: 'FILE-1-review-result.json', text: '{}' };
  it('without a result for each part is no clean review', () => {
    expect(() => checkFolder([{ name: 'FILE-1-CHANGE-1.json', text: '{}' }], 'f')).toThrow(/FILE-1 has no FILE-1-review-result\.json/);
    expect(() => checkFolder([{ name: 'index.json', text: '{"files":[{"file_num":1},{"file_num":2}]}' }, result], 'f')).toThrow(/FILE-2/);
  });
  it('with issues counted and none told is none either', () => {
    expect(() => checkFolder([{ name: 'review-metadata.json', text: '{"issues-found": 2}' }], 'f')).toThrow(/speaks of 2 issues/);
  });
  it('gives its reviews and leaves the rest', () => {
    expect(
      checkFolder(
        [{ name: 'FILE-1-CHANGE-1.json', text: '{}' }, result, { name: 'review-metadata.json', text: '{"issues-found":1}' }],
        'f',
      ),
    ).toEqual(['FILE-1-review-result.json']);
  });
});

describe('mails', () => {
  it('are decoded, and every character knows its place', () => {
    const raw =
      'From: a@b\nSubject: =?utf-8?q?gr=C3=BC=C3=9Fe?= =?utf-8?b?IMOkaA==?=\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nna=C3=AFve =\nword =3D =20\nend\n';
    const mail = readMail(wholeText(raw));
    expect(mail.body.text).toBe('naïve word =  \nend\n');
    for (const word of ['na', 'word', 'end']) expect(raw.slice(mail.body.origin(mail.body.text.indexOf(word))).startsWith(word)).toBe(true);
    expect(decodeHeader(mail.headers.get('subject')!)).toBe('grüße äh');
  });

  it('are mails however long their headers are', () => {
    const relay = Array.from({ length: 90 }, (_, i) => `ARC-Seal: i=${i};\n\t${'x'.repeat(70)}\n`).join('');
    expect(readReview(`${relay}${readFileSync(resolve(FOLDER, 'shelf/bpf-ci.eml'), 'utf8')}`, 'm')[0]).toMatchObject({
      kind: 'mail',
      messageId: '5f0e1d2c3b4a@mail.kernel.org',
    });
    expect(readReview(`${relay}${readFileSync(resolve(FOLDER, 'shelf/answer.eml'), 'utf8')}`, 'm')).toEqual([]);
  });

  it('with words after the message id', () => {
    expect(firstMessageId('<a@b> (x of "y") <c@d>')).toBe('a@b');
    expect(firstMessageId(undefined)).toBeNull();
  });

  it('in a mailbox end only before a header', () => {
    expect(
      splitMbox('From a Mon Jan 1 2026\nSubject: x\n\nFrom here on 2026\nit goes\n\nFrom b Mon Jan 1 2026\nSubject: y\n\n'),
    ).toHaveLength(2);
  });
});
