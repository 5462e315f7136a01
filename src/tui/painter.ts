/**
 * Puts whole frames on a terminal: only the lines that changed, each at its absolute place. So a resize or a line that the terminal wrapped leaves nothing
 * behind, little goes over a slow line, and nothing is written that would clear the scroll-back of the terminal that the person came from.
 */
import { EventEmitter } from 'node:events';

export interface Terminal {
  columns?: number | undefined;
  rows?: number | undefined;
  write(text: string): unknown;
}

const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?2004h\u001b[2J';
const LEAVE = '\u001b[?2004l\u001b[?25h\u001b[?1049l';

/** The size where the terminal does not tell one. */
const USUAL = { columns: 80, rows: 24 };

export class Painter extends EventEmitter {
  readonly #terminal: Terminal;
  #lines: string[] = [];
  #frame = '';
  #isOn = false;

  constructor(terminal: Terminal) {
    super();
    this.#terminal = terminal;
  }

  get columns(): number {
    return this.#terminal.columns || USUAL.columns;
  }

  get rows(): number {
    return this.#terminal.rows || USUAL.rows;
  }

  /** Switches to the alternate screen and paints the last frame there. */
  enter(): void {
    if (this.#isOn) return;
    this.#isOn = true;
    this.#terminal.write(ENTER);
    this.repaint();
  }

  /** Back to the screen that was there before. May be called at any time, more than once. */
  leave(): void {
    if (!this.#isOn) return;
    this.#isOn = false;
    this.#terminal.write(LEAVE);
  }

  repaint(): void {
    this.#lines = [];
    if (this.#isOn) this.#terminal.write('\u001b[2J');
    this.write(this.#frame);
  }

  /** Called by Ink with the whole frame; the name and the result are those of a stream. */
  write(frame: string): boolean {
    this.#frame = frame;
    if (!this.#isOn) return true;
    const lines = frame.split('\n').slice(0, this.rows);
    const out: string[] = [];
    for (let at = 0; at < Math.max(lines.length, this.#lines.length); at++) {
      if (lines[at] === this.#lines[at]) continue;
      out.push(`\u001b[${at + 1};1H${lines[at] ?? ''}\u001b[K`);
    }
    this.#lines = lines;
    if (out.length > 0) this.#terminal.write(out.join(''));
    return true;
  }
}
