/** The input of commands that go through it piece by piece: sets of patches that belong together. */
import type { InputSet } from '../input/model.ts';
import { openInputs } from '../input/read.ts';

/**
 * As `lint` takes them: C files beside one series belong to it, several series are apart from each other.
 * @param stdin what `-` stands for
 */
export async function* inputSets(args: readonly string[], stdin?: NodeJS.ReadableStream): AsyncGenerator<InputSet> {
  const { rest, series } = await openInputs(args, stdin && args.includes('-') ? { stdin } : {});
  const first = (await series.next()).value;
  const second = first && (await series.next()).value;
  if (!second) {
    yield { ...rest, patches: first?.patches ?? [], diagnostics: [...rest.diagnostics, ...(first?.diagnostics ?? [])] };
    return;
  }
  yield rest;
  const apart = (one: typeof second): InputSet => ({
    ...rest,
    plainFiles: [],
    messages: [],
    patches: one.patches,
    diagnostics: one.diagnostics,
  });
  yield apart(first!);
  yield apart(second);
  for await (const one of series) yield apart(one);
}
