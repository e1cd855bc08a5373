import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { DesiredMachine } from '#shared/host-messages.ts';
import { imageManifest } from '#shared/image-manifest.ts';
import { desiredMachine } from '#test/contract/driver/desired-machine.ts';
import { until } from '#test/support/until.ts';
import { builtImage } from './built-image.ts';
import { debianImage } from './debian-image.ts';
import { type LibvirtBench, openLibvirtBench } from './libvirt-bench.ts';
import type { LibvirtSession } from './libvirt-session.ts';

const minute = 60_000;
const signal = new AbortController().signal;
const bundle = fileURLToPath(new URL('./programs/drawing-agent.cjs', import.meta.url));
export function snapshotTests(session: () => LibvirtSession): void {
  let bench: LibvirtBench;

  async function warmMachine(): Promise<DesiredMachine> {
    const wish = desiredMachine({ driver: 'libvirt' });
    const { disk, boot, machine, ...rest } = await debianImage();
    const image = imageManifest.parse({
      ...rest,
      machine,
      disk: { ...wish.image.disk, format: 'qcow2' },
      boot: {
        ...boot,
        kernel: wish.image.boot.kernel,
        initrd: wish.image.boot.initrd,
        'command-line': `${boot?.['command-line']} paddock.show-random`,
        warm: 'snapshot',
      },
    });
    return { ...wish, image };
  }

  /** What the machine has said once its agent has: of the console, the words behind each heading. */
  async function wordsOf({ id }: DesiredMachine): Promise<Record<string, string>> {
    const text = async () => Buffer.from((await bench.driver.evidence(id)) ?? []).toString();
    await until('its agent has drawn', async () => (await text()).includes('time: '), { timeoutMs: minute });
    const told = [
      ...(await text()).matchAll(/(random before the seed|random after the seed|drawn|time): (.*)/g),
    ];
    return Object.fromEntries(told.map(([, heading, words]) => [heading, words?.trim()]));
  }

  /** Clones until two of them have woken with the same random state: without it, that they differ later would say nothing. */
  async function twins(): Promise<[Record<string, string>, Record<string, string>]> {
    const seen: Record<string, string>[] = [];
    while (seen.length < 5) {
      const machine = await warmMachine();
      await bench.driver.create(machine, signal);
      const words = await wordsOf(machine);
      const twin = seen.find(other => other[before] === words[before]);
      await bench.driver.destroy(machine.id, signal);
      if (twin) return [twin, words];
      seen.push(words);
    }
    throw new Error(`no two clones woke alike: ${seen.map(words => words[before]).join(', ')}`);
  }

  const before = 'random before the seed';

  test('clones of one snapshot wake with the same random state and draw different bytes, in the kernel and in Node', {
    timeout: 8 * minute,
  }, async () => {
    bench = await openLibvirtBench(session(), { files: await builtImage(), bundle });
    try {
      const [one, other] = await twins();
      for (const heading of ['random after the seed', 'drawn']) {
        expect(one[heading]).toMatch(/^[0-9a-f]{16}/);
        expect(one[heading]).not.toBe(other[heading]);
      }
      expect(Math.abs(Number(other.time) - Date.now())).toBeLessThan(minute);
      expect(await readdir(join(bench.directory, 'host/snapshots'))).toHaveLength(1);
      expect(await bench.leftOvers()).toEqual([]);
    } finally {
      await bench.close();
    }
  });
}
