/** Arguments → one call → exit code. Commands are loaded when they are run, so that none pays for another. */
import { existsSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { InputError } from './claim.ts';
import { type Io, VERSION } from './io.ts';
import { suggest } from './nearest.ts';
import { plain } from './report/plain.ts';

/** What the options of every analysing command give, checked. */
export interface CommonOptions {
  tree?: string;
  kernel?: string;
  format: string;
  patterns: string[];
  trust: 'verifier' | 'code' | 'ruling';
  show: string[];
  failOn: 'error' | 'warning' | 'note' | 'never';
  output?: string;
}

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

  withCommonOptions(program.command('lint'))
    .description('lint patches, mailboxes, series, pasted threads, C files and folders of them (the default command)')
    .argument('[inputs...]', 'files or folders; - is standard input')
    .action(async (inputs: string[], options: CommonOptions) => {
      const { lintCommand } = await import('./commands/lint.ts');
      done(await lintCommand(inputs, options, io));
    });

  withCommonOptions(program.command('scan'))
    .description('lint every kfunc of a kernel tree')
    .argument('<tree>', 'a kernel source tree')
    .action(async (tree: string, options: CommonOptions) => {
      const { scanCommand } = await import('./commands/scan.ts');
      done(await scanCommand(tree, options, io));
    });

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

function withCommonOptions(command: Command): Command {
  return command
    .option('--tree <dir>', 'a kernel tree or git checkout, for what the patch does not show')
    .option('--kernel <series>', 'judge by this kernel series, such as 6.12')
    .addOption(oneOf('--format <name>', 'how to print the result', ['text', 'json']).default('text'))
    .addOption(new Option('--patterns <file>', 'more patterns; may be given more than once').argParser(collect).default([], 'none'))
    .addOption(oneOf('--trust <level>', 'the weakest evidence that may suppress', ['verifier', 'code', 'ruling']).default('ruling'))
    .addOption(
      new Option('--show <verdicts>', 'tell these in full too: refuted,undecided')
        .argParser(listOf(['refuted', 'undecided']))
        .default([], 'none'),
    )
    .addOption(oneOf('--fail-on <severity>', 'exit with 1 from this severity on', ['error', 'warning', 'note', 'never']).default('warning'))
    .option('--output <file>', 'write the result to this file');
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

function pick(value: string, names: readonly string[]): string {
  if (names.includes(value)) return value;
  throw new InvalidArgumentError(`It must be ${names.join(' or ')}${suggest(value, names)}`);
}

function oneOf(flags: string, description: string, names: readonly string[]): Option {
  // not Option.choices(): its message has no nearest name
  return new Option(flags, `${description}: ${names.join(', ')}`).argParser((value) => pick(value, names));
}

function listOf(names: readonly string[]): (value: string, before: string[]) => string[] {
  return (value, before) => [...before, ...value.split(',').map((one) => pick(one.trim(), names))];
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
