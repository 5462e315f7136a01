/** The analysis behind the screen of `triage`: reads, follows kfunc by kfunc, and sends what it finds as it finds it. */
import { type Diagnostic, InputError, type JudgedClaim } from '../claim.ts';
import { readInputs } from '../input/read.ts';
import { analyse, analyseStepwise, filesOf, type LintOptions, type Work } from '../lint.ts';
import { kfuncFiles } from '../scan.ts';
import { GAP_MARK, type SourceFile } from '../source/model.ts';
import { openTree } from '../source/tree.ts';
import { claimItem, findingItem, Keys } from '../tui/item.ts';
import type { TriageItem } from '../tui/model.ts';
import { inputSets } from './input-sets.ts';
import { chooseKernel } from './kernel.ts';
import { kernelTree } from './kernel-tree.ts';
import { loadPatterns } from './patterns.ts';
import type { SentFile, TriageAnswer, TriageJob } from './triage-messages.ts';

/** Findings go out together when this has passed since the last ones did. */
const EVERY_MS = 40;

type Send = (answer: TriageAnswer) => Promise<void>;

/** Runs in the process that `triage` started. @throws InputError where nobody started it so */
export async function feedCommand(): Promise<number> {
  if (!process.send) throw new InputError('triage-feed is run by triage and by nobody else');
  const send: Send = (answer) =>
    new Promise((resolve, reject) => process.send!(answer, (error: Error | null) => (error ? reject(error) : resolve())));
  process.once('disconnect', () => process.exit(0));
  const job = await new Promise<TriageJob>((resolve) => process.once('message', (message) => resolve(message as TriageJob)));
  try {
    await send({ kind: 'ended', diagnostics: await feed(job, send) });
  } catch (error) {
    const isKnown = error instanceof InputError;
    await send({ kind: 'failed', message: isKnown ? error.message : `internal error: ${(error as Error).message} (please report)` });
  }
  process.disconnect();
  return 0;
}

async function feed(job: TriageJob, send: Send): Promise<Diagnostic[]> {
  const whole = job.inputs.length === 1 ? kernelTree(job.inputs[0]!) : null;
  const tree = whole ?? (job.tree === null ? null : openTree(job.tree));
  const { kernel, diagnostics: told } = chooseKernel(job.kernel ?? undefined, tree);
  const { patterns, diagnostics: expired } = await loadPatterns(job.patterns);
  const options: LintOptions = { kernel, tree, patterns, trust: job.trust, keepSeen: true };
  const feeder = new Feeder(options, send);
  const opened: TriageAnswer = { kind: 'opened', series: kernel.series, tree: whole ? job.inputs[0]! : job.tree };
  if (whole) {
    await send(opened);
    await feeder.follow(kfuncFiles(whole), false);
    return [...told, ...expired];
  }
  if (job.reviews.length > 0) return [...told, ...expired, ...(await feedReviews(job, options, () => send(opened), feeder))];
  const diagnostics = [...told, ...expired];
  let isOpen = false;
  for await (const input of inputSets(job.inputs)) {
    if (!isOpen) await send(opened);
    isOpen = true;
    const { files, before, diagnostics: more } = filesOf(input, tree);
    await feeder.follow(files, true, { earlier: () => analyse(before(), options).findings });
    diagnostics.push(...input.diagnostics, ...more);
  }
  return diagnostics;
}

/** What reviewers claim comes first: that is what the person is here for. Our own findings of the same code follow. */
async function feedReviews(job: TriageJob, options: LintOptions, open: () => Promise<void>, feeder: Feeder): Promise<Diagnostic[]> {
  const [{ readReviews }, { judgeReviews }] = await Promise.all([import('./judge.ts'), import('../review/judge-reviews.ts')]);
  const reviews = await readReviews(job.reviews, { stdin: process.stdin });
  const input = await readInputs(job.inputs);
  await open();
  const result = judgeReviews(
    reviews.flatMap((one) => one.documents),
    input,
    options,
    null,
  );
  const { files, before } = filesOf(input, options.tree);
  const claims = result.reviews.flatMap((one) => one.claims);
  await feeder.follow(files, true, { earlier: () => analyse(before(), options).findings }, claims);
  return result.diagnostics;
}

/** Follows sets of files, one after the other; each is a scope of its own, because two series may change the same file. */
class Feeder {
  readonly #keys = new Keys();
  readonly #options: LintOptions;
  readonly #send: Send;
  #scope = 0;

  constructor(options: LintOptions, send: Send) {
    this.#options = options;
    this.#send = send;
  }

  /**
   * @param sendsFiles false: the screen reads them itself
   * @param work what is found before the input, for what is not of its making
   * @param claims of reviews of these files; with any, everything is found before anything is sent, because a ruling on a claim is one on a finding
   */
  async follow(files: SourceFile[], sendsFiles: boolean, work: Work = {}, claims: readonly JudgedClaim[] = []): Promise<void> {
    const scope = this.#scope++;
    if (claims.length > 0) return this.#followClaims(files, claims, work, scope);
    let waiting: { items: TriageItem[]; files: SentFile[] } = {
      items: [],
      files: sendsFiles ? files.map((one) => toSent(one, scope)) : [],
    };
    let last = 0;
    for (const { findings, done, total, kfunc } of analyseStepwise(files, this.#options, { ...work, wholeTree: !sendsFiles })) {
      waiting.items.push(...findings.map((one) => findingItem(one, this.#options.kernel.series, scope, this.#keys)));
      if (performance.now() - last < EVERY_MS && kfunc !== null) continue;
      await this.#send({ kind: 'found', ...waiting, done, total });
      waiting = { items: [], files: [] };
      last = performance.now();
    }
  }

  async #followClaims(files: SourceFile[], claims: readonly JudgedClaim[], work: Work, scope: number): Promise<void> {
    const { series } = this.#options.kernel;
    const { findings, program } = analyse(files, this.#options, work);
    const items = [
      ...claims.map((one) => claimItem(one, findings, series, scope, this.#keys)),
      ...findings.map((one) => findingItem(one, series, scope, this.#keys)),
    ];
    const total = program.kfuncs.length;
    await this.#send({ kind: 'found', items, files: files.map((one) => toSent(one, scope)), done: total, total });
  }
}

function toSent({ path, text, added }: SourceFile, scope: number): SentFile {
  return { scope, path, text: text.replaceAll(GAP_MARK, '/* not shown in the input */'), added: [...added] };
}
