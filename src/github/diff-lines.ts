/** Lines that GitHub lets one comment on: those of the new side of the pull request's diff. */

/** Text by line number, from 1. */
export type Lines = ReadonlyMap<number, string>;

/** @param patch the hunks of one file, as GitHub gives them */
export function newSide(patch: string): Lines {
  const lines = new Map<number, string>();
  let next = 0;
  for (const line of patch.split('\n')) {
    const hunk = /^@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(line);
    if (hunk) next = Number(hunk[1]);
    else if (line.startsWith('+') || line.startsWith(' ')) lines.set(next++, line.slice(1));
  }
  return lines;
}
