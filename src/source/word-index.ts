/** Which files hold a word. Made file by file when many words are asked for: a look-up then costs no reading of texts. Single letters are everywhere: for them texts are read. */
import type { SourceFile } from './model.ts';

export class WordIndex {
  private readonly files: SourceFile[] = [];
  private readonly seen = new Set<SourceFile>();
  private readonly places = new Map<string, number[]>();

  /** Those of `among` that hold the word, in the order of `among`. */
  holders(word: string, among: ReadonlySet<SourceFile>): SourceFile[] {
    if (word.length < 2) return [...among].filter((f) => f.text.includes(word));
    for (const f of among) if (!this.seen.has(f)) this.add(f);
    const held = new Set((this.places.get(word) ?? []).map((i) => this.files[i]!));
    if (held.size === 0) return [];
    return held.size === 1 ? [...held].filter((f) => among.has(f)) : [...among].filter((f) => held.has(f));
  }

  has(word: string, file: SourceFile): boolean {
    if (word.length < 2) return file.text.includes(word);
    if (!this.seen.has(file)) this.add(file);
    return (this.places.get(word) ?? []).some((i) => this.files[i] === file);
  }

  private add(file: SourceFile): void {
    const at = this.files.push(file) - 1;
    this.seen.add(file);
    for (const word of file.text.match(/[A-Za-z_]\w+/g) ?? []) {
      const known = this.places.get(word);
      if (!known) this.places.set(word, [at]);
      else if (known.at(-1) !== at) known.push(at);
    }
  }
}
