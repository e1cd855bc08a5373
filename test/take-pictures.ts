/**
 * `npm run pictures`: plays the demonstration and takes the pictures that the README shows: the run and the job of the
 * pull request that fails, as a contributor meets them.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { prove } from '#coordinator/demo/proof.ts';
import { setStage } from '#coordinator/demo/stage.ts';
import { playStory } from '#coordinator/demo/story.ts';
import { prepare } from '#coordinator/setup/prepare.ts';
import { launchBrowser } from './support/browser.ts';

const folder = path.resolve(import.meta.dirname, '../docs/pictures');
const look = { viewport: { width: 1280, height: 720 }, deviceScaleFactor: 1 };

await prepare('test');
await mkdir(folder, { recursive: true });
const stage = await setStage(process.env);
const browser = await launchBrowser();
try {
  const chapters = await playStory(stage, { chapter: () => {}, status: () => {} });
  const { runs } = await prove(stage, chapters);
  const run = runs.find(({ standing }) => standing === 'failed');
  const job = run?.jobs.find(({ standing }) => standing === 'failed');
  if (!run || !job) throw new Error('the demonstration has no failed job');
  const pages = { run: run.url, job: `${stage.occasion.url}/jobs/${job.id}` };
  for (const [name, url] of Object.entries(pages)) {
    const page = await browser.newPage(look);
    await page.goto(url, { waitUntil: 'networkidle' });
    await page.getByText('expected 5 hours').first().waitFor();
    await page.screenshot({ path: path.join(folder, `${name}.png`) });
    console.log(`docs/pictures/${name}.png`);
  }
} finally {
  await browser.close();
  await stage.close();
}
