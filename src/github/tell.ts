/** What was done, or would be, for a log: everything plain. */
import { plain, plainLine } from '../report/plain.ts';
import { counted } from '../report/words.ts';
import type { Action, PullRef } from './model.ts';
import type { Outcome } from './reconcile.ts';

export function tellActions(actions: readonly Action[]): string {
  if (actions.length === 0) return 'kfunc-lint: nothing to do\n';
  return actions.map((action) => `would ${WORDS[action.do]}${details(action)}\n`).join('');
}

const WORDS: Record<Action['do'], string> = {
  review: 'post comments on lines',
  'edit-line': 'change a comment on a line',
  'delete-line': 'delete a comment on a line that says the same as another',
  resolve: 'resolve a thread',
  reopen: 'open a thread again',
  summary: 'post the summary',
  'edit-summary': 'change the summary',
  'delete-summary': 'delete a second summary',
};

function details(action: Action): string {
  switch (action.do) {
    case 'review':
      return `:\n${action.comments.map(({ path, line, body }) => `  on ${plain(path)}:${line}:\n${indent(body)}`).join('\n')}`;
    case 'summary':
    case 'edit-summary':
      return `:\n${indent(action.body)}`;
    case 'delete-summary':
      return '';
    case 'edit-line':
      return ` (${action.thread.key}):\n${indent(action.body)}`;
    default:
      return ` (${action.thread.key})`;
  }
}

/** A bar before each line: none of them begins with what a runner would obey. */
function indent(body: string): string {
  return body
    .split('\n')
    .map((line) => `    | ${plainLine(line).replace(/##(?=\[)/g, '# #')}`)
    .join('\n');
}

export function tellOutcome({ end, actions }: Outcome, { owner, repo, number }: PullRef, requests: number): string {
  const pull = `${owner}/${repo}#${number}`;
  if (end === 'moved') return `kfunc-lint: ${pull} has moved on to another commit, which has a run of its own`;
  if (end === 'forbidden')
    return `kfunc-lint: ${pull} comes from a fork, whose runs may not write: nothing posted. The two-step form of the README posts for forks`;
  const count = (what: Action['do']) => actions.filter((action) => action.do === what).length;
  const posted = actions.reduce((sum, action) => sum + (action.do === 'review' ? action.comments.length : 0), 0);
  const summary = count('summary') > 0 ? 'posted' : count('edit-summary') > 0 ? 'updated' : 'as it was';
  const words = [
    `${counted(posted, 'comment')} posted`,
    `${count('edit-line')} updated`,
    `${count('resolve')} resolved`,
    ...(count('delete-line') + count('delete-summary') > 0 ? [`${count('delete-line') + count('delete-summary')} doubles deleted`] : []),
    `summary ${summary}`,
  ];
  return `kfunc-lint: ${pull}: ${words.join(', ')} (${counted(requests, 'request')})`;
}
