/** Unified diffs made from edit scripts, so that tests know what a patch must do. */

export interface Edit {
  kind: ' ' | '+' | '-';
  text: string;
}

/** The text before and after the edits. */
export function sides(edits: readonly Edit[]): { before: string[]; after: string[] } {
  return {
    before: edits.filter((edit) => edit.kind !== '+').map((edit) => edit.text),
    after: edits.filter((edit) => edit.kind !== '-').map((edit) => edit.text),
  };
}

/** Hunks as git writes them; '' where nothing changes. */
export function makeDiff(path: string, edits: readonly Edit[], context = 3): string {
  const hunks = ranges(edits, context).map(([from, to]) => makeHunk(edits, from, to));
  return hunks.length === 0 ? '' : `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n${hunks.join('')}`;
}

function ranges(edits: readonly Edit[], context: number): [number, number][] {
  const found: [number, number][] = [];
  edits.forEach((edit, i) => {
    if (edit.kind === ' ') return;
    const [from, to] = [Math.max(0, i - context), Math.min(edits.length, i + context + 1)];
    const last = found.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else found.push([from, to]);
  });
  return found;
}

function makeHunk(edits: readonly Edit[], from: number, to: number): string {
  const above = sides(edits.slice(0, from));
  const here = sides(edits.slice(from, to));
  // of an empty side git names the line before it
  const range = (start: number, count: number) => `${count === 0 ? start : start + 1},${count}`;
  const head = `@@ -${range(above.before.length, here.before.length)} +${range(above.after.length, here.after.length)} @@\n`;
  return (
    head +
    edits
      .slice(from, to)
      .map((edit) => `${edit.kind}${edit.text}\n`)
      .join('')
  );
}
