/**
 * Screens of `triage`, 80 columns by 24 rows, without colour, from a real terminal (tmux) that runs the built program.
 * `node scripts/captures.mjs`: writes those of the README, each below its `<!-- screen ARGUMENTS -->`; keys stand after `keys:`, with blanks between them.
 * `node scripts/captures.mjs INPUT…`: prints the first screen of each input, a pasted thread for example.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadTypeScript, ROOT } from './load-ts.mjs';

const { BLOCK, capture } = await loadTypeScript('test/tui/captures.ts');
const program = join(ROOT, 'dist/kfunc-lint.cjs');
const inputs = process.argv.slice(2);
const home = mkdtempSync(join(tmpdir(), 'kfunc-lint-captures-'));
try {
  if (inputs.length > 0) for (const one of inputs) console.log(await capture(program, `triage '${resolve(one)}'`, ROOT, home));
  else {
    const file = join(ROOT, 'README.md');
    let text = readFileSync(file, 'utf8');
    for (const [all, what] of [...text.matchAll(BLOCK)]) {
      const screen = await capture(program, what, ROOT, home);
      text = text.replace(all, () => `<!-- screen ${what} -->\n\`\`\`text\n${screen}\`\`\``);
    }
    writeFileSync(file, text);
  }
} finally {
  rmSync(home, { recursive: true, force: true });
}
