/** `kfunc-lint comment`: posts or updates the comments of a pull request, from a result that an earlier step wrote. */
import { readFileSync } from 'node:fs';
import { InputError } from '../claim.ts';
import { connect, explain, type Github } from '../github/client.ts';
import { findPull, type Job, jobOf } from '../github/job.ts';
import type { PullState } from '../github/model.ts';
import { type Diff, observe, readDiff } from '../github/observe.ts';
import { plan } from '../github/plan.ts';
import { reconcile } from '../github/reconcile.ts';
import { tellActions, tellOutcome } from '../github/tell.ts';
import { wantedOf } from '../github/wanted.ts';
import { type Io, VERSION } from '../io.ts';
import type { Report } from '../report/model.ts';
import { plain } from '../report/plain.ts';
import { readSaved } from './saved.ts';

export interface CommentOptions {
  from: string;
  repo?: string;
  pr?: string;
  sha?: string;
  label?: string;
  mode: 'inline' | 'summary';
  dryRun?: boolean;
}

/**
 * @param pace 1: as GitHub asks; less for a server of a test
 * @throws InputError where the result is none, the pull request is not named, or GitHub does not do it
 */
export async function commentCommand(options: CommentOptions, io: Omit<Io, 'progress'>, pace = 1): Promise<number> {
  const report = await readSaved(options.from, io);
  const job = jobOf(options, io.env, readEvent(io.env.GITHUB_EVENT_PATH));
  const token = io.env.GITHUB_TOKEN || io.env.GH_TOKEN || '';
  if (token === '' && options.dryRun === true) return rehearseBlind(report, job, options, io);
  if (token === '') throw new InputError('no token: GITHUB_TOKEN must hold one that may write to pull requests (--dry-run goes without)');
  const say = (line: string) => io.stderr(`kfunc-lint: ${plain(line)}\n`);
  const github = connect({ token, baseUrl: io.env.GITHUB_API_URL || 'https://api.github.com', version: VERSION, pace, say });
  const pull = await findPull(github, job).catch((error) => Promise.reject(explain(error, token)));
  if (pull === null) {
    io.stdout(`kfunc-lint: no open pull request stands at ${job.head}: nothing to do\n`);
    return 0;
  }
  const wantedFor = wanter(report, job, options, github, pull);
  if (options.dryRun === true) {
    const state = await observe(github, pull, job.label).catch((error) => Promise.reject(explain(error, token)));
    io.stdout(tellActions(plan(await wantedFor(state, false), state, { keys: new Set(), summary: false })));
    return 0;
  }
  const outcome = await reconcile(github, pull, wantedFor, { label: job.label, token });
  io.stdout(`${tellOutcome(outcome, pull, github.sent())}\n`);
  return 0;
}

/** The diff is read once for each commit that the pull request is seen at, and only where something could stand on its lines. */
function wanter(report: Report, job: Job, options: CommentOptions, github: Github, pull: { owner: string; repo: string; number: number }) {
  let diff: Diff | null = null;
  const onLines = options.mode === 'inline' && report.findings.some((one) => one.verdict === 'confirmed' && !one.preexisting);
  return async (state: PullState, refused: boolean) => {
    if (onLines && diff === null && state.head === job.head) diff = await readDiff(github, pull);
    return wantedOf(report, { head: job.head, label: job.label, diff, suggest: !job.untrusted, refused });
  };
}

/** Without a token: what a first run would do, as far as the result itself knows the diff. */
function rehearseBlind(report: Report, job: Job, options: CommentOptions, io: Pick<Io, 'stdout' | 'stderr'>): number {
  const lines = new Map<string, Map<number, string>>();
  for (const { location, snippet, inDiff } of report.findings)
    if (inDiff) lines.set(location.file, (lines.get(location.file) ?? new Map()).set(location.line, snippet));
  const diff = options.mode === 'inline' ? { lines, withheld: [] } : null;
  const wanted = wantedOf(report, { head: job.head, label: job.label, diff, suggest: false, refused: false });
  const empty: PullState = { head: job.head, fromFork: false, threads: [], summaries: [] };
  io.stderr('kfunc-lint: no token, so the pull request is not looked at: this is what a first run would do\n');
  io.stdout(tellActions(plan(wanted, empty, { keys: new Set(), summary: false })));
  return 0;
}

function readEvent(path: string | undefined): string | null {
  if (!path) return null;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new InputError(`GITHUB_EVENT_PATH ${path}: can't be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
  }
}
