/** Searches of a tree that run while this thread is busy with other things. */
import { spawn } from 'node:child_process';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * What a program that starts now prints; null where it can't be run, or is stopped: it is then run once more when it is asked. It prints into a file: a pipe holds
 * 64 KiB, and would keep it waiting for this thread.
 */
export async function outputOf(program: string, args: string[], cwd: string): Promise<string | null> {
  const file = await namelessFile();
  if (file === null) return null;
  try {
    const code = await new Promise<number | null>((done) => {
      const child = spawn(program, args, { cwd, stdio: ['ignore', file.fd, 'ignore'] });
      child.on('error', () => done(null));
      child.on('close', done);
    });
    return code === null ? null : await wholeOf(file);
  } catch {
    return null;
  } finally {
    await file.close();
  }
}

/** A temporary file that is gone however the run ends; null where none can be made. */
async function namelessFile(): Promise<FileHandle | null> {
  let folder: string | null = null;
  try {
    folder = await mkdtemp(join(tmpdir(), 'kfunc-lint-'));
    return await open(join(folder, 'found'), 'wx+', 0o600);
  } catch {
    return null;
  } finally {
    if (folder !== null) await rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}

/** From its start, wherever the one who wrote it left off. */
async function wholeOf(file: FileHandle): Promise<string> {
  const { size } = await file.stat();
  const bytes = Buffer.allocUnsafe(size);
  for (let at = 0; at < size; ) {
    const { bytesRead } = await file.read(bytes, at, size - at, at);
    if (bytesRead === 0) return bytes.toString('utf8', 0, at);
    at += bytesRead;
  }
  return bytes.toString('utf8');
}
