/**
 * Which files may hold a word. Made file by file when many words are asked for: a look-up then costs no reading of texts. Words are kept by their hash, so an answer
 * may name a file too many, never one too few. Single letters are everywhere: for them texts are read.
 */
import type { SourceFile } from './model.ts';

/** A power of two: a kernel's headers hold some 300,000 different words. */
const SLOTS = 1 << 21;

export class WordIndex {
  private readonly files: SourceFile[] = [];
  private readonly seen = new Set<SourceFile>();
  /** indices of files, by the hash of a word that they hold */
  private readonly places = new Map<number, number[]>();
  /** by hash: the last file that held it, plus one */
  private readonly last = new Int32Array(SLOTS);
  /** where each file stands in a set that was asked about: sets do not change once they are */
  private readonly orders = new WeakMap<ReadonlySet<SourceFile>, ReadonlyMap<SourceFile, number>>();

  /** Those of `among` that may hold the word, in the order of `among`. */
  holders(word: string, among: ReadonlySet<SourceFile>): SourceFile[] {
    if (word.length < 2) return [...among].filter((f) => f.text.includes(word));
    const order = this.orderOf(among);
    const held: SourceFile[] = [];
    for (const i of this.places.get(hashOf(word)) ?? []) if (order.has(this.files[i]!)) held.push(this.files[i]!);
    return held.length > 1 ? held.sort((a, b) => order.get(a)! - order.get(b)!) : held;
  }

  private orderOf(among: ReadonlySet<SourceFile>): ReadonlyMap<SourceFile, number> {
    let order = this.orders.get(among);
    if (!order) {
      for (const f of among) if (!this.seen.has(f)) this.add(f);
      order = new Map([...among].map((f, i) => [f, i]));
      this.orders.set(among, order);
    }
    return order;
  }

  has(word: string, file: SourceFile): boolean {
    if (word.length < 2) return file.text.includes(word);
    if (!this.seen.has(file)) this.add(file);
    return (this.places.get(hashOf(word)) ?? []).some((i) => this.files[i] === file);
  }

  /** By hand: a pattern makes a string of every word of every header. */
  private add(file: SourceFile): void {
    const at = this.files.push(file) - 1;
    this.seen.add(file);
    const { text } = file;
    let hash = 0;
    let length = 0;
    for (let i = 0; i <= text.length; i++) {
      const code = i < text.length ? text.charCodeAt(i) : 0;
      if (isWordCode(code) && (length > 0 || code > 57)) {
        hash = (Math.imul(hash, 31) + code) | 0;
        length++;
        continue;
      }
      if (length > 1) this.place(hash & (SLOTS - 1), at);
      hash = 0;
      length = 0;
    }
  }

  private place(slot: number, file: number): void {
    if (this.last[slot] === file + 1) return;
    this.last[slot] = file + 1;
    const known = this.places.get(slot);
    if (known) known.push(file);
    else this.places.set(slot, [file]);
  }
}

function hashOf(word: string): number {
  let hash = 0;
  for (let i = 0; i < word.length; i++) hash = (Math.imul(hash, 31) + word.charCodeAt(i)) | 0;
  return hash & (SLOTS - 1);
}

/** Letters, digits, `_`, in ASCII. */
function isWordCode(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95;
}
