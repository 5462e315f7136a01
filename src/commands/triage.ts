/** `kfunc-lint triage INPUT…`: the screen on which a person decides. Here it gets its files, its editor and its analysis. */
import { existsSync, openSync } from 'node:fs';
import { basename } from 'node:path';
import { ReadStream } from 'node:tty';
import { InputError } from '../claim.ts';
import type { Io } from '../io.ts';
import { plain } from '../report/plain.ts';
import type { Farewell, TriageRun } from '../tui/run.tsx';
import { tellFarewell } from './farewell.ts';
import { startFeed } from './feed-process.ts';
import { surroundingsOf } from './triage-surroundings.ts';

export interface TriageOptions {
  tree?: string;
  kernel?: string;
  patterns: string[];
  trust: 'verifier' | 'code' | 'ruling';
  review: string[];
  /** where decisions are written; absent: the last of `patterns`, else DEFAULT_FILE */
  rulings?: string;
  /** who decides; absent: as git or the system knows them */
  by?: string;
}

const DEFAULT_FILE = 'kfunc-rulings.yaml';

/**
 * @returns 0, whatever was found: the decisions are the result; 128 + n where a signal ended it
 * @throws InputError where there is no terminal, or something can't be read
 */
export async function triageCommand(inputs: readonly string[], options: TriageOptions, io: Io): Promise<number> {
  if (inputs.length === 0) throw new InputError('no input: name a patch, a mailbox, a C file, a folder or a kernel tree');
  const keyboard = openKeyboard(inputs.includes('-'), io);
  const rulingFile = options.rulings ?? options.patterns.at(-1) ?? DEFAULT_FILE;
  const isExtra = !options.patterns.includes(rulingFile) && existsSync(rulingFile);
  const patterns = isExtra ? [...options.patterns, rulingFile] : options.patterns;
  const { by, tree = null, kernel = null, trust, review } = options;
  const feed = startFeed({ inputs: [...inputs], tree, kernel, patterns, trust, reviews: review }, inputs.includes('-'));
  try {
    const screen = import('../tui/run.tsx');
    const opened = await feed.opened;
    const around = surroundingsOf({ opened, file: feed.file, rulingFile, by: by ?? null, env: io.env, patterns, title: titleOf(inputs) });
    const { runTriage } = await screen;
    const run: TriageRun = { around, look: lookOf(io.env), stdin: keyboard, stdout: process.stdout, feed: feed.run };
    const farewell: Farewell = await runTriage(run);
    io.stdout(tellFarewell(farewell.state, rulingFile));
    for (const one of feed.diagnostics()) io.stderr(`kfunc-lint: ${plain(`${one.level}: ${one.message}`)}\n`);
    return farewell.signal === null ? 0 : 128 + { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }[farewell.signal as 'SIGHUP' | 'SIGINT' | 'SIGTERM'];
  } finally {
    feed.stop();
    keyboard.unref();
  }
}

/** The patch may come through standard input; keys then come from the terminal itself. */
function openKeyboard(isStdinTaken: boolean, io: Io): ReadStream {
  const none = new InputError('triage needs a terminal to draw on and to read keys from; lint and judge print the same findings');
  if (!io.isTTY || io.env.TERM === 'dumb') throw none;
  if (process.stdin.isTTY && !isStdinTaken) return process.stdin;
  try {
    return new ReadStream(openSync('/dev/tty', 'r'));
  } catch {
    throw none;
  }
}

/** https://no-color.org; and by the locale, as every program decides it. */
function lookOf(env: Io['env']): TriageRun['look'] {
  return { color: !env.NO_COLOR, unicode: /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '') };
}

function titleOf(inputs: readonly string[]): string {
  const first = inputs[0] === '-' ? 'standard input' : basename(inputs[0]!);
  return inputs.length === 1 ? first : `${first} and ${inputs.length - 1} more`;
}
