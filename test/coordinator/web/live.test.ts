import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLiveSocket, retryDelay } from '#coordinator/web/live/live-socket.ts';
import { createRefresher } from '#coordinator/web/live/refresher.ts';
import { jobId, runId } from './samples.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A socket that does what the test says. */
class ScriptedSocket extends EventTarget {
  isClosed = false;
  close(): void {
    this.isClosed = true;
  }
  opens = () => this.dispatchEvent(new Event('open'));
  says = (frame: unknown) => this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(frame) }));
  breaks = () => this.dispatchEvent(new Event('close'));
}

function setUp() {
  const sockets: ScriptedSocket[] = [];
  const connect = () => {
    const socket = new ScriptedSocket();
    sockets.push(socket);
    return socket as unknown as WebSocket;
  };
  const heard: string[] = [];
  const live = createLiveSocket({ connect, now: Date.now, random: () => 0 });
  live.listen({ onFrame: ({ run }) => heard.push(run), onResume: () => heard.push('resumed') });
  live.open();
  const last = () => {
    const socket = sockets.at(-1);
    if (!socket) throw new Error('nobody has connected');
    return socket;
  };
  return { live, sockets, heard, last };
}

const changed = { type: 'changed', run: runId(1) };

describe('the live socket', () => {
  test('says that something may have been missed whenever it opens, and then what changes', () => {
    const { heard, last } = setUp();
    last().opens();
    last().says(changed);
    expect(heard).toEqual(['resumed', runId(1)]);
  });

  test('comes back by itself, ever more patiently, and eagerly again once it was back', () => {
    const { live, sockets, heard, last } = setUp();
    last().opens();
    for (const [tries, wait] of [250, 500, 1_000, 2_000, 4_000, 7_500, 7_500].entries()) {
      last().breaks();
      expect(live.state()).toMatchObject({ status: 'lost', retryAt: Date.now() + wait });
      vi.advanceTimersByTime(wait - 1);
      expect(sockets).toHaveLength(tries + 1);
      vi.advanceTimersByTime(1);
      expect(sockets).toHaveLength(tries + 2);
    }
    last().opens();
    expect(heard).toEqual(['resumed', 'resumed']);
    last().breaks();
    expect(live.state()).toMatchObject({ retryAt: Date.now() + 250 });
  });

  test('is not told of what it left: another connection takes its place', () => {
    const { live, sockets, heard, last } = setUp();
    const first = last();
    first.opens();
    live.reopen();
    expect(first.isClosed).toBe(true);
    first.says(changed);
    first.breaks();
    last().opens();
    expect(heard).toEqual(['resumed', 'resumed']);
    vi.advanceTimersByTime(60_000);
    expect(sockets).toHaveLength(2);
  });

  test('does not mind what a newer coordinator says besides', () => {
    const { heard, last } = setUp();
    last().opens();
    last().says({ type: 'of another time' });
    expect(heard).toEqual(['resumed']);
  });

  test('is silent when the page is left', () => {
    const { live, sockets, last } = setUp();
    last().opens();
    live.close();
    last().breaks();
    vi.advanceTimersByTime(60_000);
    expect(sockets).toHaveLength(1);
  });
});

test('pages that lost the same coordinator do not come back in the same moment', () => {
  expect([retryDelay(0, 0), retryDelay(0, 1)]).toEqual([250, 500]);
  expect([retryDelay(40, 0), retryDelay(40, 1)]).toEqual([7_500, 15_000]);
});

describe('what has changed', () => {
  const setUpRefresher = () => {
    const asked: string[] = [];
    const invalidateQueries = async ({ queryKey }: { queryKey?: readonly unknown[] } = {}) =>
      void asked.push(queryKey?.join(' ') ?? 'everything but lists');
    return { asked, refresher: createRefresher({ invalidateQueries }) };
  };

  test('is asked for at once, then not more often than it can be read, and the last change is never missed', () => {
    const { asked, refresher } = setUpRefresher();
    const frame = { type: 'changed', run: runId(1), job: jobId(2) } as const;
    for (let n = 0; n < 100; n++) refresher.onFrame(frame);
    expect(asked).toEqual(
      [`run ${runId(1)}`].concat([`attempts ${runId(1)}`, `artifacts ${runId(1)}`, `job ${jobId(2)}`]),
    );
    vi.advanceTimersByTime(300);
    expect(asked).toHaveLength(8);
    vi.advanceTimersByTime(10_000);
    expect(asked).toHaveLength(8);
    refresher.onFrame(frame);
    expect(asked).toHaveLength(12);
  });

  test('may be anything after the connection was lost; lists look for themselves', () => {
    const { asked, refresher } = setUpRefresher();
    refresher.onResume();
    expect(asked).toEqual(['everything but lists']);
  });
});
