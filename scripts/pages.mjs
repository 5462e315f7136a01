/** Writes rules/<id>.md for every rule. A test fails where one is stale. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadTypeScript, ROOT } from './load-ts.mjs';

const { RULES } = await loadTypeScript('rules/index.ts');
const { renderPage } = await loadTypeScript('scripts/rule-page.ts');
for (const rule of RULES) await writeFile(join(ROOT, 'rules', `${rule.id}.md`), renderPage(rule, ROOT));
