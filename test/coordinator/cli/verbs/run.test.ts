import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { runCommandLine } from '#coordinator/cli/command-line.ts';
import { type LogSocketFrame, runDetail, startRun } from '#shared/api.ts';
import { until } from '../../../support/until.ts';
import { type Lab, type Origin, openLab } from '../../source/lab.ts';
import { sampleAttempt, sampleJob, sampleJobView, sampleRun, sha256Of } from '../support/samples.ts';
import { createScreen } from '../support/screen.ts';
import {
  type Script,
  type ScriptedCoordinator,
  scriptedCoordinator,
} from '../support/scripted-coordinator.ts';
import { type Typed, type TypeOptions, typeCommand } from '../support/type-command.ts';

let lab: Lab;
let origin: Origin;
let coordinator: ScriptedCoordinator;
beforeEach(async () => {
  lab = await openLab();
  origin = await lab.origin();
  await origin.commit({ 'parser.c': '1' }, 'fix overflow in parser');
});
afterEach(async () => {
  await coordinator.close();
  await lab.close();
});

const send = (socket: WebSocket, ...frames: LogSocketFrame[]) => {
  for (const frame of frames) socket.send(JSON.stringify(frame));
};

/** A run that is over when it is first asked for: one job per text, whose log it is. */
function finished(standing: string, texts: readonly string[]): Script {
  const jobs = texts.map((_, at) =>
    sampleJob(at + 1, { standing, image: `image-${at + 1}`, text: standing }),
  );
  const run = sampleRun(1, { standing, jobs });
  const script: Script = {
    answers: {
      'POST /api/v1/runs': () => ({ body: { ...run, standing: 'preparing', jobs: [] } }),
      [`GET /api/v1/runs/${run.id}`]: () => ({ body: run }),
      [`POST /api/v1/runs/${run.id}/cancel`]: () => ({ body: { message: 'cancelled' } }),
    },
    sockets: { '/api/v1/live': () => {} },
  };
  for (const [at, text] of texts.entries()) {
    const log = { state: 'complete', bytes: text.length, lines: 1, sha256: sha256Of(text) } as const;
    const attempt = sampleAttempt(at + 1, { log });
    const view = sampleJobView(at + 1, { ...jobs[at], history: [attempt] });
    Object.assign(script.answers ?? {}, { [`GET /api/v1/jobs/${view.id}`]: () => ({ body: view }) });
    Object.assign(script.sockets ?? {}, {
      [`/api/v1/attempts/${attempt.id}/log`]: (socket: WebSocket) =>
        send(
          socket,
          { type: 'bytes', offset: 0, bytes: Buffer.from(text).toString('base64') },
          { type: 'end', seal: log },
        ),
    });
  }
  return script;
}

async function run(script: Script, args: string[] = [], options: TypeOptions = {}): Promise<Typed> {
  coordinator = await scriptedCoordinator(script);
  return typeCommand(['--coordinator', coordinator.url, 'run', ...args], {
    directory: origin.path,
    ...options,
  });
}

test.each([
  ['passed', 0],
  ['failed', 1],
  ['timed-out', 1],
  ['errored', 2],
  ['cancelled', 2],
  ['superseded', 2],
  ['skipped', 2],
])('a run that %s ends with %i', async (standing, code) => {
  expect((await run(finished(standing, ['log\n']))).code).toBe(code);
});

test.each(['empty', 'refused'])('a run that is %s ends with 2, and says why', async standing => {
  const answers = sampleRun(1, { standing, jobs: [], message: 'no image serves it' });
  const { code, stderr } = await run({
    answers: {
      'POST /api/v1/runs': () => ({ body: answers }),
      [`GET /api/v1/runs/${answers.id}`]: () => ({ body: answers }),
    },
  });
  expect(code).toBe(2);
  expect(stderr).toContain('    no image serves it');
  expect(stderr.includes("→ paddock run . --command 'make check'")).toBe(standing === 'empty');
});

test('what is asked for is the head of this checkout, and what is not in it is named', async () => {
  await writeFile(path.join(origin.path, 'parser.c'), '2');
  await writeFile(path.join(origin.path, 'notes.txt'), '');
  const args = ['--command', 'make check', '--image', 'a', '--image', 'b', '--image', 'a'];
  const { stderr } = await run(finished('passed', ['log\n']), args);
  const asked = coordinator.asked.find(({ line }) => line === 'POST /api/v1/runs');
  expect(startRun.parse(asked?.body)).toMatchObject({
    ref: 'refs/heads/main',
    title: 'fix overflow in parser',
    command: 'make check',
    images: ['a', 'b'],
  });
  expect(stderr).toMatch(
    /^1 changed file \(parser\.c\) and 1 untracked file \(notes\.txt\) not included: only/,
  );
});

test('one log is the whole of standard output, byte for byte', async () => {
  const log = 'a\u001b[2J\r\n no newline';
  const { stdout, stderr } = await run(finished('passed', [log]));
  expect(stdout).toBe(log);
  expect(stderr).toContain('✓  image-1  passed  log 18 B ✓');
});

test('several logs are told apart', async () => {
  const { stdout, stderr } = await run(finished('passed', ['one\n', 'two\n']));
  expect(stdout.trimEnd().split('\n').sort()).toEqual(['image-1 │ one', 'image-2 │ two']);
  expect(stderr).toMatch(/acme\/rocket #1 .*✓✓\n/);
});

test('--json is the run with its jobs, and the log goes beside it', async () => {
  const { code, stdout, stderr } = await run(finished('failed', ['one\n']), ['--json']);
  expect(code).toBe(1);
  expect(runDetail.parse(JSON.parse(stdout)).jobs[0]?.history[0]?.log?.state).toBe('complete');
  expect(stderr).toContain('one\n');
});

test('--quiet is the summary alone', async () => {
  const { stdout, stderr } = await run(finished('passed', ['one\n']), ['--quiet']);
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^acme\/rocket #1 · 3f2c1ab fix overflow in parser +✓\n {2}✓ {2}image-1 {2}passed/);
});

test('a path is no use to a coordinator on another computer', async () => {
  coordinator = await scriptedCoordinator({});
  const { code, stderr } = await typeCommand(['--coordinator', 'https://ci.example.com', 'run'], {
    directory: origin.path,
  });
  expect(code).toBe(2);
  expect(stderr).toContain('is on this computer and the coordinator is on ci.example.com');
});

test('the first Ctrl-C cancels the run and waits for its end, the second leaves it', async () => {
  const running = sampleRun(1, { standing: 'running', jobs: [] });
  const cancel = `POST /api/v1/runs/${running.id}/cancel`;
  coordinator = await scriptedCoordinator({
    answers: {
      'POST /api/v1/runs': () => ({ body: running }),
      [`GET /api/v1/runs/${running.id}`]: () => ({ body: running }),
      [cancel]: () => ({ body: { message: 'cancelled' } }),
    },
    sockets: { '/api/v1/live': () => {} },
  });
  const asked = (line: string) => coordinator.asked.filter(each => each.line === line).length;
  const typed = typeCommand(['--coordinator', coordinator.url, 'run'], { directory: origin.path });
  await until('the run is watched', () => asked(`GET /api/v1/runs/${running.id}`) > 0);
  process.emit('SIGINT');
  await until('the run is cancelled', () => asked(cancel) === 1);
  process.emit('SIGINT');
  const { code, stderr } = await typed;
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /^cancelling; Ctrl-C again leaves it.*\nleft: run_\w+ is still being cancelled by http/,
  );
});

test('on a screen the job stands under its log until both are over', async () => {
  const screen = createScreen(80);
  coordinator = await scriptedCoordinator(finished('passed', ['one\ntwo\nend']));
  const code = await runCommandLine(['--coordinator', coordinator.url, 'run'], {
    stdout: screen.stream,
    stderr: screen.stream,
    environment: { PATH: process.env.PATH, NO_COLOR: '1' },
    directory: origin.path,
    version: '1.2.3',
  });
  expect(code).toBe(0);
  expect(screen.lines().slice(0, 5)).toEqual([
    'acme/rocket #1 · 3f2c1ab fix overflow in parser',
    'one',
    'two',
    'end',
    '  ✓  image-1  passed  log 11 B ✓',
  ]);
});
