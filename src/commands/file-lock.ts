/**
 * One writer at a time, across processes: a lock file beside the file, held for the milliseconds of one write. A lock whose owner died is taken over.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** How long to wait for a living owner where nothing else is said. */
const PATIENCE_MS = 5000;
/** A lock held longer belongs to a process that was stopped, or to a machine that can't be asked. */
const TOO_OLD_MS = 30_000;
const PAUSE_MS = 10;

interface Owner {
  pid: number;
  host: string;
  /** when the process began, so that a pid given out anew is not taken for it; null where the system does not tell */
  born: string | null;
  token: string;
}

export interface Lock {
  /** false where another took it over meanwhile: nothing may be written then */
  isHeld(): Promise<boolean>;
  release(): Promise<void>;
}

/** @throws Error where a living process keeps it, or the folder can't be written */
export async function takeLock(path: string, patienceMs = PATIENCE_MS): Promise<Lock> {
  const mine: Owner = { pid: process.pid, host: hostname(), born: birthOf(process.pid), token: randomBytes(8).toString('hex') };
  for (const end = Date.now() + patienceMs; ; ) {
    if (await tryCreate(path, mine)) return lockOf(path, mine);
    const owner = await readOwner(path);
    if (owner === 'gone') continue;
    if (await isStale(path, owner)) await breakLock(path, owner, mine);
    else if (Date.now() > end) throw new Error(`another kfunc-lint (process ${owner?.pid ?? 'unknown'}) holds ${path}`);
    else await pause();
  }
}

function lockOf(path: string, mine: Owner): Lock {
  const isHeld = async () => {
    const owner = await readOwner(path);
    return owner !== 'gone' && owner?.token === mine.token;
  };
  return {
    isHeld,
    async release() {
      if (await isHeld()) await rm(path, { force: true });
    },
  };
}

/**
 * Made under another name and then linked, so that the lock is never there without its owner's name in it.
 * @returns false where it is taken
 */
async function tryCreate(path: string, owner: Owner): Promise<boolean> {
  const draft = join(dirname(path), `.${basename(path)}.kfunc-lint-${owner.token}.tmp`);
  await writeFile(draft, JSON.stringify(owner));
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    // ENOENT: who holds the lock has tidied the draft away
    if (code === 'EEXIST' || code === 'ENOENT') return false;
    if (NO_LINKS.includes(code)) return createInPlace(path, owner);
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** What file systems without hard links answer. */
const NO_LINKS: readonly string[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

async function createInPlace(path: string, owner: Owner): Promise<boolean> {
  try {
    await writeFile(path, JSON.stringify(owner), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** null: there, but not (or not yet) readable as an owner */
async function readOwner(path: string): Promise<Owner | null | 'gone'> {
  try {
    const owner = JSON.parse(await readFile(path, 'utf8')) as Partial<Owner> | null;
    return typeof owner?.pid === 'number' && typeof owner.token === 'string' ? (owner as Owner) : null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'gone' : null;
  }
}

async function isStale(path: string, owner: Owner | null): Promise<boolean> {
  if (owner && owner.host === hostname() && !isAlive(owner)) return true;
  const found = await stat(path).catch(() => null);
  return found !== null && Date.now() - found.mtimeMs > TOO_OLD_MS;
}

function isAlive({ pid, born }: Owner): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const now = birthOf(pid);
  return born === null || now === null || now === born;
}

/** Linux: field 22 of /proc/PID/stat, counted behind the name, which may hold anything. */
function birthOf(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

/**
 * Takes a stale lock away. Only who holds the second lock may, and looks again first: so nobody removes the lock that another has just made in its place.
 */
async function breakLock(path: string, stale: Owner | null, mine: Owner): Promise<void> {
  const guard = `${path}.break`;
  if (!(await tryCreate(guard, mine))) {
    const owner = await readOwner(guard);
    if (owner !== 'gone' && (await isStale(guard, owner))) await rm(guard, { force: true });
    return pause();
  }
  try {
    const owner = await readOwner(path);
    const same = owner !== 'gone' && owner?.token === stale?.token;
    if (same && (await isStale(path, owner))) await rm(path, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS + Math.random() * PAUSE_MS));
}
