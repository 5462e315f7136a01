/** `npm run new-rule <id>`: a rule that is listed and claims nothing yet. The tests fail until its fixtures show what it is for. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IndentationText, Project, QuoteKind, SyntaxKind } from 'ts-morph';
import { ROOT } from './load-ts.mjs';

const [id, ...rest] = process.argv.slice(2);
// for tests: where to write instead of the repository
const root = process.env.KFUNC_LINT_ROOT ?? ROOT;

if (id === undefined || rest.length > 0 || !/^[a-z]+(-[a-z]+)*$/.test(id))
  fail('usage: npm run new-rule <id>, the id in lower case words joined by hyphens');
if (existsSync(join(root, 'rules', `${id}.ts`))) fail(`rules/${id}.ts is there already`);

const name = id.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());

await writeFile(join(root, 'rules', `${id}.ts`), ruleText());
await addToIndex();
for (const [intent, text] of Object.entries(fixtures())) {
  const folder = join(root, 'fixtures', id, intent);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'first.c'), text);
}
console.log(`rules/${id}.ts, its entry in rules/index.ts and fixtures/${id}/ are there.
1. Say in rules/${id}.ts what it claims, and yield the claims.
2. Make the fixtures show it: confirmed, refuted, clean.
3. npm run fixtures:update
4. npm run pages, then npm test`);

function fail(message) {
  console.error(`new-rule: ${message}`);
  process.exit(2);
}

function ruleText() {
  return `import type { Claim, KfuncUnit, Rule } from '../src/rule.ts';

export const ${name}: Rule = {
  id: '${id}',
  severity: 'warning',
  claims: 'One sentence: what is missing or wrong.',
  why: 'A short paragraph: what happens in the kernel when it is.',
  advice: 'what to do about it, imperative',
  silent: 'When it says nothing, and why that is right.',
  kfunc(unit) {
    return claims(unit);
  },
};

/** Yields a claim, made by claimOf() of rule.ts, wherever a careful reader of C would object. What the verifier promises is for the judge. */
function* claims(_unit: KfuncUnit): Iterable<Claim> {}
`;
}

function fixtures() {
  const kfunc = (comment) => `/* ${comment} */
__bpf_kfunc_start_defs();

__bpf_kfunc int bpf_example(struct example *e)
{
	return e->value;
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(example_kfuncs)
BTF_ID_FLAGS(func, bpf_example, KF_TRUSTED_ARGS)
BTF_KFUNCS_END(example_kfuncs)
`;
  return {
    confirmed: kfunc('the rule must confirm something here'),
    refuted: kfunc('the rule must claim something here that the judge refutes'),
    clean: kfunc('the rule must claim nothing here'),
  };
}

async function addToIndex() {
  const project = new Project({
    skipAddingFilesFromTsConfig: true,
    manipulationSettings: { quoteKind: QuoteKind.Single, indentationText: IndentationText.TwoSpaces },
  });
  const index = project.addSourceFileAtPath(join(root, 'rules', 'index.ts'));
  index.addImportDeclaration({ moduleSpecifier: `./${id}.ts`, namedImports: [name] });
  index.getVariableDeclarationOrThrow('RULES').getFirstDescendantByKindOrThrow(SyntaxKind.ArrayLiteralExpression).addElement(name);
  await index.save();
}
