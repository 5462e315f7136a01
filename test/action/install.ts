/** A fresh copy of the action in an empty folder: what git has or could take, and nothing else. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

export function copyAction(into: string): string {
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  }).split('\0');
  for (const name of files.filter(
    (file) => (file !== '' && !/^(?:fixtures|test)\//.test(file)) || file === 'test/github/descriptions/package.json',
  )) {
    if (!existsSync(join(ROOT, name))) continue;
    mkdirSync(dirname(join(into, name)), { recursive: true });
    cpSync(join(ROOT, name), join(into, name));
  }
  // what the build warms up with
  cpSync(join(ROOT, 'fixtures/unchecked-param'), join(into, 'fixtures/unchecked-param'), { recursive: true });
  return into;
}

/** npm's store, so that installing needs no network. */
export function npmStore(): string {
  return execFileSync('npm', ['config', 'get', 'cache'], { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}

/** Where npm's store has been emptied: the modules of this checkout. */
export function lendModules(action: string): void {
  symlinkSync(join(ROOT, 'node_modules'), join(action, 'node_modules'));
}
