/** The command line in this process, as a test sees it. */
import { Readable } from 'node:stream';
import { run } from '../src/cli.ts';

export interface CliResult {
  code: number;
  stdout: string;
  stderr: string;
}

export interface CliWorld {
  stdin?: string;
  isTTY?: boolean;
  env?: Record<string, string>;
}

export async function runCli(argv: string[], world: CliWorld = {}): Promise<CliResult> {
  let stdout = '';
  let stderr = '';
  const code = await run(argv, {
    stdin: Readable.from([Buffer.from(world.stdin ?? '')]),
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
    isTTY: world.isTTY ?? false,
    progress: false,
    env: world.env ?? {},
  });
  return { code, stdout, stderr };
}
