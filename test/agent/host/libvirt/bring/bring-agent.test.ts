import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkedStart, sha256Of } from '#agent/host/drivers/checked-start.ts';
import { bringAgent } from '#agent/host/drivers/libvirt/bring/bring-agent.ts';
import { endWords, type Order } from '#agent/host/drivers/libvirt/bring/bring-program.ts';
import { NotBrought } from '#agent/host/drivers/libvirt/bring/errors.ts';
import { newMachineId } from '#test/contract/driver/desired-machine.ts';
import { findSshd, type SshServer, startSshServer } from '#test/contract/driver/ssh-server.ts';
import { until } from '#test/support/until.ts';

const sshd = await findSshd();
let server: SshServer;
let home: string;

beforeAll(async () => {
  if (sshd) server = await startSshServer(sshd);
});
beforeEach(async context => {
  if (!sshd) context.skip('needs sshd, the server of OpenSSH');
  home = await mkdtemp(join(tmpdir(), 'paddock-bring-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));
afterAll(() => server?.close());

/** What an agent does that is brought: it writes how it was started, then what it is told here. */
const agent = (...words: string[]) => `
const fs = require('fs');
const { PADDOCK_TICKET_FILE: ticket, PADDOCK_WORK: work, ...env } = process.env;
fs.appendFileSync(process.env.HOME + '/starts', JSON.stringify({
  ticket: fs.readFileSync(ticket, 'utf8'), mode: fs.statSync(ticket).mode & 0o777, work,
  ca: env.PADDOCK_CA_FILE && fs.readFileSync(env.PADDOCK_CA_FILE, 'utf8'),
  machine: env.PADDOCK_MACHINE, ssh: Object.keys(env).filter(name => name.startsWith('SSH_')),
  line: fs.readFileSync('/proc/self/cmdline', 'utf8') + fs.readFileSync('/proc/' + process.ppid + '/cmdline', 'utf8'),
}) + '\\n');
${words.join('\n')}
`;
const reportIn = `console.error(JSON.stringify({ event: 'reported-in' }));`;

/** Its Node has a home of the test's own. */
async function nodeAtHome(version?: string): Promise<string> {
  const node = join(home, 'node');
  const lie = version ? `-r ${join(home, 'older.cjs')}` : '';
  await writeFile(
    join(home, 'older.cjs'),
    `Object.defineProperty(process.versions, 'node', { value: '${version}' });`,
  );
  await writeFile(node, `#!/bin/sh\nHOME=${home} exec ${process.execPath} ${lie} "$@"\n`);
  await chmod(node, 0o755);
  return node;
}

type Wish = Partial<Parameters<typeof bringAgent>[0]['login']> & { key?: string };

function bring(order: Order, { key = server.key, ...login }: Wish) {
  let log = '';
  let isStarted = false;
  const stop = new AbortController();
  const ended = bringAgent({
    login: { image: 'debian', user: server.user, node: 'node', hostKey: null, ...login },
    ...{ key, order, signal: stop.signal },
    socket: connect(server.port, '127.0.0.1'),
    onStarted: () => {
      isStarted = true;
    },
    onLog: text => {
      log += text;
    },
  });
  const failed = ended.then(
    () => null,
    (error: unknown) => error,
  );
  return { ended, failed, stop, isStarted: () => isStarted, log: () => log };
}

const orderOf = (bundle: string, more: Partial<Order> = {}): Order => {
  const machine = newMachineId();
  return {
    ...{ machine, environment: { PADDOCK_MACHINE: machine }, ticket: 'boot-ticket-0123456789' },
    bundle: Buffer.from(bundle).toString('base64'),
    start: checkedStart(sha256Of(Buffer.from(bundle))),
    ca: null,
    // What a machine does when its agent has ended is no business of the computer that runs the tests.
    script: `"$1" "$2"; echo "${endWords}$?"`,
    logBytes: 65_536,
    ...more,
  };
};

const startsIn = async (): Promise<Record<string, unknown>[]> =>
  (await readFile(join(home, 'starts'), 'utf8').catch(() => ''))
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line));

async function refusal(order: Order, wish: Wish): Promise<NotBrought> {
  const error = await bring(order, wish).failed;
  if (error instanceof NotBrought) return error;
  throw error ?? new Error('it was expected to fail');
}

test('an agent is laid down and started, and is there when it has reported in', async () => {
  const order = orderOf(agent(reportIn), { ca: { variable: 'PADDOCK_CA_FILE', pem: 'certificate' } });
  const brought = bring(order, { node: await nodeAtHome(), hostKey: server.hostKey });
  await brought.ended;
  expect(brought.isStarted()).toBe(true);
  expect(brought.log()).toContain('reported-in');
  const [start, ...others] = await startsIn();
  expect(others).toEqual([]);
  expect(start).toMatchObject({
    ...{ ticket: order.ticket, mode: 0o600, machine: order.machine, ca: 'certificate', ssh: [] },
    work: join(home, 'work'),
  });
  expect(start?.line).not.toContain(order.ticket);
  expect((await stat(join(home, '.paddock', order.machine))).mode & 0o777).toBe(0o700);
});

test('an agent that is not the one that was sent is not begun', async () => {
  const order = { ...orderOf(agent(reportIn)), bundle: Buffer.from(agent()).toString('base64') };
  const brought = bring(order, { node: await nodeAtHome() });
  expect(await brought.failed).toMatchObject({ message: expect.stringContaining('65') });
  expect(brought.log()).toContain('is not the one that was sent, and is not started');
  expect(await startsIn()).toEqual([]);
});

test('who comes again after a lost connection finds the agent, starts no second one, and hears all of it', async () => {
  const waits = `const wait = () => fs.existsSync(process.env.HOME + '/go') ? (${reportIn.slice(0, -1)}) : setTimeout(wait, 50);`;
  const order = orderOf(agent(`console.error('first words');`, waits, 'wait();'));
  const node = await nodeAtHome();
  const first = bring(order, { node });
  await until('the agent speaks', () => first.log().includes('first words'));
  await server.cut();
  expect(await first.failed).toMatchObject({ mayPass: true, message: expect.stringMatching(/connection/) });
  const second = bring(order, { node });
  await until('it is heard again', () => second.log().includes('first words'));
  await writeFile(join(home, 'go'), '');
  await second.ended;
  expect(await startsIn()).toHaveLength(1);
});

test('who is told to stop leaves at once, and the agent goes on', async () => {
  const order = orderOf(agent(`setTimeout(() => fs.writeFileSync(process.env.HOME + '/lived', ''), 1000);`));
  const brought = bring(order, { node: await nodeAtHome() });
  await until('it was started', brought.isStarted);
  brought.stop.abort(new Error('closing'));
  expect(await brought.failed).toMatchObject({ message: 'closing' });
  await until('the agent has done its work', async () => (await readdir(home)).includes('lived'));
});

describe('what keeps an agent away is told in a sentence', () => {
  test('a key that the disk does not know, which may be let in later', async () => {
    const key = join(server.key, '../host-key');
    const { message, mayPass } = await refusal(orderOf(''), { key });
    expect(message).toBe(
      `the key of boot.ssh is refused for the user ${server.user}; put its public half into ~${server.user}/.ssh/authorized_keys on the disk`,
    );
    expect(mayPass).toBe(true);
  });

  test('a key that is none', async () => {
    const key = join(home, 'key');
    await writeFile(key, 'not a key, and nobody is shown it');
    const { message, mayPass } = await refusal(orderOf(''), { key });
    expect(message).toMatch(/^the key of boot\.ssh cannot be used \(.+\); it has to be a private one/);
    expect(message).not.toContain('nobody is shown it');
    expect(mayPass).toBe(false);
  });

  test('another host key than the one that the manifest names', async () => {
    const [kind, key = ''] = server.hostKey.split(' ');
    const hostKey = `${kind} ${key.slice(0, -4)}AAAA`;
    const { message, mayPass } = await refusal(orderOf(''), { hostKey });
    expect(message).toContain('the machine of debian shows another host key than the one that is known');
    expect(mayPass).toBe(false);
  });

  test('no Node', async () => {
    const { message, mayPass } = await refusal(orderOf(''), { node: '/nowhere/node' });
    expect(message).toMatch(
      /^`\/nowhere\/node` is no program for \S+ on this disk: install Node 18 or newer/,
    );
    expect(mayPass).toBe(false);
  });

  test('a Node that is too old', async () => {
    const { message, mayPass } = await refusal(orderOf(agent()), { node: await nodeAtHome('16.20.2') });
    expect(message).toBe('Node 16.20.2 is on this disk: install Node 18 or newer');
    expect(mayPass).toBe(false);
    expect(await startsIn()).toEqual([]);
  });

  test('an agent that ends, with its last words', async () => {
    const order = orderOf(
      agent(`console.error('the agent cannot start: no room');`, 'process.exitCode = 2;'),
      {
        script: `"$1" "$2"; echo "${endWords}$?"; echo 'poweroff: not found'`,
      },
    );
    const { message, mayPass } = await refusal(order, { node: await nodeAtHome() });
    expect(message).toBe('the agent ended with exit code 2; it said: the agent cannot start: no room');
    expect(mayPass).toBe(false);
  });

  test('a login that says without end what nobody asked', async () => {
    const node = join(home, 'node');
    await writeFile(node, '#!/bin/sh\nexec yes\n', { mode: 0o755 });
    const { message, mayPass } = await refusal(orderOf(''), { node });
    expect(message).toBe('its login says more than 1048576 bytes');
    expect(mayPass).toBe(false);
  });

  test('a home in which nothing can be written', async () => {
    await writeFile(join(home, '.paddock'), 'in the way');
    const { message } = await refusal(orderOf(''), { node: await nodeAtHome() });
    expect(message).toMatch(/^the agent cannot be laid down: .*\.paddock/);
  });
});
