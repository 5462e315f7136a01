/** GitHub's GraphQL interface by its own schema: queries are executed, so a field that does not exist, or a missing argument, is an error. */
import { schema as description } from '@octokit/graphql-schema';
import { buildSchema, graphql as execute, type GraphQLSchema } from 'graphql';
import type { Comment, LineThread, PullRequest } from './pull-request.ts';

let schema: GraphQLSchema | null = null;

export interface Rights {
  user: string;
  write: boolean;
  /** `contents: write`, which resolving threads asks for */
  contents: boolean;
}

interface Slice {
  first: number;
  after?: string | null;
}

export async function answerGraphql(
  pull: PullRequest,
  request: { query: string; variables?: Record<string, unknown> },
  rights: Rights,
): Promise<unknown> {
  schema ??= buildSchema(description.idl, { assumeValid: true });
  const answer = await execute({
    schema,
    source: request.query,
    variableValues: request.variables ?? {},
    rootValue: root(pull, rights),
  });
  const errors = answer.errors?.map((error) => ({
    message: error.message,
    path: error.path,
    type: error.extensions.type ?? 'INVALID',
  }));
  return { data: answer.data, ...(errors ? { errors } : {}) };
}

class Typed extends Error {
  readonly extensions: { type: string };
  constructor(type: string, message: string) {
    super(message);
    this.extensions = { type };
  }
}

function root(pull: PullRequest, { user, write, contents }: Rights) {
  const allowed = (right: boolean) => {
    if (!right) throw new Typed('FORBIDDEN', 'Resource not accessible by integration');
  };
  const setResolved =
    (resolved: boolean) =>
    ({ input }: { input: { threadId: string } }) => {
      allowed(write && contents);
      const thread = pull.thread(input.threadId);
      if (!thread) throw new Typed('NOT_FOUND', `Could not resolve to a node with the global id of '${input.threadId}'.`);
      thread.resolved = resolved;
      thread.resolvedBy = resolved ? user : null;
      return { thread: threadNode(thread, user) };
    };
  const setMinimized =
    (minimized: boolean) =>
    ({ input }: { input: { subjectId: string } }) => {
      allowed(write);
      const comment = pull.find(Number(input.subjectId.slice('C_'.length)));
      comment.minimized = minimized;
      const node = {
        __typename: 'PullRequestReviewComment',
        isMinimized: minimized,
      };
      return { minimizedComment: node, unminimizedComment: node };
    };
  return {
    repository: ({ owner, name }: { owner: string; name: string }) =>
      owner === 'o' && name === 'r'
        ? {
            pullRequest: ({ number }: { number: number }) => (number === pull.number ? pullNode(pull, user) : null),
          }
        : null,
    resolveReviewThread: setResolved(true),
    unresolveReviewThread: setResolved(false),
    minimizeComment: setMinimized(true),
    unminimizeComment: setMinimized(false),
  };
}

function pullNode(pull: PullRequest, user: string) {
  return {
    headRefOid: pull.head,
    isCrossRepository: pull.fromFork,
    comments: (slice: Slice) =>
      page(
        pull.comments.map((one) => commentNode(one, user)),
        slice,
      ),
    reviewThreads: (slice: Slice) =>
      page(
        pull.threads.map((one) => threadNode(one, user)),
        slice,
      ),
  };
}

function threadNode({ id, resolved, comments }: LineThread, user: string) {
  return {
    id,
    isResolved: resolved,
    comments: (slice: Slice) =>
      page(
        comments.map((one) => commentNode(one, user)),
        slice,
      ),
  };
}

function commentNode({ id, author, body, minimized }: Comment, user: string) {
  return {
    id: `C_${id}`,
    fullDatabaseId: String(id),
    body,
    viewerDidAuthor: author === user,
    isMinimized: minimized,
  };
}

function page<T>(all: T[], { first, after }: Slice) {
  if (!(first >= 1 && first <= 100)) throw new Typed('EXCESSIVE_PAGINATION', 'first must be between 1 and 100');
  const start = after ? Number(after) : 0;
  const nodes = all.slice(start, start + first);
  return {
    totalCount: all.length,
    nodes,
    pageInfo: {
      hasNextPage: start + first < all.length,
      endCursor: String(start + nodes.length),
    },
  };
}
