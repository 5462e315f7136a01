/** A folder that a review agent leaves behind: which of its files are reviews, and whether one that should be there is missing. */
import { InputError } from '../../claim.ts';
import { member, numberOf, parseJsonText, textOf } from './json-text.ts';
import { wholeText } from './layer.ts';

export interface FolderEntry {
  name: string;
  text: string;
}

/**
 * Names of the files to read as reviews.
 * @throws InputError where a part was not reviewed: silence there is no clean review
 */
export function checkFolder(entries: readonly FolderEntry[], folder: string): string[] {
  const names = new Set(entries.map((e) => e.name));
  const changes = new Set(entries.flatMap((e) => /^(FILE-\d+)(?:-CHANGE-\d+)?\.json$/.exec(e.name)?.[1] ?? []));
  for (const number of indexed(entries)) changes.add(`FILE-${number}`);
  const results = entries.filter((e) => /^FILE-\d+-review-result\.json$/.test(e.name));
  const absent = [...changes].filter((c) => !names.has(`${c}-review-result.json`)).sort();
  if (absent.length > 0 && (results.length > 0 || !names.has('review-inline.txt'))) {
    throw new InputError(
      `${folder}: ${absent[0]} has no ${absent[0]}-review-result.json: the reviewer did not finish${absent.length > 1 ? ` (${absent.length} results are missing)` : ''}`,
    );
  }
  checkPromised(entries, names, folder);
  const chosen = entries.filter((e) => isReview(e.name)).map((e) => e.name);
  if (chosen.length === 0) throw new InputError(`${folder}: holds no review`);
  return chosen;
}

/** What the folder says of the patch: its results do not. */
export function patchNamed(entries: readonly FolderEntry[]): { commit: string | null; subject: string | null } {
  const read = (name: string) => {
    const entry = entries.find((e) => e.name === name);
    return entry ? parseJsonText(wholeText(entry.text), name) : null;
  };
  const places = [member(read('index.json'), 'commit'), read('review-metadata.json')];
  const first = (key: string) => places.map((p) => textOf(member(p, key))).find((t) => t !== null) ?? null;
  return { commit: first('sha'), subject: first('subject') };
}

function isReview(name: string): boolean {
  if (/^(index|review-metadata|LORE-result|SYZKALLER-result|FIXES-result)\.json$/.test(name)) return false;
  return !/^FILE-\d+(-CHANGE-\d+)?\.json$/.test(name);
}

/** Files that `index.json` lists. */
function indexed(entries: readonly FolderEntry[]): number[] {
  const index = entries.find((e) => e.name === 'index.json');
  if (!index) return [];
  const files = member(parseJsonText(wholeText(index.text), index.name), 'files');
  return files?.k === 'array' ? files.items.flatMap((f) => numberOf(member(f, 'file_num')) ?? []) : [];
}

/** `issues-found` above zero with no review that tells them. */
function checkPromised(entries: readonly FolderEntry[], names: ReadonlySet<string>, folder: string): void {
  const metadata = entries.find((e) => e.name === 'review-metadata.json');
  if (!metadata) return;
  const found = numberOf(member(parseJsonText(wholeText(metadata.text), metadata.name), 'issues-found'));
  if (found === null || found === 0 || names.has('review-inline.txt') || entries.some((e) => /-review-result\.json$/.test(e.name))) return;
  throw new InputError(
    `${folder}: review-metadata.json speaks of ${found} issue${found === 1 ? '' : 's'}, but there is no review-inline.txt`,
  );
}
