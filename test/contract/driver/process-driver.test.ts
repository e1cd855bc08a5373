import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { writeTag } from '#agent/host/drivers/machine-directory.ts';
import { placesOf } from '#agent/host/drivers/process/machine-directory.ts';
import { desiredMachine } from './desired-machine.ts';
import { describeDriver } from './driver-contract.ts';
import { openProcessBench, processesOf } from './process-bench.ts';

describeDriver('process', () => openProcessBench());

test('a guest that was started and not noted before its host agent was killed is known by its mark, and goes on', async () => {
  const bench = await openProcessBench();
  const signal = new AbortController().signal;
  try {
    const machine = desiredMachine();
    await bench.driver.create(machine, signal);
    await bench.driver.close();
    const tag = JSON.parse(await readFile(placesOf(bench.machines, machine.id).tag, 'utf8'));
    await writeTag(bench.machines, { ...tag, guest: null });
    const next = await bench.restart();
    expect(await next.list(signal)).toMatchObject([{ id: machine.id, state: 'running' }]);
    expect(await processesOf(machine.id)).toContain(tag.guest.pid);
    expect(JSON.parse(await readFile(placesOf(bench.machines, machine.id).tag, 'utf8'))).toEqual(tag);
    await next.destroy(machine.id, signal);
    expect(await bench.leftOvers()).toEqual([]);
  } finally {
    await bench.close();
  }
});
