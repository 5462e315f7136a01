/**
 * Where mails wait until it is known which of them count: the first ones in memory, the rest in the file they came from or, for a stream, in a temporary file.
 * So a mailbox of any size takes the same memory.
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attempt } from './read-folder.ts';

/** Gives the bytes back. */
export type Stored = () => Buffer;

const IN_MEMORY = 8 * 1024 * 1024;

export class MailStore {
  private memory = 0;
  private spool: { fd: number; folder: string; length: number } | null = null;

  /** @param where the same bytes in a file that can be read again; null for a stream */
  keep(bytes: Buffer, where: { path: string; offset: number } | null): Stored {
    if (this.memory + bytes.length <= IN_MEMORY) {
      this.memory += bytes.length;
      // a copy: the slice would keep the whole chunk that it was cut from
      const copy = Buffer.from(bytes);
      return () => copy;
    }
    const { length } = bytes;
    if (where) return () => readFrom(where.path, where.offset, length);
    const { fd, offset } = this.write(bytes);
    return () => readAt(fd, offset, length);
  }

  private write(bytes: Buffer): { fd: number; offset: number } {
    if (!this.spool) {
      const folder = attempt(tmpdir(), () => mkdtempSync(join(tmpdir(), 'kfunc-lint-')));
      this.spool = { fd: openSync(join(folder, 'mails'), 'w+', 0o600), folder, length: 0 };
    }
    const offset = this.spool.length;
    attempt(this.spool.folder, () => writeSync(this.spool!.fd, bytes, 0, bytes.length, offset));
    this.spool.length += bytes.length;
    return { fd: this.spool.fd, offset };
  }

  close(): void {
    if (!this.spool) return;
    closeSync(this.spool.fd);
    rmSync(this.spool.folder, { recursive: true, force: true });
    this.spool = null;
  }
}

function readFrom(path: string, offset: number, length: number): Buffer {
  const fd = attempt(path, () => openSync(path, 'r'));
  try {
    return attempt(path, () => readAt(fd, offset, length));
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
