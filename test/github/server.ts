/** GitHub, as far as the project talks to it, on a port of this machine. Every request and every answer is judged by GitHub's own descriptions. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerGraphql } from './graphql.ts';
import { answerFaults, type Call, requestFaults } from './openapi.ts';
import { type PullRequest, Refused } from './pull-request.ts';
import { type Answer, answerRest } from './rest.ts';

export const TOKEN = 'ghs_0123456789abcdefghijklmnopqrstuvwxyz';
export const BOT = 'github-actions[bot]';

/** What happens instead of, or after, what was asked. */
export interface Interruption {
  status: number;
  message: string;
  headers?: Record<string, string>;
  /** done all the same: the answer got lost */
  done?: boolean;
}

export interface Sent {
  method: string;
  path: string;
  status: number;
}

export class FakeGithub {
  pull: PullRequest;
  /** of the token */
  rights = { write: true, contents: true };
  /** asked before each request; null lets it pass */
  interrupt: (call: Call) => Interruption | null | Promise<Interruption | null> = () => null;
  readonly sent: Sent[] = [];
  /** what GitHub's descriptions object to */
  readonly faults: string[] = [];
  #server: Server;

  constructor(pull: PullRequest) {
    this.pull = pull;
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((error: Error) => {
        this.faults.push(`the server itself: ${error.stack}`);
        response.writeHead(418).end();
      });
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const text = Buffer.concat(parts).toString();
    const call = {
      method: request.method ?? 'GET',
      url: new URL(request.url ?? '/', 'http://api'),
      body: text === '' ? undefined : JSON.parse(text),
    };
    this.#check(request, call);
    const interruption = await this.interrupt(call);
    const answer =
      interruption && !interruption.done
        ? {
            status: interruption.status,
            body: { message: interruption.message },
          }
        : await this.#answer(call, request);
    const status = interruption?.status ?? answer.status;
    this.sent.push({ method: call.method, path: call.url.pathname, status });
    const body = interruption
      ? {
          message: interruption.message,
          documentation_url: 'https://docs.example.com',
        }
      : answer.body;
    response.writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      ...interruption?.headers,
    });
    response.end(body === undefined ? '' : JSON.stringify(body));
  }

  #check({ headers }: IncomingMessage, call: Call): void {
    if (!headers['user-agent']?.startsWith('kfunc-lint/')) this.faults.push(`user-agent ${headers['user-agent']}`);
    if (call.url.pathname !== '/graphql') this.faults.push(...requestFaults(call));
  }

  async #answer(call: Call, request: IncomingMessage): Promise<Answer> {
    if (!/^(token|bearer) /.test(request.headers.authorization ?? '') || !request.headers.authorization?.endsWith(TOKEN))
      return { status: 401, body: { message: 'Bad credentials' } };
    if (call.url.pathname === '/graphql') {
      const body = await answerGraphql(this.pull, call.body as { query: string }, { user: BOT, ...this.rights });
      const invalid = (body as { errors?: { type: string; message: string }[] }).errors?.filter(({ type }) => type === 'INVALID') ?? [];
      this.faults.push(...invalid.map(({ message }) => `graphql: ${message}`));
      return { status: 200, body };
    }
    const answer = this.#rest(call);
    if (call.url.pathname !== '/repos/o/r/pulls')
      this.faults.push(...answerFaults(call.method, call.url.pathname, answer.status, answer.body));
    return answer;
  }

  #rest(call: Call): Answer {
    if (call.method !== 'GET' && !this.rights.write)
      return {
        status: 403,
        body: { message: 'Resource not accessible by integration' },
      };
    try {
      return answerRest(this.pull, call, BOT);
    } catch (error) {
      if (error instanceof Refused) return { status: error.status, body: { message: error.message } };
      throw error;
    }
  }
}
