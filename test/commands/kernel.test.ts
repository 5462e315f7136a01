import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/claim.ts';
import { chooseKernel } from '../../src/commands/kernel.ts';
import type { TreeFiles } from '../../src/source/model.ts';
import { NEWEST } from '../../src/verifier/series.ts';

const tree = (makefile: string | null): TreeFiles => ({
  label: '../linux',
  read: (path) => (path === 'Makefile' ? makefile : null),
  search: () => [],
  margin: () => [],
});
const MAKEFILE = '# SPDX-License-Identifier: GPL-2.0\nVERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 117\nEXTRAVERSION =\n';

describe('the kernel series of a run', () => {
  it('is the option before the tree, the tree before the newest', () => {
    expect(chooseKernel('6.6', tree(MAKEFILE)).kernel).toEqual({ series: '6.6', from: 'option' });
    expect(chooseKernel(undefined, tree(MAKEFILE)).kernel).toEqual({ series: '6.12', from: 'tree' });
    expect(chooseKernel(undefined, null)).toEqual({ kernel: { series: NEWEST, from: 'default' }, diagnostics: [] });
  });

  it('takes a version for its series', () => {
    expect(chooseKernel('v6.12.117', null).kernel.series).toBe('6.12');
  });

  it('says so where the series itself was not read', () => {
    expect(chooseKernel('6.16', null).diagnostics[0]?.message).toMatch(/6\.16 .*rules of 6\.14/);
  });

  it('warns about a tree that does not say what it is', () => {
    for (const makefile of [null, 'all:\n\ttrue\n']) {
      const { kernel, diagnostics } = chooseKernel(undefined, tree(makefile));
      expect(kernel.from).toBe('default');
      expect(diagnostics).toMatchObject([{ level: 'warning', message: expect.stringContaining('../linux') }]);
    }
  });

  it.each([['5.19'], ['six'], [''], ['6'], ['6.x']])('refuses %j', (text) => {
    expect(() => chooseKernel(text, null)).toThrow(InputError);
  });
});
