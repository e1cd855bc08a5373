/** Requests that two servers understand differently, and such as no browser sends. */
import { connect } from 'node:net';
import { expect } from 'vitest';
import { limits } from '#shared/limits.ts';
import { ask } from '#test/support/people/ask.ts';
import { addJob, addRun } from '#test/support/people/rows.ts';
import { signedIn } from '#test/support/people/sign-in.ts';
import { withPeople } from '#test/support/people/with-people.ts';
import { attacksOn } from '../support/attack.ts';
import { speak, statusesIn } from '../support/speak.ts';

const attack = attacksOn('web');

const end = '\r\n';
const second = `GET /healthz HTTP/1.1${end}Host: localhost${end}Connection: close${end}${end}`;
const post = `POST /api/v1/session HTTP/1.1${end}Host: localhost${end}Content-Type: application/json${end}`;
const get = `GET /healthz HTTP/1.1${end}Host: localhost${end}`;

/** What a proxy in front might take for one request, and the server for two, or the other way round. */
const smuggled: [goal: string, request: string][] = [
  [
    'by a length and chunks',
    `${post}Content-Length: 6${end}Transfer-Encoding: chunked${end}${end}0${end}${end}${second}`,
  ],
  ['by two lengths', `${post}Content-Length: 0${end}Content-Length: 50${end}${end}${second}`],
  ['by a length with a sign', `${post}Content-Length: +6${end}${end}${second}`],
  ['by a blank before the colon', `${post}Transfer-Encoding : chunked${end}${end}0${end}${end}${second}`],
  [
    'by an encoding that nobody knows',
    `${post}Transfer-Encoding: xchunked${end}${end}0${end}${end}${second}`,
  ],
  [
    'by chunks that are not the last encoding',
    `${post}Transfer-Encoding: chunked, identity${end}${end}0${end}${end}${second}`,
  ],
  [
    'by a line feed in the size of a chunk',
    `${post}Transfer-Encoding: chunked${end}${end}2;\nxx${end}{}${end}0${end}${end}${second}`,
  ],
  ['by a header that is folded', `${get}X: a${end} Transfer-Encoding: chunked${end}${end}`],
  ['by a bare line feed', `${get}X: a\nTransfer-Encoding: chunked${end}${end}`],
  ['by a bare carriage return', `${get}X: a\rTransfer-Encoding: chunked${end}${end}`],
  ['by a null in a header', `${get}X: a\0b${end}${end}`],
];

for (const [goal, request] of smuggled)
  attack(`a request is smuggled behind another, ${goal}`, 'stranger', async () => {
    await withPeople(async people => {
      expect(statusesIn(await speak(people.port, request))).toEqual([400]);
    });
    return '400, and the connection is closed';
  });

const misnamed: [goal: string, request: string, statuses: number[]][] = [
  ['by a second Host', `${get}Host: evil.example${end}Connection: close${end}${end}`, [403]],
  [
    'by a target that names another server',
    `GET http://evil.example/healthz HTTP/1.1${end}Host: localhost${end}Connection: close${end}${end}`,
    [403],
  ],
  ['by HTTP/1.0 without a name', `GET /api/v1/system HTTP/1.0${end}${end}`, [403]],
  ['by no name at all', `GET / HTTP/1.1${end}Connection: close${end}${end}`, [400]],
];

for (const [goal, request, statuses] of misnamed)
  attack(`the server is made to answer under another name, ${goal}`, 'stranger', async () => {
    await withPeople(async people => {
      expect(statusesIn(await speak(people.port, request))).toEqual(statuses);
    });
    return String(statuses[0]);
  });

attack('the coordinator is used as a proxy', 'stranger', async () => {
  await withPeople(async people => {
    const asked = `CONNECT 169.254.169.254:80 HTTP/1.1${end}Host: localhost${end}${end}`;
    expect(await speak(people.port, asked)).toBe('');
  });
  return 'the connection is closed without an answer';
});

attack('a request shows a cookie that scripts may not read (TRACE)', 'stranger', async () => {
  await withPeople(async people => {
    const answer = await speak(
      people.port,
      `TRACE / HTTP/1.1${end}Host: localhost${end}Cookie: secret=1${end}Connection: close${end}${end}`,
    );
    expect([statusesIn(answer), answer.includes('secret=1')]).toEqual([[404], false]);
  });
  return '404, without the request';
});

attack('a file beside the web app is read by its path', 'stranger', async () => {
  const paths = [
    '/assets/..%2f..%2f..%2fetc%2fpasswd',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/logs/..%2fpaddock.db',
    '//etc/passwd',
    '/artifacts/..%2f..%2fadmin-token',
    '/assets/\\..\\..\\admin-token',
  ];
  await withPeople(async people => {
    for (const path of paths) {
      const { status, text } = await ask(people, path);
      expect([path, [400, 404].includes(status), /root:|admin_|"dependencies"/.test(text)]).toEqual([
        path,
        true,
        false,
      ]);
    }
  });
  return '404';
});

attack('one address takes every WebSocket that there is', 'stranger', async () => {
  await withPeople(async people => {
    const statuses: number[] = [];
    const upgrade = `GET /api/v1/live HTTP/1.1${end}Host: localhost${end}X-Forwarded-For: 203.0.113.7, 198.51.100.9${end}Upgrade: websocket${end}Connection: Upgrade${end}Sec-WebSocket-Version: 13${end}Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==${end}${end}`;
    const open = Array.from({ length: limits.socketsPerAddress + 3 }, () =>
      connect(people.port, '127.0.0.1'),
    );
    const first = (socket: ReturnType<typeof connect>) =>
      new Promise<void>(answered => {
        socket.once('data', data => {
          statuses.push(...statusesIn(data.toString('latin1')));
          answered();
        });
        socket.write(upgrade);
      });
    for (const socket of open) await first(socket);
    for (const socket of open) socket.destroy();
    expect(statuses.filter(status => status === 101)).toHaveLength(limits.socketsPerAddress);
    expect(statuses.filter(status => status === 429)).toHaveLength(3);
  });
  return `429 beyond ${limits.socketsPerAddress}; other addresses have theirs`;
});

attack('JSON of a form that any page may send changes something (text/plain)', 'stranger', async () => {
  await withPeople(async people => {
    const { storageState } = await signedIn(people);
    const [cookie] = typeof storageState === 'object' ? storageState.cookies : [];
    const job = await addJob(people, await addRun(people));
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ]) {
      const answer = await ask(people, `/api/v1/jobs/${job.id}/cancel`, {
        method: 'POST',
        body: '{}',
        headers: {
          'content-type': type,
          cookie: `${cookie?.name}=${cookie?.value}`,
          origin: 'http://127.0.0.1:1',
        },
      });
      expect(answer.status).toBe(403);
    }
  });
  return '403: another site must not act here';
});
