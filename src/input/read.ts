/** Arguments → patches, C files, messages. The one place of input/ that decides what is read; see read-*.ts for how. */

import { statSync } from 'node:fs';
import { type Diagnostic, InputError } from '../claim.ts';
import { append } from './append.ts';
import { decodeText, detectText, isGzip, isMbox, refuseBinary } from './detect.ts';
import { readLog } from './git-log.ts';
import { MboxSplitter, type RawMail } from './mbox.ts';
import type { InputSet, Patch } from './model.ts';
import { readPasted } from './pasted.ts';
import { parseDiff } from './patch.ts';
import { splitLines } from './patch-mail.ts';
import type { Place } from './read-candidate.ts';
import { attempt, listFolder } from './read-folder.ts';
import { Shelf } from './read-shelf.ts';
import { type Chunks, fromStream, openFile, peek, unpack } from './read-stream.ts';

export interface ReadOptions {
  /** what `-` reads; absent: the process's own */
  stdin?: NodeJS.ReadableStream;
  /** keep mails that are no patches (replies, reviews, cover letters, JSON) in `messages`; default false */
  keepMessages?: boolean;
  /** `code` (default): without a patch or a C file the run can't be done; `any`: messages will do */
  need?: 'code' | 'any';
}

/** What a streaming reader gives: everything that is no patch at once, then series by series. */
export interface Inputs {
  /** without patches */
  rest: InputSet;
  series: AsyncGenerator<{ patches: Patch[]; diagnostics: Diagnostic[] }>;
}

/**
 * Reads everything at once. A mailbox whose newest patches are more than fits in memory is cut down to what speaks of kfuncs, with a warning: `openInputs` needs
 * no such cut.
 * @param args files, folders, `-` for standard input
 * @throws InputError where an input can't be read or holds nothing of use
 */
export async function readInputs(args: readonly string[], options: ReadOptions = {}): Promise<InputSet> {
  const shelf = await fill(args, options);
  try {
    shelf.shed();
    const set = shelf.rest();
    for await (const { patches, diagnostics } of shelf.series()) {
      append(set.patches, patches);
      append(set.diagnostics, diagnostics);
    }
    return finish(set, options, shelf);
  } finally {
    shelf.close();
  }
}

/**
 * Reads series by series: memory is bounded by the largest series, whatever the size of the mailbox.
 * @throws InputError as readInputs does; also while the series are read
 */
export async function openInputs(args: readonly string[], options: ReadOptions = {}): Promise<Inputs> {
  const shelf = await fill(args, options);
  const whole = shelf.rest();
  const rest = { ...whole, diagnostics: shorten(whole.diagnostics) };
  async function* series() {
    let patches = 0;
    try {
      for await (const one of shelf.series()) {
        patches += one.patches.length;
        yield one;
      }
      if (patches === 0) finish({ ...rest, patches: [] }, options, shelf);
    } finally {
      shelf.close();
    }
  }
  return { rest, series: series() };
}

function finish(set: InputSet, options: ReadOptions, shelf: Shelf): InputSet {
  const empty = set.patches.length === 0 && set.plainFiles.length === 0;
  if (empty && (options.need !== 'any' || set.messages.length === 0)) throw new InputError(shelf.whyEmpty());
  return { ...set, diagnostics: shorten(set.diagnostics) };
}

/** A list archive makes thousands of notes; nobody reads more than these. */
const MANY = 100;

function shorten(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const kept: Diagnostic[] = [];
  for (const level of ['warning', 'note'] as const) {
    const some = diagnostics.filter((one) => one.level === level);
    append(kept, some.slice(0, MANY));
    if (some.length > MANY)
      kept.push({ level, message: `${some.length - MANY} more ${level}s about the input are not shown`, location: null });
  }
  return diagnostics.length <= MANY ? [...diagnostics] : kept;
}

async function fill(args: readonly string[], options: ReadOptions): Promise<Shelf> {
  if (args.length === 0) throw new InputError('no input: name files or folders, or - for standard input');
  if (args.filter((arg) => arg === '-').length > 1) throw new InputError('standard input (-) can be read only once');
  const shelf = new Shelf(options.keepMessages ?? false);
  try {
    for (const arg of args) await readArgument(arg, options, shelf);
    return shelf;
  } catch (error) {
    shelf.close();
    throw error;
  }
}

async function readArgument(arg: string, options: ReadOptions, shelf: Shelf): Promise<void> {
  if (arg === '-')
    return readChunks(fromStream(options.stdin ?? process.stdin, '-'), { source: '-', origin: '-', path: null, optional: false }, shelf);
  if (!attempt(arg, () => statSync(arg)).isDirectory()) return readFile(arg, 'arguments', false, shelf);
  const files = listFolder(arg);
  if (files.length === 0) throw new InputError(`${arg}: no patches, mails or C files in this folder`);
  for (const { path, optional } of files) await readFile(path, arg, optional, shelf);
}

/** `optional`: an unknown kind of text is no error. */
type Source = Place & { optional: boolean };

async function readFile(path: string, origin: string, optional: boolean, shelf: Shelf): Promise<void> {
  const file = openFile(path);
  try {
    await readChunks(file.chunks, { source: path, origin, path: file.seekable ? path : null, optional }, shelf);
  } finally {
    file.close();
  }
}

const HEAD = 4096;
const MAX_TEXT = 64 * 1024 * 1024;

async function readChunks(chunks: Chunks, place: Source, shelf: Shelf): Promise<void> {
  const { head, all } = await peek(chunks, HEAD);
  if (head.length === 0) {
    if (place.optional) return;
    throw new InputError(`${place.source}: is empty`);
  }
  if (isGzip(head)) return readChunks(unpack(all, place.source), { ...place, path: null }, shelf);
  if (isMbox(head)) return readMbox(all, place, shelf);
  refuseBinary(head, place.source);
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of all) {
    pieces.push(Buffer.from(piece));
    length += piece.length;
    if (length > MAX_TEXT) throw new InputError(`${place.source}: is no mailbox and has more than ${MAX_TEXT >> 20} MB`);
  }
  await readText(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces), place, shelf);
}

/**
 * The mails of a mailbox that was named belong together, apart from other arguments. What `git format-patch` writes is a mailbox of one mail: a file like any
 * other, and one of a series.
 */
async function readMbox(chunks: Chunks, place: Source, shelf: Shelf): Promise<void> {
  const splitter = new MboxSplitter();
  const box = { ...place, origin: place.origin === 'arguments' ? place.source : place.origin };
  const held: RawMail[] = [];
  let count = 0;
  const add = async (mail: RawMail, from: Source) => {
    count++;
    const pending = shelf.addMail(mail, from, count);
    if (pending) await pending;
  };
  const take = async (mails: RawMail[]) => {
    for (const mail of mails) {
      // the second shows that the first is not alone; until then the splitter may overwrite it
      if (count + held.length === 0) held.push({ ...mail, bytes: Buffer.from(mail.bytes) });
      else for (const one of [...held.splice(0), mail]) await add(one, box);
    }
  };
  for await (const chunk of chunks) await take(splitter.push(chunk));
  await take(splitter.end());
  for (const one of held) await add(one, place);
  shelf.countMails(place.source, count);
}

async function readText(bytes: Buffer, place: Source, shelf: Shelf): Promise<void> {
  const { source } = place;
  const { text, guessed } = decodeText(bytes, source);
  const lines = splitLines(text);
  const kind = detectText(lines, source);
  if (guessed && kind !== 'mail') shelf.tell('note', `${source}: is no valid UTF-8: read as Latin-1`);
  if (kind === 'mail') {
    await shelf.addMail({ bytes, offset: 0, cut: false }, place, 0);
    return shelf.countMails(source, 1);
  }
  if (kind === 'c') return shelf.addFile(source, text);
  if (kind === 'json') return shelf.addJson(source, text);
  if (kind === 'unknown') return place.optional ? undefined : shelf.addUnknown(source, text);
  const read = kind === 'diff' ? readDiff(lines, text, source) : kind === 'log' ? readLog(lines, source) : readPasted(text, source);
  shelf.addParsed(read, place);
}

/** A diff by itself, with or without a few words above it. */
function readDiff(lines: readonly string[], body: string, source: string): { patches: Patch[]; diagnostics: Diagnostic[] } {
  const { files, diagnostics } = parseDiff(lines, { source });
  const patch: Patch = { subject: '', messageId: null, author: null, version: 1, part: 0, total: 0, baseCommit: null, files, source, body };
  return { patches: files.length > 0 ? [patch] : [], diagnostics };
}
