/** Screens of `triage` as they are on a real terminal, for the README and for the test that holds it to them. */
import { Terminal } from './terminal.ts';

/** `<!-- screen triage INPUT keys: j Enter -->`, and below it what is on the screen. */
export const BLOCK = /<!-- screen (triage [^>]*?) -->\n```text\n([\s\S]*?)```/g;

let count = 0;

/**
 * @param what arguments of the program as a shell takes them, then perhaps `keys:` and the keys as tmux names them
 * @param folder where the program is started: inputs are named from there
 * @param home an empty folder: decisions are kept nowhere else
 * @returns 24 lines of 80 columns at most
 */
export async function capture(program: string, what: string, folder: string, home: string): Promise<string> {
  const [args = '', keys = ''] = what.split(' keys:');
  const terminal = new Terminal(`capture-${count++}`);
  try {
    terminal.open(folder, { NO_COLOR: '1', HOME: home });
    terminal.run(`'${process.execPath}' '${program}' ${args.trim()} --rulings '${home}/rulings.yaml' --by 'M. Maintainer'; exit`);
    let screen = await terminal.until((one) => /\d\/\d+ decided/.test(one) && !/analysing|reading/.test(one));
    for (const key of keys.trim().split(' ').filter(Boolean)) {
      const before = screen;
      terminal.press(key);
      screen = await terminal.until((one) => one !== before);
    }
    return `${screen.trimEnd()}\n`;
  } finally {
    terminal.close();
  }
}
