/** The rules, in the order of the contract. */
import type { Rule } from '../src/rule.ts';
import { acquireRelease } from './acquire-release.ts';
import { errptrReturn } from './errptr-return.ts';
import { flagConflict } from './flag-conflict.ts';
import { iterator } from './iterator.ts';
import { memSize } from './mem-size.ts';
import { missingRetNull } from './missing-ret-null.ts';
import { missingSleepable } from './missing-sleepable.ts';
import { rcuContext } from './rcu-context.ts';
import { redundantCheck } from './redundant-check.ts';
import { refcountZero } from './refcount-zero.ts';
import { registration } from './registration.ts';
import { unboundedIndex } from './unbounded-index.ts';
import { uncallable } from './uncallable.ts';
import { uncheckedParam } from './unchecked-param.ts';
import { uncheckedResult } from './unchecked-result.ts';
import { untrustedParam } from './untrusted-param.ts';

export const RULES: readonly Rule[] = [
  uncheckedParam,
  untrustedParam,
  uncheckedResult,
  unboundedIndex,
  memSize,
  acquireRelease,
  refcountZero,
  missingRetNull,
  errptrReturn,
  missingSleepable,
  rcuContext,
  registration,
  uncallable,
  flagConflict,
  iterator,
  redundantCheck,
];
