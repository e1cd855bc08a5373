/** The System page: hosts, images with their pools, and machines, as they are now and why. */
import { expect, test } from 'vitest';
import { findLastAttempt } from '#coordinator/store/attempts.ts';
import { insertScreen } from '#coordinator/store/boot-screens.ts';
import { smallPng } from '#test/coordinator/support/small-png.ts';
import { shows, useBrowser } from '#test/support/browser.ts';
import { ask } from '#test/support/people/ask.ts';
import {
  addFailedMachine,
  addHost,
  addMachine,
  addVersionOf,
  reportOf,
  vmOf,
} from '#test/support/people/fleet.ts';
import { lease } from '#test/support/people/lease.ts';
import { addJob, addRun } from '#test/support/people/rows.ts';
import { signedIn } from '#test/support/people/sign-in.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';
import { until } from '#test/support/until.ts';

const open = useBrowser();
const netbsd = vmOf('netbsd-10', 'netbsd');
const openbsd = vmOf('openbsd-7.9', 'openbsd');
const panic = '[    1.4] Kernel panic - not syncing: No working init found.';

const openSystem = async (people: People, hash = '') =>
  open(`${people.url}/settings${hash}`, await signedIn(people));

const region = (name: string) => `section[aria-label="${name}"]`;
const [hosts, images, machines] = ['Hosts', 'Images and pools', 'Machines'].map(region) as [
  string,
  string,
  string,
];

test('without hosts, machines and images it says which commands bring them, to be copied', () =>
  withPeople(
    async people => {
      const page = await openSystem(people);
      await shows(page, hosts, 'No host has joined');
      await shows(page, images, 'There is no image');
      await shows(page, machines, 'There is no machine');
      for (const command of [
        'paddock host add NAME',
        'paddock image add images/NAME',
        'paddock pool scale IMAGE --min 1',
      ])
        expect(await page.getByRole('button', { name: `copy: ${command}` }).count()).toBe(1);
      expect(page.complaints).toEqual([]);
    },
    parts => ({ ...parts, images: async () => [], pools: async () => [] }),
  ));

test('a host shows its room, drivers and processors, and what becomes of it without being asked again', () =>
  withPeople(async people => {
    const architectures = [
      { arch: 'x86_64', isEmulated: false },
      { arch: 'aarch64', isEmulated: true },
    ];
    const attic = await addHost(people, 'attic', {
      drivers: [{ name: 'libvirt', isolation: 'vm', architectures }],
    });
    await addHost(people, 'garage');
    await attic.report();
    await addMachine(people, attic, netbsd);
    const page = await openSystem(people);
    for (const text of [
      'connected',
      '6 of 8 CPUs free',
      '14.0 GiB of 16.0 GiB memory free',
      '97.7 GiB disk free',
      '1 ready',
      'linux x86_64 · libvirt (vm)',
      'x86_64 on KVM, aarch64 emulated (emulated programs take five to twenty times as long)',
    ])
      await shows(page, `${hosts} li:has-text("attic")`, text);
    await shows(page, `${hosts} li:has-text("garage")`, 'has not reported yet');
    await ask(people, '/api/v1/hosts/attic/drain', { method: 'POST', headers: people.admin });
    await shows(page, `${hosts} li:has-text("attic")`, 'connected, draining');
    expect(page.complaints).toEqual([]);
  }));

test('an image opens by the keyboard: what its pool lacks and why, its versions, and what the newest showed', () =>
  withPeople(async people => {
    await addVersionOf(people, netbsd, reportOf(people.clock.now, null));
    const broken = { ...netbsd, eol: '2020-01-01' };
    await addVersionOf(people, broken, reportOf(people.clock.now, 'boots', panic));
    await ask(people, '/api/v1/pools/netbsd-10/scale', {
      method: 'POST',
      headers: { ...people.admin, 'content-type': 'application/json' },
      body: JSON.stringify({ warm: 2 }),
    });
    const page = await openSystem(people);
    const row = `${images} li:has-text("netbsd-10")`;
    for (const text of [
      'netbsd x86_64, libvirt driver',
      'version 1',
      '0 of 2 machines',
      '2 kept ready',
      '2 short: ',
    ])
      await shows(page, row, text);
    await shows(page, `${images} li:has-text("debian-12")`, 'the configuration');
    await page.getByRole('button', { name: 'netbsd-10' }).focus();
    await page.keyboard.press('Enter');
    for (const text of [
      'at most 2, 2 kept ready',
      'changed by hand, until paddock pool reset netbsd-10',
      'ready, current',
      'Report on version 2',
      'starts and reports in',
      'it did not; look at its console',
      'What its machine printed last',
      panic,
      'pool scaled',
      'warm=2',
    ])
      await shows(page, row, text);
    const results = await page.locator(`${images} .checks .shape`).allInnerTexts();
    expect(results).toEqual(['failed', ...Array.from({ length: 10 }, () => 'not looked at')]);
    expect(new URL(page.url()).hash).toBe('#image-netbsd-10');
    await page.keyboard.press('Enter');
    await until('it is closed', async () => (await page.locator('.opening-body').count()) === 0);
    expect(page.complaints).toEqual([]);
  }));

test('what is in quarantine says why and until when, and leads to the console of the machine that failed', () =>
  withPeople(async people => {
    await addVersionOf(people, openbsd, reportOf(people.clock.now, null));
    const [attic, barn] = [await addHost(people, 'attic'), await addHost(people, 'barn')];
    await addFailedMachine(people, attic, openbsd, panic);
    const failed = await addFailedMachine(people, barn, openbsd, `${'one more line\n'.repeat(100)}${panic}`);
    const png = Buffer.from(smallPng, 'base64');
    const receivedAt = people.clock.now;
    await people.store.write(tx => insertScreen(tx, { machineId: failed, png, receivedAt }));
    const page = await openSystem(people);
    const row = `${images} li:has-text("openbsd-7.9")`;
    await shows(
      page,
      row,
      'Quarantined: it failed to start on barn, attic: the kernel finds no first program',
    );
    await shows(page, row, 'next try in');
    await page.locator(row).getByRole('link', { name: 'its newest machine' }).click();
    const machine = `[id="${failed}"]`;
    await shows(page, machine, 'failed to start');
    await shows(page, machine, 'machine diagnosed');
    await shows(page, machine, panic);
    const isAtItsEnd = '(box => box.scrollTop + box.clientHeight >= box.scrollHeight - 1)';
    expect(await page.evaluate(`${isAtItsEnd}(document.querySelector('.console'))`)).toBe(true);
    expect(await page.getByRole('button', { name: 'copy: Console' }).count()).toBe(1);
    const width = () => page.evaluate("document.querySelector('.machine-screen')?.naturalWidth");
    await until('its picture is drawn', async () => (await width()) === 2);
    expect(await page.getByRole('link', { name: 'save' }).getAttribute('download')).toBe(`${failed}.png`);
    // The address alone opens it too.
    const again = await openSystem(people, `#${failed}`);
    await shows(again, machine, panic);
    const absent = await openSystem(people, `#machine_${'0'.repeat(26)}`);
    await shows(absent, machines, 'There is no such machine any more.');
    expect(page.complaints).toEqual([]);
  }));

test('a busy machine leads to its job', () =>
  withPeople(async people => {
    const job = await addJob(people, await addRun(people));
    const { attempt } = await lease(people, job);
    expect((await findLastAttempt(people.store.read, job.id))?.id).toBe(attempt);
    const attic = await addHost(people, 'attic');
    await addMachine(people, attic, netbsd, { attempt });
    const page = await openSystem(people);
    await shows(page, `${machines} li`, 'attic');
    await page.locator(machines).getByRole('link', { name: 'its job' }).click();
    await until('it is the page of the job', () => new URL(page.url()).pathname === `/jobs/${job.id}`);
    expect(page.complaints).toEqual([]);
  }));

test('what cannot be asked for is said in its place, and the rest is shown', () =>
  withPeople(
    async people => {
      await addHost(people, 'attic');
      const page = await openSystem(people);
      await shows(page, images, 'This cannot be shown:');
      await shows(page, hosts, 'attic');
    },
    parts => ({
      ...parts,
      pools: async () => {
        throw new Error('the planner has failed');
      },
    }),
  ));
