/** Searches of a tree that run while this thread is busy with other things. */
import { spawn } from 'node:child_process';
import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * What a program that starts now, before this returns, prints; null where it can't be run, or is stopped: it is then run once more when it is asked. It prints into
 * a file: a pipe holds 64 KiB, and would keep it waiting for this thread.
 */
export async function outputOf(program: string, args: string[], cwd: string): Promise<string | null> {
  const file = namelessFile();
  if (file === null) return null;
  try {
    const code = await new Promise<number | null>((done) => {
      const child = spawn(program, args, { cwd, stdio: ['ignore', file, 'ignore'] });
      child.on('error', () => done(null));
      child.on('close', done);
    });
    return code === null ? null : wholeOf(file);
  } catch {
    return null;
  } finally {
    closeSync(file);
  }
}

/** A temporary file that is gone however the run ends; null where none can be made. Made at once: the search is what everything waits for. */
function namelessFile(): number | null {
  let folder: string | null = null;
  try {
    folder = mkdtempSync(join(tmpdir(), 'kfunc-lint-'));
    return openSync(join(folder, 'found'), 'wx+', 0o600);
  } catch {
    return null;
  } finally {
    if (folder !== null) remove(folder);
  }
}

function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // a file without a name is all that is needed
  }
}

/** From its start, wherever the one who wrote it left off. */
function wholeOf(file: number): string {
  const { size } = fstatSync(file);
  const bytes = Buffer.allocUnsafe(size);
  for (let at = 0; at < size; ) {
    const got = readSync(file, bytes, at, size - at, at);
    if (got === 0) return bytes.toString('utf8', 0, at);
    at += got;
  }
  return bytes.toString('utf8');
}
