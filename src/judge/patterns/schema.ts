/** The shape of a pattern file. Strict: an unknown key anywhere is an error, because a misspelt one would silently say nothing. */
import { z } from 'zod';

const text = z.string().trim().min(1, 'must not be empty');
const argument = z.int('must be an argument number, counted from 0').min(0, 'must be an argument number, counted from 0').max(31);
const series = z
  .string('must be a kernel series in quotes, such as "6.10" (without quotes YAML reads 6.10 as the number 6.1)')
  .regex(/^[1-9]\d?\.\d{1,3}$/, 'must be a kernel series such as "6.12"');
const day = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'must be a day as "YYYY-MM-DD"');
const id = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower case words joined by hyphens');
const standing = z.enum(['upheld', 'contested', 'retracted']);

/** `when: true` is what people write for "where it returns true". */
const outcome = z.preprocess((value) => (value === true ? 'true' : value), z.enum(['always', 'true', 'non-null', 'valid', 'zero']));

/** `null` without quotes is YAML's null: here it means the word. */
const returned = z.preprocess((value) => (value === null ? 'null' : value), z.enum(['null', 'error', 'valid']));

export const functionEntry = z.strictObject({
  returns: z.array(returned).min(1).optional(),
  returnsArgument: argument.optional(),
  range: z.strictObject({ min: z.int().optional(), max: z.int().optional(), below: text.optional() }).optional(),
  computes: z.array(argument).min(1).optional(),
  dereferences: z.array(argument).min(1).optional(),
  toleratesNull: z.array(argument).min(1).optional(),
  index: z
    .array(z.strictObject({ argument, limit: text.nullable(), none: z.int().optional() }))
    .min(1)
    .optional(),
  length: z
    .array(z.strictObject({ argument, of: z.array(argument).min(1) }))
    .min(1)
    .optional(),
  sleeps: z.union([z.boolean(), z.strictObject({ gfp: argument })], 'must be true, false or { gfp: <argument> }').optional(),
  takes: z
    .strictObject({
      what: z.union([argument, z.literal('return')], 'must be an argument number or "return"'),
      when: outcome,
      live: z.boolean(),
    })
    .optional(),
  strings: z.array(argument).min(1).optional(),
  drops: argument.optional(),
  context: z
    .strictObject({
      kind: z.enum(['rcu', 'spin', 'mutex', 'preempt', 'irq', 'bh']),
      change: z.literal([1, -1], 'must be 1 or -1'),
      when: z.preprocess((value) => (value === true ? 'true' : value), z.enum(['true', 'zero'])).optional(),
    })
    .optional(),
  rcuPointer: z.boolean().optional(),
  meaning: z.enum(['same-truth', 'is-err', 'is-err-or-null', 'err-ptr', 'ptr-err', 'assert-false', 'assert-true']).optional(),
  noReturn: z.boolean().optional(),
  pure: z.boolean().optional(),
  fills: z.array(argument).min(1).optional(),
  since: series.optional(),
  until: series.optional(),
});

const held = z.preprocess((value) => (value === null ? 'null' : value), z.enum(['null']));

export const memberEntry = z.strictObject({
  may: z.array(held).min(1),
  why: text,
  source: z.strictObject({ path: text, symbol: text }),
  since: series.optional(),
  until: series.optional(),
});

const range = z.strictObject({ since: series.optional(), until: series.optional() });

const source = z
  .strictObject({
    who: text.optional(),
    'message-id': text.optional(),
    url: text.optional(),
    quote: text.optional(),
    note: text.optional(),
  })
  .refine((it) => it['message-id'] !== undefined || it.url !== undefined || it.who !== undefined, 'must name who, message-id or url');

/** What a person had before them; written by `triage`. */
const seen = z.strictObject({
  series,
  model: text.optional(),
  flags: z.string().optional(),
  code: z.record(z.string(), text).optional(),
});

export const rulingEntry = z
  .strictObject({
    id,
    match: z.strictObject({ rule: text, kfunc: text, subject: text, series: range.optional(), snippet: text.optional() }),
    verdict: z.enum(['refuted', 'confirmed'], 'must be "refuted" or "confirmed"'),
    status: standing,
    reason: text.optional(),
    sources: z.array(source).optional(),
    recorded: z.strictObject({ by: text, on: day }).optional(),
    until: day.optional(),
    seen: seen.optional(),
  })
  .refine((it) => (it.sources?.length ?? 0) > 0 || it.recorded !== undefined, 'must say where it comes from: sources or recorded')
  .refine((it) => it.verdict === 'confirmed' || it.reason !== undefined, { path: ['reason'], message: 'what suppresses must say why' });

export const idiomEntry = z.strictObject({
  id,
  match: z
    .strictObject({ rule: text, kfunc: text.optional(), subject: text.optional(), snippet: text.optional(), series: range.optional() })
    .refine(
      (it) => [it.kfunc, it.subject, it.snippet].some((one) => one !== undefined && /[^*\s]/.test(one)),
      'must narrow kfunc, subject or snippet',
    ),
  says: z.enum(['fine', 'wrong']),
  status: standing.default('upheld'),
  reason: text,
  sources: z.array(source).min(1, 'must name at least one source'),
});

/** One mapping, or a list of them where the facts changed with the series. */
const bySeries = <T extends z.ZodType>(entry: T) =>
  z.record(
    z.string(),
    z.preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(entry).min(1)),
  );

export const patternFile = z.strictObject({
  version: z.literal(1, 'must be 1'),
  functions: bySeries(functionEntry).optional(),
  members: bySeries(memberEntry).optional(),
  rulings: z.array(rulingEntry).optional(),
  patterns: z.array(idiomEntry).optional(),
});

export type PatternFile = z.infer<typeof patternFile>;
