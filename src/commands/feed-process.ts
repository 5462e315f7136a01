/** The other end of triage-feed.ts: starts the process, hands on what it sends, ends it. */
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Diagnostic, InputError } from '../claim.ts';
import type { TriageRun } from '../tui/run.tsx';
import type { SentFile, TriageAnswer, TriageJob } from './triage-messages.ts';

export type Opened = Extract<TriageAnswer, { kind: 'opened' }>;

export interface Feed {
  /** rejects with InputError where the input, the tree or a pattern file can't be read */
  opened: Promise<Opened>;
  run: TriageRun['feed'];
  /** a file as the input leaves it, of those that have come so far */
  file(path: string, scope: number): SentFile | null;
  /** the tool's own troubles with the input; complete when `run` has ended */
  diagnostics(): readonly Diagnostic[];
  stop(): void;
}

/** The built program beside this chunk of it. */
const PROGRAM = fileURLToPath(new URL('kfunc-lint.cjs', import.meta.url));

/** @throws InputError where it runs from source: there is no program to start then */
export function startFeed(job: TriageJob, withStdin: boolean): Feed {
  if (!existsSync(PROGRAM)) throw new InputError('triage runs from the built program: npm run build');
  const child = fork(PROGRAM, ['triage-feed'], {
    serialization: 'advanced',
    stdio: [withStdin ? 'inherit' : 'ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [],
  });
  const waiting: TriageAnswer[] = [];
  let take: ((answer: TriageAnswer) => void) | null = null;
  let diagnostics: readonly Diagnostic[] = [];
  const files = new Map<string, SentFile>();
  const nameOf = (path: string, scope: number) => `${scope}:${path}`;
  let isOver = false;
  const give = (answer: TriageAnswer) => {
    if (isOver) return;
    isOver = answer.kind === 'ended' || answer.kind === 'failed';
    if (take) take(answer);
    else waiting.push(answer);
  };
  child.on('message', (message) => give(message as TriageAnswer));
  child.once('error', (error) => give({ kind: 'failed', message: `the analysis can't be started: ${error.message}` }));
  child.once('close', (code, signal) => give({ kind: 'failed', message: `the analysis ended early (${signal ?? `exit code ${code}`})` }));
  child.send(job, () => {});
  const next = () =>
    new Promise<TriageAnswer>((resolve) => {
      const first = waiting.shift();
      if (first) return resolve(first);
      take = (answer) => {
        take = null;
        resolve(answer);
      };
    });
  const opened = next().then((answer) => {
    if (answer.kind === 'opened') return answer;
    throw new InputError(answer.kind === 'failed' ? answer.message : 'the analysis answered out of turn');
  });
  const run: Feed['run'] = async (send, signal) => {
    signal.addEventListener('abort', () => give({ kind: 'ended', diagnostics: [] }));
    for (;;) {
      const answer = await next();
      if (answer.kind === 'found') {
        for (const one of answer.files) files.set(nameOf(one.path, one.scope), one);
        if (answer.items.length > 0) send({ type: 'items', items: answer.items });
        send({ type: 'progress', progress: { what: 'analysing', done: answer.done, total: answer.total } });
        continue;
      }
      if (answer.kind === 'ended') diagnostics = answer.diagnostics;
      send({ type: 'progress', progress: { what: null, done: 0, total: 0 } });
      // what was found until then can still be decided
      if (answer.kind === 'failed') send({ type: 'told', message: { text: answer.message, tone: 'bad' } });
      return;
    }
  };
  return {
    opened,
    run,
    file: (path, scope) => files.get(nameOf(path, scope)) ?? null,
    diagnostics: () => diagnostics,
    stop: () => void child.kill('SIGKILL'),
  };
}
