/**
 * Makes kernel C readable for a grammar of plain C without moving a character: each macro that the grammar can't know is replaced by something of the same
 * length that it can, and a note at its offset says what stood there. Works on the body of one function whose comments, strings and directives are blank.
 */
import { pairBrackets } from './brackets.ts';
import { maskCalls } from './mask-calls.ts';
import type { Edit, Notes } from './mask-notes.ts';
import { maskCasts, maskFunctionPointers, maskTypeArguments } from './mask-types.ts';
import { maskAssembler, maskAttributes, maskCaseRanges, maskLabels, maskStrings, maskTypeofs } from './mask-words.ts';

export interface Masked {
  text: string;
  /** by offset */
  notes: Notes;
}

/** Masks one function body. Linear in its length. */
export function maskBody(code: string): Masked {
  const notes: Notes = new Map();
  let text = code;
  for (const mask of [maskAttributes, maskTypeofs, maskAssembler, maskStrings]) text = apply(text, mask(text, notes));
  const { partners } = pairBrackets(text);
  for (const mask of [maskTypeArguments, maskCalls]) text = apply(text, mask(text, notes, partners));
  for (const mask of [maskCasts, maskCaseRanges, maskFunctionPointers, maskLabels]) text = apply(text, mask(text, notes));
  return { text, notes };
}

/** Replaces stretches in one pass; those that overlap an earlier one or would move what follows are left out. */
function apply(text: string, edits: Edit[]): string {
  const pieces: string[] = [];
  let done = 0;
  for (const e of edits) {
    if (e.start < done || e.text.length !== e.end - e.start) continue;
    pieces.push(text.slice(done, e.start), e.text);
    done = e.end;
  }
  return pieces.join('') + text.slice(done);
}
