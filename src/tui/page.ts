/** What takes the whole body: help, filter menu, explanation, draft reply, the form of a ruling. */

import { plainColumns } from '../report/plain.ts';
import { expandTabs, wrap } from './columns.ts';
import { draftOf } from './decide.ts';
import { KEY_HELP } from './keys.ts';
import { EMPTY, type Line, line, type Piece, piece, wrapped } from './line.ts';
import type { RulingDraft, TriageItem } from './model.ts';
import { filterChoices } from './select.ts';
import type { FormField, State, SuppressForm, TextField } from './state.ts';

export function helpLines(): Line[] {
  const keys = KEY_HELP.map(([key, does]) => line(piece(`  ${key.padEnd(17)}`, 'bold'), does));
  return [
    line(piece('Keys', 'bold')),
    ...keys,
    EMPTY,
    line(piece('Marks', 'bold')),
    line(piece('  !', 'yellow'), '  contested: suppressed by a word that others dispute or its author took back'),
    line(piece('  S C', 'cyan'), '  you, or a ruling on file, suppressed or confirmed it'),
    line(piece('  ~', 'yellow'), '  a ruling on it went stale: it is not applied; s renews it'),
    line('  In the code > is the place, a number is the evidence that names the line, + is a line that the input adds.'),
  ];
}

/** Free text with its own line breaks; lines that are too long are wrapped. */
export function textLines(text: string, width: number): Line[] {
  return text
    .trimEnd()
    .split('\n')
    .flatMap((one) => {
      const text = plainColumns(expandTabs(one, 8)).trimEnd();
      const indent = text.length - text.trimStart().length;
      return wrap(text.trimStart(), width - indent).map((part) => line(' '.repeat(indent) + part));
    });
}

export function filterLines(state: State): Line[] {
  const choices = filterChoices(state);
  return choices.flatMap((choice, at) => {
    const isNew = at === 0 || choices[at - 1]!.kind !== choice.kind;
    const title = { verdict: 'verdict', rule: 'rule', decided: 'decision' }[choice.kind];
    const isHere = at === state.filterLine;
    const box = choice.chosen ? '[x] ' : '[ ] ';
    return [
      ...(isNew ? [line(piece(title, 'dim'))] : []),
      [
        piece(isHere ? '> ' : '  ', 'bold'),
        piece(`${box}${choice.label.padEnd(20)}`, isHere ? 'bold' : 'text'),
        piece(`${choice.count}`, 'dim'),
      ],
    ];
  });
}

/** The caret is the inverse of what is under it; where there is no colour, a bar before it. */
export function fieldPieces({ text, caret }: TextField, isActive: boolean, color: boolean): Piece[] {
  if (!isActive) return [piece(text)];
  const under = text.slice(caret, caret + 1) || ' ';
  const before = piece(text.slice(0, caret));
  return color ? [before, piece(under, 'inverse'), piece(text.slice(caret + 1))] : [before, piece(`|${text.slice(caret)}`)];
}

/** Wide text fields show the part around the caret. */
export function windowed(field: TextField, width: number): TextField {
  if (field.text.length < width) return field;
  const from = Math.max(0, Math.min(field.caret - width + 2, field.text.length));
  return { text: field.text.slice(from, from + width - 1), caret: field.caret - from };
}

export interface FormView {
  state: State;
  form: SuppressForm;
  width: number;
  color: boolean;
  preview(draft: RulingDraft): string;
}

export function formLines({ state, form, width, color, preview }: FormView): Line[] {
  const item = state.items.find((one) => one.key === form.itemKey);
  const draft = draftOf(state, form);
  if (!item || !draft) return [];
  const row = (field: FormField, label: string, pieces: Piece[], hint: string): Line => [
    piece(form.field === field ? '> ' : '  ', 'bold'),
    piece(label.padEnd(8), form.field === field ? 'bold' : 'dim'),
    ...pieces,
    piece(hint, 'dim'),
  ];
  const text = (field: 'reason' | 'until') => fieldPieces(windowed(form[field], width - 12), form.field === field, color);
  const range = form.laterSeries ? `${draft.target.series} and later` : `${draft.target.series} alone`;
  return [
    ...about(item, width),
    EMPTY,
    row('reason', 'reason', text('reason'), ''),
    row('until', 'until', text('until'), form.until.text === '' ? '  YYYY-MM-DD; empty: no end' : ''),
    row('range', 'series', [piece(range)], '  Space changes it'),
    form.refusal === null ? EMPTY : line(piece(form.refusal, 'red')),
    line(
      piece(
        `${draft.replaces === null ? 'This is added to' : `This takes the place of '${draft.replaces}' in`} ${state.rulingFile}:`,
        'dim',
      ),
    ),
    ...preview(draft)
      .trimEnd()
      .split('\n')
      .map((one) => line(one)),
  ];
}

/** A reviewer's paragraphs would push off the screen what is about to be written. */
const MOST_ABOUT = 3;

function about(item: TriageItem, width: number): Line[] {
  const where = item.kfunc === null ? item.subject : `${item.subject} of ${item.kfunc}()`;
  const told = wrapped(piece(''), item.message, 'text', width);
  const shown = told.length <= MOST_ABOUT ? told : [...told.slice(0, MOST_ABOUT - 1), line(piece('(in full beside the list)', 'dim'))];
  return [line(piece('Suppress ', 'green'), piece(item.rule, 'bold'), piece(`  ${where}`)), ...shown];
}
