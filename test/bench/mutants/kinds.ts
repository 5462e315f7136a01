/** Ways in which a kfunc goes wrong, as single edits of code that is right. */
import type { Mend } from '../../../src/claim.ts';
import type { Knowledge } from '../../../src/flow/knowledge.ts';
import { insertion, removal, replacement } from '../../../src/mend/edit.ts';
import { dropFlag } from '../../../src/mend/flags.ts';
import type { Expr, Stmt } from '../../../src/source/ir.ts';
import type { IdFlagsEntry, Kfunc, KfuncDefinition, SourceFile } from '../../../src/source/model.ts';
import { ifsOf, statementsOf } from './walk.ts';

/** What a mutation is made from: one kfunc with one definition. */
export interface Subject {
  kfunc: Kfunc;
  definition: KfuncDefinition;
  entries: readonly IdFlagsEntry[];
  fileOf(path: string): SourceFile | null;
  knowledge: Knowledge;
}

export interface Kind {
  id: string;
  /** the rules whose business the mistake is */
  rules: readonly string[];
  /** edits that go together; each list is one mutant */
  mutants(subject: Subject): Mend[][];
}

const guardOf = (about: About) => (s: Subject) =>
  guards(s)
    .filter((g) => g.about === about)
    .map((g) => [g.edit]);
const flagOf =
  (flag: string) =>
  (s: Subject): Mend[][] =>
    withoutFlag(s, flag);

export const KINDS: readonly Kind[] = [
  { id: 'delete NULL guard', rules: ['unchecked-param', 'unchecked-result'], mutants: guardOf('null') },
  { id: 'delete __nullable check', rules: ['unchecked-param'], mutants: guardOf('nullable') },
  { id: 'delete bound guard', rules: ['unbounded-index', 'mem-size'], mutants: guardOf('bound') },
  { id: '>= becomes >', rules: ['unbounded-index', 'mem-size'], mutants: loosened },
  { id: 'drop KF_RET_NULL', rules: ['missing-ret-null'], mutants: flagOf('KF_RET_NULL') },
  { id: 'drop KF_SLEEPABLE', rules: ['missing-sleepable'], mutants: flagOf('KF_SLEEPABLE') },
  { id: 'drop KF_RCU', rules: ['unchecked-param', 'untrusted-param'], mutants: flagOf('KF_RCU') },
  { id: 'drop KF_TRUSTED_ARGS', rules: ['unchecked-param', 'untrusted-param'], mutants: flagOf('KF_TRUSTED_ARGS') },
  { id: 'drop KF_RELEASE', rules: ['acquire-release', 'unchecked-param', 'untrusted-param'], mutants: flagOf('KF_RELEASE') },
  { id: 'drop __bpf_kfunc', rules: ['registration'], mutants: withoutMarker },
  { id: 'drop size suffix', rules: ['uncallable', 'mem-size', 'unbounded-index'], mutants: withoutSuffix },
  { id: 'drop a put before leaving', rules: ['acquire-release'], mutants: withoutPut },
  { id: 'add static', rules: ['registration'], mutants: madeStatic },
];

function madeStatic({ definition }: Subject): Mend[][] {
  const { file, start } = definition.source;
  return definition.isStatic ? [] : [[insertion(file, start, 'static ', 'add static')]];
}

type About = 'null' | 'nullable' | 'bound';

/** `if (…) return …;` without an else, by what its condition asks of parameters and of what calls gave. */
function guards(s: Subject): { about: About; edit: Mend }[] {
  const { file } = s.definition.source;
  return ifsOf(s.definition.syntax.body).flatMap((stmt) => {
    const about = stmt.other === null && leaves(stmt.then) ? subjectOf(s, stmt.c) : null;
    return about ? [{ about, edit: blanked(file, stmt.span.start, stmt.span.end, 'delete the guard') }] : [];
  });
}

function leaves(stmt: Stmt): boolean {
  if (stmt.k === 'return' || stmt.k === 'goto') return true;
  return stmt.k === 'block' && stmt.body.length > 0 && leaves(stmt.body.at(-1)!);
}

function subjectOf(s: Subject, c: Expr): About | null {
  if (c.k === 'call' && c.fn.k === 'name' && /^(likely|unlikely|WARN_ON(_ONCE)?)$/.test(c.fn.name) && c.args[0])
    return subjectOf(s, c.args[0]);
  if (c.k === 'unary' && c.op === '!' && c.x.k === 'name') return nullAbout(s, c.x.name);
  if (c.k === 'call' && c.fn.k === 'name' && /^IS_ERR(_OR_NULL)?$/.test(c.fn.name)) return 'null';
  if (c.k !== 'binary') return null;
  if (c.op === '||') return subjectOf(s, c.l) ?? subjectOf(s, c.r);
  if (c.op === '==' && c.l.k === 'name' && c.r.k === 'name' && c.r.name === 'NULL') return nullAbout(s, c.l.name);
  return /^[<>]=?$/.test(c.op) && [c.l, c.r].some((x) => x.k === 'name' && isNumber(s, x.name)) ? 'bound' : null;
}

function isNumber(s: Subject, name: string): boolean {
  return s.definition.syntax.parameters.some((p) => p.name === name && p.type.pointers === 0);
}

function nullAbout(s: Subject, name: string): About | null {
  const parameter = s.definition.syntax.parameters.find((p) => p.name === name);
  if (!parameter) return 'null';
  return parameter.type.pointers === 0 ? null : /__(nullable|opt)$/.test(name) ? 'nullable' : 'null';
}

/** Same length, same lines: places elsewhere in the file stay what they are. */
function blanked(file: SourceFile, from: number, to: number, title: string): Mend {
  return replacement(file, from, to, `;${file.text.slice(from + 1, to).replace(/[^\n]/g, ' ')}`, title);
}

function loosened(s: Subject): Mend[][] {
  const { file } = s.definition.source;
  return ifsOf(s.definition.syntax.body).flatMap((stmt) => {
    const text = file.text.slice(stmt.c.span.start, stmt.c.span.end);
    const [, name] = /\b(\w+) >= /.exec(text) ?? [];
    if (name === undefined || !isNumber(s, name)) return [];
    const at = stmt.c.span.start + text.indexOf('>=');
    return [[replacement(file, at, at + 2, '> ', '> for >=')]];
  });
}

function withoutFlag(s: Subject, flag: string): Mend[][] {
  const edits = s.entries
    .filter((e) => e.flags.includes(flag))
    .flatMap((e) => {
      const file = s.fileOf(e.location.file);
      return (file && dropFlag(e, flag, file)) ?? [];
    });
  return edits.length > 0 ? [edits] : [];
}

function withoutMarker(s: Subject): Mend[][] {
  const { file, start, end } = s.definition.source;
  const edit = s.definition.hasBpfKfunc ? removal(file, start, end, '__bpf_kfunc', 'drop __bpf_kfunc') : null;
  return edit ? [[edit]] : [];
}

/** `buf__sz` becomes `buf_len` wherever the function names it. */
function withoutSuffix(s: Subject): Mend[][] {
  const { file, start, end } = s.definition.source;
  return s.definition.syntax.parameters
    .filter((p) => /.__szk?$/.test(p.name))
    .map((p) => {
      const uses = [...file.text.slice(start, end).matchAll(new RegExp(`\\b${p.name}\\b`, 'g'))];
      const plain = p.name.replace(/__szk?$/, '_len');
      return uses.map((m) => replacement(file, start + m.index, start + m.index + p.name.length, plain, 'a plain name'));
    });
}

/** A put that stands right before the function is left. */
function withoutPut(s: Subject): Mend[][] {
  const { file } = s.definition.source;
  const puts = (stmt: Stmt): stmt is Stmt & { k: 'expr' } =>
    stmt.k === 'expr' && stmt.x.k === 'call' && stmt.x.fn.k === 'name' && drops(s, stmt.x.fn.name);
  return statementsOf(s.definition.syntax.body).flatMap((list) =>
    list.flatMap((stmt, i) => {
      const next = list[i + 1];
      return puts(stmt) && next && leaves(next) ? [[blanked(file, stmt.span.start, stmt.span.end, 'drop the put')]] : [];
    }),
  );
}

function drops(s: Subject, name: string): boolean {
  const known = s.knowledge.functions.get(name);
  return known?.drops !== undefined && !/free$/.test(name);
}
