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
const CLEAR = '\u001b[2J';
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
    this.#terminal.write(ENTER);
    this.#isOn = true;
    this.repaint();
  }

  /** Back to the screen that was there before. May be called at any time, more than once. */
  leave(): void {
    if (!this.#isOn) return;
    this.#isOn = false;
    this.#terminal.write(LEAVE);
  }

  /** @param change what leads to another frame; of all that it draws only the last is painted */
  repaint(change: () => void = () => {}): void {
    const wasOn = this.#isOn;
    this.#isOn = false;
    change();
    this.#isOn = wasOn;
    this.#lines = [];
    this.#paint(CLEAR);
  }

  /** Called by Ink with the whole frame; the name and the result are those of a stream. */
  write(frame: string): boolean {
    this.#frame = frame;
    this.#paint('');
    return true;
  }

  #paint(first: string): void {
    if (!this.#isOn) return;
    const lines = this.#frame.split('\n').slice(0, this.rows);
    const out: string[] = [first];
    for (let at = 0; at < Math.max(lines.length, this.#lines.length); at++) {
      if (lines[at] === this.#lines[at]) continue;
      out.push(`\u001b[${at + 1};1H${lines[at] ?? ''}\u001b[K`);
    }
    this.#lines = lines;
    const text = out.join('');
    if (text !== '') this.#terminal.write(text);
  }
}
