/** Text from patches and mails, made harmless for a terminal. */

// control and format characters (escapes, bidirectional overrides, invisible ones), halves of surrogate pairs, line and paragraph separators
const HARMFUL = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/** One line of visible text: white space of any kind becomes a blank, what a terminal or the log of a CI runner would obey is dropped or broken up. */
export function plain(text: string): string {
  return breakCommands(text.replace(/[\s\u0085]+/g, ' ').replace(HARMFUL, ''));
}

/** The same with every white-space character a blank of its own: for code and for what is already laid out in columns. */
export function plainColumns(text: string): string {
  return text.replace(/[\s\u0085]/g, ' ').replace(HARMFUL, '');
}

/** A line of code as it is, tabs and runs of blanks included, less what is never visible. */
export function plainLine(line: string): string {
  return line.replace(/[^\S\t ]|\u0085/g, ' ').replace(/[^\P{Cc}\t]|[\p{Cf}\p{Cs}\u2028\u2029]/gu, '');
}

/** GitHub's runner takes `##[command]` anywhere in a line of output for an order (the other form, `::command::`, only where a line begins). */
function breakCommands(text: string): string {
  return text.replace(/##(?=\[)/g, '# #');
}

/** JSON whose characters a terminal shows and does not obey. The value is the same: they are written as escapes. */
export function plainJson(value: unknown): string {
  const spell = (char: string) =>
    [...Array(char.length).keys()].map((at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');
  return JSON.stringify(value, null, 2)
    .replace(/[^\P{Cc}\n]|[\p{Cf}\p{Cs}\u2028\u2029]/gu, spell)
    .replace(/##(?=\[)/g, '#\\u0023');
}
