/** What the guest wrote → one verdict a program. */

export interface Verdict {
  accepted: boolean;
  /** of a run: what the kfunc handed back */
  returned: number | null;
  /** where the verifier stopped: `call <kfunc>` and the like */
  at: string;
  message: string;
  errno: number;
}

/** @throws Error where there are not `count` verdicts */
export function parseAnswer(text: string, count: number): { verdicts: Verdict[]; trials: number[] } {
  const messages = new Map<string, string>();
  const verdicts: Verdict[] = [];
  const trials: number[] = [];
  for (const line of text.split('\n')) {
    const [head = '', ...rest] = line.split('\t');
    const words = head.split(' ');
    if (words[0] === 'm') messages.set(words[1]!, rest.join('\t'));
    else if (words[0] === 't') trials.push(Number(words[1]));
    else if (words[0] === 'a')
      verdicts.push({
        accepted: true,
        returned: words[1] && !words[1].startsWith('e') ? Number(words[1]) : null,
        at: '',
        message: '',
        errno: 0,
      });
    else if (words[0] === 'r') {
      const say = (i: number) => messages.get(words[i]!) ?? '';
      verdicts.push({
        accepted: false,
        returned: null,
        errno: Number(words[1]),
        at: say(2).replace(/^\s*\(85\) /, ''),
        message: say(3),
      });
    }
  }
  if (verdicts.length !== count) throw new Error(`${verdicts.length} verdicts for ${count} programs`);
  return { verdicts, trials };
}
