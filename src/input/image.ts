/**
 * One file while patches are applied to it: lines that are known and stretches that are not. A file of which only hunks are known begins as one stretch
 * without end; a file of a tree, or one that a patch creates, is known from end to end.
 */

export interface KnownLine {
  text: string;
  /** its number before the first patch; null for lines that patches added */
  base: number | null;
  /** index of the patch that added it; null for lines that were there */
  by: number | null;
  /** what the header of the hunk that begins here says after its second @@ */
  heading?: string;
}

/** Lines that nobody has shown. */
export interface UnknownLines {
  /** how many; Infinity for the rest of the file */
  gap: number;
  /** number of the first one before the first patch */
  base: number;
}

export type Item = KnownLine | UnknownLines;

export function isGap(item: Item): item is UnknownLines {
  return 'gap' in item;
}

export class Image {
  private items: Item[];
  /** lines before the first patch, by number, as far as the patches show them */
  readonly before = new Map<number, string>();
  /** what the headers of hunks say after their second @@, by the number of the first line below them before the first patch */
  readonly headings = new Map<number, string>();
  /** texts of lines that patches removed: a hunk's heading tells of the file before the patch and may be one of them */
  readonly removed = new Set<string>();

  private constructor(items: Item[]) {
    this.items = items;
  }

  static unknown(): Image {
    return new Image([{ gap: Number.POSITIVE_INFINITY, base: 1 }]);
  }

  static empty(): Image {
    return new Image([]);
  }

  static of(text: string): Image {
    const lines = text.split('\n');
    if (lines.at(-1) === '') lines.pop();
    return new Image(lines.map((line, i) => ({ text: line.replace(/\r$/, ''), base: i + 1, by: null })));
  }

  clone(): Image {
    const copy = new Image(this.items.map((item) => ({ ...item })));
    for (const [line, text] of this.before) copy.before.set(line, text);
    for (const [line, heading] of this.headings) copy.headings.set(line, heading);
    for (const text of this.removed) copy.removed.add(text);
    return copy;
  }

  get complete(): boolean {
    return !this.items.some(isGap);
  }

  all(): readonly Item[] {
    return this.items;
  }

  /** Number of lines; Infinity where the end is not known. */
  get length(): number {
    return this.items.reduce((sum, item) => sum + (isGap(item) ? item.gap : 1), 0);
  }

  /** Known lines by number: what hunks are compared with. */
  known(): Map<number, string> {
    const lines = new Map<number, string>();
    let line = 1;
    for (const item of this.items) {
      if (!isGap(item)) lines.set(line, item.text);
      line += isGap(item) ? item.gap : 1;
    }
    return lines;
  }

  /** `count` lines from `line` on, as far as they are known: null for those that are not, undefined behind a known end. */
  window(line: number, count: number): (string | null | undefined)[] {
    const found: (string | null | undefined)[] = [];
    let at = 1;
    for (let i = 0; i < this.items.length && found.length < count; i++) {
      const item = this.items[i]!;
      const length = isGap(item) ? item.gap : 1;
      for (let n = Math.max(at, line); n < at + length && found.length < count; n++) found.push(isGap(item) ? null : item.text);
      at += length;
    }
    while (found.length < count) found.push(undefined);
    return found;
  }

  /**
   * Replaces `count` lines from `line` on (both in today's numbers, from 1).
   * @param replace gets what stands there, one item a line, and gives what shall stand there; lines beyond a known end are missing from what it gets
   */
  edit(line: number, count: number, replace: (old: Item[]) => Item[]): void {
    const from = this.cutAt(line);
    const to = this.cutAt(line + count);
    const old = this.items.slice(from, to).flatMap(singles);
    this.items = [...this.items.slice(0, from), ...replace(old), ...this.items.slice(to)];
  }

  /** Makes the stretch of unknown lines above `line` longer by `by` lines (or shorter). False where there is none, or it is too short. */
  stretchAbove(line: number, by: number): boolean {
    let at = 1;
    let above: UnknownLines | null = null;
    for (const item of this.items) {
      if (at >= line) break;
      if (isGap(item)) above = item;
      at += isGap(item) ? item.gap : 1;
    }
    if (!above || above.gap + by < 0) return false;
    above.gap += by;
    return true;
  }

  /** Index of the item that begins with this line; a stretch of unknown lines is cut in two there. */
  private cutAt(line: number): number {
    let at = 1;
    for (let i = 0; i < this.items.length; i++) {
      const item = this.items[i]!;
      if (at >= line) return i;
      if (isGap(item) && at + item.gap > line) {
        const first = line - at;
        this.items.splice(i, 1, { gap: first, base: item.base }, { gap: item.gap - first, base: item.base + first });
        return i + 1;
      }
      at += isGap(item) ? item.gap : 1;
    }
    return this.items.length;
  }
}

function singles(item: Item): Item[] {
  if (!isGap(item)) return [item];
  return Array.from({ length: item.gap }, (_, i) => ({ gap: 1, base: item.base + i }));
}
