import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openEvidence } from '#agent/host/evidence.ts';
import { diagnoseBoot } from '#shared/boot-diagnosis.ts';
import { desiredMachine } from '#test/contract/driver/desired-machine.ts';
import { until } from '#test/support/until.ts';
import { builtImage } from './built-image.ts';
import { type LibvirtBench, openLibvirtBench } from './libvirt-bench.ts';
import type { LibvirtSession } from './libvirt-session.ts';

const run = promisify(execFile);
/** A kernel under emulation, beside other tests. */
const bootMs = 60_000;

export function brokenGuestTests(session: () => LibvirtSession): void {
  let directory: string;
  let bench: LibvirtBench;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'paddock-broken-'));
    const [disk, initrd] = [join(directory, 'disk'), join(directory, 'initrd')];
    await writeFile(disk, Buffer.alloc(1024 * 1024));
    await mkdir(join(directory, 'nothing'));
    await run('sh', [
      '-c',
      'cd "$1" && echo nothing | cpio --quiet -o -H newc > "$2"',
      'sh',
      directory,
      initrd,
    ]);
    bench = await openLibvirtBench(session(), {
      files: { disk, initrd, kernel: (await builtImage()).kernel },
    });
  });
  afterEach(async () => {
    await bench.close();
    await rm(directory, { recursive: true, force: true });
  });

  test('a machine whose initrd has no first program says so on its console, which outlives it', {
    timeout: 2 * bootMs,
  }, async () => {
    const machine = desiredMachine({ driver: 'libvirt' });
    const { signal } = new AbortController();
    await bench.driver.create(machine, signal);
    const said = async () => Buffer.from((await bench.driver.evidence(machine.id)) ?? []).toString();
    await until('the kernel panics', async () => (await said()).includes('Kernel panic'), {
      timeoutMs: bootMs,
    });
    const evidence = await openEvidence(join(directory, 'evidence'), () => undefined);
    await evidence.keep(bench.driver, machine.id);
    await bench.driver.destroy(machine.id, signal);
    const { trouble, text } = diagnoseBoot((await evidence.read(machine.id))?.console ?? '');
    console.log(text);
    expect(trouble).toBe('no-root');
    expect(text).toMatch(/^the system does not find its disk \(.*\); check root=/);
  });
}
