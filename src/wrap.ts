/** Text in columns. A tab counts up to the next eighth. */

/** Breaks at blanks so that no line is wider than `columns`; a word that is wider by itself stays whole, unless it is no URL or message id. */
export function fill(text: string, prefix: string, columns: number): string[] {
  const room = columns - prefix.length;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((w) => w !== '')) {
    for (const piece of pieces(word, room)) {
      if (line !== '' && line.length + 1 + piece.length > room) {
        lines.push(line);
        line = piece;
      } else line = line === '' ? piece : `${line} ${piece}`;
    }
  }
  if (line !== '') lines.push(line);
  return lines.map((l) => `${prefix}${l}`);
}

function pieces(word: string, room: number): string[] {
  if (word.length <= room || /^[<("]?(https?:|[^\s@]+@)/.test(word)) return [word];
  const out: string[] = [];
  for (let at = 0; at < word.length; at += room) out.push(word.slice(at, at + room));
  return out;
}

/** A quoted line of code: cut rather than wrapped, because a wrapped one is no code any more. */
export function quoteLine(code: string, columns: number): string {
  const line = `> ${code}`.trimEnd();
  let shown = 0;
  for (let i = 0; i < line.length; i++) {
    shown = line[i] === '\t' ? (Math.floor(shown / 8) + 1) * 8 : shown + 1;
    if (shown > columns) return `${cutTo(line, columns - 4)} ...`;
  }
  return line;
}

function cutTo(line: string, columns: number): string {
  let shown = 0;
  for (let i = 0; i < line.length; i++) {
    shown = line[i] === '\t' ? (Math.floor(shown / 8) + 1) * 8 : shown + 1;
    if (shown > columns) return line.slice(0, i).trimEnd();
  }
  return line;
}
