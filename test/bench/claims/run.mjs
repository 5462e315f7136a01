/** `npm run bench:claims`: prints the confusion matrix and every claim whose answer is not the right one. */
import { loadTypeScript } from '../../../scripts/load-ts.mjs';

const { confusionMatrix, runBench, verdictOf } = await loadTypeScript('test/bench/claims/bench.ts');
const answers = await runBench(import.meta.dirname);
console.log(confusionMatrix(answers));
const wrong = answers.filter((a) => verdictOf(a) !== a.claim.verdict);
for (const { claim, judged } of wrong)
  console.log(
    `${claim.id}: said ${judged[0]?.verdict ?? 'nothing'} (${judged[0]?.category}, ${judged[0]?.subject}: ${judged[0]?.why}), right is ${claim.verdict}`,
  );
console.log(`${answers.length} claims, ${answers.length - wrong.length} answered as they should be`);
process.exitCode = answers.some((a) => a.claim.truth === true && verdictOf(a) === 'refuted') ? 1 : 0;
