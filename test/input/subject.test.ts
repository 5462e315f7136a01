import { describe, expect, it } from 'vitest';
import { parseSubject } from '../../src/input/subject.ts';

const read = (subject: string) => {
  const { title, isReply, isPatch, isCover, rfc, version, part, total, label } = parseSubject(subject);
  return [title, isPatch ? `v${version} ${part}/${total}` : 'no patch', label, isReply && 're', isCover && 'cover', rfc && 'rfc']
    .filter((one) => one !== false && one !== '')
    .join(' | ');
};

describe('subjects', () => {
  it.each([
    ['[PATCH] mm: a', 'mm: a | v1 0/0'],
    ['[PATCH bpf-next v2 3/7] mm: a', 'mm: a | v2 3/7 | bpf next'],
    ['[PATCH v2 bpf-next 0/7] mm: a', 'mm: a | v2 0/7 | bpf next | cover'],
    ['Re: [PATCHv5 1/7] mm: a', 'mm: a | v5 1/7 | re'],
    ['RE: Aw: [RFC PATCH 02/10] mm: a', 'mm: a | v1 2/10 | re | rfc'],
    ['[RFCv3 1/2] mm: a', 'mm: a | v3 1/2 | rfc'],
    ['[V2][PATCH] mm: a', 'mm: a | v2 0/0'],
    ['[PATCH RESEND v3 1/1] mm: a', 'mm: a | v3 1/1'],
    ['[PATCHSET v2 sched_ext/for-6.12] mm: a', 'mm: a | v2 0/0 | sched ext for 6 12 | cover'],
    ['[PATCH linux-v6.1.y 1/2] mm: a', 'mm: a | v1 1/2 | linux v6 1 y'],
    ['[PATCH 6.1.y] mm: a', 'mm: a | v1 0/0 | 6 1 y'],
    ['[PATCH 07/X] mm: a', 'mm: a | v1 7/0'],
    ['[PATCH v2.1 3/7] mm: a', 'mm: a | v2 3/7'],
    ['mm: a [was: b]', 'mm: a [was: b] | no patch'],
    ['[syzbot] [mm?] WARNING in a', 'WARNING in a | no patch | syzbot mm'],
    ['', 'no patch'],
    ['[PATCH  v2\t1/2]   folded\n words', 'folded words | v2 1/2'],
  ])('%s', (subject, expected) => {
    expect(read(subject)).toBe(expected);
  });

  it('takes linear time', () => {
    const started = performance.now();
    for (const text of ['['.repeat(50_000), 'Re: '.repeat(20_000), `[PATCH ${' '.repeat(50_000)}1/2] x`, `[${'v1 '.repeat(20_000)}`])
      parseSubject(text);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
