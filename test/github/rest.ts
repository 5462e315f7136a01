/** The REST routes that the project uses, answered in GitHub's shapes. */
import type { Call } from './openapi.ts';
import type { Comment, PullRequest } from './pull-request.ts';
import { Refused } from './pull-request.ts';

export interface Answer {
  status: number;
  body?: unknown;
}

const HOST = 'https://api.example.com';
const WHEN = '2026-01-01T00:00:00Z';

type Route = [method: string, path: RegExp, answer: (pull: PullRequest, call: Call, id: number, user: string) => Answer];

const ROUTES: Route[] = [
  [
    'GET',
    /^\/repos\/o\/r\/pulls$/,
    (pull, { url }) => ({
      status: 200,
      body: url.searchParams.get('head') === 'stranger:topic' ? [simplePull(pull)] : [],
    }),
  ],
  ['GET', /^\/repos\/o\/r\/pulls\/5\/files$/, listFiles],
  ['POST', /^\/repos\/o\/r\/pulls\/5\/reviews$/, postReview],
  [
    'POST',
    /^\/repos\/o\/r\/issues\/5\/comments$/,
    (pull, { body }, _, user) => ({
      status: 201,
      body: issueComment(pull.comment(user, (body as { body: string }).body)),
    }),
  ],
  [
    'PATCH',
    /^\/repos\/o\/r\/issues\/comments\/(\d+)$/,
    (pull, { body }, id, user) => ({
      status: 200,
      body: issueComment(edit(pull, id, user, body)),
    }),
  ],
  ['DELETE', /^\/repos\/o\/r\/issues\/comments\/(\d+)$/, remove],
  [
    'PATCH',
    /^\/repos\/o\/r\/pulls\/comments\/(\d+)$/,
    (pull, { body }, id, user) => ({
      status: 200,
      body: reviewComment(pull, edit(pull, id, user, body)),
    }),
  ],
  ['DELETE', /^\/repos\/o\/r\/pulls\/comments\/(\d+)$/, remove],
];

export function answerRest(pull: PullRequest, call: Call, user: string): Answer {
  for (const [method, path, answer] of ROUTES) {
    const match = method === call.method ? path.exec(call.url.pathname) : null;
    if (match) return answer(pull, call, Number(match[1]), user);
  }
  throw new Refused(404, 'Not Found');
}

function listFiles({ files }: PullRequest, { url }: Call): Answer {
  const page = Number(url.searchParams.get('page') ?? 1);
  const size = Number(url.searchParams.get('per_page') ?? 30);
  const shown = files.slice((page - 1) * size, page * size).map(({ filename, patch }) => ({
    sha: '0'.repeat(40),
    filename,
    status: 'modified',
    additions: 1,
    deletions: 0,
    changes: 1,
    blob_url: `${HOST}/blob`,
    raw_url: `${HOST}/raw`,
    contents_url: `${HOST}/contents`,
    ...(patch === undefined ? {} : { patch }),
  }));
  return { status: 200, body: shown };
}

function postReview(pull: PullRequest, { body }: Call, _: number, user: string): Answer {
  const {
    commit_id,
    comments = [],
    body: text = '',
  } = body as {
    commit_id: string;
    body?: string;
    comments?: { path: string; line: number; side: string; body: string }[];
  };
  pull.review(user, commit_id, text, comments);
  return {
    status: 200,
    body: {
      id: pull.reviews,
      node_id: `PRR_${pull.reviews}`,
      user: account(user),
      body: text,
      state: 'COMMENTED',
      html_url: `${HOST}/review`,
      pull_request_url: `${HOST}/repos/o/r/pulls/5`,
      author_association: 'NONE',
      _links: {
        html: { href: `${HOST}/review` },
        pull_request: { href: `${HOST}/repos/o/r/pulls/5` },
      },
      commit_id,
    },
  };
}

function edit(pull: PullRequest, id: number, user: string, body: unknown): Comment {
  own(pull, id, user);
  return pull.edit(id, (body as { body: string }).body);
}

function remove(pull: PullRequest, _: Call, id: number, user: string): Answer {
  own(pull, id, user);
  pull.delete(id);
  return { status: 204 };
}

function own(pull: PullRequest, id: number, user: string): void {
  if (pull.find(id).author !== user) throw new Refused(403, 'Must have admin rights to Repository.');
}

function issueComment({ id, author, body }: Comment) {
  return {
    ...common(id, author, body),
    issue_url: `${HOST}/repos/o/r/issues/5`,
    author_association: 'NONE',
  };
}

function reviewComment(pull: PullRequest, { id, author, body }: Comment) {
  const thread = pull.threads.find(({ comments }) => comments.some((one) => one.id === id))!;
  return {
    ...common(id, author, body),
    pull_request_review_id: 1,
    diff_hunk: '@@',
    path: thread.path,
    commit_id: thread.commit,
    original_commit_id: thread.commit,
    pull_request_url: `${HOST}/repos/o/r/pulls/5`,
    author_association: 'NONE',
    _links: {
      self: { href: HOST },
      html: { href: HOST },
      pull_request: { href: HOST },
    },
  };
}

function common(id: number, author: string, body: string) {
  return {
    id,
    node_id: `C_${id}`,
    url: `${HOST}/c/${id}`,
    html_url: `${HOST}/c/${id}`,
    body,
    user: account(author),
    created_at: WHEN,
    updated_at: WHEN,
  };
}

function account(login: string) {
  const urls = [
    'avatar_url',
    'events_url',
    'followers_url',
    'following_url',
    'gists_url',
    'html_url',
    'organizations_url',
    'received_events_url',
    'repos_url',
    'starred_url',
    'subscriptions_url',
    'url',
  ];
  return {
    login,
    id: 1,
    node_id: 'U_1',
    gravatar_id: null,
    site_admin: false,
    type: 'Bot',
    ...Object.fromEntries(urls.map((name) => [name, `${HOST}/${name}`])),
  };
}

/** Of a list of pull requests only what the project reads; the list's shape is too large to be made up, and is not checked. */
function simplePull({ number, head }: PullRequest) {
  return { number, head: { sha: head } };
}
