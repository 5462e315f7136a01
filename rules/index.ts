/** The rules, in the order of the contract. */
import type { Rule } from '../src/rule.ts';
import { acquireRelease } from './acquire-release.ts';
import { unboundedIndex } from './unbounded-index.ts';
import { uncheckedParam } from './unchecked-param.ts';

export const RULES: readonly Rule[] = [uncheckedParam, unboundedIndex, acquireRelease];
