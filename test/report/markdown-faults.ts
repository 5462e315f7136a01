/** What GitHub would make of a comment beyond text: rendered by a parser that follows its rules, with everything dangerous switched on. */
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';

/** The tags that we write ourselves. */
const OURS = new Set(['h3', 'p', 'ul', 'li', 'strong', 'code', 'pre', 'details', 'summary', 'sub']);
const MARKER = /<!-- kfunc-lint:[a-z]+(?: [a-z]+=[0-9a-z:#.-]+)* -->/g;

/** GitHub's own extensions, which no markdown parser knows: none of these may stand outside code. */
const REFERENCES: [string, RegExp][] = [
  ['mention', /(?:^|[^\w`])@\w/],
  ['issue', /#\d/],
  ['issue', /\bGH-\d/i],
  ['commit', /\b[0-9a-f]{7,40}\b/i],
  ['address', /\b(?:https?|ftp|mailto):\S/i],
  ['address', /\bwww\.\S/i],
  ['emoji', /:\w+:/],
  ['math', /\$/],
  ['alert', /\[!/],
];

/** @param ours texts of our own (the commit that was checked) that may stand where a reference could */
export function markdownFaults(markdown: string, ours: readonly string[] = []): string[] {
  const html = micromark(markdown, {
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
    allowDangerousHtml: true,
    allowDangerousProtocol: true,
  });
  const bare = html.replace(MARKER, '');
  const tags = [...bare.matchAll(/<\/?([a-z][a-z0-9]*)([^>]*)>/gi)];
  const strange = tags.filter(([, name, rest]) => !OURS.has(name!) || !/^(| class="language-(suggestion|c)")$/.test(rest!));
  const prose = ours.reduce(
    (text, own) => text.replaceAll(own, ''),
    bare
      .replace(/<pre>.*?<\/pre>/gs, ' ')
      .replace(/<code>.*?<\/code>/gs, ' ')
      .replace(/<[^>]*>/g, ' ')
      .replace(/&quot;/g, '"'),
  );
  return [
    ...strange.map(([tag]) => `tag ${tag}`),
    ...(bare.replace(/<\/?[a-z][^>]*>/gi, '').includes('<') ? ['half a tag'] : []),
    ...REFERENCES.filter(([, pattern]) => pattern.test(prose)).map(([what, pattern]) => `${what}: ${pattern.exec(prose)?.[0]}`),
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
    ...(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/.test(markdown) ? ['control character'] : []),
  ];
}

/** Our hidden markers as GitHub sees them: those that are HTML comments, not text that looks like one. */
export function markersOf(markdown: string): string[] {
  return micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true }).match(MARKER) ?? [];
}

/** What a reader sees, without markup. */
export function visibleText(markdown: string): string {
  const html = micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true });
  const entities: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&amp;': '&' };
  return html
    .replace(/<!--.*?-->/gs, '')
    .replace(/<[^>]*>/g, '')
    .replace(/&(?:lt|gt|quot|amp);/g, (entity) => entities[entity]!);
}
