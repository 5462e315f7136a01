/** The draft of an answer to a refuted claim, in the manners of a mailing list: what matters is quoted, the answer stands below, and every fact says where it can be read. */
import type { Evidence, KernelSource, PersonSource } from '../claim.ts';
import { fill, quoteLine } from '../wrap.ts';
import type { Question } from './question.ts';
import type { Decided } from './verdict.ts';
import { says } from './verdict.ts';

const COLUMNS = 78;

/** null where there is nothing to answer: only a refuted claim gets a draft. */
export function draftReply(q: Question, decided: Decided): string | null {
  if (decided.verdict !== 'refuted' || q.comment.dismissed) return null;
  const paragraphs = decided.contested ? contested(q, decided) : refuted(q, decided);
  return [...quoteOf(q), '', ...paragraphs.flatMap((p, i) => [...(i > 0 ? [''] : []), ...fill(p, '', COLUMNS)])].join('\n');
}

/** The line of code that it is about and the sentence that claims it. */
function quoteOf(q: Question): string[] {
  const code = q.comment.quoted.findLast((l) => (l.sign === '+' || l.sign === ' ') && l.text.trim().length > 1);
  const lines = code ? [quoteLine(`> ${code.sign}${code.text}`, COLUMNS)] : [];
  const sentence = q.stated.sentence.trim() || q.stated.text.trim();
  return [...lines, ...(code ? ['>'] : []), ...fill(sentence, '> ', COLUMNS)];
}

function refuted(q: Question, decided: Decided): string[] {
  const carrying = decided.evidence.filter((e) => e.role === 'carries' && !/ is taken as /.test(e.text));
  const all = carrying.length > 0 ? carrying : decided.evidence.filter((e) => e.role === 'carries');
  const telling = all.find((e) => says(e, q));
  const shown =
    telling?.kind === 'verifier' ? [telling] : telling ? [telling, ...all.filter((e) => e !== telling && e.kind === 'guard')] : all;
  const sources = [...new Set(shown.map(kernelSource).filter((s) => s !== null))];
  const first =
    telling?.kind === 'verifier' ? byVerifier(q, telling) : [opening(q), ...shown.slice(0, 3).map((e) => sentence(e, q))].join(' ');
  return [first, ...sources.slice(0, 2).map((s) => `See ${s}.`), ...later(q, decided)];
}

/** What the verifier does for the argument, and the flags that make it. */
function byVerifier(q: Question, telling: Evidence): string {
  const rule = telling.text.replace(/^KF_\w+ in [^:]*: /, '');
  const flags = ['KF_RCU', 'KF_TRUSTED_ARGS', 'KF_RELEASE'].filter((f) =>
    q.own.some((u) => u.kfunc.entries.some((e) => e.flags.includes(f))),
  );
  const argument = q.function === null ? 'It is an argument of a kfunc' : `It is an argument of ${q.function}()`;
  const registered = flags.length > 0 && q.function !== null ? ` ${q.function}() is registered with ${flags.join(' and ')}.` : '';
  return `No, ${q.subject?.text ?? 'it'} can't be NULL here. ${argument}, and ${rule} when the program is loaded.${registered}`;
}

/** What is so, in the first words. */
function opening(q: Question): string {
  const name = q.subject?.text ?? 'it';
  switch (q.stated.category) {
    case 'null-deref':
      return `No, ${name} can't be NULL here.`;
    case 'out-of-bounds':
      return q.stated.aspect === 'negative' ? `No, a negative ${name} does not get there.` : `No, ${name} is in range here.`;
    case 'refcount':
      return q.stated.aspect === 'leak' ? 'No, nothing is leaked here.' : 'I think this is fine.';
    case 'missing-flag':
      return q.stated.flag ? `No, ${q.stated.flag} is not missing.` : 'No flag is missing.';
    case 'sleep':
      return 'No, this does not sleep where it must not.';
    case 'rcu':
      return 'No, the read is protected.';
    case 'return-value':
      return 'No, the program can tell what it gets.';
    default:
      return 'No.';
  }
}

/** Evidence as a sentence. Line numbers go: they are wrong by the time the mail is read. */
function sentence(e: Evidence, q: Question): string {
  const text = e.text.replace(/ in line \d+/g, '').replace(/`([^`]*)`/g, '"$1"');
  const word = /^[A-Za-z_]\w*/.exec(text)?.[0] ?? '';
  const isName =
    text.startsWith(`${word}(`) ||
    word.includes('_') ||
    word === q.subject?.root ||
    /^(enum|struct|unsigned|int|long|[us]\d+|size_t|\w+_t)$/.test(word);
  const dressed = isName ? text : `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return `${dressed}${e.kind === 'ruling' ? personSource(e) : ''}.`;
}

function kernelSource(e: Evidence): string | null {
  if (!e.source || !('path' in e.source)) return null;
  const { path, symbol, quote, kernel }: KernelSource = e.source;
  return `${symbol}() in ${path} (v${kernel})${quote ? `: "${quote.trim()}"` : ''}`;
}

function personSource(e: Evidence): string {
  if (!e.source || 'path' in e.source) return '';
  const { who, messageId, url }: PersonSource = e.source;
  const where = messageId ? `<${messageId}>` : url;
  return where ? ` (${[who, where].filter((x) => x !== null).join(', ')})` : '';
}

/** What is true of the same name further down: it is where these claims come from. */
function later(q: Question, decided: Decided): string[] {
  return decided.evidence
    .filter((e) => e.role === 'context' && /^the later test /.test(e.text))
    .slice(0, 1)
    .map((e) => sentence(e, q));
}

/** Not sent as if it were settled: who said what, and that it was taken back. */
function contested(q: Question, decided: Decided): string[] {
  const rulings = decided.evidence.filter((e) => e.kind === 'ruling');
  const words = rulings.flatMap((e) => {
    if (!e.source || 'path' in e.source || !e.source.quote) return [];
    return [`${e.source.who ?? 'Somebody'} wrote "${e.source.quote}"${e.source.messageId ? ` (<${e.source.messageId}>)` : ''}.`];
  });
  const name = q.subject?.text ?? 'the value';
  const facts = decided.evidence.filter((e) => e.kind === 'verifier').slice(0, 1);
  return [
    `This is on record as answered, but the answer did not hold: ${rulings[0]!.text.replace(/^[^:]*: /, '')}.`,
    ...(words.length > 0 ? [[...new Set(words)].join(' ')] : []),
    `So nothing but the code itself bounds ${name}, and I would not call this settled.${facts.map((e) => ` ${sentence(e, q)}`).join('')}`,
    ...facts.flatMap((e) => (kernelSource(e) ? [`See ${kernelSource(e)}.`] : [])),
  ];
}
