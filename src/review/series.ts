/** The states that a series goes through, each analysed when it is first asked for; and which patch a review is about. */
import type { Diagnostic } from '../claim.ts';
import type { InputSet, Patch } from '../input/model.ts';
import { postImages } from '../input/post-image.ts';
import type { QuotedLine, ReviewDocument } from '../input/review/model.ts';
import type { LintOptions, Work } from '../lint.ts';
import { analyse } from '../lint.ts';
import { functionsOf } from '../source/functions.ts';
import type { SourceFile } from '../source/model.ts';
import { buildProgram } from '../source/program.ts';
import type { Court } from './question.ts';

/** The files after some of the patches, and before the first. */
interface State {
  files: SourceFile[];
  before: () => SourceFile[];
}

export class Series {
  readonly patches: readonly Patch[];
  readonly diagnostics: Diagnostic[] = [];
  private readonly plain: SourceFile[];
  private readonly options: LintOptions;
  private readonly wanted: ReadonlySet<string>;
  private readonly wantedFiles: ReadonlySet<string>;
  private readonly states = new Map<number, State>();
  private readonly courts = new Map<number, Court>();

  /** @param wanted names of functions and paths of files that claims are about: they are looked for in the tree where the input does not hold them */
  constructor(input: InputSet, options: LintOptions, wanted: ReadonlySet<string>, wantedFiles: ReadonlySet<string>) {
    this.patches = input.patches;
    this.options = options;
    this.wanted = wanted;
    this.plain = input.plainFiles.map((f): SourceFile => ({ ...f, added: new Set(), complete: true, origin: 'file' }));
    this.wantedFiles = wantedFiles;
  }

  get last(): number {
    return this.patches.length;
  }

  /** Numbers of the patches that touch the file; of all where none does or none is named. */
  touching(file: string | null): number[] {
    const all = this.patches.map((_, i) => i + 1);
    const own =
      file === null ? [] : all.filter((n) => this.patches[n - 1]!.files.some((f) => f.newPath === file || f.newPath?.endsWith(`/${file}`)));
    return own.length > 0 ? own : all;
  }

  /** The code after the first `n` patches, judged. */
  court(n: number): Court {
    let court = this.courts.get(n);
    if (!court) {
      const { files, before } = this.state(n);
      const earlier = () => analyse(before(), this.options, this.share(before())).findings;
      const work = { ...this.share(files), ...(n > 0 && { earlier }) };
      court = { analysis: analyse(files, this.options, work), options: this.options };
      this.courts.set(n, court);
    }
    return court;
  }

  private state(n: number): State {
    let state = this.states.get(n);
    if (!state) {
      const post = postImages(this.patches.slice(0, n), this.options.tree);
      if (n === this.last) this.diagnostics.push(...post.diagnostics);
      const own = [...post.files, ...this.plain];
      const fromTree = this.fromTree(own);
      state = { files: [...own, ...fromTree], before: () => [...post.before(), ...this.plain, ...fromTree] };
      this.states.set(n, state);
    }
    return state;
  }

  /** Code that is in the tree already: by the file that the claim names, else by where the function is defined. */
  private fromTree(own: readonly SourceFile[]): SourceFile[] {
    const { tree } = this.options;
    if (!tree) return [];
    const found = new Map<string, SourceFile>();
    const take = (path: string) => {
      if (found.has(path) || own.some((f) => f.path === path)) return;
      const text = tree.read(path);
      if (text !== null) found.set(path, { path, text, added: new Set(), complete: true, origin: 'tree' });
    };
    for (const path of this.wantedFiles) take(path);
    const defined = (name: string) => [...own, ...found.values()].some((f) => functionsOf(f).some((g) => g.name === name));
    for (const name of this.wanted) {
      if (defined(name)) continue;
      for (const path of tree.search([`${name}(`], { extensions: ['.c', '.h'] }).slice(0, 40)) {
        const text = tree.read(path);
        if (text?.includes(name) && defines(path, text, name)) take(path);
      }
    }
    return [...found.values()];
  }

  /** Of a file of the tree only the kfuncs asked about are followed, unless the claim is about a helper: then all of them may lead to it. */
  private share(files: SourceFile[]): Work {
    const fromTree = new Set(files.filter((f) => f.origin === 'tree').map((f) => f.path));
    if (fromTree.size === 0) return {};
    const helpers = new Set(
      files
        .filter((f) => fromTree.has(f.path) && functionsOf(f).some((g) => this.wanted.has(g.name) && !isMarked(f, g.start, g.end)))
        .map((f) => f.path),
    );
    const { kfuncs } = buildProgram(files, this.options.tree);
    const mine = kfuncs.map(
      (k) => this.wanted.has(k.name) || k.definitions.some((d) => !fromTree.has(d.source.file.path) || helpers.has(d.source.file.path)),
    );
    return { share: (i) => mine[i] ?? true };
  }
}

function isMarked(file: SourceFile, start: number, end: number): boolean {
  const head = file.text.slice(start, end);
  return head.slice(0, head.indexOf('{')).includes('__bpf_kfunc');
}

function defines(path: string, text: string, name: string): boolean {
  return functionsOf({ path, text, added: new Set(), complete: true, origin: 'tree' }).some((f) => f.name === name);
}

/**
 * Which patch a review answers, as its number from 1; 0 where there is no patch. By the mail that it answers; else by the patch that holds most of the lines
 * it quotes; else by the subject. null: nothing tells, so it may be about any of them.
 */
export function patchOf(doc: ReviewDocument, patches: readonly Patch[]): number | null {
  if (patches.length <= 1) return patches.length;
  const answered = doc.inReplyTo === null ? -1 : patches.findIndex((p) => p.messageId === doc.inReplyTo);
  if (answered >= 0) return answered + 1;
  const scores = patches.map((p) => quotedShare(doc, p));
  const best = Math.max(...scores);
  const candidates = patches.map((_, i) => i).filter((i) => scores[i] === best);
  const bySubject = candidates.find((i) => doc.subject !== null && fold(patches[i]!.subject) === fold(doc.subject));
  if (bySubject !== undefined) return bySubject + 1;
  return best > 0 ? candidates[0]! + 1 : null;
}

function fold(text: string): string {
  return text.replace(/\s+/g, '').toLowerCase();
}

/** Changed lines of the patch that the review quotes; lines with nothing but brackets say nothing. */
function quotedShare(doc: ReviewDocument, patch: Patch): number {
  const changed = new Set(
    patch.files.flatMap((f) => f.hunks.flatMap((h) => h.lines.filter((l) => l.kind !== ' ').map((l) => `${l.kind}${fold(l.text)}`))),
  );
  // results of agents show lines without the signs of the diff
  const sign = (q: QuotedLine) => (doc.kind === 'agent-result' && q.sign === ' ' ? '+' : q.sign);
  const quoted = new Set(doc.comments.flatMap((c) => c.quoted.filter((q) => /\w{3}/.test(q.text)).map((q) => `${sign(q)}${fold(q.text)}`)));
  let share = 0;
  for (const line of quoted) if (changed.has(line)) share++;
  return share;
}
