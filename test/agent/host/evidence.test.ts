import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openEvidence } from '#agent/host/evidence.ts';
import { limits } from '#shared/limits.ts';
import { machine } from '#test/contract/sample-ids.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'paddock-evidence-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const open = () => openEvidence(directory, () => undefined);
const writing = (text: string | Uint8Array | null) => ({
  evidence: async () => (typeof text === 'string' ? new TextEncoder().encode(text) : text),
});

test('a console is kept as plain text, private, and bounded, from the beginning of a line', async () => {
  const evidence = await open();
  await evidence.keep(writing(`${'a line\r\n'.repeat(9_000)}\u001b[1mthe end\u001b[0m`), machine(1));
  const text = (await evidence.read(machine(1)))?.console ?? '';
  expect(text.length).toBeLessThanOrEqual(limits.evidenceChars);
  expect(text.length).toBeGreaterThan(limits.evidenceChars - 10);
  expect(text).toMatch(/^(?:a line\n)+the end$/);
  expect((await stat(join(directory, machine(1)))).mode & 0o777).toBe(0o600);
});

test('bytes that are no text are kept as well', async () => {
  const evidence = await open();
  await evidence.keep(writing(new Uint8Array([0x61, 0xff, 0xfe, 0x00, 0x62])), machine(1));
  expect((await evidence.read(machine(1)))?.console).toBe('a\ufffd\ufffdb');
});

test('what was read the first time stays when the machine has no console any more', async () => {
  const evidence = await open();
  await evidence.keep(writing('Kernel panic'), machine(1));
  await evidence.keep(writing(null), machine(1));
  expect((await evidence.read(machine(1)))?.console).toBe('Kernel panic');
});

const showing = (screen: () => Promise<Uint8Array | null>, text: string | null = null) => ({
  ...writing(text),
  screen,
});

test('what is on a display is kept, also of a machine without a console, and goes with it', async () => {
  const evidence = await open();
  const png = new Uint8Array([1, 2, 3]);
  await evidence.keep(
    showing(async () => png),
    machine(1),
  );
  expect((await stat(join(directory, `${machine(1)}.png`))).mode & 0o777).toBe(0o600);
  const later = await open();
  expect(later.ids()).toEqual([machine(1)]);
  expect(await later.read(machine(1))).toEqual({ console: '', screen: Buffer.from(png) });
  await later.drop(machine(1));
  expect(await readdir(directory)).toEqual([]);
});

test('a console is kept when no picture can be taken, and no picture that is too large', async () => {
  const evidence = await open();
  const broken = () => Promise.reject(new Error('no display'));
  await evidence.keep(showing(broken, 'Kernel panic'), machine(1));
  expect(await evidence.read(machine(1))).toEqual({ console: 'Kernel panic', screen: null });
  const huge = async () => new Uint8Array(limits.screenBytes + 1);
  await evidence.keep(showing(huge), machine(2));
  expect(evidence.ids()).toEqual([machine(1)]);
});

test('a picture without its console is what a crash has left', async () => {
  await writeFile(join(directory, `${machine(4)}.png`), 'half');
  await open();
  expect(await readdir(directory)).toEqual([]);
});

test('another start finds them, oldest first, and removes what is half written', async () => {
  const first = await open();
  for (const n of [2, 1]) await first.keep(writing(''), machine(n));
  await utimes(join(directory, machine(2)), 1, 1);
  await writeFile(join(directory, `${machine(3)}.77-0.draft`), 'half');
  const second = await open();
  expect(second.ids()).toEqual([machine(2), machine(1)]);
  expect(await readdir(directory)).toHaveLength(2);
  await second.drop(machine(2));
  expect(await second.read(machine(2))).toBe(null);
  expect((await open()).ids()).toEqual([machine(1)]);
});

test('there are not too many, and none that is too old', async () => {
  for (let n = 0; n < limits.evidenceWaiting + 2; n++) {
    await writeFile(join(directory, machine(n)), '');
    await utimes(join(directory, machine(n)), Date.now() / 1_000, Date.now() / 1_000 - 100 + n / 10);
  }
  const evidence = await open();
  await evidence.keep(writing(''), machine(900));
  expect(evidence.ids()).toHaveLength(limits.evidenceWaiting);
  expect(evidence.ids().slice(0, 1)).toEqual([machine(3)]);
  for (const id of evidence.ids()) await utimes(join(directory, id), 1, 1);
  const later = await open();
  await later.keep(writing(''), machine(901));
  expect(later.ids()).toEqual([machine(901)]);
});
