import { describe, expect, it } from 'vitest';
import { Painter } from '../../src/tui/painter.ts';

describe('the painter', () => {
  const terminal = (columns = 80, rows = 24) => {
    const written: string[] = [];
    return { columns, rows, written, write: (text: string) => void written.push(text) };
  };

  it('writes only lines that changed, each at its place', () => {
    const one = terminal();
    const painter = new Painter(one);
    painter.enter();
    painter.write('a\nb\nc');
    one.written.length = 0;
    painter.write('a\nB\nc');
    expect(one.written).toEqual(['\u001b[2;1HB\u001b[K']);
    painter.write('a\nB\nc');
    expect(one.written).toHaveLength(1);
    painter.write('a');
    expect(one.written[1]).toBe('\u001b[2;1H\u001b[K\u001b[3;1H\u001b[K');
  });

  it('never clears the scroll-back, and writes nothing before and after', () => {
    const one = terminal();
    const painter = new Painter(one);
    painter.write('early');
    painter.enter();
    painter.write('x');
    one.columns = 100;
    painter.repaint();
    painter.leave();
    painter.leave();
    painter.write('late');
    const all = one.written.join('');
    expect(all).not.toContain('\u001b[3J');
    expect(all).toContain('early');
    expect(all).not.toContain('late');
    expect(all.split('\u001b[?1049l')).toHaveLength(2);
  });

  it('after a resize paints everything once', () => {
    const one = terminal();
    const painter = new Painter(one);
    painter.enter();
    painter.write('a\nb');
    one.written.length = 0;
    painter.repaint(() => {
      painter.write('half');
      painter.write('A\nB');
    });
    expect(one.written).toEqual(['\u001b[2J\u001b[1;1HA\u001b[K\u001b[2;1HB\u001b[K']);
  });

  it('keeps to the rows there are', () => {
    const one = terminal(80, 2);
    const painter = new Painter(one);
    painter.enter();
    painter.write('1\n2\n3\n4');
    expect(one.written.join('')).not.toContain('3');
  });
});
