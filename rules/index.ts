/** The rules, in the order of the contract. */
import type { Rule } from '../src/rule.ts';
import { acquireRelease } from './acquire-release.ts';
import { memSize } from './mem-size.ts';
import { unboundedIndex } from './unbounded-index.ts';
import { uncheckedParam } from './unchecked-param.ts';
import { uncheckedResult } from './unchecked-result.ts';
import { untrustedParam } from './untrusted-param.ts';

export const RULES: readonly Rule[] = [uncheckedParam, untrustedParam, uncheckedResult, unboundedIndex, memSize, acquireRelease];
