/**
 * Where mails wait until it is known which of them count: the first ones in memory, the rest in the file they came from or, for a stream, in a temporary file.
 * So a mailbox of any size takes the same memory.
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attempt } from './read-folder.ts';

/** A mail that can be had again. Small: a list archive has hundreds of thousands. */
export type Stored = Here | Elsewhere;

class Here {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
}

class Elsewhere {
  /** a path to open, or a file that is open */
  readonly file: string | number;
  readonly offset: number;
  readonly length: number;

  constructor(file: string | number, offset: number, length: number) {
    this.file = file;
    this.offset = offset;
    this.length = length;
  }
}

const IN_MEMORY = 8 * 1024 * 1024;

export class MailStore {
  private memory = 0;
  private spool: { fd: number; folder: string; length: number } | null = null;

  /** @param path a file that holds the same bytes at `offset` and can be read again; null for a stream */
  keep(bytes: Buffer, path: string | null, offset: number): Stored {
    if (this.memory + bytes.length <= IN_MEMORY) {
      this.memory += bytes.length;
      // a copy: the slice would keep the whole chunk that it was cut from
      return new Here(Buffer.from(bytes));
    }
    return path === null ? this.write(bytes) : new Elsewhere(path, offset, bytes.length);
  }

  private write(bytes: Buffer): Stored {
    if (!this.spool) {
      const folder = attempt(tmpdir(), () => mkdtempSync(join(tmpdir(), 'kfunc-lint-')));
      this.spool = { fd: openSync(join(folder, 'mails'), 'w+', 0o600), folder, length: 0 };
      // where the system allows it the file is gone already, whatever happens to this process
      this.remove();
    }
    const { fd, folder, length } = this.spool;
    attempt(folder, () => writeSync(fd, bytes, 0, bytes.length, length));
    this.spool.length += bytes.length;
    return new Elsewhere(fd, length, bytes.length);
  }

  close(): void {
    if (!this.spool) return;
    closeSync(this.spool.fd);
    this.remove();
    this.spool = null;
  }

  private remove(): void {
    try {
      rmSync(this.spool!.folder, { recursive: true, force: true });
    } catch {
      // a system that keeps open files: the second time it works
    }
  }
}

/** @throws InputError where the file is gone */
export function readStored(stored: Stored): Buffer {
  if (stored instanceof Here) return stored.bytes;
  const { file, offset, length } = stored;
  if (typeof file === 'number') return readAt(file, offset, length);
  const fd = attempt(file, () => openSync(file, 'r'));
  try {
    return attempt(file, () => readAt(fd, offset, length));
  } finally {
    closeSync(fd);
  }
}

function readAt(fd: number, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const read = readSync(fd, bytes, done, length - done, offset + done);
    if (read === 0) break;
    done += read;
  }
  return bytes.subarray(0, done);
}
