/** Masks of types where the grammar expects expressions, or takes them for expressions. */
import type { Partners } from './brackets.ts';
import type { Edit, Notes } from './mask-notes.ts';
import { argumentEnd, beginsStatement, nextCode, opensArguments } from './mask-places.ts';
import { CONTROL_WORDS, looksLikeTypedef } from './words.ts';

const TYPE_KEYWORD =
  /(?:const|volatile|struct|union|enum|unsigned|signed|int|char|long|short|void|bool|_Bool|float|double|size_t|ssize_t|ptrdiff_t|u?intptr_t|u?int(?:8|16|32|64)_t|charptr_t|max_align_t|typeof_+)(?!\w)/y;

/** Arguments of calls that are types become identifiers. */
export function maskTypeArguments(code: string, notes: Notes, partners: Partners): Edit[] {
  const edits: Edit[] = [];
  const stack: boolean[] = [];
  for (let i = 0; i < code.length; i++) {
    const c = code.charCodeAt(i);
    if (c === 40) stack.push(opensArguments(code, i));
    else if (c === 91 || c === 123) stack.push(false);
    else if (c === 41 || c === 93 || c === 125) stack.pop();
    if ((c !== 40 && c !== 44) || stack.at(-1) !== true) continue;
    const start = nextCode(code, i + 1);
    TYPE_KEYWORD.lastIndex = start;
    if (!TYPE_KEYWORD.test(code)) continue;
    const end = argumentEnd(code, start, partners);
    if (end < 0 || !isTypeText(code.slice(start, end))) continue;
    notes.set(start, { kind: 'type', start, end });
    edits.push({ start, end, text: 'T'.padEnd(end - start, '_') });
    i = end - 1;
  }
  return edits;
}

/** `(u32)x` and `(u32)-1`: a typedef in parentheses before an operand becomes `int`, which only a cast can be. */
export function maskCasts(code: string, notes: Notes): Edit[] {
  const edits: Edit[] = [];
  for (const m of code.matchAll(/\((\s*([A-Za-z_]\w*)\s*)\)(?=\s*[\w(\-*&~!"'{+])/g)) {
    const inner = m[1]!;
    if (
      inner.length < 3 ||
      !(looksLikeTypedef(m[2]!) || /^typeof_+$/.test(m[2]!)) ||
      /[\w)\]]\s*$/.test(code.slice(Math.max(0, m.index - 40), m.index).replace(/\b(?:return|case|else|do)\s*$/, ''))
    )
      continue;
    const start = m.index + 1 + inner.search(/\S/);
    const end = m.index + 1 + inner.length;
    if (end - start < 3) continue;
    notes.set(start, { kind: 'type', start, end });
    edits.push({ start, end, text: 'int'.padEnd(end - start) });
  }
  return edits;
}

/** `u64 (*fn)(…)` would be read as a call of a call. */
export function maskFunctionPointers(code: string): Edit[] {
  const edits: Edit[] = [];
  for (const m of code.matchAll(/\b([A-Za-z_]\w*)(\s*)(?=\(\s*\*\s*(?:const\s+)?\w+(?:\s*\[\w*\])?\s*\)\s*\()/g)) {
    const room = m[0].length;
    if (room < 3 || CONTROL_WORDS.has(m[1]!) || !beginsStatement(code, m.index)) continue;
    edits.push({ start: m.index, end: m.index + room, text: 'int'.padEnd(room) });
  }
  return edits;
}

/** `struct foo *`, `unsigned long`, `int [4]`, `void (*)(int)`: no name follows the type. */
function isTypeText(text: string): boolean {
  if (text.length > 300) return false;
  const bare = text.replace(/\b(?:const|volatile)\b/g, ' ').trim();
  return /^(?:(?:struct|union|enum)\s+\w+|(?:(?:unsigned|signed|int|char|long|short|void|bool|_Bool|float|double)\b\s*)+|\w+)\s*(?:[\s*]|\(\s*\*+\s*\)\s*\([^()]*\)|\[[^\]]*\])*$/.test(
    bare,
  );
}
