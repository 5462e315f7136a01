/** Which pull request a run is about, and at which commit: from options, else from the event that GitHub's runner writes down. */
import { z } from 'zod';
import { InputError } from '../claim.ts';
import type { Github } from './client.ts';
import { isLabel, type Label } from './marker.ts';
import type { PullRef } from './model.ts';

export interface JobOptions {
  repo?: string | undefined;
  pr?: string | undefined;
  sha?: string | undefined;
  label?: string | undefined;
}

export interface Job {
  owner: string;
  repo: string;
  /** the commit that was checked */
  head: string;
  /** null: to be looked up by branch */
  number: number | null;
  /** `owner:name` of the branch that a workflow_run was about */
  branch: string | null;
  label: Label;
  /** the result may come from a stranger's run: nothing of it is offered for one click */
  untrusted: boolean;
}

const name = z.string().regex(/^[\w.-]{1,100}$/);
const commit = z.string().regex(/^[0-9a-f]{40,64}$/);
const pullEvent = z.object({ pull_request: z.object({ number: z.int().min(1), head: z.object({ sha: commit }) }) });
const runEvent = z.object({
  workflow_run: z.object({
    head_sha: commit,
    head_branch: z.string().min(1),
    head_repository: z.object({ owner: z.object({ login: name }) }),
  }),
});

/**
 * @param event the event file's text, null where there is none
 * @throws InputError that says what is missing and which option would give it
 */
export function jobOf(options: JobOptions, env: Readonly<Record<string, string | undefined>>, event: string | null): Job {
  const [owner, repo, ...rest] = (options.repo ?? env.GITHUB_REPOSITORY ?? '').split('/');
  if (!name.safeParse(owner).success || !name.safeParse(repo).success || rest.length > 0)
    throw new InputError('which repository? --repo owner/name, or GITHUB_REPOSITORY');
  const value = parseEvent(event);
  const pull = pullEvent.safeParse(value).data?.pull_request;
  const run = runEvent.safeParse(value).data?.workflow_run;
  const head = options.sha ?? pull?.head.sha ?? run?.head_sha;
  if (!commit.safeParse(head).success)
    throw new InputError('which commit was checked? --sha, all 40 digits, or an event of a pull request');
  const number = options.pr === undefined ? (pull?.number ?? null) : Number(options.pr);
  if (number !== null && !(Number.isSafeInteger(number) && number > 0))
    throw new InputError(`--pr ${options.pr}: must be the number of a pull request`);
  const label = options.label || null;
  if (label !== null && !isLabel(label))
    throw new InputError(`--label ${label}: must be lower case letters, digits, dots and hyphens, at most 40`);
  const branch = run ? `${run.head_repository.owner.login}:${run.head_branch}` : null;
  if (number === null && branch === null)
    throw new InputError('which pull request? --pr, or an event of a pull request or of its workflow run');
  return { owner: owner!, repo: repo!, head: head!, number, branch, label, untrusted: run !== undefined };
}

function parseEvent(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new InputError('GITHUB_EVENT_PATH: no JSON');
  }
}

/**
 * The event of a finished workflow run names no pull request where it came from a fork: it is the open one of that branch that stands at that commit.
 * @returns null where there is none (any more)
 */
export async function findPull({ octokit }: Github, { owner, repo, number, branch, head }: Job): Promise<PullRef | null> {
  if (number !== null) return { owner, repo, number };
  const route = 'GET /repos/{owner}/{repo}/pulls';
  const { data } = await octokit.request(route, { owner, repo, state: 'open', head: branch!, per_page: 100 });
  const found = data.find((pull) => pull.head.sha === head);
  return found ? { owner, repo, number: found.number } : null;
}
