/** The forms of trust as they are drawn when they are open: in both themes, on a desk and on a phone. Pages: `gallery.test.ts`. */
import { expect, test } from 'vitest';
import { violationsOf } from '#test/support/axe.ts';
import { shows, useBrowser, type WatchedPage } from '#test/support/browser.ts';
import { signedIn, signedInAs } from '#test/support/people/sign-in.ts';
import { fillPeople, fillSecrets } from '#test/support/people/trusted.ts';
import { withPeople } from '#test/support/people/with-people.ts';

const open = useBrowser();
const folder = process.env.PADDOCK_SCREENSHOTS;
const sizes = { desk: { width: 1280, height: 800 }, phone: { width: 375, height: 740 } };
const looks = (['light', 'dark'] as const).flatMap(theme =>
  (['desk', 'phone'] as const).map(size => [theme, size] as const),
);
const beyondTheEdge =
  'Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)';

async function look(page: WatchedPage, name: string): Promise<void> {
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
  expect.soft([name, await violationsOf(page)]).toEqual([name, []]);
  expect.soft([name, await page.evaluate(beyondTheEdge)]).toEqual([name, 0]);
}

test.each(looks)(
  'in the %s on a %s everybody can read and fill every form',
  (colorScheme, size) =>
    withPeople(async people => {
      await fillPeople(people);
      await fillSecrets(people);
      const choices = { colorScheme, viewport: sizes[size], reducedMotion: 'reduce' } as const;
      const page = await open(`${people.url}/people`, { ...(await signedIn(people)), ...choices });
      const press = (name: string) => page.getByRole('button', { name, exact: true }).first().click();
      const send = (name: string) => page.locator('form').getByRole('button', { name }).first().click();
      await press('Give a role');
      await page.getByLabel('Name on GitHub').fill('kim--');
      await send('Give a role');
      await page.getByText('What each role may').click();
      await press('Change: robin acme/secret');
      await look(page, `people-roles-${colorScheme}-${size}`);
      await page.goto(`${people.url}/people`);
      await press('Make a token');
      await page.getByLabel('Name', { exact: true }).fill('nightly');
      await page.getByLabel('Repositories').fill('*');
      await look(page, `people-token-${colorScheme}-${size}`);
      await send('Make a token');
      await shows(page, '.made', 'This is the only time');
      await look(page, `people-made-${colorScheme}-${size}`);
      await page.goto(`${people.url}/secrets`);
      await press('Set a secret');
      await send('Set a secret');
      await press('Log: DEPLOY_TOKEN acme/rocket');
      await shows(page, 'li table', 'given');
      await look(page, `secrets-form-${colorScheme}-${size}`);
      const casey = await signedInAs(people, 'casey', { 'acme/*': 'maintainer' });
      const other = await open(`${people.url}/people`, { ...casey, ...choices });
      await shows(other, 'h1', 'Your access');
      await look(other, `people-own-${colorScheme}-${size}`);
      await other.goto(`${people.url}/secrets`);
      await shows(other, 'main', 'This page is for administrators.');
      await look(other, `secrets-other-${colorScheme}-${size}`);
      expect(page.complaints).toEqual([]);
    }),
  120_000,
);
