/** What a workflow finds: a repository on a server, and a checkout of a pull request as actions/checkout leaves it, one commit deep. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FileOfDiff } from '../github/pull-request.ts';

export class Origin {
  readonly path: string;
  constructor(path: string) {
    this.path = path;
    mkdirSync(path, { recursive: true });
    this.git('init', '--quiet', '--initial-branch=main');
    // as GitHub has it
    this.git('config', 'uploadpack.allowAnySHA1InWant', 'true');
  }

  git(...args: string[]): string {
    return git(this.path, ...args);
  }

  /** @returns the commit */
  commit(files: Record<string, string>, message: string): string {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.path, name)), { recursive: true });
      writeFileSync(join(this.path, name), text);
    }
    this.git('add', '--all');
    this.git('commit', '--quiet', '--message', message);
    return this.git('rev-parse', 'HEAD');
  }

  /** The diff as GitHub's list of files has it. */
  files(base: string, head: string): FileOfDiff[] {
    return this.git('diff', '--name-only', base, head)
      .split('\n')
      .filter((name) => name !== '')
      .map((filename) => {
        const patch = this.git('diff', base, head, '--', filename);
        return { filename, patch: patch.slice(patch.indexOf('\n@@') + 1) };
      });
  }

  checkout(commit: string, into: string): string {
    mkdirSync(into, { recursive: true });
    git(into, 'init', '--quiet');
    git(into, 'remote', 'add', 'origin', `file://${this.path}`);
    git(into, 'fetch', '--quiet', '--depth=1', 'origin', commit);
    git(into, 'checkout', '--quiet', '--detach', commit);
    return into;
  }
}

function git(cwd: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=A Developer', '-c', 'user.email=dev@example.org', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', [...identity, ...args], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trimEnd();
}
