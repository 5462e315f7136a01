import { describe, expect, it } from 'vitest';
import { editorCommand, splitWords } from '../../src/commands/editor.ts';

describe('the editor', () => {
  it.each([
    [{ EDITOR: 'vi' }, ['vi', '+7', '/t/a.c']],
    [{ EDITOR: 'nano', VISUAL: 'emacs -nw' }, ['emacs', '-nw', '+7', '/t/a.c']],
    [{ EDITOR: 'code -w' }, ['code', '-w', '-g', '/t/a.c:7']],
    [{ EDITOR: '/usr/bin/hx' }, ['/usr/bin/hx', '/t/a.c:7']],
    [{ EDITOR: "'/opt/my editor/run' --x='a b'" }, ['/opt/my editor/run', '--x=a b', '+7', '/t/a.c']],
  ])('%j', (env, command) => {
    expect(editorCommand(env, '/t/a.c', 7)).toEqual(command);
  });

  it.each(['/t/$(touch x).c', "/t/a'; rm -rf b.c", '/t/+:!sh.c', '/t/-c.c', '/t/a b\nc.c'])('%j is one argument', (path) => {
    expect(editorCommand({ EDITOR: 'vim -n' }, path, 1)).toEqual(['vim', '-n', '+1', path]);
  });

  it('takes no name that could be an option or a command of the editor', () => {
    for (const path of ['+:!sh', '-c', 'a.c']) expect(() => editorCommand({ EDITOR: 'vi' }, path, 1)).toThrow(/no absolute path/);
  });

  it('must be named', () => {
    for (const env of [{}, { EDITOR: '' }, { EDITOR: '  ' }]) expect(() => editorCommand(env, '/a', 1)).toThrow('$EDITOR is not set');
  });

  it('takes words apart and expands nothing', () => {
    expect(splitWords(`a "b c" 'd "e' f'g h'i $X \`y\``)).toEqual(['a', 'b c', 'd "e', 'fg hi', '$X', '`y`']);
  });
});
