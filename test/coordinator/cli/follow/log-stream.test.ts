import { afterEach, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { createClient } from '#coordinator/cli/client.ts';
import type { CliError } from '#coordinator/cli/errors.ts';
import { followLog, type LogPiece } from '#coordinator/cli/follow/log-stream.ts';
import type { LogSocketFrame } from '#shared/api.ts';
import { sampleAttempt } from '../support/samples.ts';
import { type ScriptedCoordinator, scriptedCoordinator } from '../support/scripted-coordinator.ts';

let coordinator: ScriptedCoordinator;
afterEach(() => coordinator.close());

const { id } = sampleAttempt(1);
const path = `/api/v1/attempts/${id}/log`;
const text = 'one\ntwo\nthree\n';
const seal = { state: 'partial', bytes: text.length, reason: 'the test says so' } as const;

const send = (socket: WebSocket, frame: LogSocketFrame) => socket.send(JSON.stringify(frame));
const sendText = (socket: WebSocket, offset: number, part: string) =>
  send(socket, { type: 'bytes', offset, bytes: Buffer.from(part).toString('base64') });

/** Plays one connection after the other. */
async function play(...connections: ((socket: WebSocket, from: number) => void)[]): Promise<void> {
  coordinator = await scriptedCoordinator({
    sockets: {
      [path]: (socket, url) => connections.shift()?.(socket, Number(url.searchParams.get('from'))),
    },
  });
}

async function follow(
  signal = new AbortController().signal,
): Promise<{ pieces: LogPiece[]; said: string[] }> {
  const client = createClient({ url: coordinator.url, token: null, isHere: true });
  const said: string[] = [];
  const pieces: LogPiece[] = [];
  const patience = { signal, onSilence: (error: CliError) => said.push(error.code) };
  for await (const piece of followLog(client, id, 0, patience)) pieces.push(piece);
  return { pieces, said };
}

const textOf = (pieces: LogPiece[]): string =>
  pieces.map(piece => (piece.type === 'bytes' ? Buffer.from(piece.bytes).toString() : '')).join('');

test('a log is followed to its end', async () => {
  await play(socket => {
    sendText(socket, 0, text);
    send(socket, { type: 'end', seal });
  });
  const { pieces } = await follow();
  expect(textOf(pieces)).toBe(text);
  expect(pieces.at(-1)).toMatchObject({ type: 'end', seal });
});

test('a connection that breaks, in order or not, is opened again where it broke off', async () => {
  await play(
    socket => {
      sendText(socket, 0, 'one\n');
      socket.close(1001);
    },
    (socket, from) => {
      sendText(socket, from, text.slice(from, from + 4));
      setImmediate(() => socket.terminate());
    },
    (socket, from) => {
      sendText(socket, from, text.slice(from));
      send(socket, { type: 'end', seal });
    },
  );
  expect(textOf((await follow()).pieces)).toBe(text);
  expect(
    coordinator.asked.map(({ line }) => new URL(line.slice(3), 'http://x').searchParams.get('from')),
  ).toEqual(['0', '4', expect.stringMatching(/^[48]$/)]);
});

test('every byte is asked for, however slow the reader is', async () => {
  await play(socket => send(socket, { type: 'end', seal }));
  await follow();
  expect(coordinator.asked[0]?.line).toContain('mode=every-byte');
});

test('a log that is refused is not asked for again', async () => {
  coordinator = await scriptedCoordinator({});
  await expect(follow()).rejects.toMatchObject({ code: 'refused' });
});

test('a frame of another version is an error', async () => {
  await play(socket => socket.send('{"type":"colours"}'));
  await expect(follow()).rejects.toMatchObject({ code: 'not-understood' });
});

test('while there is no coordinator the reader is told once, and stops when it is told to', async () => {
  coordinator = await scriptedCoordinator({});
  const { url } = coordinator;
  await coordinator.close();
  const stop = new AbortController();
  const said: string[] = [];
  const client = createClient({ url, token: null, isHere: true });
  const onSilence = ({ code }: CliError) => {
    said.push(code);
    setImmediate(() => stop.abort());
  };
  for await (const piece of followLog(client, id, 0, { signal: stop.signal, onSilence }))
    expect.fail(piece.type);
  expect(said).toEqual(['unreachable']);
  coordinator = await scriptedCoordinator({});
});
