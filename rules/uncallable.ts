import type { Claim, KfuncUnit, Missing, Rule } from '../src/rule.ts';
import { assumedSeries, claimOf, isSpecialKfunc, maxParameters, since, step, suffixProblems } from '../src/rule.ts';

export const uncallable: Rule = {
  id: 'uncallable',
  severity: 'error',
  claims: 'A signature that the verifier can never let through.',
  why: 'Nothing fails when such a kfunc is built and registered: only the first program that calls it is refused when it is loaded. By then the function is in a release, and its signature is what has to change.',
  advice: 'give the function a signature that programs can call',
  silent: 'For parameters of which a program can have a value, in the kernel series at hand.',
  *kfunc(unit) {
    // called by the kernel, when it frees what a map holds
    if (unit.program.dtors.some((d) => d.func === unit.kfunc.name)) return;
    yield* parameters(unit);
    yield* counts(unit);
    yield* results(unit);
    yield* flags(unit);
  },
};

const CODE = { kind: 'code' } as const;

/** Declarations that look uncallable; what suffix, series and type make of them is for the verifier model to say. */
function* parameters(unit: KfuncUnit): Iterable<Claim> {
  if (isSpecialKfunc(unit.kfunc.name)) return;
  for (const [index, parameter] of unit.definition.syntax.parameters.entries()) {
    const why = suspicious(unit, index);
    if (why === null) continue;
    yield claimOf(uncallable, unit, {
      subject: parameter.name || `parameter ${index + 1}`,
      property: { kind: 'callable', parameter: index },
      location: unit.program.locate(unit.definition.source.file, parameter.span.start),
      message: `no program can pass \`${parameter.text}\`: ${why.what}`,
      advice: why.advice,
      // a suffix that another series knows, or a rule that only the newest one has
      missing: why.newest || suffixProblems(parameter.name, true, unit.series).length > 0 ? assumedSeries(unit) : [],
      path: [
        step(
          `${unit.kfunc.name}() is declared with \`${parameter.text}\``,
          unit.program.locate(unit.definition.source.file, parameter.span.start),
        ),
      ],
    });
  }
}

interface Suspicion {
  what: string;
  advice: string;
  /** true where older series let it through */
  newest?: boolean;
}

function suspicious(unit: KfuncUnit, index: number): Suspicion | null {
  const type = behindTypedefs(unit, unit.definition.syntax.parameters[index]!.type);
  const stars = type.pointers;
  if (type.isFunction) return since(unit, '6.3') ? null : { what: 'callbacks are known from 6.3 on', advice: 'hand over something else' };
  if (type.name === 'void' && stars === 1 && isSized(unit, index)) return null;
  if (type.name === 'void' && stars === 1)
    return { what: 'a void * says nothing of what is behind it', advice: 'add a size parameter whose name ends in __sz, or name the type' };
  if (stars > 1)
    return { what: 'a pointer to a pointer fits nothing that a program has', advice: 'hand out one level less, or return the pointer' };
  if (stars === 0 && /^(struct|union) /.test(type.name))
    return { what: `a ${type.name.split(' ')[0]} by value fits no register`, advice: 'take a pointer to it' };
  if (stars === 0 && /^(float|double|long double|(unsigned )?__int128|[us]128)$/.test(type.name))
    return { what: `the verifier knows no ${type.name} argument`, advice: 'take integers of 64 bits' };
  const tag = /^enum (\w+)$/.exec(type.name)?.[1];
  if (stars === 0 && tag && isWide(unit, tag)) return { what: `enum ${tag} needs 64 bits`, advice: 'take a u64' };
  if (stars === 1 && holdsPointers(unit, type.name) && isSized(unit, index))
    return since(unit, '7.3')
      ? { what: `${type.name} holds pointers, so a program can build none`, advice: 'take a struct made of integers', newest: true }
      : null;
  return null;
}

type Written = KfuncUnit['definition']['syntax']['returns'];

/** What the names of a declaration stand for; as written where that is not at hand. */
function behindTypedefs(unit: KfuncUnit, written: Written): Written {
  let type = written;
  for (let i = 0; i < 8; i++) {
    const meant = /\s/.test(type.name) ? null : unit.program.findTypedef(type.name, unit.definition.source.file);
    if (!meant || meant.dims.length > 0 || meant.name === type.name) return type;
    type = { ...meant, pointers: meant.pointers + type.pointers };
  }
  return written;
}

/** The next parameter says how much memory there is, in a way that the series knows. */
function isSized(unit: KfuncUnit, index: number): boolean {
  const next = unit.definition.syntax.parameters[index + 1]?.name ?? '';
  return /.__szk?$/.test(next) && suffixProblems(next, false, unit.series).length === 0;
}

function isWide(unit: KfuncUnit, tag: string): boolean {
  const found = unit.program.findEnum(tag, unit.definition.source.file);
  return found?.enumerators.some((e) => e.value !== null && (e.value > 0xffffffff || e.value < -0x80000000)) ?? false;
}

function holdsPointers(unit: KfuncUnit, name: string): boolean {
  const tag = /^struct (\w+)$/.exec(name)?.[1];
  const struct = tag ? unit.program.findStruct(tag, unit.definition.source.file) : null;
  return struct?.fields.some((f) => f.type.pointers > 0 || f.type.isFunction) ?? false;
}

function* counts(unit: KfuncUnit): Iterable<Claim> {
  const { parameters: list, variadic } = unit.definition.syntax;
  const limit = maxParameters(unit.series);
  if (variadic)
    yield about(
      unit,
      '...',
      'a function with variable arguments can not be called by programs',
      'hand the arguments over as an array with a size',
      [],
    );
  if (list.length <= limit) return;
  const more = since(unit, '7.2') ? '' : ' before 7.2';
  yield about(
    unit,
    list[limit]!.name,
    `${unit.kfunc.name}() has ${list.length} parameters, and a program can pass no more than ${limit}${more}`,
    'put the rest into a struct',
    [],
  );
}

function* results(unit: KfuncUnit): Iterable<Claim> {
  const { returns } = unit.definition.syntax;
  const sized = unit.definition.syntax.parameters.some((p) => /^rd(only|wr)_buf_size$/.test(p.name));
  if (returns.pointers === 0 && /^(struct|union) /.test(returns.name)) {
    yield about(
      unit,
      'return',
      `${unit.kfunc.name}() returns a ${returns.name} by value`,
      'return a pointer, or fill memory that the program hands over',
      [],
    );
  } else if (returns.pointers > 0 && !sized && !isSpecialKfunc(unit.kfunc.name) && isPlainMemory(returns)) {
    if (returns.name === 'void' && returns.pointers === 1 && since(unit, '6.9')) return;
    if ((returns.name !== 'void' || returns.pointers > 1) && since(unit, '6.4')) return;
    yield about(
      unit,
      'return',
      `${unit.kfunc.name}() returns a ${returns.name} ${'*'.repeat(returns.pointers)} of unknown size, which kernels of series ${unit.series} refuse`,
      'add a parameter named rdonly_buf_size or rdwr_buf_size',
      [],
    );
  }
}

function isPlainMemory(type: { name: string; pointers: number }): boolean {
  return type.pointers > 1 || /^(void|bool|char|short|int|long|signed|unsigned|(__)?[us](8|16|32|64))\b/.test(type.name);
}

function* flags(unit: KfuncUnit): Iterable<Claim> {
  const { returns, parameters: list } = unit.definition.syntax;
  const acquire = unit.kfunc.entries.find((e) => e.flags.includes('KF_ACQUIRE'));
  if (acquire && !isSpecialKfunc(unit.kfunc.name) && !(returns.pointers === 1 && /^(struct|union) /.test(returns.name))) {
    const resolved = returns.pointers === 0 || isPlainMemory(returns);
    const missing: Missing[] =
      resolved || typedefIsScalar(unit, returns.name)
        ? []
        : [{ what: returns.name, why: `what ${returns.name} stands for is not at hand`, treeWouldHelp: true }];
    if (resolved || !typedefIsStruct(unit, returns.name)) {
      yield about(
        unit,
        'return',
        `${unit.kfunc.name}() is KF_ACQUIRE and returns no pointer to a struct: there is nothing to hold a reference of`,
        'return a pointer to a struct, or drop KF_ACQUIRE',
        missing,
        acquire.line,
        acquire.location,
      );
    }
  }
  const release = unit.kfunc.entries.find((e) => e.flags.includes('KF_RELEASE'));
  if (release && !list.some((p) => p.type.pointers + p.type.dims.length > 0 && !p.name.endsWith('__ign'))) {
    yield about(
      unit,
      'return',
      `${unit.kfunc.name}() is KF_RELEASE and takes no pointer: there is nothing to release`,
      'take the object to release, or drop KF_RELEASE',
      [],
      release.line,
      release.location,
    );
  }
}

function typedefIsStruct(unit: KfuncUnit, name: string): boolean {
  return /^(struct|union) /.test(unit.program.findTypedef(name, unit.definition.source.file)?.name ?? '');
}

function typedefIsScalar(unit: KfuncUnit, name: string): boolean {
  const found = unit.program.findTypedef(name, unit.definition.source.file);
  return found !== null && isPlainMemory(found);
}

function about(
  unit: KfuncUnit,
  subject: string,
  message: string,
  advice: string,
  missing: Missing[],
  line?: string,
  at?: Claim['location'],
): Claim {
  const location = at ?? unit.definition.location;
  const path = [step(line ? `registered as ${line}` : `${unit.kfunc.name}() is defined so`, location)];
  return claimOf(uncallable, unit, { subject, property: CODE, location, message, advice, path, missing });
}
