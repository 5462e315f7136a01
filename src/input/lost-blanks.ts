/** Where blank context lines stood that a web archive or a mailer swallowed. */
import type { HunkLine } from './model.ts';

/** Another copy of the text: did a blank line stand between these two lines there? */
export type Witness = (before: string, after: string) => boolean;

/**
 * Puts `missing` blank context lines back. A witness (another copy of the text) is asked first, then the kernel's style decides.
 * @returns sure: true where every place came from the witness
 */
export function findLostBlanks<T extends HunkLine>(
  lines: readonly T[],
  missing: number,
  witness: Witness | null,
): { lines: T[]; sure: boolean } {
  const gaps = [];
  for (let i = 1; i < lines.length; i++) {
    const [before, after] = [lines[i - 1]!, lines[i]!];
    const seen = witness?.(before.text, after.text) ?? false;
    gaps.push({ at: i, seen, score: seen ? 100 : likelihood(lines, i, before, after) });
  }
  const chosen = gaps.sort((a, b) => b.score - a.score || a.at - b.at).slice(0, missing);
  const at = new Set(chosen.map((gap) => gap.at));
  // fewer places than lines: the rest stood at the end
  const rest = Math.max(0, missing - at.size);
  const filled = lines.flatMap((line, i) => (at.has(i) ? [blankLike(line), line] : [line]));
  const last = lines.at(-1);
  if (last) for (let i = 0; i < rest; i++) filled.push(blankLike(last));
  return { lines: filled, sure: rest === 0 && chosen.every((gap) => gap.seen) };
}

function blankLike<T extends HunkLine>(line: T): T {
  return { ...line, kind: ' ', text: '', bare: false };
}

/** How likely a blank line stood between two lines, 0 to 10. */
function likelihood(lines: readonly HunkLine[], i: number, before: HunkLine, after: HunkLine): number {
  const above = before.text.trim();
  const below = after.text.trim();
  // a blank line beside another is not kernel style, nor is one below an opening or above a closing brace
  if (above === '' || below === '' || /[{(,\\]$/.test(above) || /^[})]/.test(below)) return 0;
  // both sides added: an added blank line keeps its mark and is not lost
  if (before.kind !== ' ' && after.kind !== ' ' && before.kind === after.kind) return 0;
  // an added block that ends in a blank line follows one
  if (before.kind === ' ' && after.kind === '+' && blockEndsBlank(lines, i)) return /^[};]+$/.test(above) ? 10 : 8;
  if (/^\};?$/.test(above)) return /^(?:EXPORT_|MODULE_|#endif|else|break|return\b)/.test(below) ? 2 : 9;
  const sectionStart =
    /^(?:BTF_(?:KFUNCS_|SET8?_)START|__bpf_kfunc_(?:start|end)_defs|static const struct|static \w.*\($|\/\*\*|late_initcall|module_init)/;
  if (sectionStart.test(below)) return 7;
  if (/^(?:BTF_(?:KFUNCS_|SET8?_)END|__bpf_kfunc_(?:start|end)_defs|#include)/.test(above) && !/^#include/.test(below)) return 6;
  // declarations, then statements
  if (
    /^(?:const |struct |unsigned |int |bool |u\d+ |s\d+ |long |char |void |enum )[^()]*;$/.test(above) &&
    !/^(?:const |struct |unsigned |int |bool |u\d+ |s\d+ |long |enum )/.test(below)
  )
    return 5;
  if (/^return\b/.test(below)) return 3;
  return above.endsWith(';') ? 1 : 0;
}

function blockEndsBlank(lines: readonly HunkLine[], from: number): boolean {
  let i = from;
  while (lines[i + 1]?.kind === '+') i++;
  return lines[i]!.text.trim() === '';
}
