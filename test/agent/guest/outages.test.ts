import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { GuestDesired, RunSpec } from '#shared/messages.ts';
import { clockAhead } from '#test/support/clock-ahead.ts';
import { until } from '#test/support/until.ts';
import { type Guest, withGuest } from './support/guest-under-test.ts';
import { startNatsServer } from './support/nats-server.ts';
import { enrolAnswer } from './support/scripted-coordinator.ts';
import { specOf } from './support/specs.ts';

const retireAfter = (spec: RunSpec, { coordinator }: Guest): void => {
  coordinator.onRenewal = (): GuestDesired => ({ want: 'run', spec });
  coordinator.onFinished = () => ({ answer: 'settled', next: { want: 'retire' } });
};

test('an attempt runs on while nats-server is away, and its log and verdict arrive afterwards', async () => {
  await withGuest({}, async guest => {
    const spec = specOf({ steps: [{ run: 'echo before; sleep 1; echo after' }] });
    retireAfter(spec, guest);
    await until('the step runs', () => guest.coordinator.logText(spec.attempt) === 'before\n');
    await guest.coordinator.nats.restart();
    expect(await guest.end).toBe('retired');
    expect(guest.coordinator.logText(spec.attempt)).toBe('before\nafter\n');
  });
});

test('an attempt ends while nobody answers, and is reported when somebody does', async () => {
  await withGuest({}, async guest => {
    const spec = specOf({ steps: [{ run: 'echo begun; sleep 0.3' }] });
    retireAfter(spec, guest);
    await until('it began', () => guest.coordinator.renewals.some(({ running }) => running));
    await guest.coordinator.nats.kill();
    await until('the agent has noticed', () => guest.events.some(({ event }) => event === 'nats-disconnect'));
    await guest.coordinator.nats.start();
    expect(await guest.end).toBe('retired');
    expect(guest.coordinator.logText(spec.attempt)).toBe('begun\n');
  });
});

test('a clock that was set back by an hour keeps a machine from nothing when nats-server comes back', async () => {
  let clock: ReturnType<typeof clockAhead> | undefined;
  const script = () => {
    clock = clockAhead();
  };
  await withGuest({ script }, async ({ coordinator, events }) => {
    await until('the first renewal', () => coordinator.renewals.length > 0);
    clock?.setBack();
    await coordinator.nats.restart();
    await until('the agent is connected again', () => events.some(({ event }) => event === 'nats-reconnect'));
  }).finally(() => clock?.setBack());
});

test('a coordinator that has moved NATS is asked where it is now', async () => {
  const elsewhere = await startNatsServer();
  try {
    await withGuest({}, async ({ coordinator, events }) => {
      await until('the first renewal', () => coordinator.renewals.length > 0);
      coordinator.onEnrol = () => ({ status: 200, body: enrolAnswer(elsewhere.url) });
      await coordinator.nats.kill();
      await until('the agent is connected again', () =>
        events.some(({ event }) => event === 'nats-reconnect'),
      );
    });
  } finally {
    await elsewhere.close();
  }
});

test('the credential is renewed with the same key before it expires', async () => {
  const script: Parameters<typeof withGuest>[0]['script'] = coordinator => {
    coordinator.onEnrol = () => ({
      status: 200,
      body: { ...enrolAnswer(coordinator.nats.url), expiresAt: Date.now() + 200 },
    });
  };
  await withGuest({ script }, async ({ coordinator }) => {
    await until('a second enrolment', () => coordinator.enrolments.length >= 2);
    expect(new Set(coordinator.enrolments.map(({ publicKey }) => publicKey)).size).toBe(1);
    expect(coordinator.enrolments[0]).toMatchObject({ v: 1, token: 'ticket-of-this-machine' });
  });
});

test('a refused renewal of the credential does not end the work', async () => {
  const script: Parameters<typeof withGuest>[0]['script'] = coordinator => {
    let isFirst = true;
    coordinator.onEnrol = () => {
      const status = isFirst ? 200 : 403;
      isFirst = false;
      return { status, body: { ...enrolAnswer(coordinator.nats.url), expiresAt: Date.now() + 200 } };
    };
  };
  await withGuest({ script }, async guest => {
    await until('it was refused', () => guest.events.some(({ event }) => event === 'credential-not-renewed'));
    retireAfter(specOf(), guest);
    expect(await guest.end).toBe('retired');
  });
});

test('a coordinator that is not up yet is waited for', async () => {
  let tries = 0;
  const script: Parameters<typeof withGuest>[0]['script'] = coordinator => {
    coordinator.onEnrol = () =>
      ++tries < 3 ? { status: 503, body: {} } : { status: 200, body: enrolAnswer(coordinator.nats.url) };
  };
  await withGuest({ script }, async ({ coordinator }) => {
    await until('the first renewal', () => coordinator.renewals.length > 0);
    expect(tries).toBe(3);
  });
});

test('a ticket that is refused ends the agent with the words of the coordinator', async () => {
  const script: Parameters<typeof withGuest>[0]['script'] = coordinator => {
    coordinator.onEnrol = () => ({
      status: 403,
      body: { message: 'this ticket has been used by another key' },
    });
  };
  await withGuest({ script }, async ({ end, workDirectory }) => {
    await expect(end).rejects.toThrow('this ticket has been used by another key');
    expect(existsSync(`${workDirectory}/attempts`)).toBe(false);
  });
});

test('a ticket of another machine ends the agent', async () => {
  const script: Parameters<typeof withGuest>[0]['script'] = coordinator => {
    const id = 'machine_00000000000000000000000002';
    coordinator.onEnrol = () => ({ status: 200, body: { ...enrolAnswer(coordinator.nats.url), id } });
  };
  await withGuest({ script }, async ({ end }) => {
    await expect(end).rejects.toThrow('the ticket belongs to machine_00000000000000000000000002');
  });
});

test('the dead-man timer ends the agent and everything it runs', async () => {
  await withGuest({ settings: { expiresAt: Date.now() + 1_500 } }, async ({ coordinator, end }) => {
    const spec = specOf({ steps: [{ run: 'echo $$; exec sleep 60' }] });
    coordinator.onRenewal = () => ({ want: 'run', spec });
    const pid = Number(await until('the step says its pid', () => coordinator.logText(spec.attempt).trim()));
    expect(await end).toBe('expired');
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });
});

test('an agent that is told to stop leaves no process and no file', async () => {
  await withGuest({}, async ({ coordinator, end, stop, workDirectory }) => {
    const spec = specOf({ steps: [{ run: 'echo $$; exec sleep 60' }] });
    coordinator.onRenewal = () => ({ want: 'run', spec });
    const pid = Number(await until('the step says its pid', () => coordinator.logText(spec.attempt).trim()));
    stop();
    expect(await end).toBe('stopped');
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect([existsSync(`${workDirectory}/attempts`), coordinator.reports]).toEqual([false, []]);
  });
});

test('a push that is not of the protocol is named and forgotten', async () => {
  await withGuest({}, async ({ coordinator, events }) => {
    await until('the first renewal', () => coordinator.renewals.length > 0);
    coordinator.push({ want: 'dance' } as unknown as GuestDesired);
    await until('it is named', () => events.some(({ event }) => event === 'push-ignored'));
    const before = coordinator.renewals.length;
    await until('renewals go on', () => coordinator.renewals.length > before + 1);
  });
});
