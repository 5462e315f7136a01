/** Unified diffs → file diffs: git's and plain ones, wherever they stand in a text. */
import { type Diagnostic, InputError } from '../claim.ts';
import { type FileHeader, readFileHeader } from './file-header.ts';
import { guessHunk } from './guess-hunk.ts';
import { type HunkHeader, isHeaderLike, readCounted, readHeader, readWrappedHeading } from './hunk.ts';
import type { Witness } from './lost-blanks.ts';
import type { FileDiff, Hunk } from './model.ts';

export interface DiffOptions {
  /** for messages: file name, `-`, `mbox:3` */
  source: string;
  /** index of the first line to read, and of the first one not to */
  from?: number;
  to?: number;
  /** stop at the first line that is no diff, instead of looking for the next one behind it */
  stopAtText?: boolean;
  witness?: Witness | null;
}

export interface ParsedDiff {
  files: FileDiff[];
  diagnostics: Diagnostic[];
  /** index behind the last line that was read as diff; `from` where there is none */
  next: number;
}

/**
 * Reads the diffs among the lines. Text between them is passed over; what had to be guessed is in the diagnostics.
 * @throws InputError for a name that leads out of the tree, a hunk header that can't be read, a context diff
 */
export function parseDiff(lines: readonly string[], options: DiffOptions): ParsedDiff {
  return new DiffReader(lines, options).read();
}

class DiffReader {
  private readonly lines: readonly string[];
  private readonly end: number;
  private readonly options: DiffOptions;
  private readonly files: FileDiff[] = [];
  private readonly diagnostics: Diagnostic[] = [];
  private at: number;
  private next: number;

  constructor(lines: readonly string[], options: DiffOptions) {
    this.lines = lines;
    this.options = options;
    this.at = options.from ?? 0;
    this.end = options.to ?? lines.length;
    this.next = this.at;
  }

  read(): ParsedDiff {
    while (this.at < this.end) {
      const line = this.lines[this.at]!;
      if (this.file() || this.unreadable(line)) this.next = this.at;
      else if (this.options.stopAtText && line.trim() !== '') break;
      else this.at++;
    }
    return { files: this.files, diagnostics: this.diagnostics, next: this.next };
  }

  private file(): boolean {
    const header = this.fileHeader();
    if (!header) return false;
    this.at = header.next;
    const { oldPath, newPath, binary, copied } = header;
    const file: FileDiff = { oldPath, newPath, binary, hunks: [], ...(copied ? { copied } : {}) };
    const name = newPath ?? oldPath ?? '';
    if (header.combined) this.combined(name);
    else while (this.at < this.end && this.hunk(file, name));
    if (binary) this.binaryBody();
    if (!header.combined) this.files.push(file);
    return true;
  }

  private fileHeader(): FileHeader | null {
    try {
      return readFileHeader(this.lines, this.at, this.end);
    } catch (error) {
      throw error instanceof InputError ? new InputError(`${this.options.source}: ${error.message}`) : error;
    }
  }

  private hunk(file: FileDiff, name: string): boolean {
    const line = this.lines[this.at]!;
    if (!isHeaderLike(line)) return false;
    const header = readHeader(line);
    if (!header) throw new InputError(`${this.options.source}: ${name}: hunk header can't be read: ${line.slice(0, 80)}`);
    this.body(file, name, header);
    return true;
  }

  private body(file: FileDiff, name: string, header: HunkHeader): void {
    const from = this.at + 1;
    const counted = readCounted(this.lines, from, this.end, header) ?? readWrappedHeading(this.lines, from, this.end, header);
    const guess = counted ? null : guessHunk(this.lines, from, this.end, header, this.options.witness ?? null);
    const read = counted ?? guess!;
    this.at = read.next;
    if (guess) this.tellGuess(name, guess.hunk, guess.guesses, guess.lossy);
    // a hunk of nothing but its header: the text was cut there
    if (read.hunk.lines.length > 0) file.hunks.push(read.hunk);
  }

  private tellGuess(name: string, hunk: Hunk, guesses: readonly string[], lossy: boolean): void {
    const what = guesses.length > 0 ? guesses.join('; ') : 'its counts are off';
    this.tell(lossy ? 'warning' : 'note', `${name}: hunk at line ${hunk.newStart}: ${what}`);
  }

  private tell(level: Diagnostic['level'], message: string): void {
    this.diagnostics.push({ level, message: `${this.options.source}: ${message}`, location: null });
  }

  /** The diff of a merge has two before-sides; what it adds can't be told from what its parents have. */
  private combined(name: string): void {
    this.tell('warning', `${name}: the combined diff of a merge is not read (git show -m gives plain ones)`);
    while (this.at < this.end && /^(?:@@@|[ +\-\\]|$)/.test(this.lines[this.at]!) && !this.lines[this.at]!.startsWith('--- a/')) this.at++;
  }

  private binaryBody(): void {
    while (this.at < this.end && /^(?:literal|delta) \d+$/.test(this.lines[this.at]!)) {
      while (this.at < this.end && this.lines[this.at] !== '') this.at++;
      while (this.at < this.end && this.lines[this.at] === '') this.at++;
    }
  }

  /** Hunks without a file, and diffs of another kind. */
  private unreadable(line: string): boolean {
    if (line.startsWith('***************') && /^\*\*\* \d/.test(this.lines[this.at + 1] ?? '')) {
      throw new InputError(`${this.options.source}: is a context diff; make a unified one (diff -u)`);
    }
    if (!/^@@ ?-\d+(?:,\d+)? \+\d/.test(line)) return false;
    this.orphan(line);
    return true;
  }

  /** Behind text that interrupts a file's hunks the next one still is that file's, if it comes further down in it. */
  private orphan(line: string): void {
    const header = readHeader(line);
    const file = this.files.at(-1);
    const last = file?.hunks.at(-1);
    const name = file?.newPath ?? file?.oldPath ?? '';
    if (header && file && last && header.oldStart >= last.oldStart + last.oldCount) {
      this.tell('warning', `${name}: the text between the hunks before line ${header.newStart} is no diff and is left out`);
      this.body(file, name, header);
      return;
    }
    this.tell('warning', `the hunk '${line.slice(0, 80)}' belongs to no file and is left out`);
    const read =
      header && (readCounted(this.lines, this.at + 1, this.end, header) ?? guessHunk(this.lines, this.at + 1, this.end, header, null));
    this.at = Math.max(read?.next ?? 0, this.at + 1);
  }
}
