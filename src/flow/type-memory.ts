/** What types come to, seen from one file: asked for at every access, worked out once a program and file. */
import type { TypeSyntax } from '../source/ir.ts';
import type { Program, SourceFile } from '../source/model.ts';
import type { CType } from './ctype.ts';

export interface TypeMemory {
  resolved: WeakMap<TypeSyntax, CType>;
  /** by `tag member` */
  fields: Map<string, CType | null>;
  /** by `tag member` */
  extents: Map<string, { offset: number; size: number } | null>;
  /** bytes, by tag */
  sizes: Map<string, number | null>;
}

const known = new WeakMap<Program, WeakMap<SourceFile, TypeMemory>>();

export function typeMemory(program: Program, file: SourceFile): TypeMemory {
  let files = known.get(program);
  if (!files) {
    files = new WeakMap();
    known.set(program, files);
  }
  let memory = files.get(file);
  if (!memory) {
    memory = { resolved: new WeakMap(), fields: new Map(), extents: new Map(), sizes: new Map() };
    files.set(file, memory);
  }
  return memory;
}

/** The value under a key, made where it is missing. */
export function kept<K, V>(memory: Map<K, V>, key: K, make: () => V): V {
  let value = memory.get(key);
  if (value === undefined) {
    value = make();
    memory.set(key, value);
  }
  return value;
}
