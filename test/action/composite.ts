/** Runs the steps of action.yml as they are written, as GitHub's runner would: a shell, an environment, files for outputs. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { evaluate, expand, type Value } from './expression.ts';

interface Step {
  name: string;
  id?: string;
  if?: string;
  shell: string;
  env?: Record<string, string>;
  run: string;
}
interface Action {
  inputs: Record<string, { default: string }>;
  outputs: Record<string, { value: string }>;
  runs: { using: string; steps: Step[] };
}

export interface Ran {
  /** of the first step that failed, after which none ran; 0 */
  code: number;
  failed: string | null;
  steps: { name: string; stdout: string; stderr: string }[];
  outputs: Record<string, string>;
  summary: string;
}

export interface Job {
  /** folder of the action */
  action: string;
  workspace: string;
  temp: string;
  inputs: Record<string, string>;
  event: Value;
  env: Record<string, string>;
}

export async function runAction(job: Job): Promise<Ran> {
  const action = parse(readFileSync(join(job.action, 'action.yml'), 'utf8')) as Action;
  const unknown = Object.keys(job.inputs).filter((name) => !(name in action.inputs));
  if (unknown.length > 0) throw new Error(`action.yml has no input ${unknown.join(', ')}`);
  const files = mkdtempSync(join(job.temp, 'files-'));
  mkdirSync(join(job.temp, 'home'), { recursive: true });
  writeFileSync(join(files, 'event.json'), JSON.stringify(job.event));
  writeFileSync(join(files, 'summary.md'), '');
  const steps: { [id: string]: Value } = {};
  const github = { event: job.event, action_path: job.action, token: job.env.TOKEN ?? '' };
  const base = { github, steps, inputs: {} };
  const defaults = Object.entries(action.inputs).map(([name, { default: text }]) => [name, expand(String(text), base)]);
  const context: Value = { ...base, inputs: { ...Object.fromEntries(defaults), ...job.inputs } };
  const ran: Ran = { code: 0, failed: null, steps: [], outputs: {}, summary: '' };
  for (const [at, step] of action.runs.steps.entries()) {
    if (step.if !== undefined && !evaluate(step.if, context)) continue;
    if (step.shell !== 'bash') throw new Error(`${step.name}: ${step.shell}`);
    const output = join(files, `output-${at}`);
    writeFileSync(output, '');
    const env = environment(job, files, output, step.env ?? {}, context);
    const done = await shell(expand(step.run, context), job.workspace, env);
    ran.steps.push({ name: step.name, stdout: done.stdout, stderr: done.stderr });
    if (step.id !== undefined) steps[step.id] = { outputs: readOutputs(output) };
    if (done.code !== 0) {
      Object.assign(ran, { code: done.code, failed: step.name });
      break;
    }
  }
  const outputs = Object.entries(action.outputs).map(([name, { value }]) => [name, expand(value, context)]);
  return { ...ran, outputs: Object.fromEntries(outputs), summary: readFileSync(join(files, 'summary.md'), 'utf8') };
}

/** Nothing of the environment of the tests but where programs are, and npm's store. */
function environment(job: Job, files: string, output: string, own: Record<string, string>, context: Value): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: join(job.temp, 'home'),
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_WORKSPACE: job.workspace,
    GITHUB_EVENT_PATH: join(files, 'event.json'),
    GITHUB_OUTPUT: output,
    GITHUB_STEP_SUMMARY: join(files, 'summary.md'),
    RUNNER_TEMP: job.temp,
    ...job.env,
    ...Object.fromEntries(Object.entries(own).map(([name, text]) => [name, expand(text, context)])),
  };
}

function shell(script: string, cwd: string, env: Record<string, string>): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((done) => {
    const child = execFile(
      'bash',
      ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script],
      { cwd, env, maxBuffer: 64 << 20 },
      (error, stdout, stderr) => {
        done({ code: error ? (typeof error.code === 'number' ? error.code : 1) : 0, stdout, stderr });
      },
    );
    child.stdin?.end();
  });
}

/** `name=value`, one a line: the form that action.yml writes. */
function readOutputs(file: string): { [name: string]: Value } {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const match = /^([a-z]+)=(.*)$/.exec(line);
      if (!match) throw new Error(`not an output: ${line}`);
      return [match[1]!, match[2]!];
    }),
  );
}
