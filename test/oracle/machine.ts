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
  writeFileSync(
    initrd,
    archive([
      { name: 'dev', mode: 0o40755, body: Buffer.alloc(0) },
      {
        name: 'dev/console',
        mode: 0o20600,
        body: Buffer.alloc(0),
        device: [5, 1],
      },
      { name: 'init', mode: 0o100755, body: readFileSync(m.guest) },
      { name: 'job', mode: 0o100644, body: m.job },
    ]),
  );
  const args = ['-accel', 'tcg', '-cpu', 'max', '-m', '1500', '-smp', '1', '-kernel', m.kernel, '-initrd', initrd];
  const append = ['-append', 'console=ttyS0 nokaslr panic=-1 quiet loglevel=3'];
  const ports = ['-no-reboot', '-nographic', '-monitor', 'none', '-serial', 'stdio', '-serial', `file:${answer}`];
  return new Promise((resolve, reject) => {
    const child = spawn('qemu-system-x86_64', [...args, ...append, ...ports], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), m.patience * 1000);
    let rest = '';
    let finished = false;
    const last: string[] = [];
    const listen = (chunk: Buffer) => {
      const lines = (rest + chunk.toString('latin1')).split(/\r?\n/);
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line === 'finished') finished = true;
        if (line !== '') last.push(line);
        m.hear(line);
      }
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.on('error', (e) => {
      clearTimeout(timer);
      reject(e);
    });
    child.on('close', () => {
      clearTimeout(timer);
      if (finished) resolve(readFileSync(answer, 'latin1'));
      else reject(new Error(`the machine stopped before its end; last words:\n${last.slice(-15).join('\n')}`));
    });
  });
}
