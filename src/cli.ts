/** Arguments → one call → exit code. Commands are loaded when they are run, so that none pays for another. */
import { existsSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { InputError } from './claim.ts';
import type { CommentOptions } from './commands/comment.ts';
import type { FactsCommandOptions } from './commands/facts.ts';
import type { JudgeOptions } from './commands/judge.ts';
import type { ModelOptions } from './commands/model.ts';
import {
  type CommonOptions,
  collect,
  FORMATS,
  failOnOption,
  listOf,
  oneOf,
  showOption,
  withBaseline,
  withCommonOptions,
  withFixPatch,
  withGit,
} from './commands/options.ts';
import type { ReportCommandOptions } from './commands/report.ts';
import type { RulingsOptions } from './commands/rulings.ts';
import type { ScanCommandOptions } from './commands/scan.ts';
import type { TriageOptions } from './commands/triage.ts';
import { type Io, VERSION } from './io.ts';
import { suggest } from './nearest.ts';
import { plain } from './report/plain.ts';

const DEFAULT_COMMAND = 'lint';

/**
 * Runs one command line; `argv` without node and script. Never throws.
 * @returns 0 nothing confirmed at or above --fail-on, 1 something confirmed, 2 the run could not be done
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    let code = 0;
    const program = describe(io, (result) => {
      code = result;
    });
    await program.parseAsync(withCommand(argv, program), { from: 'user' });
    return code;
  } catch (error) {
    return explainFailure(error, io);
  }
}

function describe(io: Io, done: (code: number) => void): Command {
  const program = new Command('kfunc-lint')
    .description('Judges claims about BPF kfuncs against what the BPF verifier already guarantees.')
    .version(VERSION, '-V, --version')
    .exitOverride()
    .configureOutput({ writeOut: io.stdout, writeErr: () => {} })
    .addHelpText('after', '\nExit codes: 0 nothing confirmed, 1 something confirmed, 2 the run could not be done.');

  withFixPatch(withBaseline(withGit(withCommonOptions(program.command('lint')))))
    .description('lint patches, mailboxes, series, pasted threads, C files and folders of them (the default command)')
    .argument('[inputs...]', 'files or folders; - is standard input')
    .action(async (inputs: string[], options: CommonOptions) => {
      const { lintCommand } = await import('./commands/lint.ts');
      done(await lintCommand(inputs, options, io));
    });

  withFixPatch(withBaseline(withCommonOptions(program.command('scan'))))
    .description('lint every kfunc of a kernel tree')
    .argument('<tree>', 'a kernel source tree')
    .option('--no-cache', 'neither take nor keep results of earlier scans of the same tree')
    .action(async (tree: string, options: ScanCommandOptions) => {
      const { scanCommand } = await import('./commands/scan.ts');
      done(await scanCommand(tree, options, io));
    });

  describeJudge(program, io, done);
  describeModel(program, io, done);
  describeDecisions(program, io, done);
  describeSaved(program, io, done);

  program
    .command('explain')
    .description('tell about a rule, a KF_ flag, a parameter suffix or a ruling')
    .argument('<name>', 'for instance unchecked-param, KF_RCU, __sz')
    .addOption(new Option('--kernel <series>', 'as of this kernel series'))
    .addOption(new Option('--patterns <file>', 'more patterns').argParser(collect).default([], 'none'))
    .action(async (name: string, options: { kernel?: string; patterns: string[] }) => {
      const { explainCommand } = await import('./commands/explain.ts');
      done(await explainCommand(name, options, io));
    });
  return program;
}

function describeJudge(program: Command, io: Io, done: (code: number) => void): void {
  withCommonOptions(program.command('judge'))
    .description('judge the claims of reviews of a patch, or of code that is in a tree already')
    .argument(
      '[reviews...]',
      'review mails, review-inline.txt, result files, folders of them, threads, lists of claims; - is standard input',
    )
    .addOption(
      new Option('--patch <input>', 'what the reviews are about, as lint takes it; may be given more than once')
        .argParser(collect)
        .default([], 'none'),
    )
    .option('--filtered <file>', 'write the review back without the refuted claims; removes the file if nothing stands')
    .option('--memory <file>', 'remember judged claims here, and recognise them')
    .action(async (reviews: string[], options: JudgeOptions) => {
      const { judgeCommand } = await import('./commands/judge.ts');
      done(await judgeCommand(reviews, options, io));
    });
}

/** The commands that tell of the verifier itself. */
function describeModel(program: Command, io: Io, done: (code: number) => void): void {
  program
    .command('facts')
    .description('tell what the verifier guarantees to each kfunc, parameter by parameter')
    .argument('[inputs...]', 'as lint takes them, or a kernel tree')
    .option('--tree <dir>', 'a kernel tree, for what the patch does not show; alone: every kfunc of it')
    .option('--kernel <series>', 'as of this kernel series, such as 6.12')
    .addOption(oneOf('--format <name>', 'how to print it', ['text', 'json', 'markdown']).default('text'))
    .option('--why', 'tell where in the kernel each statement can be read')
    .option('--output <file>', 'write it to this file')
    .action(async (inputs: string[], options: FactsCommandOptions) => {
      const { factsCommand } = await import('./commands/facts.ts');
      done(await factsCommand(inputs, options, io));
    });

  program
    .command('model')
    .description('list the kernel series that are modelled; with --tree: what a tree has that the model does not know')
    .option('--tree <dir>', 'a kernel tree; exit code 1 where it has something new')
    .option('--kernel <series>', 'the series of the tree, where its Makefile does not say')
    .action(async (options: ModelOptions) => {
      const { modelCommand } = await import('./commands/model.ts');
      done(await modelCommand(options, io));
    });
}

/** The commands in which people decide, and that tell what became of their decisions. */
function describeDecisions(program: Command, io: Io, done: (code: number) => void): void {
  program
    .command('triage')
    .description('show findings one by one on the terminal, and write down what is decided on each')
    .argument('[inputs...]', 'as lint takes them, or a kernel tree; - is standard input')
    .option('--tree <dir>', 'a kernel tree, for what the patch does not show')
    .option('--kernel <series>', 'judge by this kernel series, such as 6.12')
    .addOption(new Option('--patterns <file>', 'more patterns; decisions go to the last one').argParser(collect).default([], 'none'))
    .option('--rulings <file>', 'decisions go to this file (else the last of --patterns, else kfunc-rulings.yaml)')
    .option('--by <name>', 'who decides (else the name that git knows)')
    .addOption(new Option('--review <file>', 'an AI review whose claims are listed too').argParser(collect).default([], 'none'))
    .addOption(oneOf('--trust <level>', 'the weakest evidence that may suppress', ['verifier', 'code', 'ruling']).default('ruling'))
    .action(async (inputs: string[], options: TriageOptions) => {
      const { triageCommand } = await import('./commands/triage.ts');
      done(await triageCommand(inputs, options, io));
    });

  // the process that triage starts
  program.command('triage-feed', { hidden: true }).action(async () => {
    const { feedCommand } = await import('./commands/triage-feed.ts');
    done(await feedCommand());
  });

  program
    .command('rulings')
    .description('list the rulings on file, and what they did to an input')
    .argument('[inputs...]', 'as lint takes them, or a kernel tree; without one their use is not counted')
    .option('--tree <dir>', 'a kernel tree, for what the patch does not show')
    .option('--kernel <series>', 'judge by this kernel series, such as 6.12')
    .addOption(new Option('--patterns <file>', 'more patterns; may be given more than once').argParser(collect).default([], 'none'))
    .addOption(oneOf('--format <name>', 'how to print them', ['text', 'json']).default('text'))
    .option('--check', 'exit with 1 where one is unused, stale, contested or expired')
    .action(async (inputs: string[], options: RulingsOptions) => {
      const { rulingsCommand } = await import('./commands/rulings.ts');
      done(await rulingsCommand(inputs, options, io));
    });
}

/** The commands that take a result which an earlier run saved. */
function describeSaved(program: Command, io: Io, done: (code: number) => void): void {
  program
    .command('report')
    .description('tell a result that --format json or sarif saved in another format')
    .argument('<result>', 'the file; - is standard input')
    .addOption(oneOf('--format <name>', 'how to print it', FORMATS).default('text'))
    .addOption(
      new Option('--verdict <verdicts>', 'only these: confirmed,refuted,undecided')
        .argParser(listOf(['confirmed', 'refuted', 'undecided']))
        .default([], 'all'),
    )
    .addOption(showOption())
    .addOption(failOnOption())
    .option('--output <file>', 'write it to this file')
    .action(async (file: string, options: ReportCommandOptions) => {
      const { reportCommand } = await import('./commands/report.ts');
      done(await reportCommand(file, options, io));
    });

  program
    .command('comment')
    .description('post or update the comments of a pull request on GitHub; GITHUB_TOKEN holds the token')
    .requiredOption('--from <result>', 'what lint --format json wrote; - is standard input')
    .option('--repo <owner/name>', 'the repository (else GITHUB_REPOSITORY)')
    .option('--pr <number>', 'the pull request (else that of the event)')
    .option('--sha <commit>', 'the commit that was checked (else that of the event)')
    .option('--label <word>', 'tells several uses in one pull request apart, such as one for each kernel series')
    .addOption(oneOf('--mode <name>', 'comments on lines too, or only one summary', ['inline', 'summary']).default('inline'))
    .option('--dry-run', 'print what would be done, and do nothing')
    .action(async (options: CommentOptions) => {
      const { commentCommand } = await import('./commands/comment.ts');
      done(await commentCommand(options, io));
    });
}

/**
 * Puts the default command in where the first word names none.
 * @throws InputError where it looks like a command and is neither one nor a file
 */
function withCommand(argv: readonly string[], program: Command): string[] {
  const names = [...program.commands.map((command) => command.name()), 'help'];
  const first = argv[0] ?? '';
  if (names.includes(first) || ['-h', '--help', '-V', '--version'].includes(first)) return [...argv];
  if (/^[a-z-]*[a-z]$/.test(first) && !first.startsWith('-') && !existsSync(first)) {
    throw new InputError(`'${first}' is neither a command nor a file${suggest(first, names) || ' (--help lists the commands)'}`);
  }
  return [DEFAULT_COMMAND, ...argv];
}

function explainFailure(error: unknown, io: Io): number {
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  if (error instanceof CommanderError) {
    // commander spreads some messages over two lines
    io.stderr(`kfunc-lint: ${plain(error.message.replace(/^error: /, ''))}\n`);
  } else if (error instanceof InputError) {
    io.stderr(`kfunc-lint: ${plain(error.message)}\n`);
  } else {
    const message = error instanceof Error ? error.message : String(error);
    io.stderr(`kfunc-lint: internal error: ${plain(message)} (please report)\n`);
    if (io.env.KFUNC_LINT_DEBUG === '1' && error instanceof Error) io.stderr(`${error.stack}\n`);
  }
  return 2;
}
