/** `npm run pages-check`: headers and cookies of every page as a table, and what axe has against each. 1 where it has anything. */
import { SetupError } from '#coordinator/setup/errors.ts';
import { prepare } from '#coordinator/setup/prepare.ts';
import { lookAtPages } from './pages-check/look-at-pages.ts';
import { tableOf } from './pages-check/print.ts';
import { launchBrowser } from './support/browser.ts';

async function check(): Promise<number> {
  await prepare('test');
  const browser = await launchBrowser();
  try {
    const { answers, unseen } = await lookAtPages(browser);
    for (const line of tableOf(answers, unseen)) console.log(line);
    return unseen.length + answers.flatMap(({ violations }) => violations ?? []).length > 0 ? 1 : 0;
  } finally {
    await browser.close();
  }
}

try {
  process.exitCode = await check();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
