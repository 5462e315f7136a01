/** The built program on a real terminal, driven by keys: what is on the screen, and what is on disk. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasTmux, Terminal } from './terminal.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PATCH = join(ROOT, 'fixtures/triage/widget.patch');
const BUILD = join(ROOT, 'node_modules', `.kfunc-lint-triage-${process.pid}`);
const PROGRAM = join(BUILD, 'kfunc-lint.cjs');
const KEPT = join(import.meta.dirname, 'tmux');

let folder: string;
let terminal: Terminal;
let count = 0;

beforeAll(() => {
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs'), BUILD], { stdio: 'pipe' });
}, 120_000);
afterAll(() => rmSync(BUILD, { recursive: true, force: true }));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kfunc-lint-tmux-'));
  terminal = new Terminal(String(count++));
});
afterEach(() => {
  terminal.close();
  rmSync(folder, { recursive: true, force: true });
});

const file = (name: string) => readFileSync(join(folder, name), 'utf8');
/** Days and stamps change without anything being wrong. */
const steady = (text: string) =>
  text
    .trimEnd()
    .replace(/\d{4}-\d\d-\d\d/g, 'YYYY-MM-DD')
    .replace(/model: "?[0-9a-f]{16}"?/g, 'model: STAMP')
    .replace(/(bpf_\w+|widget_\w+): "?[0-9a-f]{16}"?/g, '$1: STAMP')
    .concat('\n');
const asKept = (text: string, name: string) => expect(steady(text)).toMatchFileSnapshot(join(KEPT, name));

async function start(env: Record<string, string> = {}, args = `--kernel 6.12 '${PATCH}'`, size = { columns: 80, rows: 24 }): Promise<void> {
  terminal.open(folder, { NO_COLOR: '1', ...env }, size);
  // what is typed before the prompt is there is shown twice
  await terminal.until(/^\$/);
  terminal.run(`'${process.execPath}' '${PROGRAM}' triage --by 'M. Maintainer' ${args}`);
  await terminal.until((screen) => /\d\/[1-9] decided/.test(screen) && !screen.includes('analysing'));
}

// in CI a machine without tmux fails, it does not skip
describe.skipIf(!hasTmux() && !process.env.CI)('triage in tmux', { timeout: 60_000 }, () => {
  it('start, filter, suppress with a reason, undo, reply, quit', async () => {
    await start();
    await asKept(terminal.screen(), 'start.txt');

    terminal.press('f', 'j', 'Space');
    await asKept(await terminal.until(/\[x\] suppressed/), 'filter.txt');
    terminal.press('Enter');
    await terminal.until(/3 shown/);

    terminal.press('s');
    await terminal.until(/This is added to/);
    terminal.press('Enter');
    await terminal.until(/a reason is needed/);
    expect(existsSync(join(folder, 'kfunc-rulings.yaml'))).toBe(false);
    terminal.type('the program type hands in a live widget');
    await asKept(await terminal.until(/reason: the program type hands in a live widget/), 'suppress.txt');
    terminal.press('Enter');
    await asKept(await terminal.until(/saved: kfunc-rulings.yaml:4/), 'suppressed.txt');
    await asKept(file('kfunc-rulings.yaml'), 'kfunc-rulings.yaml');

    terminal.press('u');
    await terminal.until(/taken back: /);
    expect(readdirSync(folder)).toEqual([]);

    terminal.press('r');
    await asKept(await terminal.until(/draft reply/), 'reply.txt');
    terminal.press('w');
    await terminal.until(/written to reply-/);
    terminal.press('Escape');
    await terminal.until(/c confirm/);
    await asKept(file(readdirSync(folder)[0]!), 'reply-written.txt');

    terminal.press('Escape', 'c');
    await terminal.until(/saved: kfunc-rulings.yaml/);
    terminal.press('q');
    const left = await terminal.until(/not decided/);
    expect(left).toMatch(/^\$ .*triage/s);
    expect(left).not.toContain('Warning');
    await asKept(left.replace(/^\$ .*?(?=confirmed )/s, ''), 'left.txt');
  });

  it('what was decided is there the next time, and lint heeds it while the code is the same', async () => {
    await start();
    terminal.press('j', 's');
    await terminal.until(/This is added to/);
    terminal.type('seen on the bench');
    terminal.press('Enter');
    await terminal.until(/saved:/);
    terminal.press('q');
    await terminal.until(/1 decided in kfunc-rulings.yaml/);
    const lint = (patch: string) =>
      spawnSync(process.execPath, [PROGRAM, 'lint', '--kernel', '6.12', '--patterns', 'kfunc-rulings.yaml', '--format', 'json', patch], {
        cwd: folder,
        encoding: 'utf8',
      });
    const verdicts = (patch: string) =>
      (
        JSON.parse(lint(patch).stdout) as {
          findings: { rule: string; subject: string; verdict: string; rulings?: { stale: string | null }[] }[];
        }
      ).findings
        .filter((one) => one.rulings)
        .map(({ rule, subject, verdict, rulings }) => `${rule} ${subject} ${verdict} ${rulings![0]!.stale ?? 'applied'}`);
    const first = verdicts(PATCH);
    expect(first).toEqual([expect.stringMatching(/ refuted applied$/)]);
    terminal.run(`clear; '${process.execPath}' '${PROGRAM}' triage --kernel 6.12 '${PATCH}'`);
    await terminal.until(/1\/5 decided/);
    terminal.press('q');
    await terminal.until(/nothing decided/);

    // the line moves: ten lines more in front of it
    const text = readFileSync(PATCH, 'utf8');
    const moved = text
      .replace('+0,0 @@', '')
      .replace(/@@ -0,0 \+1,(\d+) @@\n/, (_, n) => `@@ -0,0 +1,${Number(n) + 10} @@\n${'+\n'.repeat(10)}`);
    writeFileSync(join(folder, 'moved.patch'), moved);
    expect(verdicts('moved.patch')).toEqual(first);
    // and its meaning changes, though the line does not
    writeFileSync(
      join(folder, 'changed.patch'),
      moved.replace(
        'struct widget *w, u32 slot)\n+{\n+	return w->weights[slot];',
        'struct widget *w, u32 slot)\n+{\n+	return w->weights[slot + 1];',
      ),
    );
    expect(verdicts('changed.patch')).toEqual([expect.stringMatching(/ confirmed widget_weight\(\) changed$/)]);
    expect(lint('changed.patch').status).toBe(1);
  });

  it('opens the editor at the line, whatever the file is called', async () => {
    const tree = join(folder, 'tree');
    const name = "kernel/a'b $(touch pwned) +x.c";
    mkdirSync(join(tree, 'kernel'), { recursive: true });
    writeFileSync(join(tree, 'Makefile'), 'VERSION = 6\nPATCHLEVEL = 12\n');
    const code = readFileSync(PATCH, 'utf8')
      .split('\n')
      .filter((one) => /^\+(?!\+\+ )/.test(one))
      .map((one) => one.slice(1))
      .join('\n');
    writeFileSync(join(tree, name), `${code}\n`);
    const editor = join(folder, 'editor.sh');
    writeFileSync(editor, '#!/bin/sh\nprintf "%s\\n" "$@" >edited\necho editing\nread line\n');
    chmodSync(editor, 0o755);
    await start({ EDITOR: `${editor} --wait` }, `'${tree}'`);
    terminal.press('o');
    await terminal.until(/^editing$/m);
    terminal.press('Enter');
    await terminal.until(/2 confirmed/);
    expect(file('edited').split('\n')).toEqual(['--wait', expect.stringMatching(/^\+\d+$/), join(tree, name), '']);
    terminal.press('q');
    await terminal.until(/nothing decided/);
    expect(readdirSync(folder).sort()).toEqual(['edited', 'editor.sh', 'tree']);
  });

  it('fills the terminal at any size, and a smaller one says what it needs', async () => {
    await start();
    terminal.resize(160, 50);
    const wide = await terminal.until(/kfunc-lint triage/);
    await asKept(wide, 'wide.txt');
    terminal.resize(40, 8);
    await terminal.until(/needs 60x10/);
    terminal.resize(80, 24);
    const back = await terminal.until(/c confirm/);
    expect(back.trimEnd().split('\n')).toHaveLength(24);
    expect(back).not.toMatch(/needs 60x10/);
  });

  it('paints with colour, and without where NO_COLOR is set', async () => {
    await start();
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
    const COLOUR = /\u001b\[[0-9;]*3[1-6]/;
    expect(terminal.painted()).not.toMatch(COLOUR);
    terminal.press('q');
    await terminal.until(/nothing decided/);
    terminal.close();
    await start({ NO_COLOR: '' });
    expect(terminal.painted()).toMatch(COLOUR);
  });

  it('gives the terminal back however it ends', async () => {
    for (const end of ['C-c', 'TERM'] as const) {
      await start();
      if (end === 'C-c') terminal.press('C-c');
      else {
        const pids = execFileSync('pgrep', ['-f', `^${process.execPath} ${PROGRAM} triage --by`], { encoding: 'utf8' });
        for (const pid of pids.trim().split('\n')) process.kill(Number(pid), 'SIGTERM');
      }
      await terminal.until(/nothing decided.*\n\$/);
      terminal.run('stty -a | grep -o " -*icanon\\| -*echo "; echo "code $?"');
      const after = await terminal.until(/code \d/);
      expect(after).toMatch(/^ icanon$/m);
      expect(after).toMatch(/^ echo/m);
      expect(after).not.toMatch(/c confirm/);
      terminal.close();
    }
  });

  it('two at once lose nothing', async () => {
    const other = new Terminal(`${count++}b`);
    try {
      await start();
      const first = terminal;
      terminal = other;
      await start();
      terminal = first;
      first.press('c');
      other.press('j', 'c');
      await first.until(/saved:/);
      await other.until(/saved:/);
      expect(file('kfunc-rulings.yaml').match(/verdict: confirmed/g)).toHaveLength(2);
      first.press('u');
      await first.until(/taken back/);
      expect(file('kfunc-rulings.yaml').match(/verdict: confirmed/g)).toHaveLength(1);
    } finally {
      other.close();
    }
  });

  it('takes the patch from a pipe and the keys from the terminal', async () => {
    terminal.open(folder, { NO_COLOR: '1' });
    terminal.run(`cat '${PATCH}' | '${process.execPath}' '${PROGRAM}' triage --kernel 6.12 -`);
    await terminal.until(/standard input.*0\/5 decided/);
    terminal.press('j');
    await terminal.until(/^> .*\n.*\n.*$/m);
    terminal.press('q');
    await terminal.until(/nothing decided/);
  });

  it('lets nothing through that a terminal would obey', async () => {
    const hostile = readFileSync(PATCH, 'utf8')
      .replaceAll('the heaviest', '')
      .replace('+/* The heaviest of the two */', '+/* \u001b[2J\u001b]0;owned\u0007\u202e\u009b31m */')
      .replaceAll('u32 slot', 'u32 /*\u001b[41m*/ slot');
    writeFileSync(join(folder, 'hostile.patch'), hostile);
    await start({}, '--kernel 6.12 hostile.patch');
    for (let n = 0; n < 5; n++) {
      for (const bad of ['[41m', '[2J', 'owned\u0007', '\u202e', '\u009b']) expect(terminal.painted()).not.toContain(bad);
      expect(terminal.screen().split('\n')[0]).toContain('hostile.patch');
      terminal.press('j');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
});

describe('without a terminal', () => {
  it('says so in one line and exits with 2', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, 'triage', PATCH], { encoding: 'utf8', input: '' });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^kfunc-lint: triage needs a terminal .*\n$/);
  });
});
