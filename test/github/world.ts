/** A pull request on our server, results saved as `lint` saves them, and runs of the command on them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Finding } from '../../src/claim.ts';
import { InputError } from '../../src/claim.ts';
import { commentCommand } from '../../src/commands/comment.ts';
import { renderJson } from '../../src/report/json.ts';
import { report } from '../report/sample.ts';
import { type FileOfDiff, PullRequest } from './pull-request.ts';
import { FakeGithub, TOKEN } from './server.ts';

export const FIRST = 'a'.repeat(40);
export const SECOND = 'b'.repeat(40);
export const THIRD = 'c'.repeat(40);

/** Lines `from`…`to` of a file are of the diff. */
export function fileOf(
  filename: string,
  from: number,
  to: number,
  text: (line: number) => string = (line) => `\tline ${line};`,
): FileOfDiff {
  const count = to - from + 1;
  const lines = Array.from({ length: count }, (_, n) => `+${text(from + n)}`);
  return {
    filename,
    patch: `@@ -${from},0 +${from},${count} @@ static int x;\n${lines.join('\n')}`,
  };
}

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  /** the commit that was checked */
  head?: string;
  mode?: 'inline' | 'summary';
  label?: string;
  dryRun?: boolean;
  env?: Record<string, string>;
  event?: unknown;
}

export class World {
  readonly github: FakeGithub;
  readonly pull: PullRequest;
  #url = '';
  #folder = mkdtempSync(join(tmpdir(), 'kfunc-lint-'));
  #files = 0;

  constructor(files: FileOfDiff[] = [fileOf('kernel/thing.c', 1, 100)]) {
    this.pull = new PullRequest(FIRST, files);
    this.github = new FakeGithub(this.pull);
  }

  async start(): Promise<this> {
    this.#url = await this.github.start();
    return this;
  }

  async stop(): Promise<void> {
    await this.github.stop();
    rmSync(this.#folder, { recursive: true });
  }

  get url(): string {
    return this.#url;
  }

  write(name: string, text: string): string {
    const path = join(this.#folder, `${this.#files++}-${name}`);
    writeFileSync(path, text);
    return path;
  }

  /** `requests` counts what this run sent; not for two runs at once. */
  async run(findings: Finding[], options: RunOptions = {}): Promise<Ran & { requests: string[] }> {
    const before = this.github.sent.length;
    const ran = await this.runText(renderJson(report(findings), { version: '1' }), options);
    return {
      ...ran,
      requests: this.github.sent.slice(before).map(({ method, path, status }) => `${method} ${path.replace('/repos/o/r', '')} ${status}`),
    };
  }

  async runText(
    text: string,
    { head = FIRST, mode = 'inline', label = '', dryRun = false, env = {}, event }: RunOptions = {},
  ): Promise<Ran> {
    const out = { stdout: '', stderr: '' };
    const io = {
      stdin: Readable.from([]),
      stdout: (part: string) => {
        out.stdout += part;
      },
      stderr: (part: string) => {
        out.stderr += part;
      },
      isTTY: false,
      env: {
        GITHUB_TOKEN: TOKEN,
        GITHUB_REPOSITORY: 'o/r',
        GITHUB_API_URL: this.#url,
        GITHUB_EVENT_PATH: this.write('event.json', JSON.stringify(event ?? { pull_request: { number: 5, head: { sha: head } } })),
        ...env,
      },
    };
    const code = await commentCommand({ from: this.write('result.json', text), mode, label, dryRun }, io, 0.01).catch((error) => {
      if (!(error instanceof InputError)) throw error;
      out.stderr += `${error.message}\n`;
      return 2;
    });
    return { code, ...out };
  }
}
