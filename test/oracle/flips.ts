/** Single entries of the model's tables, turned wrong on purpose: each must make the recorded verdicts disagree. */
import { CONTEXT_STRUCTS } from '../../src/verifier/contexts.ts';
import { NULL_CHECKED, TRUST_CHECKED } from '../../src/verifier/flags.ts';
import { KIND_RULES, NULLABLE_RULES } from '../../src/verifier/kinds.ts';
import { RELEASE_POSITIONS } from '../../src/verifier/release.ts';
import { RETURN_TRUST } from '../../src/verifier/returns.ts';
import { SUFFIXES } from '../../src/verifier/suffixes.ts';

export interface Flip {
  name: string;
  /** a series whose verdicts show it */
  shownBy: string;
  /** turns the entry; calling what it gives back turns it round again */
  turn(): () => void;
}

/** Sets one property of one table entry. @throws Error where the table has no such entry */
function set<T extends object, K extends keyof T>(name: string, shownBy: string, find: () => T | undefined, key: K, value: T[K]): Flip {
  return {
    name,
    shownBy,
    turn() {
      const entry = find();
      if (!entry) throw new Error(`no such entry: ${name}`);
      const before = entry[key];
      entry[key] = value;
      return () => {
        entry[key] = before;
      };
    },
  };
}

export const FLIPS: readonly Flip[] = [
  set('NULL is checked without flags from 7.0 on → from 6.12 on', '6.12', () => NULL_CHECKED.find((e) => e.flag === null), 'since', '6.12'),
  set(
    'KF_TRUSTED_ARGS checks NULL from 6.3 on → from 6.1 on',
    '6.1',
    () => NULL_CHECKED.find((e) => e.flag === 'KF_TRUSTED_ARGS'),
    'since',
    '6.1',
  ),
  set(
    'KF_RCU asks for RCU-protected objects → for trusted ones',
    '6.12',
    () => TRUST_CHECKED.find((e) => e.flag === 'KF_RCU' && !e.with),
    'trust',
    'trusted',
  ),
  set(
    'KF_RCU with KF_SLEEPABLE asks for trusted objects → without it too',
    '7.3',
    () => TRUST_CHECKED.find((e) => e.with === 'KF_SLEEPABLE'),
    'with',
    undefined,
  ),
  set(
    'KF_TRUSTED_ARGS of 6.2 on asks for trusted objects → for referenced ones',
    '6.12',
    () => TRUST_CHECKED.find((e) => e.flag === 'KF_TRUSTED_ARGS' && e.since === '6.2'),
    'referenced',
    true,
  ),
  set('trust is the default from 7.0 on → from 6.12 on', '6.12', () => TRUST_CHECKED.find((e) => e.flag === null), 'since', '6.12'),
  set('memory without flags may be NULL → may not', '6.12', () => KIND_RULES.find((r) => r.kind === 'memory'), 'nullWithoutFlag', 'no'),
  set(
    'an object without flags may be NULL → may not',
    '6.1',
    () => KIND_RULES.find((r) => r.kind === 'btf-pointer'),
    'nullWithoutFlag',
    'no',
  ),
  set('memory is of any sort → is trusted', '7.3', () => KIND_RULES.find((r) => r.kind === 'memory'), 'trust', 'trusted'),
  set('what is ignored may be NULL → may not', '6.12', () => KIND_RULES.find((r) => r.kind === 'ignored'), 'nullWithoutFlag', 'no'),
  set('__nullable lives from 6.7 on → from 6.13 on', '6.12', () => SUFFIXES.find((s) => s.suffix === '__nullable'), 'since', '6.13'),
  set('__ign lives from 6.2 on → from 6.13 on', '6.12', () => SUFFIXES.find((s) => s.suffix === '__ign'), 'since', '6.13'),
  set('__k lives from 6.2 on → from 6.1 on', '6.1', () => SUFFIXES.find((s) => s.suffix === '__k'), 'since', '6.1'),
  set(
    '__nullable lets NULL through for dynptrs from 6.11 on → does not',
    '6.12',
    () => NULLABLE_RULES.find((r) => r.since === '6.11'),
    'except',
    ['scalar', 'context', 'implicit', 'dynptr'],
  ),
  set(
    'a released object may be any argument until 7.1 → the first only',
    '6.12',
    () => RELEASE_POSITIONS.find((r) => r.position === 'any'),
    'position',
    'first',
  ),
  set(
    'a returned object is trusted from 7.0 on → from 6.12 on',
    '6.12',
    () => RETURN_TRUST.find((r) => r.since === '7.0'),
    'since',
    '6.12',
  ),
  set(
    'a sk_buff fits __sk_buff → nothing does',
    '6.12',
    () => CONTEXT_STRUCTS.find((c) => c.struct === 'struct __sk_buff' && c.until === null),
    'elsewhere',
    'nothing',
  ),
];
