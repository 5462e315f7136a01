/** The judge of our requests must object to wrong ones, or all the other tests prove nothing. */
import { describe, expect, it } from 'vitest';
import { answerFaults, requestFaults } from './openapi.ts';

const call = (method: string, path: string, body?: unknown) => ({
  method,
  url: new URL(path, 'http://api'),
  body,
});
const comment = { path: 'a.c', line: 1, side: 'RIGHT', body: 'x' };

describe('GitHub’s description of its interface', () => {
  it.each([
    ['an operation that does not exist', call('POST', '/repos/o/r/pulls/5/threads', {}), /no such operation/],
    ['a method that does not exist', call('PUT', '/repos/o/r/issues/5/comments', {}), /no such operation/],
    ['a number that is none', call('GET', '/repos/o/r/pulls/x/files'), /pull_number=x/],
    ['a parameter that does not exist', call('GET', '/repos/o/r/pulls/5/files?perpage=100'), /no parameter perpage/],
    ['a value that is not allowed', call('GET', '/repos/o/r/pulls?state=opened'), /state=opened/],
    ['no body', call('POST', '/repos/o/r/issues/5/comments'), /no body/],
    ['a body without what is required', call('POST', '/repos/o/r/issues/5/comments', {}), /'body'/],
    ['a misspelt property', call('POST', '/repos/o/r/pulls/5/reviews', { events: 'COMMENT' }), /additional properties.*events/],
    [
      'a misspelt property further in',
      call('POST', '/repos/o/r/pulls/5/reviews', {
        comments: [{ ...comment, lines: 1 }],
      }),
      /additional properties.*lines/,
    ],
    ['a word that is not one of the list', call('POST', '/repos/o/r/pulls/5/reviews', { event: 'COMMENTED' }), /must be equal to one of/],
    [
      'a text for a number',
      call('POST', '/repos/o/r/pulls/5/reviews', {
        comments: [{ ...comment, line: '1' }],
      }),
      /must be integer/,
    ],
  ])('refuses %s', (_, wrong, message) => {
    expect(requestFaults(wrong).join('\n')).toMatch(message);
  });

  it('takes what is right', () => {
    expect(
      requestFaults(
        call('POST', '/repos/o/r/pulls/5/reviews', {
          event: 'COMMENT',
          body: '',
          commit_id: 'a',
          comments: [comment],
        }),
      ),
    ).toEqual([]);
    expect(requestFaults(call('GET', '/repos/o/r/pulls?state=open&head=o%3Ab&per_page=100'))).toEqual([]);
  });

  it('judges answers too', () => {
    expect(answerFaults('POST', '/repos/o/r/issues/5/comments', 201, { id: 1 })).not.toEqual([]);
    expect(answerFaults('POST', '/repos/o/r/issues/5/comments', 200, {})).toEqual([
      'POST /repos/{owner}/{repo}/issues/{issue_number}/comments never answers 200',
    ]);
    expect(answerFaults('DELETE', '/repos/o/r/pulls/comments/1', 204, undefined)).toEqual([]);
  });
});
