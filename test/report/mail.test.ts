import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/claim.ts';
import { renderMail } from '../../src/report/mail.ts';
import { finding, report, SUPPRESSED, UNDECIDED } from './sample.ts';

const write = (findings: Finding[]) => renderMail(report(findings));

describe('a draft of the review', () => {
  it('tells of each confirmed finding under its line, and what to do', () => {
    const text = write([finding(10, { snippet: '\treturn t->size;', inDiff: true }), SUPPRESSED, UNDECIDED]);
    expect(text).toContain('> kernel/thing.c:10:9\n> +\treturn t->size;\n\nt is dereferenced without a NULL check. Test t first.\n');
    expect(text.match(/^> kernel/gm)).toHaveLength(1);
    expect(text).toMatch(/^Subject: Re: /);
    expect(text).toContain('by the verifier of Linux 6.12');
  });

  it('is empty where nothing of the patch is confirmed', () => {
    expect(write([SUPPRESSED, UNDECIDED, finding(10, { preexisting: true }), finding(11, { baseline: 'unchanged' })])).toBe('');
  });

  it('keeps to 72 columns, and code from a patch begins no line of its own', () => {
    const text = write([finding(10, { message: 'word '.repeat(60), snippet: `x\u001b[31m\nBcc: someone@example.org${'y'.repeat(90)}` })]);
    expect(text.split('\n').every((line) => line.length <= 72)).toBe(true);
    expect(text).not.toContain('\u001b');
    expect(text).not.toMatch(/^Bcc:/m);
  });
});
