import { expect, test } from 'vitest';
import { ensure, type Machine } from '#coordinator/setup/ensure.ts';
import { neededFor, type Prerequisite } from '#coordinator/setup/prerequisites.ts';

type Story = { missing: Prerequisite[]; ran: string[][]; said: string[] };

/** A Debian machine without nats-server and git, on which an installation works, unless told otherwise. */
function machineWith(changes: Partial<Machine> = {}): { machine: Machine; story: Story } {
  const story: Story = { missing: neededFor('demo'), ran: [], said: [] };
  const machine: Machine = {
    missing: async () => story.missing,
    manager: async () => 'apt',
    permission: async () => [],
    run: async argv => {
      story.ran.push(argv);
      story.missing = [];
      return 0;
    },
    say: line => story.said.push(line),
    ...changes,
  };
  return { machine, story };
}

test('nothing missing: nothing is run and nothing said', async () => {
  const { machine, story } = machineWith({ missing: async () => [] });
  await ensure('demo', machine);
  expect(story).toMatchObject({ ran: [], said: [] });
});

test('root installs at once, after saying what and why', async () => {
  const { machine, story } = machineWith();
  await ensure('demo', machine);
  expect(story.ran).toEqual([['sh', '-c', expect.stringContaining('install -y -q')]]);
  expect(story.said.join('\n')).toContain('git: fetches the commits');
});

test('sudo without a prompt is used where there is one', async () => {
  const { machine, story } = machineWith({ permission: async () => ['sudo', '-n'] });
  await ensure('demo', machine);
  expect(story.ran[0]?.slice(0, 3)).toEqual(['sudo', '-n', 'sh']);
});

test('without permission the exact command is the error, and nothing is run', async () => {
  const { machine, story } = machineWith({ permission: async () => null });
  const refusal = expect(ensure('demo', machine)).rejects;
  await refusal.toMatchObject({
    code: 'prerequisite-missing',
    message: expect.stringMatching(
      /Missing: git, nats-server\.[\s\S]*As root, run:[\s\S]*apt-get .* git nats-server/,
    ),
  });
  expect(story.ran).toEqual([]);
});

test('without a package the error says what to do by hand', async () => {
  const { machine } = machineWith({ manager: async () => 'dnf' });
  await expect(ensure('demo', machine)).rejects.toThrow(
    /No package is known here for:\n {2}nats-server: put nats-server/,
  );
});

test('without a package manager everything is named with what to do', async () => {
  const { machine } = machineWith({ manager: async () => null });
  await expect(ensure('demo', machine)).rejects.toThrow(/git: install git.*\n.*nats-server: put/);
});

test('an installation that fails names its exit code and what is still missing', async () => {
  const { machine } = machineWith({ run: async () => 100 });
  await expect(ensure('demo', machine)).rejects.toMatchObject({
    code: 'installation-failed',
    message: expect.stringContaining('ended with 100, without git, nats-server'),
  });
});

test('an installation that brings nothing is a failure too', async () => {
  const { machine } = machineWith({ run: async () => 0 });
  await expect(ensure('demo', machine)).rejects.toThrow(/did not bring git, nats-server/);
});
