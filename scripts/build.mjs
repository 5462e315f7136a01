/**
 * Bundles the command line into dist/. Node loads CommonJS several times faster than ES modules, and a run should not read what its command does not need, so:
 * esbuild splits the program into chunks at each `import()`, and each chunk is then turned into CommonJS. A chunk that awaits at its top level stays an ES module.
 * scripts/launcher.cjs loads them. The pattern file is checked here and goes in as JSON: a run needs neither the YAML parser nor the schema while the file beside the package is the one built in.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build, transform } from 'esbuild';
import { loadTypeScript, ROOT } from './load-ts.mjs';

const PATTERNS = 'kfunc-patterns.yaml';
const TARGET = 'node20';
/** What the program is run on, to keep the bytecode of what it then took: a patch alone, a patch with a tree, a tree. */
const SAMPLE_TREE = 'scripts/sample-tree';
const SAMPLES = [
  ['fixtures/unchecked-param/refuted/rcu-slot-reassigned.patch'],
  ['--trust', 'code', '--tree', SAMPLE_TREE, `${SAMPLE_TREE}/events.patch`],
  ['facts', SAMPLE_TREE],
];

async function precompilePatterns() {
  const text = await readFile(join(ROOT, PATTERNS), 'utf8');
  const { parsePatterns } = await loadTypeScript('src/judge/patterns/load.ts');
  const { RULES } = await loadTypeScript('rules/index.ts');
  const patterns = parsePatterns(text, PATTERNS, { ruleIds: RULES.map((rule) => rule.id) });
  return { hash: createHash('sha256').update(text).digest('hex'), json: JSON.stringify(patterns) };
}

/** commander loads `child_process`, and with it sockets and streams, for sub-commands that are programs of their own: there are none here. */
const noPrograms = {
  name: 'no-programs',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /[\\/]commander[\\/]/.test(importer) ? { path: 'none', namespace: 'no-programs' } : null,
    );
    onLoad({ filter: /./, namespace: 'no-programs' }, () => ({ contents: 'module.exports = {}' }));
  },
};

/** @returns ES modules by file name; `main.js` is the one to run */
async function split() {
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const patterns = await precompilePatterns();
  const { outputFiles } = await build({
    entryPoints: { main: join(ROOT, 'src/main.ts'), 'scan-worker': join(ROOT, 'src/commands/scan-worker.ts') },
    bundle: true,
    splitting: true,
    write: false,
    outdir: join(ROOT, 'dist'),
    platform: 'node',
    target: TARGET,
    format: 'esm',
    // ink asks for the last one only where DEV=true, and does without
    external: ['tree-sitter', 'tree-sitter-c', 'react-devtools-core'],
    chunkNames: '[name]-[hash]',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'eof',
    plugins: [noPrograms],
    logLevel: 'warning',
    define: {
      // the development build of react is several times slower
      'process.env.NODE_ENV': '"production"',
      'process.env.DEV': '"false"',
      __KFUNC_LINT_VERSION__: JSON.stringify(version),
      __KFUNC_LINT_PATTERNS_HASH__: JSON.stringify(patterns.hash),
      __KFUNC_LINT_PATTERNS__: JSON.stringify(patterns.json),
    },
  });
  // which program a kept result is of
  const hash = createHash('sha256');
  for (const file of outputFiles) hash.update(file.text);
  const identity = JSON.stringify(hash.digest('hex'));
  return new Map(outputFiles.map((file) => [basename(file.path), file.text.replaceAll('__KFUNC_LINT_BUILD__', identity)]));
}

const toCommonJs = (text) =>
  transform(text, {
    format: 'cjs',
    target: TARGET,
    platform: 'node',
    minifyWhitespace: true,
    minifySyntax: true,
    define: { 'import.meta.url': '__url' },
  });

/** Names of the chunks that can only be ES modules: they await at their top level, or import one that does. */
async function esModules(chunks) {
  const found = new Set();
  for (const [name, text] of chunks)
    if (
      await toCommonJs(text).then(
        () => false,
        () => true,
      )
    )
      found.add(name);
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const [name, text] of chunks)
      if ([...found].some((other) => new RegExp(`(from|import) ?"\\./${other}"`).test(text))) found.add(name);
  }
  return found;
}

const ES_BANNER = "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);\n";
const CJS_BANNER = "var __url=require('node:url').pathToFileURL(__filename).href;\n";

async function convert(chunks) {
  const modules = await esModules(chunks);
  const named = (name) => name.replace(/\.js$/, modules.has(name) ? '.mjs' : '.cjs');
  const renamed = (text) => [...chunks.keys()].reduce((all, name) => all.replaceAll(`"./${name}"`, `"./${named(name)}"`), text);
  const files = new Map();
  for (const [name, text] of chunks) {
    if (modules.has(name)) files.set(named(name), ES_BANNER + renamed(text));
    else {
      const { code } = await toCommonJs(text.replace(/^#!.*\n/, ''));
      // import() of CommonJS would start the loader of ES modules: require() does the same without it
      const direct = renamed(code)
        .replace(/\bimport\(("(?:\.\/[^"]+\.cjs|node:[^"]+)")\)/g, (_, file) => `Promise.resolve().then(()=>require(${file}))`)
        // the launcher imports what is an ES module
        .replace(/\bimport\(("\.\/[^"]+\.mjs")\)/g, (_, file) => `importModule(${file})`);
      files.set(named(name), (/\b__url\b/.test(direct) ? CJS_BANNER : '') + direct);
    }
  }
  const launcher = await transform(await readFile(join(ROOT, 'scripts/launcher.cjs'), 'utf8'), {
    platform: 'node',
    target: TARGET,
    minify: true,
  });
  files.set('kfunc-lint.cjs', `#!/usr/bin/env node\n${launcher.code}`);
  return files;
}

/** One run after the other, each with the bytecode of those before it: the launcher keeps that, and what it took besides. */
async function keepCode(tool) {
  for (const sample of SAMPLES) {
    const run = promisify(execFile)(process.execPath, [tool, ...sample], { cwd: ROOT, env: { ...process.env, KFUNC_LINT_KEEP_CODE: '1' } });
    // 1: something confirmed
    await run.catch((error) => {
      if (error.code !== 1) throw error;
    });
  }
}

/** A folder that is whole before it has its name, so that a run in between finds either build. The first argument names another one than dist/. */
async function writeAll(files) {
  const target = resolve(process.argv[2] ?? join(ROOT, 'dist'));
  const draft = `${target}.${process.pid}.tmp`;
  try {
    await mkdir(draft, { recursive: true });
    for (const [name, text] of files) await writeFile(join(draft, name), text);
    await chmod(join(draft, 'kfunc-lint.cjs'), 0o755);
    await keepCode(join(draft, 'kfunc-lint.cjs'));
    await rm(target, { recursive: true, force: true });
    await rename(draft, target);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

await writeAll(await convert(await split()));
