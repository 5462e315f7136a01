import { describe, expect, it } from 'vitest';
import { compareSeries, NEWEST, OLDEST, parseSeries, resolveSeries, SERIES } from '../../src/verifier/series.ts';

describe('series', () => {
  it.each([
    ['6.12', '6.12'],
    ['v6.12', '6.12'],
    ['6.12.117', '6.12'],
    ['6.12-rc3', '6.12'],
    ['6.12.117+deb12-cloud-amd64', '6.12'],
    [' 7.0 ', '7.0'],
  ])('reads %s', (text, series) => {
    expect(parseSeries(text)).toBe(series);
  });

  it.each(['', '6', 'six', '6.', '.1', '6.12x', '6,12', '6.1234', '__proto__', '6.12 rm -rf'])("refuses '%s' in one line", (text) => {
    expect(() => parseSeries(text)).toThrow(/is not a kernel series/);
    try {
      parseSeries(text);
    } catch (error) {
      expect(String(error)).not.toContain('\n');
    }
  });

  it('orders by number, not by letter', () => {
    expect(compareSeries('6.9', '6.12')).toBeLessThan(0);
    expect(compareSeries('6.19', '7.0')).toBeLessThan(0);
    expect([...SERIES].sort(compareSeries)).toEqual([...SERIES]);
    expect([SERIES[0], SERIES.at(-1)]).toEqual([OLDEST, NEWEST]);
  });

  it('takes the older of two modelled series, and says so', () => {
    expect(resolveSeries('6.12')).toEqual({ series: '6.12', rules: '6.12', note: null });
    expect(resolveSeries('6.16')).toMatchObject({ series: '6.16', rules: '6.14', note: expect.stringContaining('rules of 6.14') });
    expect(resolveSeries('8.1')).toMatchObject({ rules: NEWEST, note: expect.stringContaining('newer than') });
    expect(() => resolveSeries('5.15')).toThrow('older than 6.1');
  });
});
