/** `kfunc-lint judge REVIEW… --patch INPUT`: what reviewers claim, held against the code and the verifier. */
import { existsSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Diagnostic, Severity } from '../claim.ts';
import { InputError } from '../claim.ts';
import type { InputSet } from '../input/model.ts';
import { readInputs } from '../input/read.ts';
import { checkFolder, type FolderEntry, patchNamed } from '../input/review/folder.ts';
import type { ReviewDocument } from '../input/review/model.ts';
import { readReview } from '../input/review/read.ts';
import { type Io, VERSION } from '../io.ts';
import type { Showable } from '../report/model.ts';
import { plain } from '../report/plain.ts';
import type { ReviewReport } from '../report/review/model.ts';
import { claimsOf } from '../report/review/model.ts';
import { filterReview } from '../review/filter.ts';
import type { JudgedReview } from '../review/judge-reviews.ts';
import { judgeReviews } from '../review/judge-reviews.ts';
import { EMPTY_MEMORY, parseMemory, remember } from '../review/memory.ts';
import { chooseKernel } from './kernel.ts';
import type { CommonOptions } from './options.ts';
import { writeResult, writeWhole } from './output.ts';
import { loadPatterns } from './patterns.ts';

export interface JudgeOptions extends CommonOptions {
  patch: string[];
  filtered?: string;
  memory?: string;
}

/** A review file as it was read, so that it can be written back byte for byte. */
interface ReviewFile {
  name: string;
  text: string;
  encoding: 'utf8' | 'latin1';
  documents: ReviewDocument[];
}

/** @throws InputError where a review, a patch, the tree or a file of ours can't be read or written */
export async function judgeCommand(args: readonly string[], options: JudgeOptions, io: Io): Promise<number> {
  if (args.length === 0)
    throw new InputError('no review: name a review, a mail, a folder of results, or - for standard input (--help tells more)');
  if (options.patch.length === 0 && options.tree === undefined)
    throw new InputError('nothing to hold the review against: name the patch with --patch, or a kernel tree with --tree');
  const files = await readReviews(args, io);
  const input = await readPatch(options, args, io);
  const tree = options.tree === undefined ? null : (await import('../source/tree.ts')).openTree(options.tree);
  const { kernel, diagnostics: told } = chooseKernel(options.kernel, tree);
  const { patterns, diagnostics: expired } = await loadPatterns(options.patterns);
  const memory =
    options.memory === undefined ? null : existsSync(options.memory) ? parseMemory(readText(options.memory), options.memory) : EMPTY_MEMORY;
  const documents = files.flatMap((f) => f.documents);
  const result = judgeReviews(documents, input, { kernel, tree, patterns, trust: options.trust }, memory);
  const report: ReviewReport = {
    kernel,
    reviews: result.reviews.map(({ document: d, claims }) => ({
      source: d.source,
      messageId: d.messageId,
      subject: d.mailSubject ?? d.subject,
      from: d.from,
      claims,
    })),
    fileCount: result.fileCount,
    kfuncCount: result.kfuncCount,
    diagnostics: [...told, ...expired, ...result.diagnostics, ...files.filter((f) => f.documents.length === 0).map(noReview)],
  };
  const text = await render(report, options, io);
  if (options.filtered !== undefined) writeFiltered(files, result.reviews, options.filtered);
  if (memory && options.memory !== undefined)
    writeWhole(`${JSON.stringify(remember(memory, result.remembered), null, 2)}\n`, options.memory, '--memory');
  writeResult(text, options.output, io);
  if (options.format === 'text') for (const d of report.diagnostics) io.stderr(`kfunc-lint: ${plain(`${d.level}: ${d.message}`)}\n`);
  return failing(report, options.failOn) ? 1 : 0;
}

function noReview(file: ReviewFile): Diagnostic {
  return { level: 'warning', message: `${file.name}: holds no review: answers, patches and talk make no claims`, location: null };
}

async function render(report: ReviewReport, options: JudgeOptions, io: Io): Promise<string> {
  const { isTTY, env } = io;
  const color = options.output === undefined && isTTY && !env.NO_COLOR && env.TERM !== 'dumb';
  const settings = { show: new Set(options.show as Showable[]), color, version: VERSION };
  if (options.format === 'json') return (await import('../report/review/json.ts')).renderClaimsJson(report, settings);
  if (options.format === 'mail') return (await import('../report/review/mail.ts')).renderClaimsMail(report);
  if (options.format === 'text') return (await import('../report/review/text.ts')).renderClaimsText(report, settings);
  const [{ asReport }, { RENDERERS }] = await Promise.all([import('../report/review/as-report.ts'), import('./finish.ts')]);
  return (await RENDERERS[options.format]!())(asReport(report), settings);
}

const WEIGHT: Record<Severity, number> = { error: 3, warning: 2, note: 1 };

function failing(report: ReviewReport, failOn: CommonOptions['failOn']): boolean {
  return failOn !== 'never' && claimsOf(report).some((c) => c.verdict === 'confirmed' && WEIGHT[c.severity] >= WEIGHT[failOn]);
}

/** A thread that holds review and patch may be named twice; standard input can be read once. */
async function readPatch(options: JudgeOptions, reviews: readonly string[], io: Io): Promise<InputSet> {
  if (options.patch.length === 0) return { patches: [], plainFiles: [], messages: [], diagnostics: [] };
  if (options.patch.includes('-') && reviews.includes('-')) throw new InputError('standard input can be the review or the patch, not both');
  return readInputs(options.patch, options.patch.includes('-') ? { stdin: io.stdin } : {});
}

/** @throws InputError where one can't be read */
export async function readReviews(args: readonly string[], io: Pick<Io, 'stdin'>): Promise<ReviewFile[]> {
  const out: ReviewFile[] = [];
  for (const arg of args) {
    if (arg === '-') out.push(reviewFile('-', await drain(io.stdin)));
    else if (isFolder(arg)) out.push(...readFolder(arg));
    else out.push(reviewFile(arg, readBytes(arg)));
  }
  return out;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** A folder of results: what belongs to it and is not there means that the reviewer failed. */
function readFolder(folder: string): ReviewFile[] {
  const entries: FolderEntry[] = readdirSync(folder)
    .sort()
    .filter((name) => /\.(txt|json|mbox|eml|md|patch)$/.test(name) && statSync(join(folder, name)).isFile())
    .map((name) => ({ name, text: decode(readBytes(join(folder, name))).text }));
  const chosen = checkFolder(entries, folder);
  const { commit, subject } = patchNamed(entries);
  return chosen.map((name) => {
    const file = reviewFile(join(folder, name), readBytes(join(folder, name)));
    for (const document of file.documents) {
      document.commit ??= commit;
      document.subject ??= subject;
    }
    return file;
  });
}

function reviewFile(name: string, bytes: Buffer): ReviewFile {
  const { text, encoding } = decode(bytes);
  return { name, text, encoding, documents: readReview(text, name === '-' ? '-' : basename(name)) };
}

/** Without loss: what is no UTF-8 is read byte by byte. */
function decode(bytes: Buffer): Pick<ReviewFile, 'text' | 'encoding'> {
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? { text, encoding: 'utf8' } : { text: bytes.toString('latin1'), encoding: 'latin1' };
}

async function drain(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  return Buffer.concat(chunks);
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new InputError(`${path}: can't be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
  }
}

function readText(path: string): string {
  return readBytes(path).toString('utf8');
}

/** One review goes to the file named; of several each goes to the folder named, under its own name. A review of which nothing stands leaves no file. */
function writeFiltered(files: readonly ReviewFile[], reviews: readonly JudgedReview[], target: string): void {
  const folder = isFolder(target);
  if (files.length > 1 && !folder)
    throw new InputError(`--filtered ${target}: there are ${files.length} reviews, so it must be a folder that is there`);
  for (const file of files) {
    const own = reviews.filter((r) => file.documents.includes(r.document));
    const { text } = filterReview(
      file.text,
      file.documents,
      own.flatMap((r) => r.shares),
    );
    const path = folder ? join(target, file.name === '-' ? 'review.txt' : basename(file.name)) : target;
    if (text === null) remove(path);
    else writeWhole(Buffer.from(text, file.encoding), path, '--filtered');
  }
}

function remove(path: string): void {
  try {
    rmSync(existsSync(path) ? realpathSync(path) : path, { force: true });
  } catch (error) {
    throw new InputError(`--filtered ${path}: can't be removed (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
  }
}
