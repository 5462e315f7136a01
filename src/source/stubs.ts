/** Which of several definitions of a function counts: the real one before the stub that stands in where the feature is off. */
import { lexisOf } from './functions.ts';
import type { FunctionSource } from './model.ts';

/** Under #if 0, or with next to nothing in its body under a negated condition (#else, #ifndef CONFIG_X); include guards and `#ifndef own_name` aside. */
export function isStub(source: FunctionSource): boolean {
  if (source.conditions.includes('0')) return true;
  return source.conditions.some((c) => c.includes('!') && !isGuard(c, source.name)) && isTrivial(source);
}

/** At most `return` of something that needs no call, or an assertion. */
function isTrivial(source: FunctionSource): boolean {
  const { code } = lexisOf(source.file);
  const brace = code.indexOf('{', source.start);
  if (brace < 0 || source.end - brace > 600) return false;
  const body = code.slice(brace, source.end).replace(/\b(?:ERR_PTR|WARN_ON_ONCE|WARN_ON|BUG_ON)\s*\([^()]*\)|\bBUG\s*\(\s*\)/g, '0');
  return /^\{\s*(?:0\s*;\s*)*(?:return\b[^;{}()]*;)?\s*\}$/.test(body);
}

function isGuard(condition: string, name: string): boolean {
  const word = /^!defined\((\w+)\)$/.exec(condition)?.[1];
  if (word === undefined) return false;
  return (
    word === name || word.endsWith('_H') || /_H_+$|_H__?\w*$|^__ASSEMBLY__$|^__ASSEMBLER__$|^MODULE$|^__GENKSYMS__$|^__KERNEL__$/.test(word)
  );
}

/** `static` in another .c file: another function of the same name. */
export function isVisible(source: FunctionSource, fromPath: string): boolean {
  if (source.file.path === fromPath || source.file.path.endsWith('.h')) return true;
  return !isStatic(source);
}

function isStatic(source: FunctionSource): boolean {
  const { code } = lexisOf(source.file);
  const head = code.slice(source.start, source.end);
  return /^(?:\s*(?:__\w+|inline|noinline\w*|notrace|asmlinkage|const|volatile|extern)\s+)*\s*static\b/.test(head);
}
