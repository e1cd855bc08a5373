/** A hostile suite in a virtual machine: what it tries is told in its log, and of the machine nothing is left. */
import { expect } from 'vitest';
import { attacksOn } from '#test/attacks/support/attack.ts';
import { logOf, openPull, settled, suite } from '#test/support/fleet/story.ts';
import type { LibvirtSession } from './libvirt-session.ts';
import { answersIn, knock } from './reaching.ts';
import { withVirtualFleet } from './virtual-fleet.ts';

const attack = attacksOn('processes');
const minute = 60_000;

const tells = (name: string, command: string): string =>
  `if (${command}) > /dev/null 2>&1; then echo ${name} open; else echo ${name} closed; fi`;

type Played = { answers: Record<string, string>; standing: string };

export function attackTests(session: () => LibvirtSession): void {
  let played: Promise<Played> | null = null;

  /** One machine and one job for all of these attacks. */
  async function play(): Promise<Played> {
    let told: Played | null = null;
    await withVirtualFleet(session(), {}, async fleet => {
      const steps = [
        knock('metadata', '169.254.169.254', 80),
        knock('people', '10.0.2.2', fleet.ports.people),
        knock('neighbour', '10.0.2.15', 22),
        tells('root', 'echo x >> /etc/passwd || sudo -n true || su -c true root < /dev/null'),
        tells('disk', 'head -c 1 /dev/vda'),
        tells('config-disk', 'head -c 1 /dev/vdb'),
        tells('kernel', 'head -c 1 /dev/mem || echo 1 > /proc/sys/kernel/sysrq'),
        tells(
          'ticket',
          'cat /run/paddock/ticket || tr "\\0" "\\n" < "/proc/$PPID/environ" | grep -q "^PADDOCK_TICKET="',
        ),
        '(setsid nohup sleep 1000 < /dev/null > /dev/null 2>&1 &); echo "* * * * * sleep 1000" | crontab - 2> /dev/null || true',
        'fallocate -l "$(df --output=avail -B1 . | tail -n 1)" full || true; df --output=avail . | tail -n 1; echo filled',
      ];
      const { head } = await openPull(fleet, suite(...steps));
      const job = await settled(fleet, head, 'default', 3 * minute);
      const log = await logOf(fleet, job);
      expect(log).toContain('filled');
      told = { answers: answersIn(log), standing: job.standing };
    });
    if (!told) throw new Error('nothing was played');
    return told;
  }

  const learned = async (...names: string[]): Promise<string[]> => {
    played ??= play();
    const { answers } = await played;
    return names.map(name => answers[name] ?? 'not told');
  };

  const patience = 5 * minute;

  attack(
    'a suite in a virtual machine reaches the metadata of a cloud, the pages of its coordinator, or a neighbour',
    'pull request',
    async () => {
      expect(await learned('metadata', 'people', 'neighbour')).toEqual(['closed', 'closed', 'closed']);
      return 'no address leads there';
    },
    patience,
  );

  attack(
    'a suite in a virtual machine becomes root, or reads its disks below their file systems',
    'pull request',
    async () => {
      expect(await learned('root', 'disk', 'config-disk', 'kernel')).toEqual(Array(4).fill('closed'));
      return 'refused by the system of the machine';
    },
    patience,
  );

  attack(
    'a suite in a virtual machine finds the ticket of its machine',
    'pull request',
    async () => {
      expect(await learned('ticket')).toEqual(['closed']);
      return 'its agent has taken it away before anything runs';
    },
    patience,
  );

  attack(
    'a suite in a virtual machine fills its disk, leaves processes behind, and is never told',
    'pull request',
    async () => {
      await learned();
      expect((await played)?.standing).toBe('passed');
      return 'its verdict and log arrive; the machine is gone, and everything in it';
    },
    patience,
  );
}
