/** Parameter-name suffixes: when each lived and how a name carries one (kernel: btf_param_match_suffix()). */
import type { Life } from './series.ts';
import { during } from './series.ts';

export interface SuffixLife extends Life {
  suffix: string;
  sinceFrom: 'tree' | 'commit';
  /** what kind of parameter it belongs on */
  on: 'pointer' | 'scalar' | 'any';
  note: string | null;
}

const suffix = (
  name: string,
  on: SuffixLife['on'],
  since: string,
  until: string | null = null,
  note: string | null = null,
): SuffixLife => ({
  suffix: name,
  on,
  since,
  until,
  sinceFrom: since === '6.7' || since === '6.16' ? 'commit' : 'tree',
  note,
});

export const SUFFIXES: readonly SuffixLife[] = [
  suffix('__sz', 'scalar', '6.1'),
  suffix('__k', 'scalar', '6.2'),
  suffix('__alloc', 'pointer', '6.2'),
  suffix('__ign', 'any', '6.2'),
  suffix('__szk', 'scalar', '6.4'),
  suffix('__uninit', 'pointer', '6.4'),
  suffix('__refcounted_kptr', 'pointer', '6.4'),
  suffix('__opt', 'pointer', '6.5', '6.19', 'use __nullable'),
  suffix('__nullable', 'pointer', '6.7'),
  suffix('__str', 'pointer', '6.8'),
  suffix('__map', 'pointer', '6.9'),
  suffix('__iter', 'pointer', '6.12'),
  suffix('__irq_flag', 'pointer', '6.14'),
  suffix('__prog', 'pointer', '6.16', '6.19', 'a parameter of type struct bpf_prog_aux * is filled in by the verifier from 7.0 on'),
  suffix('__nonown_allowed', 'pointer', '7.2'),
  suffix('__const_map', 'pointer', '7.3'),
  suffix('__arena', 'pointer', '7.3'),
  suffix('__arena__nullable', 'pointer', '7.3'),
];

/** Suffix-like endings that no kernel ever knew, though guides and reviews speak of them. */
export const IMAGINARY_SUFFIXES: readonly string[] = [
  '__const',
  '__const_str',
  '__btf',
  '__aux',
  '__nonnull',
  '__buf',
  '__len',
  '__size',
  '__null',
];

/** Whole parameter names with a meaning of their own: the constant size of the memory that the kfunc returns. */
export const BUFFER_SIZE_NAMES = ['rdonly_buf_size', 'rdwr_buf_size'] as const;

export function suffixLife(name: string): SuffixLife | null {
  return SUFFIXES.find((s) => s.suffix === name) ?? null;
}

/** True where `series` knows the suffix and `parameter` ends with it and is longer: `__sz` alone carries none, `x__nullable__sz` only the last. */
export function carries(parameter: string, name: string, series: string): boolean {
  const life = suffixLife(name);
  return life !== null && during(life, series) && parameter.length > name.length && parameter.endsWith(name);
}

/** The longest suffix that the name carries in that series. */
export function suffixOf(parameter: string, series: string): string | null {
  const found = SUFFIXES.filter((s) => carries(parameter, s.suffix, series)).sort((a, b) => b.suffix.length - a.suffix.length);
  return found[0]?.suffix ?? null;
}
