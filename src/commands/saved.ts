/** A result that an earlier run wrote to a file, or to a pipe. */
import { readFileSync, statSync } from 'node:fs';
import { InputError } from '../claim.ts';
import type { Io } from '../io.ts';
import type { Report } from '../report/model.ts';
import { readResult } from '../report/result-read.ts';

/** More is no result of a pull request. */
const MOST_BYTES = 64 << 20;

/**
 * @param file `-` is standard input
 * @throws InputError where it can't be read, is too long, or is no result
 */
export async function readSaved(file: string, io: Pick<Io, 'stdin'>): Promise<Report> {
  return readResult(file === '-' ? await readStream(io.stdin) : readWhole(file), file === '-' ? 'standard input' : file);
}

function readWhole(file: string): string {
  try {
    if (statSync(file).size > MOST_BYTES) throw new InputError(`${file}: longer than ${MOST_BYTES >> 20} MiB`);
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${file}: can't be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
  }
}

async function readStream(stream: NodeJS.ReadableStream): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of stream) {
    parts.push(Buffer.from(part));
    size += parts.at(-1)!.length;
    if (size > MOST_BYTES) throw new InputError(`standard input: longer than ${MOST_BYTES >> 20} MiB`);
  }
  return Buffer.concat(parts).toString('utf8');
}
