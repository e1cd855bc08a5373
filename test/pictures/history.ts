/** Takes the pictures of approval, timeline and history of a test, of a coordinator whose weeks are played in a moment. */
import path from 'node:path';
import { launchBrowser } from '#test/support/browser.ts';
import { signedIn } from '#test/support/people/sign-in.ts';
import { withPeople } from '#test/support/people/with-people.ts';
import { playHistory } from './history-scene.ts';

const look = { deviceScaleFactor: 1, reducedMotion: 'reduce' } as const;
const heights: Record<string, number> = { approval: 420 };

/** What of its page a picture shows, where it is not all of it. */
const parts: Record<string, string> = { timeline: 'section:has(.timeline)' };

export async function takeHistory(folder: string): Promise<void> {
  const browser = await launchBrowser();
  try {
    await withPeople(async people => {
      const addresses = await playHistory(people);
      const session = await signedIn(people);
      for (const colorScheme of ['light', 'dark'] as const)
        for (const [name, address] of Object.entries(addresses)) {
          const page = await browser.newPage({
            ...{ ...look, ...session, colorScheme },
            viewport: { width: 1280, height: heights[name] ?? 720 },
          });
          await page.goto(people.url + address, { waitUntil: 'networkidle' });
          await page.locator('h1').waitFor();
          await page.evaluate('document.fonts.ready.then(() => {})');
          const file = `${name}${colorScheme === 'dark' ? '-dark' : ''}.png`;
          const part = parts[name];
          const target = part === undefined ? page : page.locator(part);
          await target.screenshot({ path: path.join(folder, file) });
          console.log(`docs/pictures/${file}`);
          await page.close();
        }
    });
  } finally {
    await browser.close();
  }
}
