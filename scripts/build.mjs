/**
 * Bundles the command line into dist/kfunc-lint.cjs. One CommonJS file, because Node loads it several times faster than a tree of modules, and because
 * `require` of tree-sitter is several times faster than `import`. The pattern file is checked here and goes in as JSON, so that a run needs neither the
 * YAML parser nor the schema as long as the file beside the package is still the one that was built in.
 */
import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { loadTypeScript, ROOT } from './load-ts.mjs';

const PATTERNS = 'kfunc-patterns.yaml';

async function precompilePatterns() {
  const text = await readFile(join(ROOT, PATTERNS), 'utf8');
  const { parsePatterns } = await loadTypeScript('src/judge/patterns/load.ts');
  const { RULES } = await loadTypeScript('rules/index.ts');
  const patterns = parsePatterns(text, PATTERNS, { ruleIds: RULES.map((rule) => rule.id) });
  return { hash: createHash('sha256').update(text).digest('hex'), json: JSON.stringify(patterns) };
}

async function bundle() {
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const patterns = await precompilePatterns();
  const result = await build({
    entryPoints: [join(ROOT, 'src/main.ts')],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['tree-sitter', 'tree-sitter-c'],
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'eof',
    logLevel: 'warning',
    banner: { js: "#!/usr/bin/env node\nvar __bundleUrl=require('node:url').pathToFileURL(__filename).href;" },
    define: {
      'import.meta.url': '__bundleUrl',
      __KFUNC_LINT_VERSION__: JSON.stringify(version),
      __KFUNC_LINT_PATTERNS_HASH__: JSON.stringify(patterns.hash),
      __KFUNC_LINT_PATTERNS__: JSON.stringify(patterns.json),
    },
  });
  return result.outputFiles[0].text;
}

const text = await bundle();
await mkdir(join(ROOT, 'dist'), { recursive: true });
const target = join(ROOT, 'dist', 'kfunc-lint.cjs');
const draft = `${target}.${process.pid}.tmp`;
await writeFile(draft, text);
await chmod(draft, 0o755);
await rename(draft, target);
