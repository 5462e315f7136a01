/** A comment's prose as sentences of tokens. Code that a comment shows is set apart; code words inside a sentence are marked. */

export interface Token {
  text: string;
  lower: string;
  /** an identifier, an expression or a constant rather than an English word */
  code: boolean;
  /** `foo()`, or a name that stands before a bracket */
  call: boolean;
}

export interface Sentence {
  tokens: Token[];
  text: string;
  question: boolean;
  /** index of the paragraph it stands in */
  paragraph: number;
}

const TOKEN =
  /`[^`\n]{1,200}`|"[^"\n]{1,200}"|-?\bE[A-Z]{3,}\b|[*&]+(?=[A-Za-z_])[A-Za-z_]\w*(?:(?:->|\.)[A-Za-z_]\w*|\[[^\]\n]{0,40}\])*|[A-Za-z_]\w*(?:(?:->|\.(?=[a-z_]))[A-Za-z_]\w*|\[[^\]\n]{0,40}\]|\(\))*(?:[-'’](?=[A-Za-z])[A-Za-z]+)*|\d\w*(?:\.\w+)*|==|!=|<=|>=|->|&&|\|\||<|>|[^\s\w]/g;

/** Abbreviations whose dots end no sentence and join no member. */
const ABBREVIATION = /\b(e\.g|i\.e|etc|vs|cf|approx|resp)\./gi;

/**
 * @param paragraphs as written
 * @param isName whether a plain word is a name of the code at hand
 */
export function readSentences(paragraphs: readonly string[], isName: (word: string) => boolean): Sentence[] {
  return paragraphs.flatMap((text, paragraph) =>
    splitSentences(proseOf(text)).map((sentence) => ({
      text: sentence,
      tokens: tokenize(sentence, isName),
      question: /\?["')\]]*\s*$/.test(sentence),
      paragraph,
    })),
  );
}

export function tokenize(text: string, isName: (word: string) => boolean): Token[] {
  return [...text.replace(ABBREVIATION, (a) => a.replaceAll('.', '')).matchAll(TOKEN)].map(([word]) => tokenOf(word, isName));
}

function tokenOf(word: string, isName: (word: string) => boolean): Token {
  const quoted = /^[`"]/.test(word);
  const text = quoted ? word.slice(1, -1).trim() : word;
  const call = /^[A-Za-z_]\w*\(/.test(text);
  const shape =
    /[_[\]]|->|\(\)|^[*&]/.test(text) ||
    /^[a-z]\w*\.[a-z_]/.test(text) ||
    /^[A-Z][A-Z0-9]{2,}_/.test(text) ||
    /^(?=.*\d)[a-z]+\d+$/.test(text);
  const code =
    (quoted && /[^\w\s]|_/.test(text)) ||
    (shape && /[A-Za-z_]/.test(text)) ||
    (/^[A-Za-z_]\w*$/.test(text) && isName(text)) ||
    /^-?E[A-Z]{3,}$/.test(text);
  return { text, lower: text.toLowerCase(), code, call };
}

/** Without lines that are code: they are shown, not said. */
export function proseOf(paragraph: string): string {
  const lines = paragraph.split('\n');
  return lines
    .filter((line) => !isCodeLine(line, lines.length))
    .map((line) => line.trim())
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim();
}

export function isCodeLine(line: string, total = 2): boolean {
  const text = line.trim();
  if (text === '' || /^```/.test(text)) return true;
  if (/^[{}]+;?$/.test(text) || /^#\s*(if|ifdef|ifndef|else|endif|define|include)\b/.test(text)) return true;
  if (
    /[;{}]$/.test(text) &&
    !/^[A-Z][a-z]+ .*[a-z] .*;$/.test(text) &&
    (/[()=\]]|->/.test(text) || /^(return|break|continue|goto)\b/.test(text))
  )
    return true;
  if (/^(if|while|for|switch|else if) ?\(.*\)$/.test(text) && !/[?.]$/.test(text)) return total > 1;
  if (/^(static|struct|unsigned|int|void|enum|bool|u32|u64|__bpf_kfunc|BTF_\w+\() ?.*\)$/.test(text) && !/\?/.test(text)) return true;
  if (/^[\w/.-]+\.[ch]:[\w:]+\(?/.test(text) && !/[.?]$/.test(text)) return true;
  // indented by four or a tab, and written with operators
  return /^( {4,}|\t)/.test(line) && /[;={}()]|->/.test(text) && !/[?.]$/.test(text);
}

function splitSentences(text: string): string[] {
  const safe = text.replace(ABBREVIATION, (a) => a.replaceAll('.', '\u0001'));
  return (safe.match(/[^.?!]+(?:[.!](?=\S)[^.?!]*|\?(?=[\w>])[^.?!]*)*[.?!]*["')\]]*/g) ?? [])
    .map((s) => s.replaceAll('\u0001', '.').trim())
    .filter((s) => /\w/.test(s));
}
