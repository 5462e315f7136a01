/** One kernel, all questions: builds the modules, boots, and gives the verdicts back as answers. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Verdict } from './answer.ts';
import { parseAnswer } from './answer.ts';
import type { Symbols } from './asm.ts';
import { BtfReader } from './btf.ts';
import { encodeJob, type Program } from './job.ts';
import { boot } from './machine.ts';
import { mapsFor, programBtf } from './maps.ts';
import { type BuiltModule, buildModule } from './module.ts';
import { placeOf } from './places.ts';
import type { Question } from './questions.ts';
import { flagSets, kfuncsOf, matrix } from './questions.ts';
import { iteratorKfuncs } from './special-iterators.ts';
import { specials } from './specials.ts';
import { trialsFor } from './trials.ts';
import { section } from './vmlinux.ts';

export interface Asked {
  questions: Question[];
  verdicts: Verdict[];
  /** question ids that this kernel has not the means for */
  skipped: number;
  trials: { id: string; errno: number }[];
  kernel: BtfReader;
}

/** Modules, maps and programs for one kernel, with what it takes to put them together. */
interface Prepared {
  asked: { question: Question; program: Program }[];
  skipped: number;
  job: Buffer;
}

/**
 * @param vmlinux path of the uncompressed kernel
 * @param guest path of the guest's program
 * @param tell progress, one line each
 */
export async function ask(series: string, vmlinux: string, guest: string, folder: string, tell: (line: string) => void): Promise<Asked> {
  mkdirSync(folder, { recursive: true });
  const kernel = new BtfReader(section(readFileSync(vmlinux), '.BTF'));
  const { asked, skipped, job } = prepare(series, kernel, folder);
  tell(`${asked.length} programs`);
  const complaints: string[] = [];
  const text = await boot({ kernel: vmlinux, guest, job, folder, patience: 900, hear: (line) => hear(line, complaints, tell) });
  const answer = parseAnswer(text, asked.length);
  const fatal = complaints.filter((c) => c.startsWith('module'));
  if (fatal.length > 0) throw new Error(`kernel ${series}: ${fatal.join('; ')}`);
  const trials = trialsFor(series).map((t, i) => ({ id: t.id, errno: answer.trials[i] ?? -1 }));
  return { questions: asked.map((p) => p.question), verdicts: answer.verdicts, skipped, trials, kernel };
}

function prepare(series: string, kernel: BtfReader, folder: string): Prepared {
  const sets = flagSets(series);
  const modules = sets.map((s) => buildModule(s.id, kfuncsOf(s, series, iteratorKfuncs(series)), kernel, series, folder));
  const trials = trialsFor(series).map((t, i) => buildModule(`trial${i}`, [t.kfunc], kernel, series, folder, t.plainSet));
  const maps = mapsFor(series, kernel);
  const btf = programBtf();
  const names = maps.map((m) => m.name);
  const symbols = symbolsOf(modules, names, kernel);
  const all = [...sets.flatMap((s) => matrix(s, series, kernel)), ...specials(series, kernel)];
  const asked = all.flatMap((question) => {
    const program = programOf(question, kernel, symbols, btf);
    return program ? [{ question, program }] : [];
  });
  const job = encodeJob({ modules, maps, btf: btf.bytes, programs: asked.map((p) => p.program), trials });
  return { asked, skipped: all.length - asked.length, job };
}

function hear(line: string, complaints: string[], tell: (line: string) => void): void {
  const progress = /^(?:.*\.\.)?done (\d+) of (\d+)$/.exec(line);
  if (progress) tell(`${progress[1]} of ${progress[2]} programs`);
  else if (/^(module|map|btf)\b/.test(line)) complaints.push(line);
}

/** Null where this kernel lacks the hook, a kfunc or a map. */
function programOf(question: Question, kernel: BtfReader, symbols: Symbols, btf: { main: number; callback: number }): Program | null {
  const place = placeOf(question.place, kernel);
  if (!place) return null;
  try {
    const insns = question.asm.assemble(symbols);
    const starts = question.asm.functions;
    const functions =
      starts.length > 1
        ? starts.map((insn, i) => ({
            insn,
            id: i === 0 ? btf.main : btf.callback,
          }))
        : [];
    return { ...place, run: question.run, insns, functions };
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('the kernel has no')) return null;
    throw error;
  }
}

function symbolsOf(modules: readonly BuiltModule[], maps: readonly string[], kernel: BtfReader): Symbols {
  return {
    kfunc(name) {
      const at = modules.findIndex((m) => m.ids.has(name));
      return at >= 0 ? { id: modules[at]!.ids.get(name)!, module: at + 1 } : { id: kernel.id('func', name), module: 0 };
    },
    map(name) {
      const at = maps.indexOf(name);
      if (at < 0) throw new Error(`the kernel has no use for map ${name}`);
      return 1 + modules.length + at;
    },
    struct: (name) => kernel.id('struct', name),
  };
}

/** Writes a file once, with what `make` gives. */
export function once(path: string, make: () => Buffer): string {
  if (!existsSync(path)) writeFileSync(path, make());
  return path;
}

export const workFolder = (root: string, series: string) => join(root, `work-${series}`);
