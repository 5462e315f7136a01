/** Sections of markdown within a limit of characters: what no longer fits is counted and said. */

export interface Section {
  /** markdown of our own making */
  title: string;
  /** behind a fold, closed at first */
  folded: boolean;
  items: readonly string[];
}

/**
 * Fills the page in the order given, item by item, never cutting one in two.
 * @param limit UTF-16 units, which GitHub's own count of characters never exceeds
 */
export function fitPage(head: string, sections: readonly Section[], foot: string, limit: number): string {
  const shown = sections.filter(({ items }) => items.length > 0);
  let room = limit - head.length - foot.length - 4;
  for (const section of shown) room -= frame(section, [], section.items.length).length + 2;
  const blocks = shown.map((section) => {
    const fitting: string[] = [];
    for (const item of section.items) {
      if (item.length + 1 > room) break;
      room -= item.length + 1;
      fitting.push(item);
    }
    return frame(section, fitting, section.items.length - fitting.length);
  });
  return [head, ...blocks, foot].filter((block) => block !== '').join('\n\n');
}

function frame({ title, folded }: Section, items: readonly string[], left: number): string {
  const rest = left > 0 ? [`- …and ${left} more, left out because the text may only be so long`] : [];
  const list = [...items, ...rest].join('\n');
  // the blank lines let markdown begin and end within the HTML
  return folded ? `<details>\n<summary>${title}</summary>\n\n${list}\n\n</details>` : `**${title}**\n\n${list}`;
}
