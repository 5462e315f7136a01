/** One action, done. */
import { type Failure, failureOf, type Github } from './client.ts';
import type { Action, PullRef, Thread } from './model.ts';

/** An action that GitHub did not do, and why. */
export class NotDone extends Error {
  override name = 'NotDone';
  readonly action: Action['do'];
  readonly failure: Failure;
  constructor(action: Action['do'], failure: Failure, cause: unknown) {
    super(`${action}: ${failure}`, { cause });
    this.action = action;
    this.failure = failure;
  }
}

/** @throws NotDone, but not where something of ours to be changed is gone already: another run was faster */
export async function apply(action: Action, github: Github, pull: PullRef, head: string): Promise<void> {
  try {
    await request(action, github, pull, head);
  } catch (error) {
    const failure = failureOf(error);
    const goneAnyway = failure === 'gone' && action.do !== 'review' && action.do !== 'summary';
    if (!goneAnyway) throw new NotDone(action.do, failure, error);
  }
}

/** What makes something is sent once: whether it was made after all is looked up before it is sent again. */
const ONCE = { request: { retries: 0 } };

async function request(action: Action, { octokit }: Github, { owner, repo, number }: PullRef, head: string): Promise<unknown> {
  const there = { owner, repo };
  switch (action.do) {
    case 'review': {
      const comments = action.comments.map(({ path, line, body }) => ({ path, line, side: 'RIGHT', body }));
      const route = 'POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews';
      return octokit.request(route, { ...there, ...ONCE, pull_number: number, commit_id: head, event: 'COMMENT', body: '', comments });
    }
    case 'edit-line':
      return octokit.request('PATCH /repos/{owner}/{repo}/pulls/comments/{comment_id}', {
        ...there,
        comment_id: idOf(action.thread.comment),
        body: action.body,
      });
    case 'delete-line':
      return octokit.request('DELETE /repos/{owner}/{repo}/pulls/comments/{comment_id}', {
        ...there,
        comment_id: idOf(action.thread.comment),
      });
    case 'resolve':
      return resolve(octokit, action.thread);
    case 'reopen':
      return reopen(octokit, action.thread);
    case 'summary':
      return octokit.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
        ...there,
        ...ONCE,
        issue_number: number,
        body: action.body,
      });
    case 'edit-summary':
      return octokit.request('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', {
        ...there,
        comment_id: idOf(action.id),
        body: action.body,
      });
    case 'delete-summary':
      return octokit.request('DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}', { ...there, comment_id: idOf(action.id) });
  }
}

/** Octokit's types want a number; what it does is to put it into the path. Ids stay far below 2^53. */
function idOf(digits: string): number {
  return Number(digits);
}

/**
 * Resolving asks for `contents: write`, hiding as resolved for less; one of them is enough, for the comment itself says by now that its finding is gone.
 * Where neither is allowed the words must do.
 */
async function resolve(octokit: Github['octokit'], thread: Thread): Promise<void> {
  await unlessForbidden(
    () =>
      octokit.graphql('mutation Resolve($id: ID!) { resolveReviewThread(input: { threadId: $id }) { thread { id } } }', { id: thread.id }),
    () =>
      octokit.graphql(
        'mutation Hide($id: ID!) { minimizeComment(input: { subjectId: $id, classifier: RESOLVED }) { minimizedComment { isMinimized } } }',
        {
          id: thread.commentNode,
        },
      ),
  );
}

async function reopen(octokit: Github['octokit'], thread: Thread): Promise<void> {
  const shown = () =>
    octokit.graphql('mutation Show($id: ID!) { unminimizeComment(input: { subjectId: $id }) { unminimizedComment { isMinimized } } }', {
      id: thread.commentNode,
    });
  const opened = () =>
    octokit.graphql('mutation Reopen($id: ID!) { unresolveReviewThread(input: { threadId: $id }) { thread { id } } }', { id: thread.id });
  if (thread.resolved) await unlessForbidden(opened);
  if (thread.minimized) await unlessForbidden(shown);
}

/** The first that is allowed. */
async function unlessForbidden(...ways: (() => Promise<unknown>)[]): Promise<void> {
  for (const way of ways) {
    try {
      await way();
      return;
    } catch (error) {
      if (failureOf(error) !== 'forbidden') throw error;
    }
  }
}
