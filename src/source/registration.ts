/** What a file registers: kfunc sets and their entries, set variables, register calls, destructors. */
import { closing, splitCommas } from './brackets.ts';
import { lexisOf } from './functions.ts';
import { SetScan } from './kfunc-sets.ts';
import { locate } from './locate.ts';
import type { MacroLookup } from './macros.ts';
import type { DtorEntry, FmodretCall, IdFlagsEntry, IdSetVariable, KfuncSet, RegisterCall, SourceFile } from './model.ts';

export interface Registrations {
  /** BTF_SET_START lists are here too: they hold kfuncs only where a btf_kfunc_id_set points at them */
  sets: KfuncSet[];
  /** entries in no set that is shown */
  loose: IdFlagsEntry[];
  idSets: IdSetVariable[];
  registrations: RegisterCall[];
  dtors: DtorEntry[];
  fmodrets: FmodretCall[];
}

/** `find` answers for macros that the file itself does not define. */
export function registrationsOf(file: SourceFile, find: MacroLookup): Registrations {
  const scan = new SetScan(file, find);
  if (file.text.includes('BTF_')) scan.run();
  const { code } = lexisOf(file);
  return {
    sets: scan.sets,
    loose: scan.loose,
    idSets: idSets(file, code),
    registrations: registerCalls(file, code, find),
    dtors: scan.dtors,
    fmodrets: fmodretCalls(file, code),
  };
}

function idSets(file: SourceFile, code: string): IdSetVariable[] {
  const out: IdSetVariable[] = [];
  for (const m of code.matchAll(/\bstruct\s+btf_kfunc_id_set\s+((?:__\w+\s+)*)(\w+)\s*(?:__\w+\s*)*=\s*\{/g)) {
    const open = m.index + m[0].length - 1;
    const close = closing(code, open);
    const body = code.slice(open, close < 0 ? Math.min(code.length, open + 500) : close);
    const set = /\.\s*set\s*=\s*&?\s*(\w+)/.exec(body)?.[1] ?? null;
    out.push({ name: m[2]!, set, filter: /\.\s*filter\s*=\s*&?\s*(\w+)/.exec(body)?.[1] ?? null, location: locate(file, m.index) });
  }
  return out;
}

function registerCalls(file: SourceFile, code: string, find: MacroLookup): RegisterCall[] {
  const out: RegisterCall[] = [];
  for (const m of code.matchAll(/\bregister_btf_kfunc_id_set\s*\(/g)) {
    const open = m.index + m[0].length - 1;
    const close = closing(code, open, Math.min(code.length, open + 1000));
    const [type, set] = close < 0 ? [] : splitCommas(code, open + 1, close).map((s) => code.slice(s.start, s.end).trim());
    const variable = /^&?\s*\(?\s*&?\s*([A-Za-z_]\w*)/.exec(set ?? '')?.[1];
    if (!type || !variable || /^(?:enum|const|struct)\b/.test(type)) continue;
    for (const programType of programTypesOf(type, code, m.index, find))
      out.push({ programType, variable, location: locate(file, m.index) });
  }
  return out;
}

function fmodretCalls(file: SourceFile, code: string): FmodretCall[] {
  const calls = code.matchAll(/\bregister_btf_fmodret_id_set\s*\(\s*&\s*([A-Za-z_]\w*)/g);
  return [...calls].map((m) => ({ variable: m[1]!, location: locate(file, m.index) }));
}

/** A program type, a macro for one, or each element of an array that a loop runs over. */
function programTypesOf(argument: string, code: string, at: number, find: MacroLookup): string[] {
  if (/^BPF_PROG_TYPE_\w+$/.test(argument)) return [argument];
  const name = /^\*?\s*([A-Za-z_]\w*)/.exec(argument)?.[1] ?? '';
  const macro = find(name)?.body.match(/\bBPF_PROG_TYPE_\w+\b/);
  if (macro) return [macro[0]];
  const before = code.slice(0, at);
  const array = [...before.matchAll(new RegExp(`\\b${name}\\s*\\[[^\\]]*\\]\\s*=\\s*\\{([^}]*)\\}`, 'g'))].at(-1);
  if (array) return [...new Set(array[1]!.match(/\bBPF_PROG_TYPE_\w+\b/g) ?? [])];
  const assigned = [...before.matchAll(new RegExp(`\\b${name}\\s*=\\s*(BPF_PROG_TYPE_\\w+)`, 'g'))].map((m) => m[1]!);
  return [...new Set(assigned)];
}
