/** The other half of a scan, in a thread of its own: takes file after file from a counter that both share, and sends what happens in each. */
import { parentPort, workerData } from 'node:worker_threads';
import { follow } from '../lint.ts';
import { sharesOf, startScan } from '../scan.ts';
import { openTree } from '../source/tree.ts';
import { nextOf, type ScanShare, type Sent } from './scan-share.ts';

const send = (message: Sent): void => parentPort!.postMessage(message);

parentPort!.once('message', ({ found, options }: ScanShare) => {
  const scan = startScan({ ...options, tree: openTree(options.dir, found) });
  const shares = sharesOf(scan);
  const counter = workerData as Int32Array;
  for (let next = nextOf(counter); next < shares.length; next = nextOf(counter))
    for (const index of shares[next]!) send({ index, flows: follow(scan.ground, index) });
  send({ index: null, flows: [] });
});
