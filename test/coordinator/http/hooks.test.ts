import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { listDeliveries, listOpenDeliveries } from '#coordinator/store/deliveries.ts';
import { listRuns } from '#coordinator/store/runs.ts';
import { deliveryPage, problem } from '#shared/api.ts';
import { limits } from '#shared/limits.ts';
import { ask, sign, webhook } from '#test/support/people/ask.ts';
import { handleWhatCame, pushTo } from '#test/support/people/intake.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';
import { until } from '#test/support/until.ts';

const push = pushTo('acme/rocket');
const hook = '/hooks/github';

const stored = ({ store }: People) => listDeliveries(store.read, 10, null);
const warnings = ({ logged }: People) => logged.filter(({ level }) => level >= 40);

test('a signed webhook is stored before it is answered', () =>
  withPeople(async people => {
    expect(await ask(people, hook, webhook(push))).toMatchObject({ status: 202 });
    expect(await listOpenDeliveries(people.store.read, people.clock.now, 10)).toMatchObject([
      { id: 'delivery-1', event: 'push', receipts: 1, body: push },
    ]);
    expect(people.wakes).toEqual([{ type: 'intake' }]);
    expect(warnings(people)).toEqual([]);
  }));

test('while it cannot be committed it is not answered', async () => {
  const gate = Promise.withResolvers<void>();
  let waiting = 0;
  await withPeople(
    async people => {
      let isAnswered = false;
      const answer = ask(people, hook, webhook(push)).then(given => {
        isAnswered = true;
        return given;
      });
      await until('the delivery waits for its commit', () => waiting === 1);
      expect(isAnswered).toBe(false);
      gate.resolve();
      expect((await answer).status).toBe(202);
    },
    real => ({
      ...real,
      async receiveDelivery(headers, body) {
        waiting += 1;
        await gate.promise;
        return real.receiveDelivery(headers, body);
      },
    }),
  );
});

const unsigned: [string, Record<string, string>][] = [
  ['a wrong signature', { 'x-hub-signature-256': sign(push, 'another secret') }],
  ['the signature of other bytes', { 'x-hub-signature-256': sign(`${push} `) }],
  ['no signature', {}],
  ['an empty signature', { 'x-hub-signature-256': '' }],
  ['a SHA-1 signature only', { 'x-hub-signature': 'sha1=5d61605c3feea9799210ddcb71307d4ba264225f' }],
  ['a SHA-1 signature in the place of the other', { 'x-hub-signature-256': `sha1=${'0'.repeat(40)}` }],
  ['a signature cut short', { 'x-hub-signature-256': sign(push).slice(0, -2) }],
  ['a signature without its name', { 'x-hub-signature-256': sign(push).slice('sha256='.length) }],
];

test.each(unsigned)('%s is refused with 401 and one short line in the log', (_, signature) =>
  withPeople(async people => {
    const { headers, ...rest } = webhook(push);
    delete headers['x-hub-signature-256'];
    const answer = await ask(people, hook, { ...rest, headers: { ...headers, ...signature } });
    expect(answer.status).toBe(401);
    expect(await stored(people)).toEqual([]);
    expect(people.logged).toHaveLength(1);
    const line = JSON.stringify(people.logged[0]);
    expect(line.length).toBeLessThan(300);
    expect(line).toContain('X-Hub-Signature-256');
    expect(line).not.toMatch(/refs\/heads|acme|sha1=|sha256=|[0-9a-f]{20}/);
  }),
);

test('a webhook without its id or its event is refused with 400', () =>
  withPeople(async people => {
    for (const missing of ['x-github-delivery', 'x-github-event']) {
      const { headers, ...rest } = webhook(push);
      delete headers[missing];
      const answer = await ask(people, hook, { ...rest, headers });
      expect(answer).toMatchObject({ status: 400, text: expect.stringContaining('is missing') });
    }
    expect(await stored(people)).toEqual([]);
  }));

test('an id or event that GitHub would never send is refused with 400', () =>
  withPeople(async people => {
    for (const odd of [{ id: '../../etc' }, { id: 'x'.repeat(65) }, { event: 'PUSH; drop' }])
      expect(await ask(people, hook, webhook(push, odd))).toMatchObject({ status: 400 });
  }));

test.each([
  ['text', 'hello'],
  ['nothing', ''],
  ['half of a document', push.slice(0, -3)],
  ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22])],
])('%s is not JSON and is refused with 400', (_, body) =>
  withPeople(async people => {
    expect(await ask(people, hook, webhook(body))).toMatchObject({ status: 400 });
    expect(await stored(people)).toEqual([]);
  }),
);

test('a webhook with the content type of a form is told which one to choose', () =>
  withPeople(async people => {
    const form = webhook(`payload=${encodeURIComponent(push)}`);
    form.headers['content-type'] = 'application/x-www-form-urlencoded';
    const answer = await ask(people, hook, form);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('set the content type of the webhook to application/json');
  }));

test('a webhook of an unknown repository is taken with 202 and says later why nothing was done', () =>
  withPeople(async people => {
    expect((await ask(people, hook, webhook(pushTo('other/thing')))).status).toBe(202);
    await handleWhatCame(people);
    const answer = await ask(people, '/api/v1/deliveries', { headers: people.admin });
    expect(deliveryPage.parse(JSON.parse(answer.text)).items).toMatchObject([
      { id: 'delivery-1', repository: 'other/thing', verdict: 'unknown-repository', receipts: 1 },
    ]);
  }));

test('a pull request from a fork is listed under the repository that it asks, not under the fork', () =>
  withPeople(async people => {
    const pull = { pull_request: { head: { repo: { full_name: 'fork/rocket' } } } };
    const body = JSON.stringify({ ...pull, repository: { full_name: 'acme/rocket' } });
    expect((await ask(people, hook, webhook(body, { event: 'pull_request' }))).status).toBe(202);
    expect(await stored(people)).toMatchObject([{ repository: 'acme/rocket' }]);
  }));

test('a redelivery is counted and handled again, and makes no second run', () =>
  withPeople(async people => {
    for (const _ of [1, 2, 3]) {
      expect((await ask(people, hook, webhook(push))).status).toBe(202);
      await handleWhatCame(people);
    }
    expect(await stored(people)).toMatchObject([{ receipts: 3, verdict: 'acted-on' }]);
    const all = { max: 10, before: null, repository: null, sight: null };
    expect(await listRuns(people.store.read, all)).toHaveLength(1);
  }));

test('a body over the limit is refused with 413, whether or not it says its length', () =>
  withPeople(async people => {
    const large = new Uint8Array(limits.webhookBodyBytes + 1);
    expect(await ask(people, hook, webhook(large))).toMatchObject({ status: 413 });
    const chunks = Array.from({ length: 26 }, () => new Uint8Array(1024 * 1024));
    const answer = await ask(people, hook, { ...webhook(''), body: chunks });
    expect(answer.status).toBe(413);
    expect(problem.parse(JSON.parse(answer.text)).detail).toContain(String(limits.webhookBodyBytes));
    expect(await stored(people)).toEqual([]);
    expect(warnings(people)).toEqual([]);
  }));

test('the largest body that GitHub may send is taken', () =>
  withPeople(async people => {
    const filler = 'x'.repeat(limits.webhookBodyBytes - push.length - ',"filler":""'.length);
    const body = push.replace(/\}$/, `,"filler":"${filler}"}`);
    expect(Buffer.byteLength(body)).toBe(limits.webhookBodyBytes);
    expect((await ask(people, hook, webhook(body))).status).toBe(202);
  }));

test('bodies that nobody has verified yet do not fill the memory', () =>
  withPeople(async people => {
    const half = randomBytes(limits.webhookBodyBytes - 1);
    const senders = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const socket = connect(people.port, '127.0.0.1');
        let answer = '';
        socket.on('data', chunk => (answer += chunk)).on('error', () => {});
        socket.write(
          `POST ${hook} HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${half.length + 1}\r\n\r\n`,
        );
        socket.write(half);
        return { socket, answer: () => answer };
      }),
    );
    await until('one of them is told to come again', () =>
      senders.some(({ answer }) => answer().includes('503 Service')),
    );
    for (const { socket } of senders) socket.destroy();
    await until(
      'the next webhook is taken',
      async () => (await ask(people, hook, webhook(push))).status === 202,
    );
    expect(warnings(people)).toEqual([]);
  }));

test('a body that trickles in is cut off', () =>
  withPeople(async people => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const socket = connect(people.port, '127.0.0.1');
    const ended = once(socket, 'close');
    socket.on('error', () => {});
    socket.write(`POST ${hook} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nhalf`);
    await vi.waitUntil(() => vi.getTimerCount() > 0);
    vi.advanceTimersByTime(limits.requestMs);
    await ended;
    expect(warnings(people)).toEqual([]);
  }));

test('a sender that leaves in the middle of its body is no failure of the coordinator', () =>
  withPeople(async people => {
    const socket = connect(people.port, '127.0.0.1');
    socket.write(`POST ${hook} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nhalf`);
    await once(socket, 'connect');
    socket.destroy();
    expect((await ask(people, hook, webhook(push))).status).toBe(202);
    expect(warnings(people)).toEqual([]);
  }));
