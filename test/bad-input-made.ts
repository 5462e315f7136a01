/** Bad inputs that are too large to keep, or that a repository can't hold: links in circles, deep folders. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export function makeBadInput(folder: string): void {
  const at = (...names: string[]) => join(folder, ...names);
  writeFileSync(at('long-line.txt'), 'x'.repeat(1024 * 1024));
  writeFileSync(at('huge.txt'), Buffer.alloc(80 * 1024 * 1024, 'some words\n'));
  writeFileSync(at('nested.mbox'), nestedMail(1000));
  mkdirSync(at('dangling'));
  symlinkSync('nowhere.patch', at('dangling', 'gone.patch'));
  symlinkSync('loop.patch', at('loop.patch'));
  mkdirSync(at('circle'));
  symlinkSync('b.patch', at('circle', 'a.patch'));
  symlinkSync('a.patch', at('circle', 'b.patch'));
  mkdirSync(at('itself'));
  symlinkSync('.', at('itself', 'again'));
  mkdirSync(at('deep', ...Array.from({ length: 60 }, () => 'd')), { recursive: true });
  mkdirSync(at('kernel', 'kernel'), { recursive: true });
  for (const name of ['Kbuild', 'MAINTAINERS']) writeFileSync(at('kernel', name), '');
}

function nestedMail(depth: number): string {
  const lines = [
    'From ada@example.org Tue Nov  4 10:00:00 2025',
    'From: Ada Wren <ada@example.org>',
    'Subject: [PATCH] mm: b',
    'MIME-Version: 1.0',
  ];
  for (let i = 0; i < depth; i++) lines.push(`Content-Type: multipart/mixed; boundary="b${i}"`, '', `--b${i}`);
  return `${lines.join('\n')}\nContent-Type: text/plain\n\n+++ b\n`;
}
