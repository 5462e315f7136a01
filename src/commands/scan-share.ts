/** A scan on two cores: this thread and one more take files from one counter, so that neither waits for the other's slow ones. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FunctionResult } from '../flow/result.ts';
import type { LintOptions, LintResult } from '../lint.ts';
import { follow } from '../lint.ts';
import { concludeScan, type readScan, type ScanOptions, sharesOf, startScan } from '../scan.ts';

/** What the worker needs to stand where this thread stands. */
export interface ScanShare {
  found: ReadonlyMap<string, string>;
  options: Omit<LintOptions, 'tree'> & { dir: string };
}

/** `index` null: there is nothing left. */
export interface Sent {
  index: number | null;
  flows: FunctionResult[];
}

/** Collects garbage sooner than it would have to: two heaps share the memory that one may take. Megabytes. */
const LIMITS = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 384 };

/** The build puts the worker beside the program. */
const WORKER = 'scan-worker.cjs';

/** Index of the next share that nobody took. */
export function nextOf(counter: Int32Array): number {
  return Atomics.add(counter, 0, 1);
}

export interface Helper {
  begin(share: ScanShare): void;
  /** what it found, when it is done; what it did not get to is missing */
  done: Promise<Map<number, FunctionResult[]>>;
  counter: Int32Array;
}

/**
 * Processors from which on a helper is a gain. Two are often the halves of one core: there a scan took 7.0 s with a helper and 5.8 s without, because
 * both threads warm up and look up for themselves.
 */
const ENOUGH_PROCESSORS = 4;

/** Starts loading at once; null where it would not be a gain, or without a build. @param threads what the user wishes: 1 alone, 2 with a helper */
export function startHelper(threads: string | undefined): Helper | null {
  const file = typeof __dirname === 'undefined' ? null : join(__dirname, WORKER);
  const wanted = threads === '2' || (threads !== '1' && availableParallelism() >= ENOUGH_PROCESSORS);
  if (file === null || !wanted || !existsSync(file)) return null;
  const counter = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(file, { workerData: counter, resourceLimits: LIMITS });
  const done = new Promise<Map<number, FunctionResult[]>>((resolve) => {
    const found = new Map<number, FunctionResult[]>();
    worker.on('message', ({ index, flows }: Sent) => {
      if (index !== null) found.set(index, flows);
      else {
        resolve(found);
        void worker.terminate();
      }
    });
    // this thread does what a broken worker leaves undone
    worker.on('error', () => resolve(found));
    worker.on('exit', () => resolve(found));
  });
  return { begin: (share) => worker.postMessage(share), done, counter };
}

/** Lints a whole tree with a helper's help. The findings are those of scanTree(). */
export async function scanShared(
  options: ScanOptions,
  dir: string,
  helper: Helper,
  read: ReturnType<typeof readScan>,
): Promise<LintResult> {
  const { tree, progress, ...rest } = options;
  helper.begin({ found: tree.found?.() ?? new Map(), options: { ...plainOptions(rest), dir } });
  const scan = startScan(options, read);
  const { kfuncs } = scan.ground;
  const flows = new Map<number, FunctionResult[]>();
  const shares = sharesOf(scan);
  for (let next = nextOf(helper.counter); next < shares.length; next = nextOf(helper.counter)) {
    for (const index of shares[next]!) {
      progress?.(Math.min(flows.size * 2, kfuncs.length - 1), kfuncs.length, kfuncs[index]!.name);
      flows.set(index, follow(scan.ground, index));
    }
  }
  const others = await helper.done;
  return concludeScan(
    scan,
    kfuncs.map((_, i) => flows.get(i) ?? others.get(i) ?? follow(scan.ground, i)),
    options,
  );
}

/** What a message can carry: rules are functions, and following asks for none. */
function plainOptions({ kernel, patterns, trust }: Omit<LintOptions, 'tree'>): Omit<LintOptions, 'tree'> {
  return { kernel, patterns, trust };
}
