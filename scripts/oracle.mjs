/**
 * `npm run oracle`: puts the verifier model to real kernels in QEMU.
 * -- --series 6.12,7.3 | all   other kernels than the usual; --record keeps the answers in test/oracle/answers
 * -- --flip N                  with one entry of the model turned wrong: must fail; --flips: all of them, against the recorded answers
 */
import { loadTypeScript, ROOT } from './load-ts.mjs';

const { main } = await loadTypeScript('test/oracle/main.ts');
try {
  process.exitCode = await main(process.argv.slice(2), ROOT);
} catch (error) {
  process.stderr.write(`oracle: ${error instanceof Error ? error.message : error}\n`);
  if (process.env.KFUNC_LINT_DEBUG === '1') throw error;
  process.exitCode = 2;
}
