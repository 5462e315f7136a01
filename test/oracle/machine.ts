/** Boots a kernel in QEMU without hardware help, with the guest and its job, and listens. */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { archive } from './job.ts';

export interface Machine {
  /** uncompressed kernel */
  kernel: string;
  guest: string;
  job: Buffer;
  folder: string;
  /** seconds after which it is given up */
  patience: number;
  /** lines from the guest's console */
  hear(line: string): void;
}

/** What the guest wrote on its second serial port. @throws Error where it did not come to its end */
export function boot(m: Machine): Promise<string> {
  const initrd = join(m.folder, 'initrd');
  const answer = join(m.folder, 'answer');
  writeFileSync(initrd, initialFiles(m));
  const child = spawn('qemu-system-x86_64', qemuArguments(m.kernel, initrd, answer), { stdio: ['ignore', 'pipe', 'pipe'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), m.patience * 1000);
  const lines: string[] = [];
  let rest = '';
  const listen = (chunk: Buffer) => {
    const whole = (rest + chunk.toString('latin1')).split(/\r?\n/);
    rest = whole.pop() ?? '';
    for (const line of whole) {
      if (line !== '') lines.push(line);
      m.hear(line);
    }
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(timer);
      if (lines.includes('finished')) resolve(readFileSync(answer, 'latin1'));
      else reject(new Error(`the machine stopped before its end; last words:\n${lines.slice(-15).join('\n')}`));
    });
  });
}

function initialFiles(m: Machine): Buffer {
  return archive([
    { name: 'dev', mode: 0o40755, body: Buffer.alloc(0) },
    { name: 'dev/console', mode: 0o20600, body: Buffer.alloc(0), device: [5, 1] },
    { name: 'init', mode: 0o100755, body: readFileSync(m.guest) },
    { name: 'job', mode: 0o100644, body: m.job },
  ]);
}

function qemuArguments(kernel: string, initrd: string, answer: string): string[] {
  const machine = ['-accel', 'tcg', '-cpu', 'max', '-m', '1500', '-smp', '1', '-no-reboot', '-nographic', '-monitor', 'none'];
  const files = ['-kernel', kernel, '-initrd', initrd, '-append', 'console=ttyS0 nokaslr panic=-1 quiet loglevel=3'];
  return [...machine, ...files, '-serial', 'stdio', '-serial', `file:${answer}`];
}
