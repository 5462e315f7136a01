/** Inputs as a person checks them: what was read, and what each file is after it. */
import type { InputSet } from '../../src/input/model.ts';
import { postImages } from '../../src/input/post-image.ts';
import { bySeries } from '../../src/input/series.ts';
import type { SourceFile } from '../../src/source/model.ts';

/** Patches, post-images, messages and diagnostics, one thing a line. */
export function show(set: InputSet): string {
  const out: string[] = [];
  for (const patches of bySeries(set.patches)) {
    out.push(`== series ${patches[0]!.series ?? '-'}`);
    for (const p of patches) {
      const place = p.total > 0 || p.part > 0 ? ` ${p.part}/${p.total}` : '';
      out.push(`patch v${p.version}${place} '${p.subject}' by ${p.author}${p.followUp ? ', a follow-up' : ''} [${p.source}]`);
      for (const f of p.files) out.push(`  ${f.oldPath} -> ${f.newPath}${f.binary ? ' (binary)' : ''}${f.copied ? ' (copied)' : ''}`);
    }
    const post = postImages(patches, null);
    for (const one of post.diagnostics) out.push(`${one.level}: ${one.message}`);
    for (const file of post.files) out.push(...showFile(file));
  }
  for (const file of set.plainFiles) out.push(`== C file ${file.path}: ${file.text.split('\n').length - 1} lines`);
  for (const m of set.messages) out.push(`== message '${m.subject}' from ${m.from} [${m.source}]: ${firstWords(m.body)}`);
  for (const one of set.diagnostics) out.push(`== ${one.level}: ${one.message}`);
  return `${out.join('\n')}\n`;
}

/** Line number, `+` where the input added it, and the text; blank lines are left out. */
export function showFile(file: SourceFile): string[] {
  const lines = file.text.split('\n').slice(0, -1);
  const shown = lines.flatMap((text, i) =>
    text === '' && !file.added.has(i + 1) ? [] : [`${String(i + 1).padStart(5)} ${file.added.has(i + 1) ? '+' : ' '} ${text}`],
  );
  return [`-- ${file.path}${file.complete ? ', complete' : ''}`, ...shown.map((line) => line.trimEnd())];
}

function firstWords(body: string): string {
  return JSON.stringify(body.slice(0, 60));
}
