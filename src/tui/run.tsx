/** Opens the screen on a terminal and keeps it open until the person leaves. The only module of the screen that knows the process. */
import { render } from 'ink';
import { useSyncExternalStore } from 'react';
import { InputReader, WAIT_MS } from './input.ts';
import type { Look, Surroundings } from './model.ts';
import { Painter, type Terminal } from './painter.ts';
import { type Host, Session } from './session.ts';
import type { Event, State } from './state.ts';
import { Screen } from './views/screen.tsx';

export interface TriageRun {
  around: Surroundings;
  look: Look;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  /** gives findings and progress as they come; resolves when there are no more, and stops when asked by `signal` */
  feed(send: (event: Extract<Event, { type: 'items' | 'progress' | 'told' }>) => void, signal: AbortSignal): Promise<void>;
}

/** What is left when the screen is closed. */
export interface Farewell {
  state: State;
  /** 128 + n where a signal ended it */
  signal: NodeJS.Signals | null;
}

function App({ session }: { session: Session }) {
  return <Screen view={useSyncExternalStore(session.subscribe, () => session.view)} />;
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGHUP', 'SIGINT'];

/** @throws Error what the feed throws, after the terminal was given back */
export async function runTriage(run: TriageRun): Promise<Farewell> {
  const { stdin, stdout } = run;
  const painter = new Painter(stdout satisfies Terminal);
  const stop = new AbortController();
  let signal: NodeJS.Signals | null = null;
  let unmount = () => {};
  const leave = () => {
    stop.abort();
    unmount();
  };
  const session: Session = new Session(run.around, run.look, sizeOf(painter), hostOf(painter, stdin, leave));
  const resize = () => painter.repaint(() => session.send({ type: 'resize', ...sizeOf(painter) }));
  const onSignal = (name: NodeJS.Signals) => {
    signal = name;
    leave();
  };
  // the last net: whatever ends the process, the terminal is given back
  const onExit = () => painter.leave();
  process.on('exit', onExit);
  for (const name of SIGNALS) process.on(name, onSignal);
  stdout.on('resize', resize);
  const quiet = listen(stdin, session);
  session.send({ type: 'progress', progress: { what: 'analysing', done: 0, total: 0 } });
  painter.enter();
  // `debug`: every frame is handed over whole and at once, and the painter decides what of it goes to the terminal
  const app = render(<App session={session} />, {
    stdout: painter as unknown as NodeJS.WriteStream,
    stdin,
    debug: true,
    patchConsole: false,
    exitOnCtrlC: false,
  });
  unmount = app.unmount;
  const closed = app.waitUntilExit();
  try {
    const fed = run.feed((event) => session.send(event), stop.signal);
    await Promise.race([closed, fed.then(() => closed)]);
    await closed;
  } finally {
    leave();
    // what is typed from here on is for the shell
    quiet();
    painter.leave();
    stdout.off('resize', resize);
    for (const name of SIGNALS) process.off(name, onSignal);
    process.off('exit', onExit);
  }
  return { state: session.view.state, signal };
}

/** Keys go to the session until the function returned is called. Not by Ink: it would take a terminal's answer for keys. */
function listen(stdin: NodeJS.ReadStream, session: Session): () => void {
  const reader = new InputReader();
  let timer: NodeJS.Timeout | undefined;
  const hear = (inputs: ReturnType<InputReader['push']>) => {
    for (const one of inputs) {
      if ('key' in one) session.press(one.key);
      else session.paste(one.paste);
    }
  };
  const read = (text: string) => {
    clearTimeout(timer);
    hear(reader.push(text));
    if (reader.isWaiting) timer = setTimeout(() => hear(reader.flush()), WAIT_MS);
  };
  stdin.setEncoding('utf8');
  stdin.setRawMode(true);
  stdin.on('data', read);
  return () => {
    clearTimeout(timer);
    stdin.off('data', read);
    stdin.setRawMode(false);
    stdin.pause();
  };
}

function sizeOf({ columns, rows }: Painter): State['size'] {
  return { columns, rows };
}

function hostOf(painter: Painter, stdin: NodeJS.ReadStream, leave: () => void): Host {
  const lend = async (work: () => Promise<void>) => {
    painter.leave();
    stdin.setRawMode(false);
    stdin.pause();
    try {
      await work();
    } finally {
      stdin.setRawMode(true);
      stdin.resume();
      painter.enter();
    }
  };
  return {
    lend,
    leave,
    // as the terminal itself would: the whole process group. A timer and not SIGCONT, because a group without a shell is never stopped
    suspend: () =>
      lend(async () => {
        process.kill(0, 'SIGTSTP');
        await new Promise((resolve) => setTimeout(resolve, 100));
      }),
  };
}
