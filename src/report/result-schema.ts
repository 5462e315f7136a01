/**
 * The shape of a finding read back from a file. Such a file may come from a run on somebody else's code (the two-step form for forks), so every text and
 * number has its bounds; unknown keys are dropped, for a newer version may have written it.
 */
import { z } from 'zod';
import { EVIDENCE_KINDS } from '../claim.ts';

const text = z.string().max(20_000);
const name = z.string().max(1_000);
const path = z
  .string()
  .min(1)
  .max(4_096)
  .refine((value) => !value.startsWith('/') && !value.split('/').includes('..'), 'must be a path within the tree');
const count = z.int().min(0).max(100_000_000);
const position = z.int().min(1).max(10_000_000);
const place = z.object({ line: position, column: position });
const location = z.object({ file: path, line: position, column: position });
const severity = z.enum(['error', 'warning', 'note']);

const kernelSource = z.object({ kernel: name, path: name, symbol: name, quote: text.nullable() });
const personSource = z.object({ who: name.nullable(), messageId: name.nullable(), url: name.nullable(), quote: text.nullable() });

const evidence = z.object({
  kind: z.enum(EVIDENCE_KINDS),
  role: z.enum(['carries', 'step', 'context']),
  text,
  location: location.nullable(),
  source: z.union([kernelSource, personSource]).nullable(),
});

const missing = z.object({ what: name, why: text, treeWouldHelp: z.boolean() });
const mend = z.object({ file: path, start: place, end: place, text, title: name });

export const finding = z
  .object({
    id: z.string().regex(/^k1:[0-9a-f]{16}$/, 'must be an id of kfunc-lint'),
    rule: z
      .string()
      .regex(/^[a-z]+(-[a-z]+)*$/, 'must be the name of a rule')
      .max(50),
    verdict: z.enum(['confirmed', 'refuted', 'undecided']),
    contested: z.boolean(),
    severity,
    kfunc: name.nullable(),
    function: name.nullable(),
    subject: name,
    message: text,
    advice: text,
    location,
    snippet: text.default(''),
    inDiff: z.boolean(),
    preexisting: z.boolean(),
    evidence: z.array(evidence).min(1, 'must not be empty: a verdict without evidence is none').max(1_000),
    missing: z.array(missing).max(1_000),
    mend: mend.nullable(),
    commit: z.object({ id: z.string().regex(/^[0-9a-f]{40,64}$/, 'must be the hash of a commit'), subject: text }).optional(),
    baseline: z.enum(['new', 'unchanged']).optional(),
  })
  .refine((one) => !one.contested || one.verdict === 'refuted', 'only what is refuted can be contested');

export const kernel = z.object({
  series: z.string().regex(/^[1-9]\d?\.\d{1,3}$/, 'must be a kernel series'),
  from: z.enum(['option', 'tree', 'default']),
});

export const result = z.object({
  schemaVersion: z.literal(1),
  tool: z.object({ name: z.literal('kfunc-lint') }),
  kernel,
  findings: z.array(finding).max(100_000),
  diagnostics: z.array(z.object({ level: z.enum(['note', 'warning']), message: text, location: location.nullable() })).max(10_000),
  summary: z.object({ files: count, kfuncs: count }),
});

export const sarif = z.object({
  version: z.literal('2.1.0'),
  runs: z
    .array(
      z.object({
        tool: z.object({ driver: z.object({ name: z.literal('kfunc-lint') }) }),
        results: z
          .array(
            z.object({
              kind: z.enum(['fail', 'open']),
              suppressions: z.array(z.object({ status: z.enum(['accepted', 'underReview', 'rejected']).optional() })).optional(),
              properties: z.object({ finding }),
            }),
          )
          .max(100_000),
        properties: z.object({ kernel, kfuncs: count, files: count }),
      }),
    )
    .length(1, 'must be one run'),
});
