/** The process: arguments in, exit code out. Descriptors instead of `process.stdout`, whose streams and sockets cost a lint of one patch a tenth of its time. */
import { fstatSync, statSync, writeSync } from 'node:fs';
import { InputError } from './claim.ts';
import { run } from './cli.ts';

/** Blocks until all is written. A reader that went away (`| head`) is no error of ours: the exit code still tells the verdict. */
function write(descriptor: 1 | 2, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') return;
      if (code !== 'EAGAIN') throw new InputError(`standard ${descriptor === 1 ? 'output' : 'error'}: can't be written (${code})`);
      // a pipe that somebody made non-blocking, and that is full
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** Only a character device can be a terminal, and /dev/null is none; asking for sure loads streams and sockets. */
function isTerminal(descriptor: 1 | 2): boolean {
  try {
    const device = fstatSync(descriptor);
    if (!device.isCharacterDevice() || device.rdev === statSync('/dev/null', { throwIfNoEntry: false })?.rdev) return false;
    return (descriptor === 1 ? process.stdout : process.stderr).isTTY === true;
  } catch {
    return false;
  }
}

run(process.argv.slice(2), {
  get stdin() {
    return process.stdin;
  },
  stdout: (text) => write(1, text),
  stderr: (text) => write(2, text),
  isTTY: isTerminal(1),
  progress: isTerminal(2),
  env: process.env,
}).then((code) => {
  process.exitCode = code;
});
