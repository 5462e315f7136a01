/** The options that every analysing command takes, and what they give. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { suggest } from '../nearest.ts';

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
  /** a file that tells what an earlier run reported */
  baseline?: string;
  updateBaseline?: boolean;
  /** a range of commits instead of inputs */
  git?: string;
  /** where the mends of what is confirmed go, as one patch */
  fixPatch?: string;
}

export const FORMATS = ['text', 'json', 'sarif', 'github', 'markdown', 'mail'];

export function withCommonOptions(command: Command): Command {
  return command
    .option('--tree <dir>', 'a kernel tree or git checkout, for what the patch does not show')
    .option('--kernel <series>', 'judge by this kernel series, such as 6.12')
    .addOption(oneOf('--format <name>', 'how to print the result', FORMATS).default('text'))
    .addOption(new Option('--patterns <file>', 'more patterns; may be given more than once').argParser(collect).default([], 'none'))
    .addOption(oneOf('--trust <level>', 'the weakest evidence that may suppress', ['verifier', 'code', 'ruling']).default('ruling'))
    .addOption(showOption())
    .addOption(failOnOption())
    .option('--output <file>', 'write the result to this file');
}

/** For the commands whose findings can be compared with an earlier run's. */
export function withBaseline(command: Command): Command {
  return command
    .option(
      '--baseline <file>',
      'tell what is new, unchanged and gone since this file was written; only what is new fails; written where there is none',
    )
    .option('--update-baseline', 'write the file of --baseline anew');
}

/** For commands that read commits as well as patches. */
export function withGit(command: Command): Command {
  return command.option(
    '--git <range>',
    'lint the commits of a range, such as origin/master.., of the checkout in --tree or here, each against its own tree',
  );
}

export function withFixPatch(command: Command): Command {
  return command.option('--fix-patch <file>', 'write the mends of what is confirmed to this file, as one patch for git apply');
}

export function showOption(): Option {
  return new Option('--show <verdicts>', 'tell these in full too: refuted,undecided')
    .argParser(listOf(['refuted', 'undecided']))
    .default([], 'none');
}

export function failOnOption(): Option {
  return oneOf('--fail-on <severity>', 'exit with 1 from this severity on', ['error', 'warning', 'note', 'never']).default('warning');
}

/** For an option that may be given more than once. */
export function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

function pick(value: string, names: readonly string[]): string {
  if (names.includes(value)) return value;
  throw new InvalidArgumentError(`It must be ${names.join(' or ')}${suggest(value, names)}`);
}

export function oneOf(flags: string, description: string, names: readonly string[]): Option {
  // not Option.choices(): its message has no nearest name
  return new Option(flags, `${description}: ${names.join(', ')}`).argParser((value) => pick(value, names));
}

export function listOf(names: readonly string[]): (value: string, before: string[]) => string[] {
  return (value, before) => [...before, ...value.split(',').map((one) => pick(one.trim(), names))];
}
