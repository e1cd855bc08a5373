/** The Credentials page: what is in force, by whose it is, and a warning where others may read a file with a key. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { makeJoinToken } from '#coordinator/access/join-tokens.ts';
import { insertJoinToken } from '#coordinator/store/hosts.ts';
import { violationsOf } from '#test/support/axe.ts';
import { shows, useBrowser } from '#test/support/browser.ts';
import { lease } from '#test/support/people/lease.ts';
import { addJob, addRepository, addRun } from '#test/support/people/rows.ts';
import { signedIn, signedInAs } from '#test/support/people/sign-in.ts';
import { giveToken, signInAs } from '#test/support/people/somebody.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';

const open = useBrowser();
const folder = process.env.PADDOCK_SCREENSHOTS;
const sizes = { desk: { width: 1280, height: 800 }, phone: { width: 375, height: 740 } };
const looks = (['light', 'dark'] as const).flatMap(theme =>
  (['desk', 'phone'] as const).map(size => [theme, size] as const),
);
const beyondTheEdge =
  'Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)';

/** A person, a program, a host that is invited, an attempt; keys in files, of which one is too open. @returns values. */
async function fill(people: People): Promise<string[]> {
  const { clock, store, dataDir } = people;
  await lease(people, await addJob(people, await addRun(people, {}, await addRepository(people))));
  const kim = await signInAs(people, 'kim', { 'acme/rocket': 'maintainer' });
  const token = await giveToken(people, { role: 'contributor', name: 'nightly' });
  const invited = makeJoinToken(clock.now);
  await store.write(tx =>
    insertJoinToken(tx, { hash: invited.hash, hostName: 'cellar', expiresAt: invited.expiresAt }),
  );
  const keys = path.join(dataDir, 'keys');
  await mkdir(keys, { recursive: true });
  for (const name of ['boot-tickets', 'secrets']) {
    await writeFile(path.join(keys, name), 'swordfish');
    await chmod(path.join(keys, name), name === 'secrets' ? 0o644 : 0o600);
  }
  return [token.text, invited.token, kim.headers.cookie.split('=')[1] ?? '', 'swordfish'];
}

test.each(looks)(
  'in the %s on a %s it lists them by whose they are, and warns of a key that others may read',
  (colorScheme, size) =>
    withPeople(async people => {
      const values = await fill(people);
      const choices = { colorScheme, viewport: sizes[size], reducedMotion: 'reduce' } as const;
      const page = await open(`${people.url}/credentials`, { ...(await signedIn(people)), ...choices });
      await shows(page, '.too-open', `chmod 600 ${path.join(people.dataDir, 'keys', 'secrets')}`);
      await shows(page, '[aria-label="Root keys"]', 'mode 644, too open');
      await shows(page, '[aria-label="Of people and programs"]', 'program nightly');
      await shows(page, '[aria-label="Of hosts"]', 'cellar');
      await shows(page, '[aria-label="Of machines"]', 'Taken back: paddock cancel job_');
      if (folder)
        await page.screenshot({ path: `${folder}/credentials-${colorScheme}-${size}.png`, fullPage: true });
      const content = await page.content();
      for (const value of values) expect.soft(content).not.toContain(value);
      expect.soft(await violationsOf(page)).toEqual([]);
      expect.soft(await page.evaluate(beyondTheEdge)).toBe(0);
      expect.soft(page.complaints).toEqual([]);
    }),
  60_000,
);

test('it is found from the page of the system, and of a large fleet it shows the first at first', () =>
  withPeople(
    async people => {
      const page = await open(`${people.url}/settings`, await signedIn(people));
      await page.getByRole('link', { name: 'what opens something, and who holds it' }).click();
      await page.waitForURL(/\/credentials$/);
      const rows = page.locator('[aria-label="Of machines"] li');
      await shows(page, '[aria-label="Of machines"]', 'machine 50');
      expect(await rows.count()).toBe(50);
      await page.getByRole('button', { name: 'Show all 51' }).click();
      await shows(page, '[aria-label="Of machines"]', 'machine 51');
      expect(await rows.count()).toBe(51);
      await shows(page, 'main', 'There are more than are listed here.');
      expect(page.complaints).toEqual([]);
    },
    real => ({
      ...real,
      credentials: async () => ({
        credentials: Array.from({ length: 51 }, (_, n) => ({
          ...{
            kind: 'machine-login' as const,
            name: `machine ${n + 1}`,
            holder: 'a machine',
            scope: 'its own',
          },
          ...{
            since: null,
            expiresAt: real.now() + 3_600_000,
            lastUsedAt: null,
            revoked: 'with it',
            file: null,
          },
        })),
        isCut: true,
      }),
    }),
  ));

test('whoever is no administrator of the coordinator is told so', () =>
  withPeople(async people => {
    const kim = await signedInAs(people, 'kim', { 'acme/*': 'admin' });
    const page = await open(`${people.url}/credentials`, kim);
    await shows(page, '.blank', 'paddock people grant');
  }));
