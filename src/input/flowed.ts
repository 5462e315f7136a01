/**
 * Mails of `format=flowed` (RFC 3676) that carry patches. By the letter a line that ends in a blank goes on in the next one; but a diff has lines that end in a
 * blank by themselves, the blank context line first of all, and joining them would eat what follows. A marked line never continues another.
 */

/** @param delsp the blank before a soft line break is no part of the text */
export function unflow(text: string, delsp: boolean): string {
  const lines = text.split(/\r?\n/);
  // a sender that doesn't stuff blanks (RFC 3676, 4.4) shows it by context lines with one blank
  const stuffed = !lines.some((line) => /^ [A-Za-z_{}#]/.test(line));
  const out: string[] = [];
  let open = false;
  for (const line of lines) {
    const goesOn = open && !/^(?:[ +\-@]|diff |$)/.test(line);
    const plain = stuffed && line.startsWith(' ') ? line.slice(1) : line;
    open = plain.endsWith(' ') && plain.trim() !== '' && plain !== '-- ';
    if (goesOn) out[out.length - 1] = `${delsp ? out.at(-1)!.slice(0, -1) : out.at(-1)}${plain}`;
    else out.push(plain);
  }
  return out.join('\n');
}
