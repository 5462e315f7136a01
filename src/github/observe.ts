/** Reads what a pull request holds of ours. Only comments that this token's own account wrote count: anybody can copy a marker. */
import { InputError } from '../claim.ts';
import type { Github } from './client.ts';
import { type Lines, newSide } from './diff-lines.ts';
import { isSummary, type Label, readFindingMarker } from './marker.ts';
import type { PullRef, PullState, SummaryComment, Thread } from './model.ts';

const STATE = `query State($owner: String!, $repo: String!, $number: Int!, $comments: String, $threads: String, $moreComments: Boolean!, $moreThreads: Boolean!) {
  repository(owner: $owner, name: $repo) {
    pullRequest(number: $number) {
      headRefOid
      isCrossRepository
      comments(first: 100, after: $comments) @include(if: $moreComments) {
        pageInfo { hasNextPage endCursor }
        nodes { fullDatabaseId body viewerDidAuthor }
      }
      reviewThreads(first: 100, after: $threads) @include(if: $moreThreads) {
        pageInfo { hasNextPage endCursor }
        nodes {
          id
          isResolved
          comments(first: 100) {
            totalCount
            nodes { id fullDatabaseId body viewerDidAuthor isMinimized }
          }
        }
      }
    }
  }
}`;

interface Page<Node> {
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  nodes: (Node | null)[];
}
interface CommentNode {
  fullDatabaseId: string;
  body: string;
  viewerDidAuthor: boolean;
}
interface ThreadNode {
  id: string;
  isResolved: boolean;
  comments: { totalCount: number; nodes: ((CommentNode & { id: string; isMinimized: boolean }) | null)[] };
}
interface StateAnswer {
  repository: {
    pullRequest: {
      headRefOid: string;
      isCrossRepository: boolean;
      comments?: Page<CommentNode>;
      reviewThreads?: Page<ThreadNode>;
    } | null;
  } | null;
}

/** @throws InputError where there is no such pull request */
export async function observe(github: Github, pull: PullRef, label: Label): Promise<PullState> {
  const summaries: SummaryComment[] = [];
  const threads: Thread[] = [];
  let comments: string | null = null;
  let threadsFrom: string | null = null;
  for (let more = { comments: true, threads: true }; ; ) {
    const variables: Record<string, string | number | boolean | null> = {
      ...pull,
      comments,
      threads: threadsFrom,
      moreComments: more.comments,
      moreThreads: more.threads,
    };
    const answer: StateAnswer = await github.octokit.graphql(STATE, variables);
    const found = answer.repository?.pullRequest;
    if (!found) throw new InputError(`${pull.owner}/${pull.repo} has no pull request ${pull.number}`);
    summaries.push(...(found.comments?.nodes ?? []).flatMap((node) => toSummary(node, label) ?? []));
    threads.push(...(found.reviewThreads?.nodes ?? []).flatMap((node) => toThread(node, label) ?? []));
    more = { comments: found.comments?.pageInfo.hasNextPage === true, threads: found.reviewThreads?.pageInfo.hasNextPage === true };
    comments = found.comments?.pageInfo.endCursor ?? comments;
    threadsFrom = found.reviewThreads?.pageInfo.endCursor ?? threadsFrom;
    if (!more.comments && !more.threads) return { head: found.headRefOid, fromFork: found.isCrossRepository, threads, summaries };
  }
}

function toSummary(node: CommentNode | null, label: Label): SummaryComment | null {
  return node?.viewerDidAuthor && isSummary(node.body, label) ? { id: node.fullDatabaseId, body: node.body } : null;
}

function toThread(node: ThreadNode | null, label: Label): Thread | null {
  const [first, ...replies] = node?.comments.nodes ?? [];
  const marker = first?.viewerDidAuthor ? readFindingMarker(first.body) : null;
  if (!node || !first || !marker || marker.label !== label) return null;
  return {
    id: node.id,
    key: marker.key,
    comment: first.fullDatabaseId,
    commentNode: first.id,
    body: first.body,
    resolved: node.isResolved,
    minimized: first.isMinimized,
    // what was not read may be somebody's
    answered: replies.some((reply) => !reply?.viewerDidAuthor) || node.comments.totalCount > replies.length + 1,
  };
}

export interface Diff {
  lines: ReadonlyMap<string, Lines>;
  /** files whose diff GitHub does not give: too long, or binary */
  withheld: readonly string[];
}

const FILES_A_PAGE = 100;

export async function readDiff({ octokit }: Github, { owner, repo, number }: PullRef): Promise<Diff> {
  const lines = new Map<string, Lines>();
  const withheld: string[] = [];
  for (let page = 1; ; page++) {
    const route = 'GET /repos/{owner}/{repo}/pulls/{pull_number}/files';
    const { data } = await octokit.request(route, { owner, repo, pull_number: number, per_page: FILES_A_PAGE, page });
    for (const { filename, patch, status } of data) {
      if (patch !== undefined) lines.set(filename, newSide(patch));
      else if (status !== 'removed' && status !== 'renamed') withheld.push(filename);
    }
    if (data.length < FILES_A_PAGE) return { lines, withheld };
  }
}
