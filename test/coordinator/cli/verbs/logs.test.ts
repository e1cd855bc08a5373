import { afterEach, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { attemptView, type LogSocketFrame } from '#shared/api.ts';
import type { AttemptEnd } from '#shared/job.ts';
import { packMoments } from '#shared/log-moments.ts';
import { marks, sampleAttempt, sampleJob, sampleJobView, sampleRun, sha256Of } from '../support/samples.ts';
import {
  type Script,
  type ScriptedCoordinator,
  scriptedCoordinator,
} from '../support/scripted-coordinator.ts';
import { type Typed, type TypeOptions, typeCommand } from '../support/type-command.ts';

let coordinator: ScriptedCoordinator;
afterEach(() => coordinator.close());

const text = 'configured\n\u001b[2Jchecked\n';
const twoSteps = ['configure', 'check'].map(name => ({ name, run: name, timeoutMs: 1, idleTimeoutMs: 1 }));
const seal = { state: 'complete', bytes: text.length, lines: 2, sha256: sha256Of(text) } as const;
const ended = sampleAttempt(1, { log: seal, marks: marks([0, 11, 0], [11, text.length, 0]) });
const job = sampleJobView(1, { steps: twoSteps, history: [ended] });

const answersWith = (attempt = ended, log = text): NonNullable<Script['answers']> => ({
  [`GET /api/v1/jobs/${job.id}`]: () => ({ body: { ...job, history: [attempt] } }),
  [`GET /api/v1/attempts/${attempt.id}`]: () => ({ body: attempt }),
  [`GET /logs/${attempt.id}.txt`]: url => ({
    bytes: Buffer.from(log).subarray(
      Number(url.searchParams.get('from')),
      Number(url.searchParams.get('to') ?? log.length),
    ),
  }),
});

async function logs(script: Script, args: string[], options: TypeOptions = {}): Promise<Typed> {
  coordinator = await scriptedCoordinator(script);
  return typeCommand(['--coordinator', coordinator.url, 'logs', ...args], options);
}

test('a log comes byte for byte, with nothing beside it', async () => {
  const { code, bytes, stderr } = await logs({ answers: answersWith() }, [job.id]);
  expect([code, bytes.toString('latin1'), stderr]).toEqual([0, text, '']);
});

test('by its attempt, too', async () => {
  expect((await logs({ answers: answersWith() }, [ended.id])).stdout).toBe(text);
});

test('on a terminal it is text, and said to be proved', async () => {
  const { stdout, stderr } = await logs({ answers: answersWith() }, [job.id], {
    columns: 80,
    environment: { NO_COLOR: '1' },
  });
  expect(stdout).toBe('configured\nchecked\n');
  expect(stderr).toBe('log verified ✓ 23 B, 2 lines\n');
});

test('bytes that are not those that were proved are an error', async () => {
  const { code, stderr } = await logs({ answers: answersWith(ended, text.replace('checked', 'chocked')) }, [
    job.id,
  ]);
  expect(code).toBe(2);
  expect(stderr).toContain('is not what the coordinator has stored and verified');
});

test('a partial log says why there is no more', async () => {
  const partial = { ...ended, log: { state: 'partial' as const, bytes: 23, reason: 'the machine was lost' } };
  const { code, stdout, stderr } = await logs({ answers: answersWith(partial) }, [job.id]);
  expect([code, stdout]).toEqual([0, text]);
  expect(stderr).toBe('log partial, 23 B: the machine was lost\n');
});

test.each([
  ['a file', {}, '\u001b[2Jchecked\n'],
  ['a terminal', { columns: 80, environment: { NO_COLOR: '1' } }, 'checked\n'],
])('lines on %s come with their times, where one is known', async (_, options, last) => {
  const answers = answersWith();
  answers[`GET /api/v1/attempts/${ended.id}/log`] = () => ({
    body: {
      ...{ bytes: text.length, lines: 2, seal, marks: [], places: [] },
      moments: packMoments([{ offset: 11, at: Date.UTC(2026, 0, 2, 3, 4, 5, 678) }]),
    },
  });
  const { code, stdout } = await logs({ answers }, [job.id, '-t'], options);
  const blank = ' '.repeat('2026-01-02T03:04:05.678Z '.length);
  expect([code, stdout]).toEqual([0, `${blank}configured\n2026-01-02T03:04:05.678Z ${last}`]);
});

test('one step is the bytes between its marks', async () => {
  expect((await logs({ answers: answersWith() }, [job.id, '--step', '2'])).stdout).toBe(text.slice(11));
});

test.each([
  [['--step', '3'], 'there is no step 3; the job has 2 steps'],
  [['--attempt', '2'], 'has no attempt 2'],
])('%j is refused', async (args, sentence) => {
  const { code, stderr } = await logs({ answers: answersWith() }, [job.id, ...args]);
  expect(code).toBe(2);
  expect(stderr).toContain(sentence);
});

test('a job that waits has no log yet, and says what it waits for', async () => {
  const waiting = { ...job, attempt: null, history: [], standing: 'queued', text: 'queued: 3 ahead' };
  const { code, stderr } = await logs(
    { answers: { [`GET /api/v1/jobs/${job.id}`]: () => ({ body: waiting }) } },
    [job.id],
  );
  expect(code).toBe(2);
  expect(stderr).toContain('the job has no log yet: queued: 3 ahead');
  expect(stderr).toContain(`→ paddock logs ${job.id} --follow`);
});

test('a run with several jobs asks which, and lists them', async () => {
  const run = sampleRun(1, { jobs: [sampleJob(1), sampleJob(2, { image: 'netbsd-10' })] });
  const { code, stderr } = await logs(
    { answers: { [`GET /api/v1/runs/${run.id}`]: () => ({ body: run }) } },
    [run.id],
  );
  expect(code).toBe(2);
  expect(stderr).toMatch(/has 2 jobs; name one:\n {2}job_\w+ {2}debian-12.*\n {2}job_\w+ {2}netbsd-10/);
});

test('--json is what is known of the attempt', async () => {
  const { stdout } = await logs({ answers: answersWith() }, [job.id, '--json']);
  expect(attemptView.parse(JSON.parse(stdout))).toEqual(ended);
});

const send = (socket: WebSocket, ...frames: LogSocketFrame[]) => {
  for (const frame of frames) socket.send(JSON.stringify(frame));
};
const bytes = (offset: number, part: string): LogSocketFrame => ({
  type: 'bytes',
  offset,
  bytes: Buffer.from(part).toString('base64'),
});
const live = { ...ended, log: null };
const socket = `/api/v1/attempts/${live.id}/log`;

test('--follow goes on to the end of a running job', async () => {
  const script: Script = {
    answers: answersWith(live),
    sockets: {
      '/api/v1/live': () => {},
      [socket]: opened =>
        send(opened, { type: 'marks', marks: live.marks }, bytes(0, text), { type: 'end', seal }),
    },
  };
  const { code, stdout } = await logs(script, [job.id, '--follow']);
  expect([code, stdout]).toEqual([0, text]);
});

test('followed lines have the time at which they came; those of history, the one that is known of them', async () => {
  const [known, came] = [Date.UTC(2026, 0, 2, 3, 4, 5, 678), Date.UTC(2026, 0, 2, 4)];
  const view = { bytes: 11, lines: 1, seal: null, marks: [], places: [] };
  const script: Script = {
    answers: {
      ...answersWith(live),
      [`GET /api/v1/attempts/${live.id}/log`]: () => ({
        body: { ...view, moments: packMoments([{ offset: 0, at: known }]) },
      }),
    },
    sockets: {
      '/api/v1/live': () => {},
      [socket]: opened =>
        send(
          opened,
          bytes(0, text.slice(0, 11)),
          { ...bytes(11, text.slice(11)), at: came } as LogSocketFrame,
          { type: 'end', seal },
        ),
    },
  };
  const { stdout } = await logs(script, [job.id, '--follow', '--timestamps']);
  expect(stdout).toBe(
    `2026-01-02T03:04:05.678Z ${text.slice(0, 11)}2026-01-02T04:00:00.000Z ${text.slice(11)}`,
  );
});

test('--follow --step ends with the step', async () => {
  const script: Script = {
    answers: answersWith(live),
    sockets: {
      '/api/v1/live': () => {},
      [socket]: (opened, url) => {
        const from = Number(url.searchParams.get('from'));
        send(opened, { type: 'marks', marks: live.marks }, bytes(from, text.slice(from)));
      },
    },
  };
  expect((await logs(script, [job.id, '--follow', '--step', '1'])).stdout).toBe(text.slice(0, 11));
});

test.each<[string, AttemptEnd, string]>([
  [
    'a lost attempt',
    { reason: 'lost', message: 'its machine is gone' },
    'attempt 1 was lost, its log so far is void; ',
  ],
  ['one that somebody repeats', { reason: 'exited', exitCode: 1, step: 0, message: 'no' }, 'run again; '],
])('--follow goes from %s to the next one', async (_, end, why) => {
  const next = sampleAttempt(2, { job: job.id, number: 2 });
  let looks = 0;
  const views = [
    { ...job, standing: 'running', history: [live] },
    { ...job, standing: 'running', history: [live] },
    { ...job, attempt: next.id, attempts: 2, history: [{ ...live, end }, next] },
  ];
  const script: Script = {
    answers: {
      ...answersWith(live),
      [`GET /api/v1/jobs/${job.id}`]: () => ({ body: views[Math.min(looks++, 2)] }),
      [`GET /api/v1/attempts/${next.id}`]: () => ({ body: next }),
    },
    sockets: {
      '/api/v1/live': () => {},
      [socket]: opened =>
        send(opened, bytes(0, 'half'), { type: 'end', seal: { state: 'partial', bytes: 4, reason: 'lost' } }),
      [`/api/v1/attempts/${next.id}/log`]: opened => send(opened, bytes(0, text), { type: 'end', seal }),
    },
  };
  const { code, stdout, stderr } = await logs(script, [job.id, '--follow']);
  expect([code, stdout]).toEqual([0, `half${text}`]);
  expect(stderr).toContain(`${why}this is attempt 2`);
});
