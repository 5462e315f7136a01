/**
 * Characters from a terminal → names of keys: `a`, `up`, `enter`, `ctrl+d`, `shift+tab`. Not all that comes was typed. Pastes come between marks, and terminals
 * answer questions, now and then one that a program asked which has ended since: none of that may count as a decision.
 */
export type Input = { key: string } | { paste: string };

/** How long to wait for the rest of a sequence: a lone Escape is a key, and slow lines split sequences. */
export const WAIT_MS = 50;

const ESC = '\u001b';
const PASTE_END = `${ESC}[201~`;

/** ECMA-48, 5.4: parameters, intermediates, final; and the `ESC [ [ A` of the Linux console. */
const CONTROL_SEQUENCE = /^\[(?:\[([A-E])|([0-?]*)([ -/]*)([@-~]))/;
const UNFINISHED_SEQUENCE = /^\[[0-?]*[ -/]*$|^\[\[$/;
/** OSC, DCS, SOS, PM, APC: strings that end with BEL or ESC \. */
const STRING_STARTS = ']PX^_';

const FINALS: Record<string, string> = { A: 'up', B: 'down', C: 'right', D: 'left', H: 'home', F: 'end', Z: 'shift+tab' };
const NUMBERS: Record<string, string> = { 1: 'home', 3: 'delete', 4: 'end', 5: 'pageup', 6: 'pagedown', 7: 'home', 8: 'end' };
const CONTROLS: Record<string, string> = { '\r': 'enter', '\n': 'enter', '\t': 'tab', '\u007f': 'backspace', '\b': 'backspace' };

export class InputReader {
  #rest = '';
  #paste: string | null = null;

  /** true: the end of what came may be the beginning of more; call flush() when nothing has come for WAIT_MS */
  get isWaiting(): boolean {
    return this.#rest !== '' || this.#paste !== null;
  }

  push(text: string): Input[] {
    this.#rest += text;
    const found: Input[] = [];
    for (;;) {
      const step = this.#paste === null ? this.#next() : this.#pasted();
      if (step === 'wait') return found;
      found.push(...step);
    }
  }

  /** What waited stands for itself now. */
  flush(): Input[] {
    const rest = this.#rest;
    this.#rest = '';
    if (this.#paste !== null) return this.#endPaste(rest);
    if (!rest.startsWith(ESC)) return [];
    // two characters: Escape and another key; more: a sequence whose end was lost
    return [...rest].length > 2 ? [] : [{ key: 'escape' }, ...[...rest.slice(1)].flatMap(keyOf)];
  }

  /** One character or sequence off the front. */
  #next(): Input[] | 'wait' {
    const rest = this.#rest;
    if (rest === '') return 'wait';
    if (!rest.startsWith(ESC)) {
      const char = String.fromCodePoint(rest.codePointAt(0)!);
      this.#rest = rest.slice(char.length);
      return keyOf(char);
    }
    const after = rest.slice(1);
    if (after === '') return 'wait';
    if (after.startsWith('[')) return this.#controlSequence(after);
    if (after.startsWith('O')) return after.length < 2 ? 'wait' : this.#take(3, named(FINALS[after[1]!]));
    if (STRING_STARTS.includes(after[0]!)) return this.#string(after);
    return this.#take(1, [{ key: 'escape' }]);
  }

  #controlSequence(after: string): Input[] | 'wait' {
    const found = CONTROL_SEQUENCE.exec(after);
    if (!found) return UNFINISHED_SEQUENCE.test(after) ? 'wait' : this.#take(2, []);
    const [whole, , parameters = '', intermediates, final] = found;
    const length = whole.length + 1;
    if (final === '~' && parameters === '200') {
      this.#paste = '';
      return this.#take(length, []);
    }
    const [number = ''] = parameters.split(';');
    const name = final === '~' ? NUMBERS[number] : /^[\d;]*$/.test(parameters) && intermediates === '' ? FINALS[final ?? ''] : undefined;
    return this.#take(length, named(name));
  }

  /** Nobody types these: whatever is in them is passed over. */
  #string(after: string): Input[] | 'wait' {
    const ends = ['\u0007', `${ESC}\\`].flatMap((end) => {
      const at = after.indexOf(end, 1);
      return at < 0 ? [] : [1 + at + end.length];
    });
    return ends.length > 0 ? this.#take(Math.min(...ends), []) : 'wait';
  }

  #pasted(): Input[] | 'wait' {
    const end = this.#rest.indexOf(PASTE_END);
    if (end < 0) return 'wait';
    const text = this.#rest.slice(0, end);
    this.#rest = this.#rest.slice(end + PASTE_END.length);
    return this.#endPaste(text);
  }

  #endPaste(text: string): Input[] {
    this.#paste = null;
    return [{ paste: text }];
  }

  #take(length: number, found: Input[]): Input[] {
    this.#rest = this.#rest.slice(length);
    return found;
  }
}

function named(name: string | undefined): Input[] {
  return name === undefined ? [] : [{ key: name }];
}

function keyOf(char: string): Input[] {
  const code = char.codePointAt(0)!;
  const name = CONTROLS[char];
  if (name !== undefined) return [{ key: name }];
  if (code === 0x1b) return [{ key: 'escape' }];
  if (code < 0x20) return [{ key: `ctrl+${String.fromCharCode(code + 0x60)}` }];
  // controls of eight bits: no keyboard sends them
  return code >= 0x80 && code < 0xa0 ? [] : [{ key: char }];
}
