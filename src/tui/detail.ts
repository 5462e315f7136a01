/** Everything known of one item, as lines of a given width: what, code, evidence, the kernel's words, what to do, rulings. */
import type { Evidence, Location } from '../claim.ts';
import { codeLines, type Glyphs } from './code.ts';
import { EMPTY, type Line, line, type Piece, piece, type Style, wrapped } from './line.ts';
import type { CodeFile, TriageItem } from './model.ts';
import { VERDICT_WORDS } from './select.ts';
import type { Decision } from './state.ts';
import { type Stop, stopsOf } from './walk.ts';

export interface DetailInput {
  item: TriageItem;
  decision: Decision | null;
  stop: number;
  width: number;
  glyphs: Glyphs;
  code(file: string, scope: number): CodeFile | null;
}

export function detailLines(input: DetailInput): Line[] {
  const { item, width, glyphs } = input;
  const stop = stopsOf(item)[input.stop] ?? null;
  const code = stop
    ? [
        line(piece(placeText(stop.at, item, stop), 'cyan')),
        ...codeLines(item, stop.at, input.code(stop.at.file, item.scope), width, glyphs),
      ]
    : [];
  const parts = [
    headLines(item, width),
    noteLines(item, input.decision, width),
    code,
    evidenceLines(item, stop, width),
    needLines(item, width),
    rulingLines(item, width),
    claimLines(item, width),
  ];
  return parts.filter((one) => one.length > 0).flatMap((one, at) => (at === 0 ? one : [EMPTY, ...one]));
}

export const VERDICT_STYLES: Record<TriageItem['verdict'], Style> = {
  confirmed: 'red',
  refuted: 'green',
  undecided: 'yellow',
  'out-of-scope': 'dim',
};

function headLines(item: TriageItem, width: number): Line[] {
  const verdict = piece(VERDICT_WORDS[item.verdict], item.contested ? 'yellow' : VERDICT_STYLES[item.verdict]);
  const contested = item.contested ? [piece(' (contested)', 'yellow')] : [];
  const severity = item.severity ? ` ${item.severity}` : '';
  const about = item.kfunc === null ? item.subject : `${item.subject} of ${item.kfunc}()`;
  return [
    [verdict, ...contested, piece(`${severity} `), piece(item.rule, 'bold')],
    ...shortened(wrapped(piece(''), item.message, 'bold', width)),
    ...wrapped(piece('about ', 'dim'), about, 'text', width),
  ];
}

/** Reviewers write paragraphs: more than this would push the code off the screen. */
const MOST_HEAD = 5;

function shortened(lines: Line[]): Line[] {
  return lines.length <= MOST_HEAD ? lines : [...lines.slice(0, MOST_HEAD - 1), line(piece('(in full below)', 'dim'))];
}

function claimLines(item: TriageItem, width: number): Line[] {
  const lines = wrapped(piece(''), item.message, 'text', width);
  return lines.length <= MOST_HEAD ? [] : [line(piece('in full', 'dim')), ...lines];
}

function placeText(at: Location, item: TriageItem, stop: Stop): string {
  const inside = stop.evidence === null && item.function !== null ? ` in ${item.function}()` : '';
  const step = stop.evidence === null ? '' : `[${stop.evidence + 1}] `;
  return `${step}${at.file}:${at.line}:${at.column}${inside}`;
}

function noteLines(item: TriageItem, decision: Decision | null, width: number): Line[] {
  const lines: Line[] = [];
  const add = (text: string, style: Style) => lines.push(...wrapped(piece('* ', style), text, style, width));
  if (decision) {
    const by = decision.saved ? ` by ${decision.saved.by}` : ', being written';
    add(`${decision.says === 'refuted' ? 'suppressed' : 'confirmed'}${by}${decision.reason === '' ? '' : `: ${decision.reason}`}`, 'cyan');
  }
  for (const stale of item.rulings.filter((one) => one.stale !== null)) add(`stale ruling ${stale.id}: ${stale.stale}`, 'yellow');
  const unheard = decision ? [] : item.rulings.filter((one) => one.stale === null && one.says === 'refuted' && item.verdict !== 'refuted');
  for (const one of unheard) add(`ruling ${one.id} would suppress it, which this --trust does not take`, 'yellow');
  if (item.contested) add('it is suppressed by a word that was contested or taken back', 'yellow');
  if (item.fixedLater !== null) add(`mended later in the series by: ${item.fixedLater}; it still breaks bisection`, 'yellow');
  if (item.preexisting) add('the code was so before the patch', 'dim');
  return lines;
}

const LABELS: Record<Evidence['kind'], string> = {
  verifier: 'verifier',
  guard: 'guard',
  type: 'type',
  registration: 'flags',
  series: 'series',
  ruling: 'ruling',
};

function labelOf({ kind, role }: Evidence): string {
  return role === 'step' ? 'path' : role === 'context' && kind === 'guard' ? 'note' : LABELS[kind];
}

function evidenceLines(item: TriageItem, stop: Stop | null, width: number): Line[] {
  return item.evidence.flatMap((one, at) => {
    const isHere = stop?.evidence === at;
    const number = piece(`${isHere ? '>' : ' '}${String(at + 1).padStart(2)} `, isHere ? 'red' : 'dim');
    const word = `${labelOf(one)} `;
    const label = piece(word, one.role === 'carries' ? 'green' : 'dim');
    // what is told of a ruling begins with that word itself
    const text = one.text.startsWith(word) ? one.text.slice(word.length) : one.text;
    return [...hanging(number, label, text, isHere ? 'bold' : 'text', width), ...sourceLines(one, width)];
  });
}

/** The label begins the text and does not indent it: narrow screens need the room. */
function hanging(number: Piece, label: Piece, text: string, style: Style, width: number): Line[] {
  const [first, ...rest] = wrapped(piece(' '.repeat(number.text.length)), `${label.text}${text}`, style, width);
  const told = first?.[1]?.text ?? '';
  // a label that fills the line on its own stays as it was wrapped
  const begin: Line = told.startsWith(label.text)
    ? [number, label, { text: told.slice(label.text.length), style }]
    : [number, piece(told, style)];
  return [begin, ...rest];
}

function sourceLines({ location, source }: Evidence, width: number): Line[] {
  const lines: Line[] = [];
  const add = (text: string, style: Style) => lines.push(...wrapped(piece('    '), text, style, width));
  if (location) add(`${location.file}:${location.line}`, 'dim');
  if (!source) return lines;
  if ('path' in source) add(`Linux ${source.kernel} ${source.path} ${source.symbol}`, 'dim');
  else add([source.who, source.messageId && `<${source.messageId}>`, source.url].filter(Boolean).join(', '), 'dim');
  if (source.quote !== null) add(`"${source.quote}"`, 'cyan');
  return lines;
}

function needLines(item: TriageItem, width: number): Line[] {
  const needs = item.missing.flatMap((one) =>
    wrapped(piece('needs  ', 'yellow'), one.treeWouldHelp ? `--tree: ${one.why}` : one.why, 'text', width),
  );
  const advice = item.advice !== null && item.verdict !== 'refuted' ? wrapped(piece('to do  ', 'dim'), item.advice, 'text', width) : [];
  return [...needs, ...advice];
}

/** Where rulings stand, for who wants to look them up or take them out. */
function rulingLines(item: TriageItem, width: number): Line[] {
  return item.rulings.flatMap((one) => {
    const state = one.stale === null ? one.status : 'stale';
    return wrapped(piece('ruling ', 'dim'), `${one.file}:${one.line} ${one.id} (${state})`, 'dim', width);
  });
}
