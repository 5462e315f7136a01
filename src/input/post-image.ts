/** Patches applied in memory: what each file is after them, and was before, from their hunks alone or on a tree. */
import { type Diagnostic, InputError } from '../claim.ts';
import type { SourceFile, TreeFiles } from '../source/model.ts';
import { applyToParts, applyToWhole, takeOut } from './apply-hunk.ts';
import { MAX_BLANK, renderImage } from './gap-text.ts';
import { Image, type Item, isGap } from './image.ts';
import type { FileDiff, Hunk, Patch } from './model.ts';
import type { Place } from './place.ts';

/** What one patch of the set added, in the numbers that its files have right after it. */
export interface PatchStep {
  /** index of the patch in the set */
  patch: number;
  added: ReadonlyMap<string, readonly number[]>;
}

export interface PostImages {
  /** C files only, in the order in which the patches first touch them */
  files: SourceFile[];
  steps: PatchStep[];
  /** path → line of the final file → index of the patch that added it, where it still stands */
  owners: ReadonlyMap<string, ReadonlyMap<number, number>>;
  diagnostics: Diagnostic[];
  /** the files as they were before the first patch, under the names they had then */
  before(): SourceFile[];
}

/**
 * @param patches in order of application
 * @param tree what the patches are made for; null: their hunks are all that is known
 * @throws InputError where line numbers are so high that blank lines alone would fill the memory
 */
export function postImages(patches: readonly Patch[], tree: TreeFiles | null): PostImages {
  const work = new Application(tree);
  const steps = patches.map((patch, index) => work.apply(patch, index));
  return { ...work.result(), steps, diagnostics: work.diagnostics, before: () => work.before() };
}

/** The files before the patches: see PostImages.before. */
export function preImages(patches: readonly Patch[], tree: TreeFiles | null): SourceFile[] {
  return postImages(patches, tree).before();
}

interface FileState {
  path: string;
  /** its name before the first patch; null where a patch creates it */
  origin: string | null;
  image: Image;
  /** the tree's text; null: from hunks alone */
  treeText: string | null;
  /** everything that was applied, to begin anew where the tree turns out not to fit */
  history: { diff: FileDiff; patch: number }[];
  /** hunks that the tree has already */
  done: Hunk[];
  /** hunks that fitted the tree only elsewhere: how far at most */
  offset: number;
  /** of the patch that touched it last */
  series?: number | undefined;
}

const C_FILE = /\.(?:c|h|inc)$/;

class Application {
  readonly diagnostics: Diagnostic[] = [];
  private readonly tree: TreeFiles | null;
  private readonly states = new Map<string, FileState>();
  /** files that patches deleted or renamed: their before is asked for all the same */
  private readonly gone: FileState[] = [];

  constructor(tree: TreeFiles | null) {
    this.tree = tree;
  }

  apply(patch: Patch, index: number): PatchStep {
    const added = new Map<string, number[]>();
    for (const diff of patch.files) {
      if (diff.binary) continue;
      const state = this.stateFor(diff);
      this.checkSeries(state, patch);
      state.history.push({ diff, patch: index });
      this.applyDiff(state, diff, index);
      this.file(state, diff);
      if (diff.newPath !== null && C_FILE.test(diff.newPath)) added.set(diff.newPath, linesOf(state.image.all(), index));
    }
    return { patch: index, added };
  }

  /** Each series was made without the other; see bySeries(). */
  private checkSeries(state: FileState, patch: Patch): void {
    if (state.series !== undefined && patch.series !== undefined && state.series !== patch.series) {
      this.tell('warning', `${state.path}: is changed by independent series, which are applied one after the other: judge them apart`);
    }
    state.series = patch.series;
  }

  private stateFor(diff: FileDiff): FileState {
    const path = diff.oldPath ?? diff.newPath ?? '';
    const known = this.states.get(path);
    if (diff.oldPath === null) {
      if (known && known.image.all().length > 0)
        this.tell('warning', `${path}: is created although it is there already; the new text counts`);
      return { path, origin: null, image: Image.empty(), treeText: null, history: [], done: [], offset: 0 };
    }
    if (known) return diff.copied ? { ...known, image: known.image.clone(), history: [...known.history], done: [...known.done] } : known;
    return this.begin(path);
  }

  private begin(path: string): FileState {
    // what is no C is not analysed: its fragments are enough to follow renames
    const treeText = C_FILE.test(path) ? (this.tree?.read(path) ?? null) : null;
    if (this.tree && treeText === null && C_FILE.test(path))
      this.tell('note', `${path}: is not in ${this.tree.label}; only the hunks of the patch are known`);
    const image = treeText === null ? Image.unknown() : Image.of(treeText);
    return { path, origin: path, image, treeText, history: [], done: [], offset: 0 };
  }

  private applyDiff(state: FileState, diff: FileDiff, index: number): void {
    if (state.treeText === null) {
      this.applyParts(state, diff, index, false);
      return;
    }
    for (const hunk of diff.hunks) {
      const place = applyToWhole(state.image, hunk, index);
      if (place === false) {
        this.giveUpTree(state, hunk.newStart);
        return;
      }
      if (place.done) state.done.push(hunk);
      this.tellPlace(state, place, hunk.newStart);
    }
  }

  private applyParts(state: FileState, diff: FileDiff, index: number, quiet: boolean): void {
    const fresh = state.history[0]?.diff === diff;
    for (const hunk of diff.hunks) {
      const place = applyToParts(state.image, hunk, index, fresh);
      const name = `${diff.newPath ?? diff.oldPath}: hunk at line ${hunk.newStart}`;
      if (quiet) continue;
      if (!place)
        this.tell(
          'warning',
          `${name} contradicts an earlier patch of the input: the later text counts, and the lines around it count as unknown`,
        );
      else if (place.offset !== 0 && !place.done)
        this.tell(
          'note',
          `${name} belongs ${Math.abs(place.offset)} lines further ${place.offset > 0 ? 'down' : 'up'} by what earlier patches show`,
        );
    }
  }

  private giveUpTree(state: FileState, line: number): void {
    this.tell(
      'warning',
      `${state.path}: hunk at line ${line} does not apply to ${this.tree!.label}; only the hunks of the patch are known`,
    );
    state.treeText = null;
    state.image = Image.unknown();
    for (const { diff, patch } of state.history) this.applyParts(state, diff, patch, true);
  }

  private tellPlace(state: FileState, place: Place, line: number): void {
    const name = `${state.path}: hunk at line ${line}`;
    if (place.done) this.tell('note', `${name} is in ${this.tree!.label} already`);
    else if (place.fuzz > 0)
      this.tell(
        'warning',
        `${name} applies to ${this.tree!.label} only with ${place.fuzz} line${place.fuzz > 1 ? 's' : ''} less of context`,
      );
    if (place.offset !== 0 && Math.abs(place.offset) > Math.abs(state.offset)) state.offset = place.offset;
  }

  /** Under which name it goes on. */
  private file(state: FileState, diff: FileDiff): void {
    if (diff.oldPath !== null && diff.oldPath !== diff.newPath && !diff.copied) this.states.delete(diff.oldPath);
    if (diff.newPath === null) {
      this.gone.push(state);
      return;
    }
    state.path = diff.newPath;
    this.states.set(diff.newPath, state);
  }

  result(): Pick<PostImages, 'files' | 'owners'> {
    const files: SourceFile[] = [];
    const owners = new Map<string, ReadonlyMap<number, number>>();
    let blank = 0;
    for (const state of this.states.values()) {
      if (state.offset !== 0)
        this.tell('note', `${state.path}: applies to ${this.tree!.label} at other lines than it says, by up to ${Math.abs(state.offset)}`);
      if (!C_FILE.test(state.path) || !state.image.all().some((item) => !isGap(item))) continue;
      blank += countBlank(state.image.all());
      if (blank > MAX_BLANK) throw new InputError('the line numbers of the hunks are too high to be true');
      const rendered = renderImage(state.image.all(), state.image.removed);
      owners.set(state.path, rendered.owners);
      files.push(toFile(state.path, rendered.lines, new Set(rendered.owners.keys()), state.image.complete));
    }
    return { files, owners };
  }

  before(): SourceFile[] {
    return [...this.states.values(), ...this.gone].flatMap((state) => {
      if (state.origin === null || !C_FILE.test(state.origin)) return [];
      if (state.treeText !== null) return [toFile(state.origin, renderImage(treeItems(state.treeText, state.done)).lines, new Set(), true)];
      const lines = renderImage(beforeItems(state.image)).lines;
      return lines.length > 1 ? [toFile(state.origin, lines, new Set(), false)] : [];
    });
  }

  private tell(level: Diagnostic['level'], message: string): void {
    this.diagnostics.push({ level, message, location: null });
  }
}

function toFile(path: string, lines: readonly string[], added: ReadonlySet<number>, complete: boolean): SourceFile {
  return { path, text: lines.length > 0 ? `${lines.join('\n')}\n` : '', added, complete, origin: 'patch' };
}

/** The tree's text, less what it has of the patches already. */
function treeItems(text: string, done: readonly Hunk[]): readonly Item[] {
  const image = Image.of(text);
  for (const hunk of done.toReversed()) takeOut(image, hunk);
  return image.all();
}

function linesOf(items: readonly Item[], patch: number): number[] {
  const lines: number[] = [];
  let line = 1;
  for (const item of items) {
    if (!isGap(item) && item.by === patch) lines.push(line);
    line += isGap(item) ? item.gap : 1;
  }
  return lines;
}

function countBlank(items: readonly Item[]): number {
  return items.reduce((sum, item) => sum + (isGap(item) && item.gap !== Number.POSITIVE_INFINITY ? item.gap : 0), 0);
}

function beforeItems({ before, headings }: Image): Item[] {
  const items: Item[] = [];
  let next = 1;
  for (const [line, text] of [...before].sort((a, b) => a[0] - b[0])) {
    if (line > next) items.push({ gap: line - next, base: next });
    const heading = headings.get(line);
    items.push({ text, base: line, by: null, ...(heading !== undefined && { heading }) });
    next = line + 1;
  }
  return [...items, { gap: Number.POSITIVE_INFINITY, base: next }];
}
