/** `--fix-patch FILE`: the mends of a run in a file for `git apply`. */
import type { Diagnostic } from '../claim.ts';
import { type FixPatch, joinFixPatches } from '../mend/patch.ts';
import type { CommonOptions } from './options.ts';
import { writeWhole } from './output.ts';

/**
 * Writes the file even where there is nothing to mend: an old one must not be taken for this run's.
 * @returns what could not be written as a patch
 * @throws InputError where the file can't be written
 */
export function writeFixPatch(parts: readonly (FixPatch | undefined)[], options: Pick<CommonOptions, 'fixPatch'>): Diagnostic[] {
  if (options.fixPatch === undefined) return [];
  const whole = joinFixPatches(parts.filter((one) => one !== undefined));
  writeWhole(whole.text, options.fixPatch, '--fix-patch');
  return whole.left.map((mend) => ({
    level: 'note',
    message: `not in the fix patch, as the lines around it are not shown: ${mend.title}`,
    location: { file: mend.file, ...mend.start },
  }));
}
