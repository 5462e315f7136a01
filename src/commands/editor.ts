/** Opens a file at a line in the person's editor. No shell: a file's name is one argument, whatever it holds. */
import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { InputError } from '../claim.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Editors that take the place as `file:line` behind these options; all others understand `+line`. */
const COLON: Record<string, readonly string[]> = {
  ...{ code: ['-g'], codium: ['-g'], cursor: ['-g'], subl: [], zed: [], hx: [], helix: [] },
};

/**
 * @param path absolute, so that no name can be taken for an option or a command of the editor
 * @throws InputError where no editor is named
 */
export function editorCommand(env: Env, path: string, line: number): string[] {
  const words = splitWords(env.VISUAL || env.EDITOR || '');
  const [program, ...options] = words;
  if (program === undefined) throw new InputError('$EDITOR is not set');
  if (!path.startsWith('/')) throw new InputError(`${path} is no absolute path`);
  const colon = COLON[basename(program)];
  return colon ? [program, ...options, ...colon, `${path}:${line}`] : [program, ...options, `+${line}`, path];
}

/** Words as a shell would take them apart, with quotes, without expanding anything. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  for (const [whole] of text.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g))
    words.push(whole.replace(/"([^"]*)"|'([^']*)'/g, (_, a, b) => a ?? b));
  return words;
}

/** Runs it on this terminal and waits. @throws InputError where it can't be run or fails */
export function openEditor(env: Env, path: string, line: number): void {
  const [program, ...args] = editorCommand(env, path, line) as [string, ...string[]];
  const { error, status, signal } = spawnSync(program, args, { stdio: 'inherit' });
  if (error) throw new InputError(`${program}: can't be run (${(error as NodeJS.ErrnoException).code ?? error.message})`);
  if (status !== 0) throw new InputError(`${program} ended with ${signal ?? `exit code ${status}`}`);
}
