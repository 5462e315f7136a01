import type { Claim, Evidence, IdFlagsEntry, Kfunc, KfuncUnit, Mend, Missing, Problem, Rule, Setting } from '../src/rule.ts';
import {
  assumedSeries,
  carries,
  claimOf,
  constantParameters,
  fileAt,
  flagDropped,
  flagLife,
  flagProblems,
  makeClaim,
  placeAt,
  problemEvidence,
  step,
  suffixLife,
  suffixProblems,
} from '../src/rule.ts';

export const flagConflict: Rule = {
  id: 'flag-conflict',
  severity: 'error',
  claims: 'Flags or parameter suffixes that the kernel series does not know, that contradict one another, or that do nothing.',
  why: 'A flag that the series lacks does not compile. A suffix that it does not know is worse: the parameter is then a plain name, and what the author believes to be checked is not. Flags that cancel each other out leave a kfunc that promises less than it says, or that nobody can call.',
  advice: 'use what the kernel series knows',
  silent: 'For flags that go together, and for names that merely contain two underscores.',
  *program(view) {
    for (const kfunc of view.program.kfuncs) for (const entry of kfunc.entries) yield* flags(view, kfunc, entry);
    for (const unit of view.units) yield* suffixes(unit);
  },
};

const CODE = { kind: 'code' } as const;

function* flags(at: Setting, kfunc: Kfunc, entry: IdFlagsEntry): Iterable<Claim> {
  for (const problem of flagProblems(entry.flags, at.series, returnsPointer(kfunc))) {
    // that only a struct can be acquired is what `uncallable` says
    if (problem.subject === 'KF_ACQUIRE') continue;
    yield makeClaim(flagConflict, fileAt(at.program, entry.location), kfunc.name, {
      subject: problem.subject,
      property: CODE,
      severity: problem.stage === 'never' ? 'warning' : 'error',
      location: entry.location,
      message: problem.text,
      advice: adviceFor(problem, at.series),
      path: [step(`registered as ${entry.line}`, entry.location), problemEvidence(problem, at, entry.location)],
      guards: definedHere(at, entry, problem),
      missing: inDoubt(at, problem),
      mend: mendFor(at, entry, problem),
    });
  }
}

/** null where there is no definition at hand, or a typedef may hide the star. */
function returnsPointer(kfunc: Kfunc): boolean | null {
  const returns = kfunc.definitions[0]?.syntax.returns;
  if (!returns) return null;
  if (returns.pointers > 0) return true;
  return /^(void|bool|int|long|char|short|unsigned|signed|struct|enum|union|(__)?[us](8|16|32|64))\b/.test(returns.name) ? false : null;
}

function isOver(problem: Problem): boolean {
  return problem.stage === 'build' && flagLife(problem.subject)?.until != null;
}

function adviceFor(problem: Problem, series: string): string {
  if (problem.stage === 'build') return isOver(problem) ? `drop ${problem.subject}` : `use flags that kernels of series ${series} have`;
  return problem.stage === 'never' ? `drop ${problem.subject}, or do in the code what it does not do` : 'keep one of the flags';
}

/**
 * The headers at hand outweigh what is known of a series: stable kernels take flags over, a patch may add one. But a tree that still has a flag that the
 * series dropped is an older tree than what was asked about.
 */
function definedHere(at: Setting, entry: IdFlagsEntry, problem: Problem): Evidence[] {
  const file = fileAt(at.program, entry.location);
  const macro = problem.stage === 'build' && file ? at.program.findMacro(problem.subject, file) : null;
  if (!macro || (isOver(problem) && !fileAt(at.program, macro.location))) return [];
  return [carries('registration', `${problem.subject} is defined here: #define ${macro.name} ${macro.body}`, macro.location)];
}

/** As old as the flags themselves, so true in whatever series they exist. */
const IN_EVERY_SERIES = new Set(['KF_ITER_NEW', 'KF_RET_NULL', 'KF_SPINLOCK_SAFE']);

function inDoubt(at: Setting, problem: Problem): Missing[] {
  return problem.stage !== 'build' && IN_EVERY_SERIES.has(problem.subject) ? [] : assumedSeries(at);
}

/** What does nothing can go; where KF_RCU decides, KF_TRUSTED_ARGS changes nothing. */
function mendFor(at: Setting, entry: IdFlagsEntry, problem: Problem): Mend | null {
  const idle = problem.stage === 'never' && (problem.subject === 'KF_RET_NULL' || problem.subject === 'KF_TRUSTED_ARGS');
  return isOver(problem) || idle ? flagDropped(at.program, entry, problem.subject) : null;
}

function* suffixes(unit: KfuncUnit): Iterable<Claim> {
  const { parameters } = unit.definition.syntax;
  for (const [index, parameter] of parameters.entries()) {
    const pointer = parameter.type.pointers + parameter.type.dims.length > 0 || parameter.type.isFunction;
    for (const problem of suffixProblems(parameter.name, pointer, unit.series, parameters[index + 1]?.name ?? null)) {
      yield suffixClaim(unit, parameter.name, problem, parameter.span.start);
    }
  }
  const names = parameters.map((p) => p.name);
  const constants = constantParameters(names, unit.series);
  const second = parameters.find((p) => p.name === constants[1]);
  if (!second) return;
  const text = `${constants.join(' and ')} each ask for a constant, and a kfunc can have one such parameter`;
  yield suffixClaim(unit, second.name, { stage: 'load', subject: second.name, text, source: null }, second.span.start);
}

function suffixClaim(unit: KfuncUnit, name: string, problem: Problem, at: number): Claim {
  const location = placeAt(unit, at);
  return claimOf(flagConflict, unit, {
    subject: name,
    property: CODE,
    severity: problem.stage === 'load' ? 'error' : 'warning',
    location,
    message: problem.text,
    advice: 'name the parameter as the kernel series knows it, and check in the code what the suffix was to promise',
    path: [step(`${unit.kfunc.name}() has a parameter ${name}`, location), problemEvidence(problem, unit, location)],
    // a suffix that is gone was good in some series before
    missing: suffixLife(problem.subject)?.until == null ? [] : assumedSeries(unit),
  });
}
