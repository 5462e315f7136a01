/** Bytes as they come: from a file piece by piece, from standard input, unpacked where they are gzipped. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { InputError } from '../claim.ts';
import { attempt, explain } from './read-folder.ts';

export type Chunks = AsyncIterable<Buffer> | Iterable<Buffer>;

const CHUNK = 1024 * 1024;

export interface OpenFile {
  /** a plain file can be read again at any place; a pipe can't */
  seekable: boolean;
  chunks: Iterable<Buffer>;
  close(): void;
}

/** @throws InputError where it can't be opened or is no file */
export function openFile(path: string): OpenFile {
  const fd = attempt(path, () => openSync(path, 'r'));
  const stat = fstatSync(fd);
  if (stat.isDirectory() || stat.isBlockDevice()) {
    closeSync(fd);
    throw new InputError(`${path}: is no file`);
  }
  return {
    seekable: stat.isFile(),
    chunks: readPieces(fd, path, Math.min(CHUNK, stat.isFile() ? stat.size + 1 : CHUNK)),
    close: () => closeSync(fd),
  };
}

/** Every piece lies in the same memory: who wants to keep one past the next must copy it. */
function* readPieces(fd: number, path: string, size: number): Generator<Buffer> {
  const piece = Buffer.allocUnsafeSlow(Math.max(1, size));
  for (;;) {
    const read = attempt(path, () => readSync(fd, piece, 0, piece.length, null));
    if (read === 0) return;
    yield piece.subarray(0, read);
  }
}

/** @throws InputError (while being read) where the stream breaks */
export async function* unpack(chunks: Chunks, source: string): AsyncGenerator<Buffer> {
  const [{ createGunzip }, { Readable }] = [await import('node:zlib'), await import('node:stream')];
  const packed = Readable.from(copies(chunks), { objectMode: false });
  const plain = createGunzip();
  // an error of the reader must reach the one who waits for the unpacked bytes
  packed.on('error', (error) => plain.destroy(error));
  try {
    for await (const chunk of packed.pipe(plain)) yield chunk as Buffer;
  } catch (error) {
    throw explain(source, error);
  }
}

/** The stream reads ahead while the pieces before are still being unpacked. */
async function* copies(chunks: Chunks): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield Buffer.from(chunk);
}

export async function* fromStream(stream: NodeJS.ReadableStream, source: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of stream) yield typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Buffer);
  } catch (error) {
    throw explain(source, error);
  }
}

/** The first bytes without losing them: at least `wanted` where there are so many. */
export async function peek(chunks: Chunks, wanted: number): Promise<{ head: Buffer; all: AsyncGenerator<Buffer> }> {
  const iterator = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
  const held: Buffer[] = [];
  let length = 0;
  while (length < wanted) {
    const next = await iterator.next();
    if (next.done) break;
    length += next.value.length;
    // the next piece may come in the same memory
    held.push(held.length === 0 && length >= wanted ? next.value : Buffer.from(next.value));
  }
  const head = held.length === 1 ? held[0]! : Buffer.concat(held);
  async function* all(): AsyncGenerator<Buffer> {
    if (head.length > 0) yield head;
    for (;;) {
      const next = await iterator.next();
      if (next.done) return;
      yield next.value;
    }
  }
  return { head, all: all() };
}
