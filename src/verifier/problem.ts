/** What is wrong with a kfunc before any program calls it, and when that shows. */
import type { Statement } from './statement.ts';

export type Stage = 'build' | 'boot' | 'register' | 'load' | 'run' | 'never';

export interface Problem {
  /** when it shows; `never`: it does not fail, it only does nothing */
  stage: Stage;
  /** flag, suffix or macro it is about */
  subject: string;
  /** one clause, lower case, no full stop */
  text: string;
  source: Statement | null;
}
