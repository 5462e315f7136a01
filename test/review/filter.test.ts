import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commentText } from '../../src/input/review/model.ts';
import { readReview } from '../../src/input/review/read.ts';
import { filterReview, type Share } from '../../src/review/filter.ts';

const FOLDER = resolve(import.meta.dirname, '../../fixtures/reviews');
const text = (name: string) => readFileSync(resolve(FOLDER, name), 'utf8');

/** One claim a comment; the ones at `refuted` go. */
function filter(raw: string, name: string, refuted: (i: number) => boolean) {
  const documents = readReview(raw, name);
  const comments = documents.flatMap((d) => d.comments);
  const shares: Share[] = comments.map((comment, i) => ({ comment, paragraphs: comment.paragraphs.map((_, p) => p), refuted: refuted(i) }));
  return { comments, ...filterReview(raw, documents, shares) };
}

const ALL = ['review-inline.txt', 'bpf-ci.eml', 'pull-request-comment.md', 'sashiko.eml', 'sashiko.json', 'list.json', 'dump.txt'].map(
  (n) => `shelf/${n}`,
);

describe('a review without its refuted claims', () => {
  it.each(ALL)('%s: nothing refuted, nothing changed', (name) => {
    expect(filter(text(name), name, () => false).text).toBe(text(name));
  });

  it.each(ALL)('%s: all refuted, no file', (name) => {
    expect(filter(text(name), name, () => true).text).toBeNull();
  });

  it.each(ALL)('%s: three go, the others stay word for word', (name) => {
    const raw = text(name);
    const gone = name.endsWith('list.json') ? [0] : [0, 1, 2];
    const { comments, text: left } = filter(raw, name, (i) => gone.includes(i));
    const again = readReview(left!, name).flatMap((d) => d.comments);
    expect(again.map(commentText)).toEqual(comments.filter((_, i) => !gone.includes(i)).map(commentText));
    expect(again.map((c) => c.severity)).toEqual(comments.filter((_, i) => !gone.includes(i)).map((c) => c.severity));
  });

  it('what is left is the original with lines taken out', () => {
    const raw = text('shelf/review-inline.txt');
    const left = filter(raw, 'r', (i) => i < 3).text!.split('\n');
    const lines = raw.split('\n');
    let at = 0;
    for (const line of left) {
      at = lines.indexOf(line, at) + 1;
      expect(at).toBeGreaterThan(0);
    }
    expect(left.join('\n')).not.toMatch(/Can s be NULL|\^\^\^\^|further down|negative/);
    expect(left.filter((l) => l.startsWith('>'))).toEqual(lines.filter((l) => l.startsWith('>')));
  });

  it('the bullet of the summary goes with its comment', () => {
    const left = filter(text('shelf/sashiko.eml'), 's', (i) => i === 0).text!;
    expect(left).not.toMatch(/bpf_shelf_width\(\) reads/);
    expect(left).toMatch(/\[Critical\] bpf_shelf_column_raw/);
  });

  it("Sashiko's object says it up to three times, and no more in any of them", () => {
    const left = filter(text('shelf/sashiko.json'), 's', (i) => i === 0).text!;
    const value = JSON.parse(left);
    const output = JSON.parse(value.output);
    expect(value.inline_review).toBe(output.review_inline);
    expect(value.inline_review).not.toMatch(/Can s be NULL/);
    expect(output.findings).toHaveLength(2);
    expect(left.length).toBeLessThan(text('shelf/sashiko.json').length);
  });

  it('a result of an agent stays when it is emptied: none at all would mean that the agent failed', () => {
    const name = 'review-context/FILE-1-review-result.json';
    const { text: left } = filter(text(name), name, () => true);
    const value = JSON.parse(left!);
    expect(value.regressions).toEqual([]);
    expect(value['false-positives']).toHaveLength(2);
    expect(left!.replace(/"regressions": \[[^\]]*\]/, '')).toBe(text(name).replace(/"regressions": \[[\s\S]*?\n {2}\]/, ''));
  });

  it('a mail in base64 is encoded again', () => {
    const body = text('shelf/review-inline.txt');
    const raw = `From: bot+bpf-ci@kernel.org\nSubject: Re: x\nMessage-ID: <a@b>\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n${Buffer.from(body).toString('base64').replace(/.{76}/g, '$&\n')}\n`;
    const left = filter(raw, 'm', (i) => i === 0).text!;
    expect(left.slice(0, left.indexOf('\n\n'))).toBe(raw.slice(0, raw.indexOf('\n\n')));
    expect(readReview(left, 'm')[0]!.comments.map(commentText)).toEqual(readReview(body, 'm')[0]!.comments.slice(1).map(commentText));
  });

  it('line ends and bytes of other charsets stay', () => {
    const raw = text('shelf/review-inline.txt').replaceAll('\n', '\r\n').replace('Robin', 'R\u00f6bin');
    const left = filter(raw, 'r', (i) => i === 3).text!;
    expect(left).toContain('R\u00f6bin');
    expect(left.replaceAll('\r\n', '').includes('\n')).toBe(false);
  });
});

describe('paragraphs', () => {
  const raw = '> diff --git a/x.c b/x.c\n> +a = b->c;\n\nFirst, can b be NULL?\n\nMore on b.\n\nAlso, does this leak d?\n\n> +e;\n';
  const documents = readReview(raw, 'r');
  const [comment] = documents[0]!.comments;
  const shares = (first: boolean, second: boolean): Share[] => [
    { comment: comment!, paragraphs: [0, 1], refuted: first },
    { comment: comment!, paragraphs: [2], refuted: second },
  ];
  it('go with the claim that they belong to', () => {
    expect(filterReview(raw, documents, shares(true, false)).text).toBe(
      '> diff --git a/x.c b/x.c\n> +a = b->c;\n\nAlso, does this leak d?\n\n> +e;\n',
    );
    expect(filterReview(raw, documents, shares(false, true)).text).toBe(
      '> diff --git a/x.c b/x.c\n> +a = b->c;\n\nFirst, can b be NULL?\n\nMore on b.\n\n> +e;\n',
    );
  });
  it('that two claims share stay with the one that stands', () => {
    const shared: Share[] = [
      { comment: comment!, paragraphs: [0, 1], refuted: true },
      { comment: comment!, paragraphs: [1, 2], refuted: false },
    ];
    expect(filterReview(raw, documents, shared).text).toContain('More on b.');
  });
});

describe('lists', () => {
  it('keep their commas whatever goes', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 9 }), fc.constantFrom('', ' ', '\n  '), (gone, space) => {
        const items = gone.map((_, i) => JSON.stringify({ id: `c${i}`, function: 'f', text: `t${i}` }));
        const raw = `{${space}"claims":${space}[${space}${items.join(`,${space}`)}${space}],"x":1}`;
        const { text: left } = filter(raw, 'l.json', (i) => gone[i]!);
        const kept = gone.flatMap((g, i) => (g ? [] : [`c${i}`]));
        if (kept.length === 0) {
          expect(left).toBeNull();
          return;
        }
        expect(JSON.parse(left!).claims.map((c: { id: string }) => c.id)).toEqual(kept);
        expect(JSON.parse(left!).x).toBe(1);
      }),
    );
  });
});
