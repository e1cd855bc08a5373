import { headers } from '@nats-io/transport-node';
import { expect, test } from 'vitest';
import { newId } from '#coordinator/store/new-id.ts';
import { limits } from '#shared/limits.ts';
import { logFrameHeader } from '#shared/log-frame.ts';
import { subjects } from '#shared/subjects.ts';
import { until } from '#test/support/until.ts';
import { withBench } from './with-bus.ts';

const renewals = subjects.upAll('renew');

test('a request is answered, and the handler knows who asked', async () => {
  await withBench(async ({ start, peer }) => {
    const bus = await start();
    bus.answer(renewals, async ({ sender, data }) => ({
      sender,
      asked: JSON.parse(String(Buffer.from(data))),
    }));
    const guest = await peer(bus);
    const reply = await guest.nats.request(subjects.up(guest.id, 'renew'), '{"v":"größer"}');
    expect(reply.json()).toEqual({ sender: guest.id, asked: { v: 'größer' } });
  });
});

test('a log frame arrives byte for byte with its header', async () => {
  await withBench(async ({ start, peer }) => {
    const bus = await start();
    const [owner, machine] = [newId.coordinator(), newId.machine()];
    const seen: [Uint8Array, string | undefined, string][] = [];
    bus.answer(subjects.logAll(owner), async ({ data, header, sender }) => {
      seen.push([data.slice(), header, sender]);
      return {};
    });
    const guest = await peer(bus, { id: machine });
    const frame = Uint8Array.from({ length: limits.logFrameBytes }, (_, n) => n % 256);
    const head = headers();
    head.set(logFrameHeader, '{"offset":0}');
    await guest.nats.request(subjects.log(owner, machine), frame, { headers: head, timeout: 5_000 });
    expect(Buffer.compare(seen[0]?.[0] ?? new Uint8Array(), frame)).toBe(0);
    expect(seen[0]?.slice(1)).toEqual(['{"offset":0}', machine]);
  });
});

test('many large frames at once keep their bytes while a slow handler looks at them', async () => {
  await withBench(async ({ start, peer }) => {
    const bus = await start();
    const [owner, machine] = [newId.coordinator(), newId.machine()];
    bus.answer(subjects.logAll(owner), async ({ data }) => {
      const before = sumOf(data);
      await new Promise(setImmediate);
      return { before, after: sumOf(data) };
    });
    const guest = await peer(bus, { id: machine });
    const ask = (frame: Uint8Array) =>
      guest.nats.request(subjects.log(owner, machine), frame, { timeout: 5_000 });
    for (const round of [1, 2, 3]) {
      const frames = Array.from({ length: 20 }, (_, n) => new Uint8Array(70_000 + n * 9_000).fill(n * round));
      const answers = await Promise.all(frames.map(ask));
      const sums = frames.map(sumOf).map(sum => ({ before: sum, after: sum }));
      expect(answers.map(answer => answer.json())).toEqual(sums);
    }
  });
});

const sumOf = (bytes: Uint8Array): number => bytes.reduce((sum, byte) => sum + byte, 0);

test('a handler that throws gives no answer but a log line, and the next request is answered', async () => {
  await withBench(async ({ start, peer, log }) => {
    const bus = await start();
    let asked = 0;
    bus.answer(renewals, async () => {
      if (++asked === 1) throw Object.assign(new Error('the disk is full'), { code: 'disk-full' });
      return { asked };
    });
    const guest = await peer(bus);
    const ask = (timeout: number) => guest.nats.request(subjects.up(guest.id, 'renew'), '{}', { timeout });
    await expect(ask(100)).rejects.toThrow(/timeout/i);
    expect((await ask(5_000)).json()).toEqual({ asked: 2 });
    const failed = log.lines.filter(({ message }) => message.includes('a request failed'));
    expect(failed).toMatchObject([{ level: 'error', fields: { machine: guest.id, code: 'disk-full' } }]);
  });
});

test('a peer that floods is cut off, another one is still answered', async () => {
  await withBench(async ({ start, peer, log }) => {
    const bus = await start();
    const held = Promise.withResolvers<object>();
    const flooding = newId.machine();
    let handled = 0;
    bus.answer(renewals, async ({ sender }) => (sender === flooding && handled++ === 0 ? held.promise : {}));
    const [flooder, neighbour] = [await peer(bus, { id: flooding }), await peer(bus)];
    const reply = `${subjects.inboxPrefix(flooding)}.x`;
    for (let n = 0; n < limits.busSenderMessages + 10; n++)
      flooder.nats.publish(subjects.up(flooding, 'renew'), '{}', { reply });
    await until('the flood is cut', () =>
      log.lines.some(({ message }) => message.includes('too many requests')),
    );
    await neighbour.nats.request(subjects.up(neighbour.id, 'renew'), '{}', { timeout: 5_000 });
    held.resolve({});
    await until('what was accepted is handled', () => handled === limits.busSenderMessages);
  });
});

test('a hint reaches its machine', async () => {
  await withBench(async ({ start, peer }) => {
    const bus = await start();
    const guest = await peer(bus);
    const heard: unknown[] = [];
    guest.nats.subscribe(subjects.down(guest.id), {
      callback: (_, message) => void heard.push(message.json()),
    });
    await guest.nats.flush();
    bus.publish(subjects.down(guest.id), { want: 'idle' });
    await until('the hint arrives', () => heard.length > 0);
    expect(heard).toEqual([{ want: 'idle' }]);
  });
});

test('closing answers what is being handled first', async () => {
  await withBench(async ({ start, peer }) => {
    const bus = await start();
    const held = Promise.withResolvers<object>();
    let isAsked = false;
    bus.answer(renewals, () => {
      isAsked = true;
      return held.promise;
    });
    const guest = await peer(bus);
    const reply = guest.nats.request(subjects.up(guest.id, 'renew'), '{}', { timeout: 5_000 });
    await until('the handler is running', () => isAsked);
    const closing = bus.close();
    held.resolve({ late: true });
    expect((await reply).json()).toEqual({ late: true });
    await closing;
    expect(bus.isConnected()).toBe(false);
    expect(() => bus.publish(subjects.down(guest.id), {})).not.toThrow();
  });
});

test('each message that is refused is told of by its code, however rarely the log says so', async () => {
  await withBench(async ({ start, peer }) => {
    const refused: string[] = [];
    const bus = await start({ refused: code => void refused.push(code) });
    bus.answer(renewals, async ({ data }) => {
      if (data.length > 2)
        throw Object.assign(new Error('no agent says this'), { code: 'unreadable-message' });
      return {};
    });
    const [guest, other] = [await peer(bus), newId.machine()];
    const say = (payload: string, to: Parameters<typeof subjects.inboxPrefix>[0]) =>
      guest.nats.publish(subjects.up(guest.id, 'renew'), payload, { reply: `${subjects.inboxPrefix(to)}.x` });
    for (let n = 0; n < 3; n++) say('{}', other);
    say('nonsense', guest.id);
    await until('all are told of', () => refused.length >= 4);
    expect(refused.sort()).toEqual([...Array(3).fill('foreign-reply'), 'unreadable-message']);
  });
});
