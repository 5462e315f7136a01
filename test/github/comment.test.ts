/** The comments of a pull request over its life, against a server that GitHub's own descriptions keep honest. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Finding } from '../../src/claim.ts';
import { MOST_LINE_COMMENTS } from '../../src/github/plan.ts';
import { CONTESTED, evidence, finding, SUPPRESSED, UNDECIDED } from '../report/sample.ts';
import { BOT, TOKEN } from './server.ts';
import { FIRST, fileOf, SECOND, THIRD, World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await new World().start();
});
afterEach(async () => {
  expect(world.github.faults, 'what the descriptions of GitHub object to').toEqual([]);
  await world.stop();
});

const moved = (one: Finding, line: number): Finding => ({
  ...one,
  location: { ...one.location, line },
});
const outside = finding(3, {
  location: { file: 'kernel/other.c', line: 7, column: 1 },
});
const lines = () => world.pull.threads.map(({ path, line, resolved }) => `${path}:${line}${resolved ? ' resolved' : ''}`);
const bodies = () => world.pull.threads.map(({ comments }) => comments[0]!.body);
const summary = () => {
  expect(world.pull.comments).toHaveLength(1);
  return world.pull.comments[0]!.body;
};

describe('a first run', () => {
  it('comments on lines of the diff, and sums up the whole', async () => {
    const { code, stdout, requests } = await world.run([
      finding(10),
      finding(20, { rule: 'unbounded-index' }),
      outside,
      SUPPRESSED,
      CONTESTED,
      UNDECIDED,
    ]);
    expect(code).toBe(0);
    expect(lines()).toEqual(['kernel/thing.c:10', 'kernel/thing.c:20']);
    expect(bodies()[0]).toBe(`<!-- kfunc-lint:finding key=${finding(10).id}#1 -->
**error** \`unchecked-param\` at \`kernel/thing.c:10:9\`, \`bpf_thing()\`: t is dereferenced without a NULL check

**Why, and what to do**

- path: \`bpf_thing()\` dereferences t (\`kernel/thing.c:10:9\`)
- to do: test t first

<sub>\`kfunc-lint explain unchecked-param\` tells more. By the verifier of Linux 6.12 \`(--kernel)\`.</sub>`);
    expect(summary()).toMatch(new RegExp(`^<!-- kfunc-lint:summary head=${FIRST} -->\n### kfunc-lint: 3 confirmed`));
    expect(summary()).toContain('`kernel/other.c:7:1`');
    expect(summary().match(/see the comment on the line/g)).toHaveLength(2);
    for (const part of ['Suppressed, but contested', '1 suppressed as false positives', '1 undecided', 'Linux 6.12 `(--kernel)`', FIRST])
      expect(summary()).toContain(part);
    expect(requests).toEqual([
      'POST /graphql 200',
      'GET /pulls/5/files 200',
      'POST /pulls/5/reviews 200',
      'POST /issues/5/comments 201',
      'POST /graphql 200',
    ]);
    expect(stdout).toBe('kfunc-lint: o/r#5: 2 comments posted, 0 updated, 0 resolved, summary posted (5 requests)\n');
  });

  it('says nothing where nothing is confirmed or contested', async () => {
    const { code, requests } = await world.run([SUPPRESSED, UNDECIDED]);
    expect([code, world.pull.comments, world.pull.threads]).toEqual([0, [], []]);
    expect(requests).toEqual(['POST /graphql 200']);
  });

  it('keeps to the summary where that is asked for', async () => {
    const { requests } = await world.run([finding(10)], { mode: 'summary' });
    expect([lines(), summary().includes('kernel/thing.c:10:9')]).toEqual([[], true]);
    expect(requests).toHaveLength(3);
  });

  it('proposes the line where the mend is one line of the diff', async () => {
    world.pull.push(FIRST, [
      fileOf('kernel/thing.c', 1, 100, (line) => (line === 60 ? 'BTF_ID_FLAGS(func, bpf_thing, KF_ACQUIRE)' : '\tx;')),
    ]);
    const mend = {
      file: 'kernel/thing.c',
      start: { line: 60, column: 41 },
      end: { line: 60, column: 41 },
      text: ' | KF_RET_NULL',
      title: 'add KF_RET_NULL',
    };
    await world.run([finding(10, { mend })]);
    expect(lines()).toEqual(['kernel/thing.c:60']);
    expect(bodies()[0]).toContain('```suggestion\nBTF_ID_FLAGS(func, bpf_thing, KF_ACQUIRE | KF_RET_NULL)\n```');
  });

  it('proposes nothing that would not be seen, or does not fit', async () => {
    const mend = {
      file: 'kernel/thing.c',
      start: { line: 10, column: 1 },
      end: { line: 10, column: 1 },
      text: '\u202e',
      title: 'x',
    };
    await world.run([
      finding(10, { mend }),
      finding(11, { mend: { ...mend, text: 'a\nb' } }),
      finding(12, {
        mend: { ...mend, text: 'x', end: { line: 10, column: 900 } },
      }),
    ]);
    expect(lines()).toHaveLength(3);
    for (const body of bodies()) expect(body).not.toContain('suggestion');
  });

  it('tells in the summary what was so before the change, and what GitHub shows no diff of', async () => {
    world.pull.push(FIRST, [fileOf('kernel/thing.c', 1, 100), { filename: 'kernel/other.c' }]);
    await world.run([finding(10, { preexisting: true }), outside]);
    expect(lines()).toEqual([]);
    expect(summary()).toContain('the code was so before this change');
    expect(summary()).toContain('GitHub gives no diff of `kernel/other.c`');
  });

  it('never writes more than GitHub takes', async () => {
    const long = Array.from({ length: 40 }, () =>
      evidence({
        text: '@ a '.repeat(2000),
        source: {
          kernel: '6.12',
          path: 'p'.repeat(900),
          symbol: 's'.repeat(900),
          quote: '` '.repeat(9000),
        },
      }),
    );
    await world.run(Array.from({ length: 40 }, (_, n) => finding(n + 1, { evidence: long, message: 'x_ y '.repeat(1000) })));
    expect(lines()).toHaveLength(MOST_LINE_COMMENTS);
    for (const body of [...bodies(), summary()]) expect(body.length).toBeLessThanOrEqual(65_536);
    expect(summary()).toMatch(/…and \d+ more, left out/);
  });
});

describe('a later push', () => {
  it('resolves what is mended, moves what moved, and repeats nothing', async () => {
    await world.run([finding(10), finding(20)]);
    const ids = world.pull.threads.map(({ comments }) => comments[0]!.id);
    world.pull.push(SECOND, [fileOf('kernel/thing.c', 1, 120)]);
    const { requests } = await world.run([moved(finding(10), 15)], {
      head: SECOND,
    });
    expect(world.pull.threads.map(({ comments }) => comments[0]!.id)).toEqual(ids);
    expect(lines()).toEqual(['kernel/thing.c:10', 'kernel/thing.c:20 resolved']);
    expect(bodies()[0]).toContain('at `kernel/thing.c:15:9`');
    expect(bodies()[1]).toMatch(
      new RegExp(`^<!-- kfunc-lint:finding key=\\S+ state=mended -->\nNo longer confirmed at \`${SECOND.slice(0, 12)}\``),
    );
    expect(summary()).toContain(`head=${SECOND}`);
    expect(requests).toEqual([
      'POST /graphql 200',
      'GET /pulls/5/files 200',
      ...['PATCH', 'PATCH'].map((method, at) => `${method} /pulls/comments/${ids[at]} 200`),
      'POST /graphql 200',
      `PATCH /issues/comments/${world.pull.comments[0]!.id} 200`,
    ]);
    const again = await world.run([moved(finding(10), 15)], { head: SECOND });
    expect(again.requests, 'the same once more changes nothing').toEqual(['POST /graphql 200', 'GET /pulls/5/files 200']);
  });

  it('opens again what comes back', async () => {
    await world.run([finding(10)]);
    world.pull.push(SECOND, world.pull.files);
    await world.run([], { head: SECOND });
    expect(lines()).toEqual(['kernel/thing.c:10 resolved']);
    world.pull.push(THIRD, world.pull.files);
    await world.run([finding(10)], { head: THIRD });
    expect(lines()).toEqual(['kernel/thing.c:10']);
    expect(bodies()[0]).not.toContain('No longer confirmed');
  });

  it('ends with one line where nothing is left', async () => {
    await world.run([finding(10)]);
    world.pull.push(SECOND, world.pull.files);
    await world.run([SUPPRESSED], { head: SECOND });
    expect(summary().split('\n').slice(1)).toEqual([
      `kfunc-lint: nothing confirmed any more at \`${SECOND}\`, by the verifier of Linux 6.12 \`(--kernel)\`.`,
    ]);
  });

  it('by force keeps the threads of the old commits', async () => {
    await world.run([finding(10), finding(20)]);
    world.pull.push(SECOND, [fileOf('kernel/thing.c', 50, 60), fileOf('kernel/new.c', 1, 30)]);
    expect(lines()).toEqual(['kernel/thing.c:null', 'kernel/thing.c:null']);
    const { requests } = await world.run(
      [
        moved(finding(10), 55),
        finding(20),
        finding(30, {
          location: { file: 'kernel/new.c', line: 30, column: 1 },
        }),
      ],
      { head: SECOND },
    );
    expect(lines()).toEqual(['kernel/thing.c:null', 'kernel/thing.c:null', 'kernel/new.c:30']);
    expect(requests.filter((one) => one.startsWith('POST /pulls'))).toHaveLength(1);
  });

  it('leaves a pull request alone that has moved on', async () => {
    world.pull.push(SECOND, world.pull.files);
    const { code, stdout, requests } = await world.run([finding(10)], {
      head: FIRST,
    });
    expect([code, world.pull.threads, world.pull.comments]).toEqual([0, [], []]);
    expect(requests).toEqual(['POST /graphql 200']);
    expect(stdout).toContain('has moved on');
  });

  it('hides what it may not resolve, and shows it again', async () => {
    world.github.rights.contents = false;
    await world.run([finding(10)]);
    world.pull.push(SECOND, world.pull.files);
    expect((await world.run([], { head: SECOND })).code).toBe(0);
    const [comment] = world.pull.threads[0]!.comments;
    expect([comment!.minimized, lines()]).toEqual([true, ['kernel/thing.c:10']]);
    world.pull.push(THIRD, world.pull.files);
    await world.run([finding(10)], { head: THIRD });
    expect(comment!.minimized).toBe(false);
  });
});

describe('people', () => {
  it('keep their replies when the finding is mended', async () => {
    await world.run([finding(10)]);
    world.pull.reply(world.pull.threads[0]!, 'maintainer', 'good catch');
    world.pull.push(SECOND, world.pull.files);
    await world.run([], { head: SECOND });
    expect(world.pull.threads[0]!.comments.map(({ body }) => body).at(-1)).toBe('good catch');
    expect(lines()).toEqual(['kernel/thing.c:10 resolved']);
  });

  it('keep their replies even in a second thread about the same', async () => {
    await world.run([finding(10)]);
    const [{ comments }] = world.pull.threads as [(typeof world.pull.threads)[0]];
    for (const answered of [true, false, true]) {
      world.pull.review(BOT, FIRST, '', [
        {
          path: 'kernel/thing.c',
          line: 10,
          side: 'RIGHT',
          body: comments[0]!.body,
        },
      ]);
      if (answered) world.pull.reply(world.pull.threads.at(-1)!, 'maintainer', 'why?');
    }
    const { stdout } = await world.run([finding(10)]);
    expect(world.pull.threads.map((thread) => thread.comments.length)).toEqual([2, 2]);
    expect(stdout).toContain('2 doubles deleted');
  });

  it('who resolve a thread are not contradicted', async () => {
    await world.run([finding(10)]);
    Object.assign(world.pull.threads[0]!, {
      resolved: true,
      resolvedBy: 'maintainer',
    });
    world.pull.push(SECOND, world.pull.files);
    await world.run([finding(10)], { head: SECOND });
    expect(lines()).toEqual(['kernel/thing.c:10 resolved']);
  });

  it('who copy our markers are not taken for us', async () => {
    await world.run([finding(10)]);
    const [ours] = bodies();
    world.pull.threads = [];
    world.pull.review('stranger', FIRST, '', [{ path: 'kernel/thing.c', line: 10, side: 'RIGHT', body: ours! }]);
    world.pull.comment('stranger', summary());
    world.pull.comments.shift();
    await world.run([finding(10)]);
    expect(world.pull.threads.map(({ comments }) => comments[0]!.author)).toEqual(['stranger', BOT]);
    expect(world.pull.comments.map(({ author }) => author)).toEqual(['stranger', BOT]);
  });
});

describe('two uses in one pull request', () => {
  it('keep to themselves', async () => {
    await world.run([finding(10)], { label: '6.12' });
    await world.run([finding(10), finding(20)], { label: '7.0' });
    expect(lines()).toEqual(['kernel/thing.c:10', 'kernel/thing.c:10', 'kernel/thing.c:20']);
    world.pull.push(SECOND, world.pull.files);
    await world.run([], { head: SECOND, label: '6.12' });
    expect(lines()).toEqual(['kernel/thing.c:10 resolved', 'kernel/thing.c:10', 'kernel/thing.c:20']);
    expect(world.pull.comments.map(({ body }) => body.split('\n')[0])).toEqual([
      `<!-- kfunc-lint:summary head=${SECOND} label=6.12 -->`,
      `<!-- kfunc-lint:summary head=${FIRST} label=7.0 -->`,
    ]);
    world.pull.push(THIRD, world.pull.files);
    await world.run([finding(10)], { head: THIRD, label: '6.12' });
    expect(lines()).toEqual(['kernel/thing.c:10', 'kernel/thing.c:10', 'kernel/thing.c:20']);
  });

  it('have labels that end no marker', async () => {
    const { code, stderr } = await world.run([finding(10)], { label: '--> <b>' });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^--label .*: must be lower case letters/)]);
  });
});

describe('limits', () => {
  const sixty = Array.from({ length: 60 }, (_, n) => finding(n + 1, { severity: n < 35 ? 'warning' : 'error' }));

  it('60 findings: the worst on lines, all in the summary, and it says so', async () => {
    const { requests } = await world.run(sixty);
    expect(lines()).toHaveLength(MOST_LINE_COMMENTS);
    expect(bodies().filter((body) => body.includes('**error**'))).toHaveLength(25);
    for (const one of sixty) expect(summary()).toContain(`kernel/thing.c:${one.location.line}:9`);
    expect(summary()).toContain('30 findings only here: at most 30 comments stand on lines at a time.');
    expect(requests).toHaveLength(5);
  });

  it('what was left out comes up when others are mended', async () => {
    await world.run(sixty);
    world.pull.push(SECOND, world.pull.files);
    const onLines = new Set(bodies().map((body) => /key=(k1:\w+)/.exec(body)?.[1]));
    const left = [...sixty.filter(({ id }) => !onLines.has(id)), ...sixty.filter(({ id }) => onLines.has(id)).slice(10)];
    await world.run(left, { head: SECOND });
    expect(world.pull.threads.filter(({ resolved }) => !resolved)).toHaveLength(MOST_LINE_COMMENTS);
    expect(summary()).toContain('20 findings only here');
  });

  it('many pages of other people’s comments and files', async () => {
    await world.run([finding(10), outside]);
    const [ours] = world.pull.threads;
    const [first] = world.pull.comments;
    world.pull.threads = [];
    world.pull.comments = [];
    for (let n = 1; n <= 100; n++)
      world.pull.review('stranger', FIRST, '', [{ path: 'kernel/thing.c', line: n, side: 'RIGHT', body: 'x' }]);
    for (let n = 1; n <= 250; n++) world.pull.comment('stranger', 'x');
    world.pull.threads.push(ours!);
    world.pull.comments.push(first!);
    world.pull.push(SECOND, [
      ...Array.from({ length: 230 }, (_, n) => fileOf(`kernel/f${n}.c`, 1, 2)),
      fileOf('kernel/thing.c', 1, 100),
      fileOf('kernel/other.c', 1, 9),
    ]);
    const { requests } = await world.run([finding(10), outside], {
      head: SECOND,
    });
    expect(world.pull.threads.filter(({ comments }) => comments[0]!.author === BOT).map(({ path }) => path)).toEqual([
      'kernel/thing.c',
      'kernel/other.c',
    ]);
    expect(world.pull.comments.filter(({ author }) => author === BOT)).toHaveLength(1);
    expect(requests.filter((one) => one.startsWith('GET'))).toHaveLength(3);
    expect(requests.filter((one) => one.includes('graphql'))).toHaveLength(6);
  });
});

describe('GitHub in trouble', () => {
  const once = (
    method: string,
    path: RegExp,
    answer: {
      status: number;
      message: string;
      headers?: Record<string, string>;
      done?: boolean;
    },
    times = 1,
  ) => {
    let left = times;
    world.github.interrupt = (call) => (call.method === method && path.test(call.url.pathname) && left-- > 0 ? answer : null);
  };
  const expectOneOfEach = () => {
    expect(lines()).toEqual(['kernel/thing.c:10']);
    summary();
  };

  it('500 on what was not done: done again', async () => {
    once('POST', /reviews$/, { status: 500, message: 'Server Error' });
    const { code, requests } = await world.run([finding(10)]);
    expect(code).toBe(0);
    expectOneOfEach();
    expect(requests.map((one) => one.split(' ').at(-1))).toEqual(['200', '200', '500', '200', '200', '201', '200']);
  });

  it('502 on what was done all the same: not done twice', async () => {
    once('POST', /reviews$|issues.5.comments$/, { status: 502, message: 'Bad Gateway', done: true }, 2);
    expect((await world.run([finding(10)])).code).toBe(0);
    expectOneOfEach();
    expect(world.github.sent.filter(({ path }) => path.endsWith('/reviews'))).toHaveLength(1);
  });

  it('503 on reading and on changing: asked again', async () => {
    await world.run([finding(10)]);
    world.pull.push(SECOND, world.pull.files);
    once('PATCH', /comments/, { status: 503, message: 'Unavailable' }, 2);
    expect((await world.run([], { head: SECOND })).code).toBe(0);
    expect(lines()).toEqual(['kernel/thing.c:10 resolved']);
    once('GET', /files$/, { status: 503, message: 'Unavailable' }, 2);
    expect((await world.run([finding(10)], { head: SECOND })).code).toBe(0);
  });

  it('500 for ever: one clear line, and no token in it', async () => {
    once('POST', /reviews$/, { status: 500, message: `Server Error for ${TOKEN}` }, 1000);
    const { code, stderr, requests } = await world.run([finding(10)]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^GitHub answered 500 to POST \/repos\/o\/r\/pulls\/5\/reviews: Server Error for \*\*\*\n$/);
    expect(requests.filter((one) => one.includes('reviews'))).toHaveLength(6);
  });

  it('403 with retry-after: waits, then does it once', async () => {
    once('POST', /reviews$/, {
      status: 403,
      message: 'You have exceeded a secondary rate limit. Please wait a few minutes.',
      headers: { 'retry-after': '2' },
    });
    const start = Date.now();
    const { code, stderr, requests } = await world.run([finding(10)]);
    expect(Date.now() - start, 'two hundredths of a second at this pace').toBeGreaterThanOrEqual(20);
    expect(code).toBe(0);
    expectOneOfEach();
    expect(stderr).toBe('kfunc-lint: secondary rate limit: GitHub asks to wait 2 s\n');
    expect(requests).toHaveLength(6);
  });

  it('429 and no requests left: waits until there are', async () => {
    const reset = String(Math.floor(Date.now() / 1000) + 1);
    once('POST', /issues/, {
      status: 429,
      message: 'API rate limit exceeded',
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset },
    });
    expect((await world.run([finding(10)])).code).toBe(0);
    expectOneOfEach();
  });

  it('403 for an hour: gives up and says why', async () => {
    once(
      'POST',
      /reviews$/,
      {
        status: 403,
        message: 'You have exceeded a secondary rate limit.',
        headers: { 'retry-after': '3600' },
      },
      1000,
    );
    const { code, stderr } = await world.run([finding(10)]);
    expect(code).toBe(2);
    expect(stderr).toContain('GitHub asks to wait 3600 s, which is too long: giving up');
  });

  it('422 on lines: all is told in the summary, and that it is so', async () => {
    once('POST', /reviews$/, { status: 422, message: 'Line could not be resolved' }, 1000);
    expect((await world.run([finding(10)])).code).toBe(0);
    expect(lines()).toEqual([]);
    expect(summary()).toContain('GitHub refused comments on the lines');
    expect(summary()).toContain('to do: test t first');
  });

  it('a bad token: one clear line without it', async () => {
    const { code, stdout, stderr } = await world.run([finding(10)], {
      env: { GITHUB_TOKEN: 'ghp_wrongwrongwrongwrongwrongwrong' },
    });
    expect(code).toBe(2);
    expect(stderr).toBe('GitHub answered 401 to POST /graphql: Bad credentials\n');
    expect(stdout + stderr).not.toContain('wrongwrong');
  });

  it('no answer at all', async () => {
    const { code, stderr } = await world.run([finding(10)], {
      env: { GITHUB_API_URL: 'http://127.0.0.1:1' },
    });
    expect(code).toBe(2);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe('rights', () => {
  it('a fork’s token may only read: nothing posted, said, and no failure', async () => {
    world.pull.fromFork = true;
    world.github.rights = { write: false, contents: false };
    const { code, stdout, requests } = await world.run([finding(10)]);
    expect([code, world.pull.threads, world.pull.comments]).toEqual([0, [], []]);
    expect(stdout).toContain('comes from a fork, whose runs may not write: nothing posted');
    expect(requests).toEqual(['POST /graphql 200', 'GET /pulls/5/files 200', 'POST /pulls/5/reviews 403']);
  });

  it('a token of the repository’s own that may only read is a fault', async () => {
    world.github.rights = { write: false, contents: false };
    const { code, stderr } = await world.run([finding(10)]);
    expect(code).toBe(2);
    expect(stderr).toBe('GitHub answered 403 to POST /repos/o/r/pulls/5/reviews: Resource not accessible by integration\n');
  });

  it('the second step for forks finds the pull request by branch and commit, and offers nothing for one click', async () => {
    world.pull.fromFork = true;
    const event = {
      workflow_run: {
        head_sha: FIRST,
        head_branch: 'topic',
        head_repository: { owner: { login: 'stranger' } },
      },
    };
    const mend = {
      file: 'kernel/thing.c',
      start: { line: 10, column: 1 },
      end: { line: 10, column: 1 },
      text: 'evil();',
      title: 'x',
    };
    const { code, requests } = await world.run([finding(10, { mend })], {
      event,
    });
    expect(code).toBe(0);
    expect(lines()).toEqual(['kernel/thing.c:10']);
    expect(bodies()[0]).not.toContain('evil');
    expect(requests[0]).toBe('GET /pulls 200');
    expect(
      (
        await world.run([finding(10)], {
          event: { workflow_run: { ...event.workflow_run, head_sha: SECOND } },
        })
      ).stdout,
    ).toContain('nothing to do');
  });
});

describe('two runs at once', () => {
  /** Holds each of the first `count` requests of a kind back until all of them have come. */
  const barrier = (method: string, path: RegExp, count: number) => {
    const waiting: (() => void)[] = [];
    let come = 0;
    world.github.interrupt = async (call) => {
      if (call.method !== method || !path.test(call.url.pathname) || come >= count) return null;
      come++;
      if (come === count) for (const go of waiting) go();
      else await new Promise<void>((go) => waiting.push(go));
      return null;
    };
  };

  it.each([
    ['that both see nothing', 'GET', /files$/],
    ['that both post the review together', 'POST', /reviews$/],
    ['that both post the summary together', 'POST', /issues/],
  ])('%s end with one of each', async (_, method, path) => {
    barrier(method, path, 2);
    const findings = [finding(10), finding(20), outside];
    const ran = await Promise.all([world.run(findings), world.run(findings)]);
    expect(ran.map(({ code }) => code)).toEqual([0, 0]);
    expect(lines().sort()).toEqual(['kernel/thing.c:10', 'kernel/thing.c:20']);
    summary();
    expect(world.github.sent.length).toBeLessThanOrEqual(18);
  });

  it('of two commits end with the later one', async () => {
    const first = world.run([finding(10)]);
    world.pull.push(SECOND, world.pull.files);
    const ran = await Promise.all([first, world.run([finding(20)], { head: SECOND })]);
    expect(ran.map(({ code }) => code)).toEqual([0, 0]);
    expect(world.pull.threads.filter(({ resolved }) => !resolved).map(({ line }) => line)).toEqual([20]);
    expect(summary()).toContain(`head=${SECOND}`);
  });
});

describe('a dry run', () => {
  it('prints what it would do, and does nothing', async () => {
    await world.run([finding(10), finding(20)]);
    world.pull.push(SECOND, world.pull.files);
    const before = JSON.stringify(world.pull);
    const { code, stdout, requests } = await world.run([finding(10), finding(30)], { head: SECOND, dryRun: true });
    expect(code).toBe(0);
    expect(JSON.stringify(world.pull)).toBe(before);
    expect(requests).toEqual(['POST /graphql 200', 'GET /pulls/5/files 200']);
    expect(stdout.match(/^would .*$/gm)).toEqual([
      `would change a comment on a line (${finding(20).id}#1):`,
      `would resolve a thread (${finding(20).id}#1)`,
      'would post comments on lines:',
      'would change the summary:',
    ]);
    expect(stdout).not.toContain(TOKEN);
  });

  it('needs no token', async () => {
    const { code, stdout, requests } = await world.run([finding(10)], {
      dryRun: true,
      env: { GITHUB_TOKEN: '' },
    });
    expect([code, requests]).toEqual([0, []]);
    expect(stdout).toContain('on kernel/thing.c:10:');
  });
});

describe('a run that can’t be done says why', () => {
  it.each([
    ['no token', { env: { GITHUB_TOKEN: '' } }, /^no token: GITHUB_TOKEN/],
    ['no repository', { env: { GITHUB_REPOSITORY: '' } }, /^which repository\?/],
    ['a repository that climbs', { env: { GITHUB_REPOSITORY: 'o/r/../../user' } }, /^which repository\?/],
    ['no event', { env: { GITHUB_EVENT_PATH: '' } }, /^which commit was checked\?/],
    ['an event file that is not there', { env: { GITHUB_EVENT_PATH: '/nowhere/event.json' } }, /^GITHUB_EVENT_PATH .*ENOENT/],
    ['a push event', { event: { ref: 'x' } }, /^which commit was checked\?/],
  ])('%s', async (_, options, message) => {
    const { code, stderr } = await world.run([finding(10)], options);
    expect([code, stderr.trim().split('\n').length]).toEqual([2, 1]);
    expect(stderr).toMatch(message);
  });

  it('a pull request that is not there', async () => {
    const { code, stderr } = await world.run([finding(10)], {
      event: { pull_request: { number: 6, head: { sha: FIRST } } },
    });
    expect([code, stderr]).toEqual([2, 'o/r has no pull request 6\n']);
  });

  it('a result that is none', async () => {
    expect((await world.runText('{"findings": []}')).stderr).toMatch(/not a result of kfunc-lint/);
  });
});
