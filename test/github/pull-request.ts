/** The pull request that our server plays: what it holds, and what GitHub does to it. No HTTP in here. */
export interface FileOfDiff {
  filename: string;
  /** absent: GitHub gives no diff, for it is too long or binary */
  patch?: string;
}

export interface Comment {
  id: number;
  author: string;
  body: string;
  minimized: boolean;
}

export interface LineThread {
  id: string;
  path: string;
  /** null once the line is of the diff no more */
  line: number | null;
  commit: string;
  resolved: boolean;
  resolvedBy: string | null;
  comments: Comment[];
}

export class Refused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export class PullRequest {
  readonly number = 5;
  head: string;
  fromFork = false;
  files: FileOfDiff[];
  comments: Comment[] = [];
  threads: LineThread[] = [];
  reviews = 0;
  #nextId = 4_000_000_001;

  constructor(head: string, files: FileOfDiff[]) {
    this.head = head;
    this.files = files;
  }

  /** A push, by force or not: threads on lines that the new diff lacks are outdated. */
  push(head: string, files: FileOfDiff[]): void {
    this.head = head;
    this.files = files;
    for (const thread of this.threads) if (thread.line !== null && !this.#isOfDiff(thread.path, thread.line)) thread.line = null;
  }

  comment(author: string, body: string): Comment {
    const made = {
      id: this.#nextId++,
      author,
      body: checked(body),
      minimized: false,
    };
    this.comments.push(made);
    return made;
  }

  review(author: string, commit: string, body: string, comments: { path: string; line: number; side: string; body: string }[]): void {
    if (comments.length === 0 && body === '') throw new Refused(422, 'Unprocessable Entity: body is missing');
    for (const one of comments)
      if (commit !== this.head || one.side !== 'RIGHT' || !this.#isOfDiff(one.path, one.line))
        throw new Refused(422, 'Unprocessable Entity: Line could not be resolved');
    this.reviews++;
    for (const { path, line, body: text } of comments) {
      const first = {
        id: this.#nextId++,
        author,
        body: checked(text),
        minimized: false,
      };
      this.threads.push({
        id: `PRRT_${first.id}`,
        path,
        line,
        commit,
        resolved: false,
        resolvedBy: null,
        comments: [first],
      });
    }
  }

  reply(thread: LineThread, author: string, body: string): void {
    thread.comments.push({
      id: this.#nextId++,
      author,
      body,
      minimized: false,
    });
  }

  edit(id: number, body: string): Comment {
    const found = this.find(id);
    found.body = checked(body);
    return found;
  }

  delete(id: number): void {
    this.find(id);
    this.comments = this.comments.filter((one) => one.id !== id);
    for (const thread of this.threads) thread.comments = thread.comments.filter((one) => one.id !== id);
    this.threads = this.threads.filter((thread) => thread.comments.length > 0);
  }

  find(id: number): Comment {
    const found = [...this.comments, ...this.threads.flatMap((thread) => thread.comments)].find((one) => one.id === id);
    if (!found) throw new Refused(404, 'Not Found');
    return found;
  }

  thread(id: string): LineThread | null {
    return this.threads.find((one) => one.id === id) ?? null;
  }

  /** Counts the lines of the new side by itself, to judge what the project's own count gave. */
  #isOfDiff(path: string, line: number): boolean {
    const patch = this.files.find(({ filename }) => filename === path)?.patch;
    if (patch === undefined) return false;
    return patch.split(/^(?=@@ )/m).some((hunk) => {
      const [header = '', ...body] = hunk.split('\n');
      const start = Number(/\+(\d+)/.exec(header)?.[1]);
      const shown = body.filter((text) => text !== '' && !text.startsWith('-') && !text.startsWith('\\'));
      return line >= start && line < start + shown.length;
    });
  }
}

function checked(body: string): string {
  if (body.length > 65_536) throw new Refused(422, 'Validation Failed: body is too long (maximum is 65536 characters)');
  if (body.trim() === '') throw new Refused(422, 'Validation Failed: body cannot be blank');
  return body;
}
