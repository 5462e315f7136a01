import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderMarkdown } from '../../src/report/markdown.ts';
import { findingItem } from '../../src/report/markdown-finding.ts';
import { fitPage } from '../../src/report/markdown-page.ts';
import { codeBlock, codeSpan, prose } from '../../src/report/markdown-text.ts';
import { plain, plainLine } from '../../src/report/plain.ts';
import { markdownFaults, visibleText } from './markdown-faults.ts';
import { CONTESTED, finding, report, SUPPRESSED, UNDECIDED } from './sample.ts';

const squeeze = (text: string) => plain(text).replace(/\s+/g, '');

describe('prose', () => {
  it.each([
    ['css is dereferenced without a NULL check', 'css is dereferenced without a NULL check'],
    ['bpf_a() calls memcg_events(memcg, event), twice', '`bpf_a()` calls `memcg_events(memcg, event)`, twice'],
    ['css->ss is read (before css).', '`css->ss` is read (before css).'],
    ['ask @somebody about #12, GH-1 or deadbeef', 'ask `@somebody` about `#12`, `GH-1` or `deadbeef`'],
    ['returns `NULL` or `css_get(a, b)`, a 32-bit value in 6.12', 'returns `NULL` or `css_get(a, b)`, a 32-bit value in 6.12'],
    ['a ` b', 'a `` ` b ``'],
    ['see www. or (www)', 'see `www`. or `(www)`'],
  ])('%s', (text, markdown) => {
    expect(prose(text)).toBe(markdown);
  });

  it('lets nothing but text through, and all of it', () => {
    const nasty = fc.constantFrom(
      ...'`*_[](){}<>#@!|~$&\\:/.-=+"\'\n\t '.split(''),
      '##[',
      '::',
      '```',
      '<!--',
      '-->',
      'http://',
      'www.',
      '@a',
      '#1',
      '\u202e',
      '\u001b[31m',
      'a',
      'Z',
    );
    fc.assert(
      fc.property(fc.array(nasty, { maxLength: 30 }), (parts) => {
        const text = parts.join('');
        for (const markdown of [`- ${prose(text)}`, `- x ${codeSpan(text)}`, codeBlock(text.split('\n'), 'c')])
          expect(markdownFaults(markdown)).toEqual([]);
        expect(squeeze(visibleText(prose(text))).replaceAll('`', '')).toBe(squeeze(text).replaceAll('`', ''));
        expect(squeeze(visibleText(codeBlock(text.split('\n'), 'c')))).toBe(squeeze(plainLine(text.replaceAll('\n', ' '))));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('markdown', () => {
  it('tells what is confirmed and contested in the open, the rest behind a fold', () => {
    const text = renderMarkdown(report([finding(10), SUPPRESSED, CONTESTED, UNDECIDED]), { show: new Set(['undecided']) });
    expect(text).toBe(`### kfunc-lint: 1 confirmed

**Confirmed**

- **error** \`unchecked-param\` at \`kernel/thing.c:10:9\`, \`bpf_thing()\`: t is dereferenced without a NULL check
  - path: \`bpf_thing()\` dereferences t (\`kernel/thing.c:10:9\`)
  - to do: test t first

**Suppressed, but contested**

${findingItem(CONTESTED)}

<details>
<summary>1 suppressed as false positives</summary>

${findingItem(SUPPRESSED)}

</details>

<details>
<summary>1 undecided</summary>

${findingItem(UNDECIDED)}

</details>

2 kfuncs in 1 file: 1 confirmed, 2 suppressed (1 contested), 1 undecided. By the verifier of Linux 6.12 \`(--kernel)\`.
`);
    expect(markdownFaults(text)).toEqual([]);
  });

  it('says in one item why a suppression holds', () => {
    expect(findingItem(SUPPRESSED)).toBe(
      `- **error** \`unchecked-param\` at \`kernel/thing.c:20:9\`, \`bpf_thing()\`: t is dereferenced without a NULL check
  - verifier: \`KF_RCU\` makes the verifier refuse NULL for t (\`kernel/thing.c:90:1\`; Linux 6.12 \`kernel/bpf/verifier.c\` \`check_kfunc_args\`: \`Possibly NULL pointer passed to trusted arg%d\`)
  - note: the later test is about another value (\`kernel/thing.c:25:6\`)`,
    );
  });
});

describe('a page', () => {
  it('never exceeds its limit, cuts between items, and says how many are left out', () => {
    const items = Array.from({ length: 100 }, (_, n) => `- item ${n} ${'x'.repeat(n)}`);
    for (const limit of [400, 1000, 3000, 10_000]) {
      const page = fitPage(
        'head',
        [
          { title: 'a', folded: false, items },
          { title: 'b', folded: true, items },
        ],
        'foot',
        limit,
      );
      expect(page.length).toBeLessThanOrEqual(limit);
      const kept = page.match(/^- item/gm)?.length ?? 0;
      const left = [...page.matchAll(/…and (\d+) more/g)].reduce((sum, [, count]) => sum + Number(count), 0);
      expect(kept + left).toBe(200);
      expect(page.endsWith('foot')).toBe(true);
    }
  });
});
