/** Writes a result: to standard output, or to a file that is whole before it has its name. */
import { randomBytes } from 'node:crypto';
import { chmodSync, realpathSync, renameSync, rmSync, type Stats, statSync, writeFileSync } from 'node:fs';
import { InputError } from '../claim.ts';
import type { Io } from '../io.ts';

/** @throws InputError where the file can't be written; what stood there before is then untouched */
export function writeResult(text: string, file: string | undefined, io: Pick<Io, 'stdout'>): void {
  if (file === undefined) {
    io.stdout(text);
    return;
  }
  writeWhole(text, file, '--output');
}

/**
 * @param option what named the file, for the message
 * @throws InputError where the file can't be written; what stood there before is then untouched
 */
export function writeWhole(data: string | Uint8Array, file: string, option: string): void {
  try {
    const there = statSync(file, { throwIfNoEntry: false });
    // a device or a pipe can't be replaced by renaming
    if (there !== undefined && !there.isFile()) writeFileSync(file, data);
    else replaceFile(data, there === undefined ? file : realpathSync(file), there);
  } catch (error) {
    throw new InputError(`${option} ${file}: can't be written (${(error as NodeJS.ErrnoException).code ?? (error as Error).message})`);
  }
}

function replaceFile(text: string | Uint8Array, target: string, before: Stats | undefined): void {
  const draft = `${target}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    writeFileSync(draft, text, { flag: 'wx' });
    if (before) chmodSync(draft, before.mode & 0o7777);
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
