/** What stands above a file's hunks: `diff --git`, extended headers, `---`, `+++`, `Index:`. */
import { checkName, type Names, nameOf, stripNames, unquoteName } from './path.ts';

export interface FileHeader extends Names {
  binary: boolean;
  copied: boolean;
  /** the diff of a merge, with two before-sides */
  combined: boolean;
  /** index of the first line behind the header */
  next: number;
}

/**
 * @param probe true: only tell whether one begins here; names are not checked
 * @returns null where no file's diff begins at this line
 * @throws InputError for a name that leads out of the tree
 */
export function readFileHeader(lines: readonly string[], at: number, end: number, probe = false): FileHeader | null {
  const line = lines[at]!;
  if (line.startsWith('diff --git ') && line.length > 13) return probe ? PROBED : gitHeader(lines, at, end);
  if (/^diff --(?:cc|combined) ./.test(line)) return probe ? PROBED : combinedHeader(lines, at, end);
  if (line.startsWith('--- ')) return plainHeader(lines, at, end, probe);
  if (/^(?:Index: |diff -)/.test(line)) return beforePlain(lines, at, end, probe);
  return null;
}

const PROBED: FileHeader = { oldPath: null, newPath: null, binary: false, copied: false, combined: false, next: 0 };

/** `--- x`, `+++ y` and a hunk; without the hunk the two could stand in any text */
function plainHeader(lines: readonly string[], at: number, end: number, probe: boolean): FileHeader | null {
  const after = lines[at + 1] ?? '';
  if (at + 2 >= end || !after.startsWith('+++ ') || !/^@@(?!@)/.test(lines[at + 2]!)) return null;
  if (probe) return PROBED;
  return {
    ...stripNames(nameOf(lines[at]!.slice(4)), nameOf(after.slice(4))),
    binary: false,
    copied: false,
    combined: false,
    next: at + 2,
  };
}

/** `Index: x`, `====`, or `diff -urN a b`, and then the plain header. */
function beforePlain(lines: readonly string[], at: number, end: number, probe: boolean): FileHeader | null {
  for (let i = at + 1; i < Math.min(end, at + 8); i++) {
    const header = lines[i]!.startsWith('--- ') ? plainHeader(lines, i, end, probe) : null;
    if (header || !/^(?:=|RCS file: |retrieving |diff -|index |old mode|new mode|deleted file|new file)/.test(lines[i]!)) return header;
  }
  return null;
}

function combinedHeader(lines: readonly string[], at: number, end: number): FileHeader {
  const name = nameOf(lines[at]!.replace(/^diff --\w+ /, ''));
  checkName(name);
  let next = at + 1;
  while (next < end && /^(?:index |mode |new file|deleted file|--- |\+\+\+ )/.test(lines[next]!)) next++;
  return { oldPath: name, newPath: name, binary: false, copied: false, combined: true, next };
}

const EXTENDED =
  /^(?:old mode|new mode|deleted file mode|new file mode|copy from|copy to|rename from|rename to|rename old|rename new|similarity index|dissimilarity index|index) ?/;

interface Extended {
  from: string | null;
  to: string | null;
  created: boolean;
  deleted: boolean;
  copied: boolean;
  binary: boolean;
  next: number;
}

function gitHeader(lines: readonly string[], at: number, end: number): FileHeader | null {
  const extended = readExtended(lines, at + 1, end);
  const { binary, copied } = extended;
  const plain = extended.next < end && lines[extended.next]!.startsWith('--- ') ? plainHeader(lines, extended.next, end, false) : null;
  const next = plain?.next ?? extended.next;
  if (extended.from !== null && extended.to !== null) {
    for (const name of [extended.from, extended.to]) checkName(name);
    return { oldPath: extended.from, newPath: extended.to, binary, copied, combined: false, next };
  }
  if (plain) return { ...plain, binary, copied };
  const names = namesOfGitLine(lines[at]!.slice('diff --git '.length));
  if (!names) return null;
  if (extended.created) names.oldPath = null;
  if (extended.deleted) names.newPath = null;
  return { ...names, binary, copied, combined: false, next };
}

function readExtended(lines: readonly string[], at: number, end: number): Extended {
  const read: Extended = { from: null, to: null, created: false, deleted: false, copied: false, binary: false, next: at };
  for (let i = at; i < end; i++) {
    const line = lines[i]!;
    if (/^(?:GIT binary patch$|Binary files .* differ$)/.test(line)) {
      return { ...read, binary: true, next: i + 1 };
    }
    if (!EXTENDED.test(line)) break;
    if (/^(?:copy|rename) (?:from|old) /.test(line)) read.from = nameOf(line.replace(/^\w+ \w+ /, ''));
    else if (/^(?:copy|rename) (?:to|new) /.test(line)) read.to = nameOf(line.replace(/^\w+ \w+ /, ''));
    read.copied ||= line.startsWith('copy ');
    read.created ||= line.startsWith('new file');
    read.deleted ||= line.startsWith('deleted file');
    read.next = i + 1;
  }
  return read;
}

/** `a/x b/x`: where names hold blanks, the two halves must be alike. */
function namesOfGitLine(text: string): Names | null {
  const quoted = unquoteName(text);
  if (quoted) {
    const second = text.slice(quoted.length).trim();
    return stripNames(quoted.name, unquoteName(second)?.name ?? second);
  }
  const middle = (text.length - 1) / 2;
  const [left, right] = [text.slice(0, middle), text.slice(middle + 1)];
  const alike = text[middle] === ' ' && left.slice(left.indexOf('/')) === right.slice(right.indexOf('/'));
  if (alike) return stripNames(left, right);
  const cut = text.indexOf(' b/') > 0 ? text.indexOf(' b/') : text.indexOf(' ');
  if (cut <= 0) return null;
  const second = text.slice(cut + 1);
  return stripNames(text.slice(0, cut), unquoteName(second)?.name ?? second);
}
