import { afterEach, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { type Client, createClient } from '#coordinator/cli/client.ts';
import { CliError } from '#coordinator/cli/errors.ts';
import { createBell } from '#coordinator/cli/follow/bell.ts';
import { askPatiently, sayingOnce } from '#coordinator/cli/follow/patience.ts';
import { watch } from '#coordinator/cli/follow/watch.ts';
import { until } from '../../../support/until.ts';
import { sampleRun } from '../support/samples.ts';
import { type ScriptedCoordinator, scriptedCoordinator } from '../support/scripted-coordinator.ts';

let coordinator: ScriptedCoordinator | undefined;
afterEach(() => coordinator?.close());

const unhurried = new AbortController().signal;
const silent = { signal: unhurried, onSilence: () => {} };
const { id } = sampleRun(1);
const other = sampleRun(2).id;

async function live(onOpen: (socket: WebSocket) => void): Promise<Client> {
  coordinator = await scriptedCoordinator({ sockets: { '/api/v1/live': onOpen } });
  return createClient({ url: coordinator.url, token: null, isHere: true });
}

const changed = (socket: WebSocket, run: string) => socket.send(JSON.stringify({ type: 'changed', run }));

test('every word of a change leads to another look, and one at another run to none', async () => {
  let socket: WebSocket | undefined;
  const client = await live(opened => {
    socket = opened;
  });
  let looks = 0;
  const views = watch(client, id, async () => ++looks, silent);
  await views.next();
  const second = views.next();
  // The feed's opening is a look too: what changed before it went unheard.
  expect((await second).value).toBe(2);
  const third = views.next();
  const feed = await until('the feed is open', () => socket);
  changed(feed, other);
  changed(feed, id);
  expect((await third).value).toBe(3);
  await views.return(undefined);
});

test('the end of the watch closes its feed', async () => {
  let isOpen = false;
  const client = await live(socket => {
    isOpen = true;
    socket.on('close', () => {
      isOpen = false;
    });
  });
  const views = watch(client, id, async () => 0, silent);
  await views.next();
  await until('the feed is open', () => isOpen);
  await views.return(undefined);
  await until('the feed is closed', () => !isOpen);
});

test('a signal ends the watch', async () => {
  const client = await live(() => {});
  const stop = new AbortController();
  const views = watch(client, id, async () => 0, { ...silent, signal: stop.signal });
  await views.next();
  stop.abort();
  expect((await views.next()).done).toBe(true);
});

test('rings before anybody waits are not lost, and count once', async () => {
  const bell = createBell();
  bell.ring();
  bell.ring();
  await bell.wait(600_000, unhurried);
  const stop = new AbortController();
  const waiting = bell.wait(600_000, stop.signal);
  stop.abort();
  await waiting;
});

test('a question is repeated while the coordinator is away, and not when it refuses', async () => {
  const away = new CliError('unreachable', 'away', null);
  const said: string[] = [];
  let tries = 0;
  const answer = await askPatiently(
    async () => {
      if (++tries < 3) throw away;
      return 'here';
    },
    { signal: unhurried, onSilence: ({ message }) => said.push(message) },
  );
  expect([answer, said]).toEqual(['here', ['away']]);
  const refused = new CliError('refused', 'no', null);
  await expect(askPatiently(() => Promise.reject(refused), silent)).rejects.toBe(refused);
});

test('one outage that several notice is said once', () => {
  const said: string[] = [];
  const onSilence = sayingOnce(text => said.push(text));
  for (const message of ['one', 'two']) onSilence(new CliError('unreachable', message, null));
  expect(said).toEqual(['one; asking again']);
});
