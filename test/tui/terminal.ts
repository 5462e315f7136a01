/** A real terminal for tests: tmux, with a server of its own that reads nobody's configuration. */
import { execFileSync, spawnSync } from 'node:child_process';

export function hasTmux(): boolean {
  return spawnSync('tmux', ['-V']).status === 0;
}

const PATIENCE_MS = 15_000;

export class Terminal {
  readonly #base: string;
  #opened = 0;

  constructor(name: string) {
    this.#base = `kfunc-lint-${process.pid}-${name}`;
  }

  /** A server that was closed may still be ending: each opening has its own. */
  get #name(): string {
    return `${this.#base}-${this.#opened}`;
  }

  /** Opens a shell with this environment and nothing else; its prompt is `$ `. */
  open(cwd: string, env: Record<string, string>, size = { columns: 80, rows: 24 }): void {
    this.#opened++;
    const words = Object.entries({ TERM: 'screen-256color', LANG: 'C.UTF-8', PS1: '$ ', PATH: process.env.PATH!, HOME: cwd, ...env });
    const shell = ['env', '-i', ...words.map(([key, value]) => `${key}=${value}`), 'sh'];
    this.#tmux(
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      '-x',
      String(size.columns),
      '-y',
      String(size.rows),
      '-c',
      cwd,
      shell.map(quoted).join(' '),
    );
    // the last status line would take one row from the program
    this.#tmux('set', '-g', 'status', 'off');
    this.resize(size.columns, size.rows);
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-x', String(columns), '-y', String(rows));
  }

  /** Names as tmux has them: `Enter`, `C-c`, `j`. */
  press(...keys: string[]): void {
    for (const key of keys) this.#tmux('send-keys', key);
  }

  type(text: string): void {
    this.#tmux('send-keys', '-l', '--', text);
  }

  /** A line for the shell. */
  run(line: string): void {
    this.type(line);
    this.press('Enter');
  }

  screen(): string {
    return this.#tmux('capture-pane', '-p');
  }

  /** With the escape sequences of colours and styles. */
  painted(): string {
    return this.#tmux('capture-pane', '-p', '-e');
  }

  /** Looks until the screen is as asked. @throws Error with the screen as it is where it never is */
  async until(wanted: RegExp | ((screen: string) => boolean)): Promise<string> {
    const isWanted = wanted instanceof RegExp ? (screen: string) => wanted.test(screen) : wanted;
    let before = '';
    for (const end = Date.now() + PATIENCE_MS; ; ) {
      const screen = this.screen();
      // a frame may be caught while it is painted: it must stand still
      if (isWanted(screen) && screen === before) return screen;
      before = screen;
      if (Date.now() > end) throw new Error(`the screen never showed ${wanted}:\n${screen}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  close(): void {
    spawnSync('tmux', ['-L', this.#name, 'kill-server']);
  }

  #tmux(...args: string[]): string {
    return execFileSync('tmux', ['-u', '-L', this.#name, ...args], {
      encoding: 'utf8',
      env: { ...process.env, TMUX: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
