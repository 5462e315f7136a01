/** The outside world as a command sees it: given by `main.ts` for a process, by tests for themselves. */
export interface Io {
  stdin: NodeJS.ReadableStream;
  stdout: (text: string) => void;
  stderr: (text: string) => void;
  /** standard output is a terminal */
  isTTY: boolean;
  /** standard error is a terminal, so that progress may be shown */
  progress: boolean;
  env: Readonly<Record<string, string | undefined>>;
}

declare const __KFUNC_LINT_VERSION__: string | undefined;

/** Put in by the build; run from source there is none. */
export const VERSION = typeof __KFUNC_LINT_VERSION__ === 'undefined' ? '0.0.0-source' : __KFUNC_LINT_VERSION__;
