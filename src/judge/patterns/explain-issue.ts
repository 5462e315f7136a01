/** Turns what the schema objects to into one line that a person can act on: path, what is wrong, the nearest valid name. */
import type { z } from 'zod';
import { suggest } from '../../nearest.ts';
import { patternFile } from './schema.ts';

type Path = readonly PropertyKey[];
interface Definition {
  type: string;
  shape?: Record<string, Schema>;
  innerType?: Schema;
  valueType?: Schema;
  element?: Schema;
  out?: Schema;
}
interface Schema {
  def: Definition;
}

/** Optional, nullable, default and pre-processing wrap the schema that has the keys. */
function unwrap(schema: Schema): Schema {
  const inner = schema.def.innerType ?? schema.def.out;
  return inner ? unwrap(inner) : schema;
}

function schemaAt(path: Path): Schema | null {
  let schema: Schema = patternFile as unknown as Schema;
  for (const step of path) {
    const { def } = unwrap(schema);
    const next: Schema | undefined = def.shape?.[String(step)] ?? def.valueType ?? def.element;
    if (!next) return null;
    schema = next;
  }
  return unwrap(schema);
}

/** Sections whose entries may stand alone or in a list. */
export const BY_SERIES: ReadonlySet<string> = new Set(['functions', 'members']);

/** `functions.css_get.returns[0]`; an entry that is not a list has no number although the schema sees one. */
export function showPath(path: Path): string {
  const shown = BY_SERIES.has(String(path[0])) && path[2] === 0 ? [...path.slice(0, 2), ...path.slice(3)] : path;
  return (
    shown.map((step, at) => (typeof step === 'number' ? `[${step}]` : at === 0 ? String(step) : `.${String(step)}`)).join('') || 'the file'
  );
}

function showValue(value: unknown): string {
  const words = typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
  return words === undefined ? 'missing' : words.length > 60 ? `${words.slice(0, 57)}…` : words;
}

const list = (words: string[]) => words.map((word) => `'${word}'`).join(', ');

/** @param value what stands at the issue's path */
export function explainIssue(issue: z.core.$ZodIssue, value: unknown): string {
  const path = showPath(issue.path);
  switch (issue.code) {
    case 'unrecognized_keys': {
      const key = issue.keys[0] ?? '';
      return `unknown key '${key}' of ${path}${suggest(key, Object.keys(schemaAt(issue.path)?.def.shape ?? {}))}`;
    }
    case 'invalid_value': {
      const allowed = issue.values.map(String);
      if (value === undefined) return `missing key ${path}: must be one of ${list(allowed)}`;
      const asWritten = issue.message.startsWith('Invalid') ? `must be one of ${list(allowed)}` : issue.message;
      return `${path} is ${showValue(value)}: ${asWritten}${typeof value === 'string' ? suggest(value, allowed) : ''}`;
    }
    case 'invalid_type': {
      if (value === undefined) return `missing key ${path}`;
      const expected = { object: 'a mapping', record: 'a mapping', array: 'a list' }[issue.expected as string] ?? `a ${issue.expected}`;
      return `${path} is ${showValue(value)}: ${issue.message.startsWith('Invalid') ? `must be ${expected}` : issue.message}`;
    }
    default:
      return value === undefined && issue.path.length > 0
        ? `missing key ${path}: ${issue.message}`
        : `${path}${value === undefined || typeof value === 'object' ? '' : ` is ${showValue(value)}`}: ${issue.message}`;
  }
}
