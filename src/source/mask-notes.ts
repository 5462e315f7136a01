/** What masking leaves behind. */

/** What the text before masking held at an offset, where the masked text says something else. */
export type Note =
  /** an identifier that stands for the type written in [start, end) */
  | { kind: 'type'; start: number; end: number }
  /** a `while`/`if` that stands for a macro with a body */
  | { kind: 'block-macro'; name: string }
  /** a call of one invented name that stands for `guard(class)(…)` or `CLASS(class, variable)(…)`; spans of the first parentheses' contents */
  | { kind: 'guard' | 'class'; start: number; end: number }
  /** a `sizeof` that stands for an alignof */
  | { kind: 'alignof' }
  /** `int D____` that stands for a macro which declares a variable; the span of its arguments */
  | { kind: 'declares'; macro: string; start: number; end: number }
  /** a `||` that stands for the `...` of a case range */
  | { kind: 'range' };

export type Notes = Map<number, Note>;

/** One replacement; `text` has the length of the stretch. */
export interface Edit {
  start: number;
  end: number;
  text: string;
}
