/** Verdicts in the form that is kept: small enough for a repository, whole enough to judge the model by. */
import { knownStructs } from '../../src/verifier/kernel-types.ts';
import type { Asked } from './ask.ts';
import type { BtfReader } from './btf.ts';
import { parseParameters } from './declaration.ts';
import { LOCAL_SCALAR_STRUCTS } from './module.ts';
import { declarationOf, flagSets, kindsOf } from './questions.ts';

/** `a` accepted, `r` refused at the call, `x` refused before or after it, `-` not tried. */
export type Mark = 'a' | 'r' | 'x' | '-';

export interface Answers {
  series: string;
  /** the release that was asked, e.g. `6.12.117+deb12-cloud-amd64` */
  kernel: string;
  programs: number;
  /** struct of a declaration → made of integers only, as that kernel has it */
  scalarStructs: Record<string, boolean>;
  /** the same for the structs that the model knows by name, where the kernel has them */
  knownStructs: Record<string, boolean>;
  /** kind → declaration */
  declarations: Record<string, string>;
  /** columns of the matrix, by the sort of values that a kind takes */
  columns: Record<string, string[]>;
  /** flags → kind → one mark a column */
  matrix: Record<string, Record<string, string>>;
  /** group/case → mark; with `=` and what a run handed back */
  specials: Record<string, string>;
  /** module that was tried → error number, 0 where it was taken */
  trials: Record<string, number>;
  /** what the verifier said at calls, numbers and names folded → how often */
  messages: Record<string, number>;
}

export function answersOf(series: string, kernel: string, asked: Asked): Answers {
  const sets = flagSets(series);
  const marks = marksOf(asked, new Set(sets.map((s) => s.id)));
  const kinds = new Map(
    sets.flatMap((set) =>
      kindsOf(set).map((kind) => [kind.id, { sort: kind.values, declaration: declarationOf(kind, { ...set, id: '@' }, series) }] as const),
    ),
  );
  const declarations = Object.fromEntries([...kinds].map(([id, k]) => [id, k.declaration]));
  const columns = columnsOf(marks, (kind) => kinds.get(kind)!.sort);
  const row = (set: string, kind: string) =>
    columns[kinds.get(kind)!.sort]!.map((c) => marks.get(`${set}/${kind}/${c}`)?.mark ?? '-').join('');
  return {
    series,
    kernel,
    programs: asked.questions.length,
    scalarStructs: scalarStructs(declarations, asked),
    knownStructs: knownStructsOf(asked.kernel),
    declarations,
    columns,
    matrix: Object.fromEntries(sets.map((set) => [set.id, Object.fromEntries(kindsOf(set).map((k) => [k.id, row(set.id, k.id)]))])),
    specials: Object.fromEntries(
      [...marks].flatMap(([id, m]) => (m.isMatrix ? [] : [[id, m.returned === null ? m.mark : `${m.mark}=${m.returned}`]])),
    ),
    trials: Object.fromEntries(asked.trials.map((t) => [t.id, t.errno])),
    messages: messagesOf(asked),
  };
}

interface Marked {
  mark: Mark;
  returned: number | null;
  /** flags/kind/column; else group/case */
  isMatrix: boolean;
}

function marksOf(asked: Asked, sets: ReadonlySet<string>): Map<string, Marked> {
  return new Map(
    asked.questions.map((q, i) => {
      const parts = q.id.split('/');
      return [q.id, { mark: markOf(asked, i), returned: asked.verdicts[i]!.returned, isMatrix: parts.length === 3 && sets.has(parts[0]!) }];
    }),
  );
}

/** In the order in which they were first asked. */
function columnsOf(marks: ReadonlyMap<string, Marked>, sortOf: (kind: string) => string): Answers['columns'] {
  const columns = new Map<string, Set<string>>();
  for (const [id, m] of marks) {
    if (!m.isMatrix) continue;
    const [, kind = '', column = ''] = id.split('/');
    const sort = sortOf(kind);
    columns.set(sort, (columns.get(sort) ?? new Set()).add(column));
  }
  return Object.fromEntries([...columns].map(([sort, all]) => [sort, [...all]]));
}

function markOf(asked: Asked, i: number): Mark {
  const verdict = asked.verdicts[i]!;
  if (verdict.accepted) return 'a';
  return verdict.at === `call ${asked.questions[i]!.kfunc}` ? 'r' : 'x';
}

function scalarStructs(declarations: Answers['declarations'], asked: Asked): Answers['scalarStructs'] {
  const names = new Set(
    Object.values(declarations).flatMap((d) =>
      parseParameters(d).flatMap((p) => (/^(struct|union) /.test(p.type.name) ? [p.type.name] : [])),
    ),
  );
  return Object.fromEntries(
    [...names].sort().map((name) => {
      const local = LOCAL_SCALAR_STRUCTS[name] ?? (name.includes('@') ? true : undefined);
      const id = asked.kernel.find(name.startsWith('union') ? 'union' : 'struct', name.replace(/^\w+ /, ''));
      return [name, local ?? (id === null ? false : asked.kernel.isScalarStruct(id))];
    }),
  );
}

function messagesOf(asked: Asked): Answers['messages'] {
  const counts: Record<string, number> = {};
  asked.verdicts.forEach((v, i) => {
    if (v.accepted || v.at !== `call ${asked.questions[i]!.kfunc}`) return;
    const folded = v.message
      .replace(/\b(kf[oi]?|bpf_iter_kf)\w+/g, '<kfunc>')
      .replace(/\b(STRUCT|UNION|struct|union) \w+/g, '$1 <name>')
      .replace(/-?\d+/g, '<n>')
      .slice(0, 100);
    counts[folded] = (counts[folded] ?? 0) + 1;
  });
  return Object.fromEntries(Object.entries(counts).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)));
}

function knownStructsOf(kernel: BtfReader): Answers['knownStructs'] {
  return Object.fromEntries(
    [...knownStructs().keys()].sort().flatMap((name) => {
      const id = kernel.find('struct', name) ?? kernel.find('union', name);
      return id === null ? [] : [[name, kernel.isScalarStruct(id)]];
    }),
  );
}
