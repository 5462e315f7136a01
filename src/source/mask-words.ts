/** Masks of single words: annotations, typeof, assembler, what stands beside strings, case ranges, labels. */
import { closing } from './brackets.ts';
import type { Edit, Notes } from './mask-notes.ts';
import { followsDeclarator } from './mask-places.ts';
import { ATTRIBUTE_WORDS } from './words.ts';

const ATTRIBUTE = /\b(__[a-z]\w*|_{4}\w+|noinline\w*|notrace|asmlinkage|noinstr|restrict)\b(\s*\()?/g;
const BODY_ATTRIBUTE_CALLS = new Set(['__attribute__', '__attribute', '__free', '__aligned', '__cleanup', '__section', '__no_sanitize']);

function blankSpan(start: number, end: number): Edit {
  return { start, end, text: ' '.repeat(end - start) };
}

export function maskAttributes(code: string): Edit[] {
  const edits: Edit[] = [];
  for (const m of code.matchAll(ATTRIBUTE)) {
    const word = m[1]!;
    if (m[2] === undefined) {
      if (ATTRIBUTE_WORDS.has(word)) edits.push(blankSpan(m.index, m.index + word.length));
    } else if (BODY_ATTRIBUTE_CALLS.has(word) && (word.startsWith('__attribute') || followsDeclarator(code, m.index))) {
      const close = closing(code, m.index + m[0].length - 1, Math.min(code.length, m.index + 2000));
      if (close > 0) edits.push(blankSpan(m.index, close + 1));
    }
  }
  return edits;
}

/** `typeof(x)` becomes one identifier; alone in parentheses it becomes `int`, which makes a cast of it. */
export function maskTypeofs(code: string, notes: Notes): Edit[] {
  const edits: Edit[] = [];
  for (const m of code.matchAll(/\b(typeof|__typeof__|__typeof|typeof_unqual|__unqual_scalar_typeof)\s*\(/g)) {
    const close = closing(code, m.index + m[0].length - 1, Math.min(code.length, m.index + 4000));
    if (close < 0) continue;
    notes.set(m.index, { kind: 'type', start: m.index, end: close + 1 });
    edits.push({ start: m.index, end: close + 1, text: 'typeof'.padEnd(close + 1 - m.index, '_') });
  }
  return edits;
}

export function maskAssembler(code: string): Edit[] {
  const edits: Edit[] = [];
  for (const m of code.matchAll(/\b(?:asm|__asm__|__asm|asm_inline)\b((?:\s|\b(?:volatile|__volatile__|__volatile|inline|goto)\b)*)\(/g)) {
    const open = m.index + m[0].length - 1;
    const close = closing(code, open, Math.min(code.length, open + 20_000));
    if (close < open + 3) continue;
    edits.push({ start: m.index, end: open, text: 'asm'.padEnd(open - m.index) });
    edits.push({ start: open + 1, end: close, text: '""'.padEnd(close - open - 1) });
  }
  return edits;
}

/** `"a" __stringify(N) "b"` and `KERN_ERR KBUILD_MODNAME "…"`: what stands beside a string is one. */
export function maskStrings(code: string): Edit[] {
  const edits: Edit[] = [];
  for (const m of code.matchAll(/\b__stringify\s*\([^()]*\)|\b[A-Z][A-Z0-9_]+\s+(?=[A-Z][A-Z0-9_]+\s*")/g)) {
    const text = m[0].startsWith('__') ? '""'.padEnd(m[0].length) : ' '.repeat(m[0].length);
    if (m[0].startsWith('__') ? m[0].length > 1 : /[(,]\s*$/.test(code.slice(Math.max(0, m.index - 20), m.index)))
      edits.push({ start: m.index, end: m.index + m[0].length, text });
  }
  return edits;
}

export function maskCaseRanges(code: string, notes: Notes): Edit[] {
  const edits: Edit[] = [];
  for (const m of code.matchAll(/\bcase\b([^:;{}]{1,300}?)\.\.\./g)) {
    const at = m.index + m[0].length - 3;
    notes.set(at, { kind: 'range' });
    edits.push({ start: at, end: at + 3, text: '|| ' });
  }
  return edits;
}

/** A label at the end of a block has no statement: the white space after it gives it one. */
export function maskLabels(code: string): Edit[] {
  const edits: Edit[] = [];
  for (const m of code.matchAll(/[;{})]\s*(?!default\b)[A-Za-z_]\w*\s*:(\s)\s*(?=\})/g)) {
    const at = m.index + m[0].lastIndexOf(':') + 1;
    edits.push({ start: at, end: at + 1, text: ';' });
  }
  return edits;
}
