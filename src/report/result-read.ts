/** Reads back what `--format json` and `--format sarif` wrote. The file is judged, not trusted: see result-schema.ts. */
import type { z } from 'zod';
import { InputError } from '../claim.ts';
import type { Report } from './model.ts';
import { result, sarif } from './result-schema.ts';
import { readVerdict } from './sarif-read.ts';

/**
 * @param name of the file, for messages
 * @throws InputError where the text is neither, or breaks a bound; names the first place that does
 */
export function readResult(text: string, name: string): Report {
  const value = parseJson(text, name);
  return isSarif(value) ? fromSarif(value, name) : fromJson(value, name);
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InputError(`${name}: not a result of kfunc-lint: it is no JSON`);
  }
}

function isSarif(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'runs' in value;
}

function fromJson(value: unknown, name: string): Report {
  const { kernel, findings, diagnostics, summary } = check(result, value, name);
  return { kernel, findings, diagnostics, kfuncCount: summary.kfuncs, fileCount: summary.files };
}

function fromSarif(value: unknown, name: string): Report {
  const { results, properties } = check(sarif, value, name).runs[0]!;
  return {
    kernel: properties.kernel,
    findings: results.map((one) => readVerdict(one, name)),
    diagnostics: [],
    kfuncCount: properties.kfuncs,
    fileCount: properties.files,
  };
}

function check<T extends z.ZodType>(schema: T, value: unknown, name: string): z.output<T> {
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const path = issue!.path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  throw new InputError(`${name}: not a result of kfunc-lint: ${path.replace(/^\./, '') || 'the file'}: ${issue!.message}`);
}
