/** The workflows of the README: as action.yml has it, with the rights that it needs, and no more. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const ROOT = resolve(import.meta.dirname, '../..');
const action = parse(readFileSync(join(ROOT, 'action.yml'), 'utf8')) as { inputs: object; outputs: object };
const blocks = [...readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text!);

interface Step {
  uses?: string;
  with?: Record<string, unknown>;
}
interface Workflow {
  name: string;
  on: unknown;
  permissions: Record<string, string>;
  jobs: Record<string, { steps: Step[] }>;
}
const workflows = blocks.filter((text) => text.startsWith('name:')).map((text) => parse(text) as Workflow);
const stepsOf = (text: string): Step[] => {
  const value = parse(text) as Workflow | Step[];
  return Array.isArray(value) ? value : Object.values(value.jobs).flatMap(({ steps }) => steps);
};

describe('workflows of the README', () => {
  it.each(blocks.map((text, at) => [at + 1, text] as const))('number %d uses what there is', (_, text) => {
    const ours = stepsOf(text).filter(({ uses }) => uses?.startsWith('OWNER/kfunc-lint@'));
    expect(ours).toHaveLength(1);
    expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(ours[0]!.with ?? {})));
    const outputs = [...text.matchAll(/steps\.kfunc\.outputs\.(\w+)/g)].map(([, name]) => name!);
    expect(Object.keys(action.outputs)).toEqual(expect.arrayContaining(outputs));
  });

  it('ask for no more rights than they use', () => {
    expect(workflows.map(({ permissions }) => permissions)).toEqual([
      { contents: 'read', 'pull-requests': 'write' },
      { contents: 'read', 'pull-requests': 'write', 'security-events': 'write' },
      { contents: 'read' },
      { actions: 'read', 'pull-requests': 'write' },
    ]);
  });

  it('never check out the change where they may write and strangers’ changes come', () => {
    const second = workflows[3]!;
    expect(Object.keys(second.on as object)).toEqual(['workflow_run']);
    expect(stepsOf(blocks[3]!).some(({ uses }) => uses?.startsWith('actions/checkout'))).toBe(false);
    for (const { on } of workflows) expect(JSON.stringify(on)).not.toContain('pull_request_target');
  });

  it('name what the first step uploads as the second one finds it', () => {
    const [upload] = stepsOf(blocks[2]!).filter(({ uses }) => uses?.startsWith('actions/upload-artifact'));
    const [download] = stepsOf(blocks[3]!).filter(({ uses }) => uses?.startsWith('actions/download-artifact'));
    const [ours] = stepsOf(blocks[3]!).filter(({ uses }) => uses?.startsWith('OWNER/kfunc-lint@'));
    expect(download!.with!.name).toBe(upload!.with!.name);
    expect(ours!.with!.from).toBe(`${download!.with!.path}/result.json`);
    expect(readFileSync(join(ROOT, 'scripts/action-lint.sh'), 'utf8')).toContain('result=$WORK/result.json');
  });
});
