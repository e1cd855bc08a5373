/** `npm run test:long -- console-rotation`: consoles that libvirt's log daemon writes, and puts aside when they grow. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { limits } from '#shared/limits.ts';
import { desiredMachine } from '#test/contract/driver/desired-machine.ts';
import { until } from '#test/support/until.ts';
import { openLibvirtBench } from './libvirt-bench.ts';
import { lackOfPrograms, useLibvirt } from './use-libvirt.ts';

const minute = 60_000;
const session = useLibvirt({ logDaemon: 'max_size = 131072\nmax_backups = 3\n' });

test('the end of a console is read as it was written, over all that was put aside of it', {
  timeout: 8 * minute,
}, async ({ skip }) => {
  const lack = await lackOfPrograms(['virtlogd']);
  if (lack) skip(lack);
  const bench = await openLibvirtBench(session(), { init: 'talking-init' });
  try {
    const wish = desiredMachine({ driver: 'libvirt' });
    await bench.driver.create(wish, new AbortController().signal);
    const said = async () => Buffer.from((await bench.driver.evidence(wish.id)) ?? []).toString();
    await until('it has said all', async () => (await said()).includes('the end'), { timeoutMs: 4 * minute });
    const names = await readdir(join(bench.directory, 'host/machines', wish.id));
    expect(names).toEqual(expect.arrayContaining(['console', 'console.0', 'console.1', 'console.2']));
    const text = await said();
    expect(text.length).toBe(limits.consoleBytes);
    const numbers = [...text.matchAll(/^line (\d{5}) of/gm)].map(([, number]) => Number(number));
    expect(numbers.length).toBeGreaterThan(6_000);
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
    expect(numbers.at(-1)).toBe(19_999);
    await bench.driver.destroy(wish.id, new AbortController().signal);
    expect(await bench.leftOvers()).toEqual([]);
  } finally {
    await bench.close();
  }
});
