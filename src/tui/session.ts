/** Runs the screen: events in, state forward, effects out, answers back in as events. Knows no terminal. */
import { scrollLimit, type View } from './frame.ts';
import { type Intent, intentOf } from './keys.ts';
import { layoutOf } from './layout.ts';
import type { Look, Surroundings } from './model.ts';
import { type Decision, type Effect, type Event, initialState, type State } from './state.ts';
import { update } from './update.ts';

/** What the terminal does on behalf of the screen. */
export interface Host {
  /** gives the terminal away while `work` runs */
  lend(work: () => Promise<void>): Promise<void>;
  /** stops the process until the shell continues it */
  suspend(): Promise<void>;
  leave(): void;
}

export class Session {
  #view: View;
  readonly #host: Host;
  readonly #listeners = new Set<() => void>();

  constructor(around: Surroundings, look: Look, size: State['size'], host: Host) {
    const { rulingFile, series, today } = around;
    this.#view = { state: initialState({ size, rulingFile, series, today }), around, look };
    this.#host = host;
  }

  get view(): View {
    return this.#view;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** One key by its name, as InputReader gives it. */
  press(name: string): void {
    const { state } = this.#view;
    const intent = intentOf(state.mode, name, state.form?.field === 'range');
    if (intent) this.send(this.#complete(intent));
  }

  /** Text that came as a paste: it is typed where text is asked for, and never taken for keys. */
  paste(text: string): void {
    const { mode } = this.#view.state;
    if (mode === 'search' || mode === 'suppress') this.send({ type: 'type', text });
  }

  send(event: Event): void {
    const { state, effects } = update(this.#view.state, event);
    if (state !== this.#view.state) {
      this.#view = { ...this.#view, state };
      for (const listener of this.#listeners) listener();
    }
    for (const effect of effects) void this.#run(effect);
  }

  #complete(intent: Intent): Event {
    if (intent.type !== 'scroll') return intent;
    const half = Math.max(1, Math.floor(layoutOf(this.#view.state.size).bodyRows / 2));
    const by = { half, '-half': -half, top: Number.NEGATIVE_INFINITY };
    return { type: 'scroll', by: typeof intent.by === 'number' ? intent.by : by[intent.by], limit: scrollLimit(this.#view) };
  }

  /** One branch for each effect. Never fails: what goes wrong outside becomes a message. */
  async #run(effect: Effect): Promise<void> {
    const { around } = this.#view;
    const bad = (error: unknown): Event => ({ type: 'told', message: { text: messageOf(error), tone: 'bad' } });
    switch (effect.kind) {
      case 'save': {
        const { draft, before } = effect;
        const { itemKey } = draft;
        const event = await around.save(draft).then(
          (ruling): Event => ({ type: 'saved', itemKey, ruling, before }),
          (error): Event => ({ type: 'not-saved', itemKey, before, why: messageOf(error) }),
        );
        return this.send(event);
      }
      case 'withdraw': {
        const { itemKey, rulingId, before } = effect;
        const event = await around.withdraw(rulingId).then(
          (): Event => ({ type: 'withdrawn', itemKey, rulingId, before }),
          (error): Event => ({ type: 'not-withdrawn', why: messageOf(error) }),
        );
        return this.send(event);
      }
      case 'explain':
      case 'reply': {
        const { item, kind } = effect;
        const title = kind === 'explain' ? item.rule : 'draft reply';
        const made = kind === 'explain' ? around.explain(item) : around.reply(item, ownDecision(this.#view.state, item.key));
        const event = await made.then((text): Event => ({ type: 'paged', mode: kind, itemKey: item.key, page: { title, text } }), bad);
        return this.send(event);
      }
      case 'write-reply': {
        const message = await around.writeReply(effect.item, effect.text).then(
          (file) => ({ text: `written to ${file}`, tone: 'good' as const }),
          (error) => ({ text: messageOf(error), tone: 'bad' as const }),
        );
        return this.send({ type: 'reply-written', message });
      }
      case 'edit':
        return this.#host.lend(() => around.edit(effect.at)).catch((error) => this.send(bad(error)));
      case 'suspend':
        return this.#host.suspend();
      case 'leave':
        return this.#host.leave();
    }
  }
}

/** What the person, or their own file, says of the item. A ruling that comes with the tool is not their word. */
function ownDecision(state: State, key: string): Decision | null {
  const decision = state.decisions.get(key);
  return decision && (decision.here || decision.saved?.file === state.rulingFile) ? decision : null;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
