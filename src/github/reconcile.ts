/** Look, plan, act, look again: until the pull request holds what it should. Looking again is what undoes the double work of two runs at once. */
import { InputError } from '../claim.ts';
import { apply, NotDone } from './apply.ts';
import { explain, type Github } from './client.ts';
import type { Label } from './marker.ts';
import type { Action, PullRef, PullState, Wanted } from './model.ts';
import { observe } from './observe.ts';
import { plan } from './plan.ts';

export interface Outcome {
  /** moved: the pull request stands at another commit by now · forbidden: the token of a fork may not write */
  end: 'done' | 'moved' | 'forbidden';
  actions: Action[];
}

const ROUNDS = 6;

/**
 * @param wantedFor what should stand there; lines refused by GitHub are asked for again without
 * @throws InputError where GitHub gives no answer, or the token may not write although the pull request is the repository's own
 */
export async function reconcile(
  github: Github,
  pull: PullRef,
  wantedFor: (state: PullState, refused: boolean) => Promise<Wanted>,
  { label, token }: { label: Label; token: string },
): Promise<Outcome> {
  const actions: Action[] = [];
  const made = { keys: new Set<string>(), summary: false };
  let refused = false;
  for (let round = 1; round <= ROUNDS; round++) {
    const state = await observe(github, pull, label).catch((error) => Promise.reject(explain(error, token)));
    const wanted = await wantedFor(state, refused).catch((error) => Promise.reject(explain(error, token)));
    if (state.head !== wanted.head) return { end: 'moved', actions };
    const due = plan(wanted, state, made);
    try {
      for (const action of due) {
        await apply(action, github, pull, wanted.head);
        actions.push(action);
        remember(made, action);
      }
    } catch (error) {
      if (!(error instanceof NotDone)) throw explain(error, token);
      if (error.failure === 'forbidden' && state.fromFork) return { end: 'forbidden', actions };
      if (error.failure === 'refused' && error.action === 'review' && !refused) refused = true;
      else if (error.failure === 'unsure' && round < ROUNDS) await github.pause(2 ** (round - 1));
      else throw explain(error.cause, token);
      continue;
    }
    if (!due.some(({ do: what }) => what === 'review' || what === 'summary')) return { end: 'done', actions };
  }
  throw new InputError(`the comments of ${pull.owner}/${pull.repo}#${pull.number} do not come to rest: another run seems to undo them`);
}

function remember(made: { keys: Set<string>; summary: boolean }, action: Action): void {
  if (action.do === 'review') for (const { key } of action.comments) made.keys.add(key);
  if (action.do === 'summary') made.summary = true;
}
