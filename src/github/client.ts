/** GitHub by Octokit: retries, waits, counts its requests, and never lets the token out. Loaded only by commands that talk to GitHub. */
import { Octokit } from '@octokit/core';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import Bottleneck from 'bottleneck/light.js';
import { InputError } from '../claim.ts';

export interface Github {
  octokit: Octokit;
  /** requests sent so far, each try counted */
  sent(): number;
  pause(seconds: number): Promise<void>;
}

export interface Connection {
  token: string;
  /** `https://api.github.com`, or `https://host/api/v3` */
  baseUrl: string;
  version: string;
  /** 1: as GitHub asks; less for a server that does not mind */
  pace: number;
  say(line: string): void;
}

/** Longer than this is for the next run. Seconds. */
const LONGEST_WAIT = 900;
const TRIES = 3;

export function connect({ token, baseUrl, version, pace, say }: Connection): Github {
  let sent = 0;
  const wait = (what: string) => (seconds: number, _options: object, _octokit: unknown, tried: number) => {
    const wanted = tried < TRIES && seconds <= LONGEST_WAIT;
    say(`${what}: GitHub asks to wait ${seconds} s${wanted ? '' : ', which is too long: giving up'}`);
    return wanted;
  };
  // one write at a time, a second apart: https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api
  const apart = () => new Bottleneck.Group({ maxConcurrent: 1, minTime: 1000 * pace });
  const octokit = new (Octokit.plugin(retry, throttling))({
    auth: token,
    baseUrl,
    userAgent: `kfunc-lint/${version}`,
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    request: {
      fetch: (...args: Parameters<typeof fetch>) => {
        sent++;
        return fetch(...args);
      },
    },
    retry: { retryAfterBaseValue: 1000 * pace },
    throttle: {
      retryAfterBaseValue: 1000 * pace,
      write: apart(),
      notifications: apart(),
      onRateLimit: wait('rate limit'),
      onSecondaryRateLimit: wait('secondary rate limit'),
    },
  });
  return { octokit, sent: () => sent, pause: (seconds) => new Promise((done) => setTimeout(done, 1000 * pace * seconds)) };
}

export type Failure = 'forbidden' | 'gone' | 'refused' | 'unsure' | 'other';

/** What an error of Octokit means for what was asked. `unsure`: it may have been done all the same. */
export function failureOf(error: unknown): Failure {
  const { status, errors, message = '' } = error as { status?: number; errors?: { type?: string }[]; message?: string };
  if (/rate limit/i.test(message)) return 'other';
  if (errors?.length)
    return errors.every(({ type }) => type === 'FORBIDDEN')
      ? 'forbidden'
      : errors.every(({ type }) => type === 'NOT_FOUND')
        ? 'gone'
        : 'other';
  if (status === 401 || status === 403) return 'forbidden';
  if (status === 404 || status === 410) return 'gone';
  if (status === 422) return 'refused';
  return status !== undefined && status >= 500 ? 'unsure' : 'other';
}

/** One clear line instead of Octokit's error, whose parts hold the request. */
export function explain(error: unknown, token: string): InputError {
  if (error instanceof InputError) return error;
  const { status, message, request } = error as { status?: number; message?: string; request?: { method?: string; url?: string } };
  const what = request?.url ? ` to ${request.method ?? 'GET'} ${new URL(request.url).pathname}` : '';
  const text = `GitHub answered ${status ?? 'with an error'}${what}: ${(message ?? String(error)).split(' - http')[0]}`;
  return new InputError(token === '' ? text : text.replaceAll(token, '***'));
}
