import { afterEach, beforeEach, expect, test } from 'vitest';
import { at, type Lab, openSetUpLab } from '#test/coordinator/setup/github/set-up-lab.ts';
import { useBrowser } from '#test/support/browser.ts';

const openPage = useBrowser();
let lab: Lab;
beforeEach(async () => {
  lab = await openSetUpLab();
});
afterEach(() => lab.close());

test('a browser goes from our page to GitHub and back, by two buttons', async () => {
  const running = lab.start('github', 'setup', ...at(lab), '--organization', 'acme', '--no-wait');
  const page = await openPage(await lab.linkOf(running));
  expect(await page.getByRole('definition').first().textContent()).toBe('paddock-acme');
  await page.getByRole('button', { name: 'Go on at GitHub' }).click();
  await page.getByRole('button', { name: 'Create GitHub App' }).click();
  await page.getByRole('heading', { name: 'The App is made' }).waitFor();
  expect(await running.ended).toBe(0);
  expect(lab.fake.github.app()?.name).toBe('paddock-acme');
  expect(page.complaints).toEqual([]);
});
