import { resolve } from 'node:path';
import { Project } from 'ts-morph';
import { describe, expect, it } from 'vitest';
import { breaches, circles, importsOf, WALLS } from './walls.ts';

const ROOT = resolve(import.meta.dirname, '..');

function planted(files: Record<string, string>): string[] {
  const project = new Project({ useInMemoryFileSystem: true });
  for (const [path, text] of Object.entries(files)) project.createSourceFile(`/${path}`, text);
  return breaches(importsOf(project, '/'));
}

describe('walls', () => {
  it('stand in the project', () => {
    const project = new Project({ skipAddingFilesFromTsConfig: true, skipFileDependencyResolution: true });
    project.addSourceFilesAtPaths([`${ROOT}/src/**/*.{ts,tsx}`, `${ROOT}/rules/*.ts`]);
    const imports = importsOf(project, ROOT);
    expect(imports.length).toBeGreaterThan(50);
    expect(breaches(imports)).toEqual([]);
  });

  it.each([
    ['a rule that reads the verifier model', 'rules/x.ts', "import { flags } from '../src/verifier/flags.ts';", /rule\.ts alone/],
    ['a rule that opens files', 'rules/x.ts', "import { readFileSync } from 'node:fs';", /rule\.ts alone/],
    ['a rule that uses another rule', 'rules/x.ts', "import { other } from './y.ts';", /rule\.ts alone/],
    ['a reporter that asks flow', 'src/report/x.ts', "import type { Fact } from '../flow/domain.ts';", /not how they came about/],
    ['a comment that runs the analysis', 'src/github/x.ts', "import { lint } from '../lint.ts';", /GitHub is told findings/],
    ['a verifier table that runs source', 'src/verifier/x.ts', "import { parse } from '../source/parser.ts';", /not C bodies/],
    ['a verifier table that knows flow by type', 'src/verifier/x.ts', "import type { Fact } from '../flow/domain.ts';", /nothing above it/],
    ['source that knows claims of the judge', 'src/source/x.ts', "export { judge } from '../judge/judge.ts';", /what it is read for/],
    ['flow that judges', 'src/flow/x.ts', "const later = () => import('../judge/judge.ts');", /for rules and the judge/],
    ['files opened in the middle', 'src/judge/x.ts', "import { readFileSync } from 'node:fs';", /only the edges/],
    ['a process started in the middle', 'src/flow/x.ts', "const { spawn } = require('node:child_process');", /only the edges/],
    ['claim.ts with an import', 'src/claim.ts', "import type { Rule } from './rule.ts';", /language of all layers/],
    ['a command that reads arguments', 'src/commands/x.ts', "import { run } from '../cli.ts';", /cli\.ts hands them over/],
    ['the process, imported', 'src/commands/x.ts', "import '../main.ts';", /it would run/],
  ])('fall on %s', (_, path, text, reason) => {
    expect(planted({ [path]: text }).join('\n')).toMatch(reason);
  });

  it('let the verifier model see types of source', () => {
    expect(planted({ 'src/verifier/x.ts': "import type { TypeSyntax } from '../source/ir.ts';" })).toEqual([]);
  });

  it('each have a reason of their own', () => {
    expect(new Set(WALLS.map((wall) => wall.reason)).size).toBe(WALLS.length);
  });
});

describe('imports', () => {
  it('never go round in a circle at run time', () => {
    const project = new Project({ skipAddingFilesFromTsConfig: true, skipFileDependencyResolution: true });
    project.addSourceFilesAtPaths([`${ROOT}/src/**/*.{ts,tsx}`, `${ROOT}/rules/*.ts`]);
    // what a module does when it is called may need the other: flow is one recursion over expressions, calls and statements
    const outside = circles(importsOf(project, ROOT)).filter((path) => !path.split(' → ').every((file) => file.startsWith('src/flow/')));
    expect(outside).toEqual([]);
  });

  it('are seen to go round', () => {
    const project = new Project({ useInMemoryFileSystem: true });
    project.createSourceFile('/src/a.ts', "import { b } from './b.ts';");
    project.createSourceFile('/src/b.ts', "import { a } from './a.ts';");
    expect(circles(importsOf(project, '/'))).toEqual(['src/a.ts → src/b.ts → src/a.ts']);
  });
});
