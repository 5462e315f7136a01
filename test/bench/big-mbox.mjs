/**
 * A generated mailbox of a gigabyte (or `node test/bench/big-mbox.mjs MB`) through the built command: peak memory and time, as a file and through a pipe.
 * Needs `npm run build`. Prints; fails where the memory is over the bar.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BAR_MB = 300;
const megabytes = Number(process.argv[2] ?? 1024);
const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'kfunc-lint-bench-'));

const DAY = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** What mail servers put on top: most of a list archive is this. */
const TRACE = Array.from(
  { length: 40 },
  (_, i) =>
    `Received: from relay${i}.example.org (relay${i}.example.org [192.0.2.${i}]) by mx.example.net with ESMTPS id ${i};\n\tMon, 6 Oct 2025 10:00:00 +0000 (UTC)\n`,
).join('');

function head(subject, id, parent, i) {
  const date = `${DAY[i % 7]}, ${(i % 27) + 1} Oct 2025 10:${String(i % 60).padStart(2, '0')}:00 +0000`;
  const thread = parent ? `In-Reply-To: <${parent}>\nReferences: <${parent}>\n` : '';
  return `From mboxrd@z Thu Jan  1 00:00:00 1970\n${TRACE}From: Dev ${i % 50} <dev${i % 50}@example.org>\nSubject: ${subject}\nDate: ${date}\nMessage-ID: <${id}>\n${thread}Content-Type: text/plain; charset=UTF-8\n\n`;
}

/** One new file of about 4 KB; one in a hundred holds a kfunc. */
function diff(i, version) {
  const body = [`/* file ${i}, version ${version} */`];
  const name = `f${i}`;
  if (i % 100 === 0)
    body.push(
      `__bpf_kfunc int bpf_${name}(struct task_struct *p)`,
      '{',
      '\treturn p->pid;',
      '}',
      `BTF_KFUNCS_START(${name}_ids)`,
      `BTF_ID_FLAGS(func, bpf_${name}, KF_TRUSTED_ARGS)`,
      `BTF_KFUNCS_END(${name}_ids)`,
    );
  for (let n = 0; body.length < 90; n++) body.push(`static int ${name}_${n}(int value) { return value * ${n} + ${i}; }`);
  return `diff --git a/drivers/x/${name}.c b/drivers/x/${name}.c\nnew file mode 100644\n--- /dev/null\n+++ b/drivers/x/${name}.c\n@@ -0,0 +1,${body.length} @@\n${body.map((line) => `+${line}\n`).join('')}-- \n2.51.0\n\n`;
}

/** A series of two patches in two versions, with a cover letter and answers that quote. */
function* thread(i) {
  for (const version of [1, 2]) {
    const tag = version === 1 ? 'PATCH' : 'PATCH v2';
    const id = (part) => `2025${String(i).padStart(10, '0')}.${version}-${part}-dev@example.org`;
    yield `${head(`[${tag} 0/2] drivers: thread ${i}`, id(0), null, i)}Words about thread ${i}.\n\n`;
    for (const part of [1, 2]) {
      const text = diff(i * 2 + part, version);
      yield `${head(`[${tag} ${part}/2] drivers: add f${i * 2 + part}`, id(part), id(0), i)}Adds it.\n\nSigned-off-by: Dev <dev@example.org>\n---\n${text}`;
      yield `${head(`Re: [${tag} ${part}/2] drivers: add f${i * 2 + part}`, `r${id(part)}`, id(part), i + 1)}On Monday Dev wrote:\n${text.replace(/^/gm, '> ')}\nLooks good.\n\n`;
    }
  }
}

async function generate(path) {
  const out = createWriteStream(path);
  let bytes = 0;
  let mails = 0;
  for (let i = 0; bytes < megabytes * 1024 * 1024; i++) {
    for (const mail of thread(i)) {
      bytes += mail.length;
      mails++;
      if (!out.write(mail)) await once(out, 'drain');
    }
  }
  out.end();
  await once(out, 'close');
  return mails;
}

async function measure(name, args, input) {
  const hook = join(folder, 'peak.cjs');
  writeFileSync(hook, "process.on('exit', () => require('node:fs').writeSync(2, '\\nPEAK ' + process.resourceUsage().maxRSS + '\\n'));\n");
  const started = performance.now();
  const child = spawn(process.execPath, ['-r', hook, join(root, 'dist', 'kfunc-lint.cjs'), 'lint', '--format', 'json', ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let errors = '';
  let bytes = 0;
  child.stdout.on('data', (piece) => (bytes += piece.length));
  child.stderr.on('data', (piece) => (errors += piece));
  if (input) createReadStream(input).pipe(child.stdin);
  else child.stdin.end();
  const [code] = await once(child, 'close');
  const peak = Math.round(Number(/PEAK (\d+)/.exec(errors)?.[1] ?? 0) / 1024);
  console.log(
    `${name}: ${((performance.now() - started) / 1000).toFixed(1)} s, peak ${peak} MB (bar ${BAR_MB}), exit code ${code}, ${bytes} bytes of JSON`,
  );
  if (code === 2) console.log(errors.trim());
  return peak > 0 && peak < BAR_MB && code !== 2;
}

try {
  const path = join(folder, 'big.mbox');
  console.log(`${await generate(path)} mails, ${megabytes} MB`);
  const good = [await measure('file', [path]), await measure('pipe', ['-'], path)];
  process.exitCode = good.every(Boolean) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
