/**
 * Plays the demonstration and takes the pictures that README and quick start show: the run and the job of the pull request
 * that fails, as a contributor meets them, and the pull request that is a visitor's.
 */
import path from 'node:path';
import { servePages } from '#coordinator/demo/pages/serve-pages.ts';
import { prove } from '#coordinator/demo/proof.ts';
import { setStage } from '#coordinator/demo/stage.ts';
import { playStory } from '#coordinator/demo/story.ts';
import { Tour } from '#coordinator/demo/tour/tour.ts';
import { launchBrowser } from '#test/support/browser.ts';

const look = { viewport: { width: 1280, height: 720 }, deviceScaleFactor: 1 };

const silent = { chapter: () => {}, status: () => {} };

export async function takePages(folder: string): Promise<void> {
  const stage = await setStage(process.env);
  const browser = await launchBrowser();
  try {
    const chapters = await playStory(stage, silent);
    const { runs } = await prove(stage, chapters);
    const run = runs.find(({ standing }) => standing === 'failed');
    const job = run?.jobs?.find(({ standing }) => standing === 'failed');
    if (!run || !job) throw new Error('the demonstration has no failed job');
    const tour = await Tour.start(stage, silent);
    const pages = await servePages(tour);
    const addresses = { run: run.url, job: `${stage.occasion.url}/jobs/${job.id}`, pull: pages.url };
    for (const [name, url] of Object.entries(addresses)) {
      const page = await browser.newPage(look);
      // The page of a pull request never rests: it listens.
      await page.goto(url, { waitUntil: name === 'pull' ? 'load' : 'networkidle' });
      await page.evaluate('document.fonts.ready.then(() => {})');
      await page.getByText('expected 5 hours').first().waitFor();
      await page.screenshot({ path: path.join(folder, `${name}.png`) });
      console.log(`docs/pictures/${name}.png`);
    }
    tour.close();
    await pages.close();
  } finally {
    await browser.close();
    await stage.close();
  }
}
