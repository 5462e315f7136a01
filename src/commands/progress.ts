/** One line on a terminal's standard error that is written over and over; nothing where it is no terminal. */
import type { Io } from '../io.ts';
import { plain } from '../report/plain.ts';

export interface Progress {
  step: (done: number, total: number, what: string) => void;
  end: () => void;
}

const EVERY_MS = 100;

export function showProgress(io: Pick<Io, 'stderr' | 'progress'>): Progress {
  if (!io.progress) return { step: () => {}, end: () => {} };
  let next = 0;
  let shown = false;
  return {
    step(done, total, what) {
      const now = performance.now();
      if (now < next) return;
      next = now + EVERY_MS;
      shown = true;
      io.stderr(`\r\u001b[K${done}/${total} ${plain(what).slice(0, 60)}`);
    },
    end() {
      if (shown) io.stderr('\r\u001b[K');
    },
  };
}
