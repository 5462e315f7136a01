/** What a ruling on a claim is tied to: stamps of the functions that the claim is about, the kfunc's flags, the verifier model of the series. */
import { createHash } from 'node:crypto';
import type { Claim, Location, Seen } from './claim.ts';
import { normalizeSnippet } from './judge/identity.ts';
import { functionsOf, lexisOf } from './source/functions.ts';
import type { FunctionSource, Kfunc, Program } from './source/model.ts';
import { modelStamp } from './verifier/stamp.ts';

/** Looks functions up where flow/ has looked before, so the tree is hardly read again. */
export function seenOf(claim: Claim, program: Program, series: string): Seen {
  const kfunc = program.kfuncs.find((one) => one.name === claim.kfunc);
  const code: Record<string, string> = {};
  for (const [name, sources] of [...groupByName(functionsAbout(claim, kfunc, program))].sort(([a], [b]) => (a < b ? -1 : 1))) {
    code[name] = stampOf(sources);
  }
  return { series, model: modelStamp(series), flags: kfunc ? flagsOf(kfunc) : null, code };
}

/** null: the series is none that is modelled, so that what was said of it can't be checked */
export function modelStampOf(series: string): string | null {
  try {
    return modelStamp(series);
  } catch {
    return null;
  }
}

/** Layout and comments apart, the text of all definitions of one name; a definition that is shown in part is another text. */
function stampOf(sources: FunctionSource[]): string {
  const texts = sources.map((one) => normalizeSnippet(lexisOf(one.file).uncommented.slice(one.start, one.end)));
  return createHash('sha256')
    .update([...new Set(texts)].sort().join('\0'))
    .digest('hex')
    .slice(0, 16);
}

function groupByName(sources: Iterable<FunctionSource>): Map<string, FunctionSource[]> {
  const groups = new Map<string, FunctionSource[]>();
  for (const one of sources) groups.set(one.name, [...(groups.get(one.name) ?? []), one]);
  return groups;
}

/** The kfunc, the functions on the way to the place, and what these call in their own file: there the helpers stand that a check may be in. */
function functionsAbout(claim: Claim, kfunc: Kfunc | undefined, program: Program): Set<FunctionSource> {
  const own = kfunc?.definitions.map((one) => one.source) ?? [];
  const from = own[0]?.file ?? program.files.find((one) => one.path === claim.location.file);
  const places = [claim.location, ...[...claim.path, ...claim.guards].flatMap((one) => one.location ?? [])];
  const named = [claim.function, ...claim.path.map((one) => /^(\w+)\(\) /.exec(one.text)?.[1] ?? null)];
  const about = new Set([
    ...own,
    ...places.flatMap((at) => containing(at, program)),
    ...(from ? named.flatMap((name) => (name === null ? [] : program.findFunction(name, from)) ?? []) : []),
  ]);
  return new Set([...about, ...[...about].flatMap(helpersOf)]);
}

function containing(at: Location, program: Program): FunctionSource[] {
  const file = program.files.find((one) => one.path === at.file);
  return file
    ? functionsOf(file).filter((one) => program.locate(file, one.start).line <= at.line && program.locate(file, one.end).line >= at.line)
    : [];
}

function helpersOf({ name, file, start, end }: FunctionSource): FunctionSource[] {
  const called = new Set(
    lexisOf(file)
      .code.slice(start, end)
      .match(/\b[A-Za-z_]\w*(?=\s*\()/g),
  );
  return functionsOf(file).filter((one) => one.name !== name && called.has(one.name));
}

/** Sets registered with different flags are told apart. */
function flagsOf(kfunc: Kfunc): string | null {
  if (kfunc.entries.length === 0) return null;
  const each = kfunc.entries.map(({ flags, unreadFlags }) => [...flags, ...unreadFlags].sort().join(' | '));
  return [...new Set(each)].sort().join('; ');
}
