/** A pattern file as a place for decisions: each is on disk before it counts, whole or not at all, whoever else writes to the same file. */
import { randomBytes } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { open, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError } from '../claim.ts';
import { addRuling, type RulingEntry, removeRuling, replaceRuling, rulingEntries } from '../judge/patterns/write.ts';
import { takeLock } from './file-lock.ts';

export interface StoredRuling {
  id: string;
  file: string;
  line: number;
}

/** How a save of this run is taken back. */
interface Undo {
  /** null: there was no file */
  before: string | null;
  after: string;
  replaced: RulingEntry | null;
}

export class RulingStore {
  /** as the user named it */
  readonly file: string;
  readonly #check: (text: string, file: string) => void;
  readonly #patienceMs: number | undefined;
  readonly #undo = new Map<string, Undo>();

  /**
   * @param check throws InputError `file:line: what is wrong` where the text is no sound pattern file
   * @param patienceMs how long to wait for another who writes to the file
   */
  constructor(file: string, check: (text: string, file: string) => void, patienceMs?: number) {
    this.file = file;
    this.#check = check;
    this.#patienceMs = patienceMs;
  }

  /**
   * @param make gives the entry; its id must not be among `taken`
   * @param replaces id of the ruling in this file whose place it takes
   * @throws Error one line for the person; the file is then as it was
   */
  async save(make: (taken: ReadonlySet<string>) => RulingEntry, replaces: string | null): Promise<StoredRuling> {
    return this.#change((before) => {
      const text = before ?? '';
      const entries = before === null ? [] : rulingEntries(text);
      const ids = new Set(entries.map((one) => one.id));
      const old = replaces !== null && ids.has(replaces) ? replaces : null;
      if (old !== null) ids.delete(old);
      const entry = make(ids);
      const edited = old === null ? addRuling(text, this.file, entry) : replaceRuling(text, this.file, old, entry);
      const replaced = entries.find((one) => one.id === old) ?? null;
      return {
        after: edited.text,
        done: () => {
          this.#undo.set(entry.id, { before, after: edited.text, replaced });
          return { id: entry.id, file: this.file, line: edited.line };
        },
      };
    });
  }

  /**
   * Takes a ruling out. One that was made in this run leaves the file as it was before, where nobody else has written to it since; else only the entry goes,
   * and one that it had replaced comes back.
   */
  async withdraw(id: string): Promise<void> {
    return this.#change((text) => {
      const undo = this.#undo.get(id);
      const done = () => void this.#undo.delete(id);
      if (undo && text === undo.after) return { after: undo.before, done };
      if (text === null) throw new InputError(`${this.file}: holds no ruling '${id}'`);
      const after = undo?.replaced ? replaceRuling(text, this.file, id, undo.replaced).text : removeRuling(text, this.file, id);
      return { after, done };
    });
  }

  /** Reads, changes and writes under the lock. `after` null: no file. */
  async #change<T>(edit: (before: string | null) => { after: string | null; done: () => T }): Promise<T> {
    const path = this.#target();
    const lock = await takeLock(`${path}.lock`, this.#patienceMs).catch((error) => {
      throw plainly(this.file, error);
    });
    try {
      const before = await readIfThere(path);
      if (before !== null) this.#check(before, this.file);
      const { after, done } = edit(before);
      if (after !== null) this.#check(after, this.file);
      await removeDrafts(path);
      if (after === null) await unlink(path);
      else await replaceFile(path, after, () => lock.isHeld());
      return done();
    } catch (error) {
      throw plainly(this.file, error);
    } finally {
      await lock.release();
    }
  }

  /** A link stays a link: what it points to is replaced. */
  #target(): string {
    const path = resolve(this.file);
    return existsSync(path) ? realpathSync(path) : path;
  }
}

function plainly(file: string, error: unknown): Error {
  const code = (error as NodeJS.ErrnoException).code;
  return code === undefined ? (error as Error) : new InputError(`${file}: can't be written (${code})`);
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** What a process that was killed left behind; nobody else writes while the lock is held. */
async function removeDrafts(path: string): Promise<void> {
  const folder = dirname(path);
  const heads = ['', '.lock', '.lock.break'].map((end) => `.${basename(path)}${end}.kfunc-lint-`);
  const mine = (await readdir(folder)).filter((name) =>
    heads.some((head) => name.startsWith(head) && /^[0-9a-f]+\.tmp$/.test(name.slice(head.length))),
  );
  for (const name of mine) await rm(join(folder, name), { force: true });
}

/** The text is on disk under another name before it gets this one: at no moment is there half a file. */
async function replaceFile(path: string, text: string, mayWrite: () => Promise<boolean>): Promise<void> {
  const draft = join(dirname(path), `.${basename(path)}.kfunc-lint-${randomBytes(6).toString('hex')}.tmp`);
  const there = existsSync(path) ? await stat(path) : null;
  if (there && !there.isFile()) throw new Error(`${path} is no regular file`);
  try {
    const handle = await open(draft, 'wx');
    try {
      if (there) await handle.chmod(there.mode & 0o7777);
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (!(await mayWrite())) throw new Error('another process took the lock over; nothing was written');
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** So that the new name survives a power cut; a system that can't do it does without. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
