/** Would the oracle notice? Entries of the model turned wrong on purpose, held against answers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Answers } from './answers.ts';
import { type Disagreement, judgeModel } from './check.ts';
import { FLIPS, type Flip } from './flips.ts';

/** Turns each entry of FLIPS wrong in its turn and holds the model against the recorded answers: no kernel needed. @returns 1 where one goes unnoticed */
export function showFlips(folder: string): number {
  const unnoticed = FLIPS.filter((f, i) => {
    const unsound = disagreements(f, JSON.parse(readFileSync(join(folder, `${f.shownBy}.json`), 'utf8')));
    const first = unsound[0] ? `, such as ${unsound[0].what}: ${unsound[0].text}` : '';
    process.stdout.write(`${String(i + 1).padStart(2)}. ${f.name}\n    ${unsound.length} disagreements with ${f.shownBy}${first}\n`);
    return unsound.length === 0;
  });
  process.stdout.write(unnoticed.length === 0 ? `all ${FLIPS.length} are noticed\n` : `${unnoticed.length} GO UNNOTICED\n`);
  return unnoticed.length === 0 ? 0 : 1;
}

/** The same with what the kernels just answered, in one line. @returns whether each is noticed that one of these kernels can show */
export function tellFlips(answers: readonly Answers[]): boolean {
  const shown = FLIPS.flatMap((f) =>
    answers.filter((a) => a.series === f.shownBy).map((a) => ({ f, noticed: disagreements(f, a).length > 0 })),
  );
  const missed = shown.filter((s) => !s.noticed);
  process.stdout.write(`entries of the model turned wrong: ${shown.length - missed.length} of ${shown.length} noticed\n`);
  for (const { f } of missed) process.stdout.write(`  UNNOTICED  ${f.name}\n`);
  return missed.length === 0;
}

function disagreements(f: Flip, answers: Answers): Disagreement[] {
  const back = f.turn();
  try {
    return judgeModel(answers).unsound;
  } finally {
    back();
  }
}
