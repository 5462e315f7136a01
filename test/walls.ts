/** Who may import whom, each wall with its reason. Checked by walls.test.ts. */
import { dirname, relative, resolve } from 'node:path';
import type { ImportDeclaration, Project, SourceFile } from 'ts-morph';
import { SyntaxKind } from 'ts-morph';

export interface Import {
  /** paths from the repository's root; a package keeps its name, a built-in of Node starts with `node:` */
  from: string;
  to: string;
  /** gone when the code runs */
  typeOnly: boolean;
  line: number;
}

export interface Wall {
  reason: string;
  /** files that the wall is around */
  inside: RegExp;
  /** what they may import; anything else that `about` matches breaks the wall */
  allowed: RegExp;
  /** which imports the wall speaks of; absent: files of the project */
  about?: RegExp;
  /** types may pass */
  typesPass?: boolean;
}

const PROJECT = /^(src|rules)\//;
const WORDS = String.raw`src/claim\.ts|src/nearest\.ts|src/wrap\.ts`;

export const WALLS: readonly Wall[] = [
  {
    reason: 'claim.ts is the language of all layers, so it must not pull any of them in',
    inside: /^src\/(claim|nearest|wrap)\.ts$/,
    about: /./,
    allowed: /^$/,
  },
  {
    reason: 'a rule sees the code through rule.ts alone, so that it can neither read the verifier model nor suppress anything',
    inside: /^rules\/(?!index\.ts)/,
    about: /./,
    allowed: /^src\/rule\.ts$/,
  },
  {
    reason:
      'rules are values in the middle: rule.ts gives them no way to files, verdicts, output or what the verifier promises of arguments',
    inside: /^src\/rule\.ts$/,
    // of the verifier only what can be registered: names of flags and suffixes, and since when they exist
    allowed: /^src\/(claim\.ts|flow\/|source\/(ir|model)\.ts|mend\/|verifier\/(series|flags|suffixes|registration)\.ts)/,
  },
  {
    reason: 'the verifier model knows declarations, not C bodies, and no claims',
    inside: /^src\/verifier\//,
    allowed: new RegExp(`^(src/verifier/|${WORDS})`),
    typesPass: true,
  },
  {
    reason: 'even as types, the verifier model knows of source/ and nothing above it',
    inside: /^src\/verifier\//,
    allowed: new RegExp(`^(src/verifier/|src/source/(ir|model)\\.ts|${WORDS})`),
  },
  {
    reason: 'source/ reads C and knows nothing of what it is read for',
    inside: /^src\/source\//,
    // of the verifier only the questions about types that it asks
    allowed: new RegExp(`^(src/source/|src/verifier/model\\.ts|${WORDS})`),
  },
  {
    reason: 'input/ takes mails and diffs apart; what the C in them means is not its business',
    inside: /^src\/input\//,
    allowed: new RegExp(`^(src/input/|src/source/(model|ir|text)\\.ts|${WORDS})`),
  },
  {
    reason: 'flow/ says what values may be; whether that is a bug is for rules and the judge to say',
    inside: /^src\/flow\//,
    allowed: new RegExp(`^(src/flow/|src/source/|${WORDS})`),
  },
  {
    reason: 'the judge weighs what it is given: it asks neither flow nor input',
    inside: /^src\/judge\/(?!patterns\/)/,
    allowed: new RegExp(`^(src/judge/|src/verifier/|src/flow/knowledge\\.ts|src/source/(ir|model)\\.ts|${WORDS})`),
  },
  {
    reason: 'what a reviewer says is read from the words alone: it must not hang on what would be the easier verdict',
    inside: /^src\/review\/reading\//,
    allowed: new RegExp(`^(src/review/reading/|src/input/review/model\\.ts|${WORDS})`),
  },
  {
    reason: 'judging reviews stands beside linting: it asks the pipeline and knows no arguments and no output',
    inside: /^src\/review\//,
    allowed: new RegExp(`^(src/(review|input|source|flow|verifier|judge)/|src/(lint|rule|bench)\\.ts|${WORDS})`),
  },
  {
    reason: 'pattern files are data: reading them needs no analysis',
    inside: /^src\/judge\/patterns\//,
    allowed: new RegExp(`^(src/judge/patterns/|src/verifier/series\\.ts|src/flow/knowledge\\.ts|${WORDS})`),
  },
  {
    reason: 'reporters and the terminal screen know findings, not how they came about',
    inside: /^src\/(report|tui)\//,
    allowed: new RegExp(`^(src/(report|tui)/|src/judge/trust\\.ts|${WORDS})`),
  },
  {
    reason: 'GitHub is told findings; how they came about is not its business',
    inside: /^src\/github\//,
    allowed: new RegExp(`^(src/(github|report)/|${WORDS})`),
  },
  {
    reason: 'the pipeline stands below the command line',
    inside: /^src\/(lint|bench)\.ts$/,
    allowed: /^(src\/(?!commands\/|cli\.ts|main\.ts|io\.ts|report\/|tui\/|github\/)|rules\/index\.ts)/,
  },
  {
    reason: 'commands do not know of arguments: cli.ts hands them over',
    inside: /^src\/commands\//,
    allowed: /^(src\/(?!cli\.ts|main\.ts)|rules\/index\.ts)/,
  },
  {
    reason: 'only the edges touch files, processes and the network; everything else maps values to values',
    inside: /^(src\/(?!input\/read|source\/tree|github\/|tui\/|commands\/|cli\.ts|main\.ts|source\/parser)|rules\/)/,
    about: /^node:/,
    // crypto hashes, module loads the parser, path and url are arithmetic on strings
    allowed: /^node:(crypto|module|path|url|util|string_decoder|buffer)$/,
  },
  {
    reason: 'main.ts is the process; imported, it would run',
    inside: /./,
    about: /^src\/main\.ts$/,
    allowed: /^$/,
  },
];

/** Static, dynamic and re-exporting imports. */
export function importsOf(project: Project, root: string): Import[] {
  return project.getSourceFiles().flatMap((file) => {
    const from = relative(root, file.getFilePath());
    return found(file).map(({ to, typeOnly, line }) => ({
      from,
      to: to.startsWith('.') ? relative(root, resolve(dirname(file.getFilePath()), to)) : to,
      typeOnly,
      line,
    }));
  });
}

function found(file: SourceFile): Omit<Import, 'from'>[] {
  const declared = file
    .getImportDeclarations()
    .map((one) => ({ to: one.getModuleSpecifierValue(), typeOnly: isTypeOnly(one), line: one.getStartLineNumber() }));
  const again = file.getExportDeclarations().flatMap((one) => {
    const to = one.getModuleSpecifierValue();
    return to === undefined ? [] : [{ to, typeOnly: one.isTypeOnly(), line: one.getStartLineNumber() }];
  });
  const called = file.getDescendantsOfKind(SyntaxKind.CallExpression).flatMap((call) => {
    const name = call.getExpression().getText();
    const to = call.getArguments()[0]?.asKind(SyntaxKind.StringLiteral)?.getLiteralValue();
    return to !== undefined && (name === 'import' || /\brequire$/.test(name))
      ? [{ to, typeOnly: false, line: call.getStartLineNumber() }]
      : [];
  });
  return [...declared, ...again, ...called];
}

function isTypeOnly(one: ImportDeclaration): boolean {
  const named = one.getNamedImports();
  return one.isTypeOnly() || (named.length > 0 && !one.getDefaultImport() && named.every((name) => name.isTypeOnly()));
}

/** One line for each import that goes through a wall. */
export function breaches(imports: readonly Import[]): string[] {
  return WALLS.flatMap((wall) =>
    imports
      .filter(
        ({ from, to, typeOnly }) =>
          wall.inside.test(from) && (wall.about ?? PROJECT).test(to) && !wall.allowed.test(to) && !(wall.typesPass && typeOnly),
      )
      .map(({ from, to, line }) => `${from}:${line} imports ${to}: ${wall.reason}`),
  );
}

/** Imports that go round in a circle at run time, each circle once, as a path. */
export function circles(imports: readonly Import[]): string[] {
  const next = new Map<string, string[]>();
  for (const { from, to, typeOnly } of imports) if (!typeOnly && PROJECT.test(to)) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, path: string[]) => {
    const at = path.indexOf(file);
    if (at >= 0) found.push([...path.slice(at), file].join(' → '));
    if (at >= 0 || done.has(file)) return;
    for (const to of next.get(file) ?? []) visit(to, [...path, file]);
    done.add(file);
  };
  for (const file of next.keys()) visit(file, []);
  return found;
}
