/** `paddock demo`: the whole system on this computer, with a stand-in for GitHub, told as a story; then it is the visitor's. */
import { once } from 'node:events';
import { type Colors, sayGuide, sayHello, sayProof, teller } from './narrator.ts';
import { servePages } from './pages/serve-pages.ts';
import { prove } from './proof.ts';
import { type Stage, setStage } from './stage.ts';
import { playStory } from './story.ts';
import { Tour } from './tour/tour.ts';

export type DemoOptions = {
  /** End when the story is over; without it everything stays up until a signal ends it. */
  once: boolean;
  environment: NodeJS.ProcessEnv;
  colors: Colors;
  print(line: string): void;
};

/** Answers the exit code: 0 when statuses, log digests and artifact are right, 1 when one is not. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const { once: isOnce, print } = options;
  const startedAt = performance.now();
  sayHello(options);
  const stopped = Promise.race(['SIGINT', 'SIGTERM', 'SIGHUP'].map(name => once(process, name)));
  /** What `work` answers; null when a signal came before. */
  const unlessStopped = <Answer>(work: Promise<Answer>): Promise<Answer | null> => {
    work.catch(() => {}); // after a signal nobody waits for it any more; before, the race throws what it throws
    return Promise.race([work, stopped.then(() => null)]);
  };
  const stage = await setStage(options.environment);
  try {
    print(`Up after ${secondsSince(startedAt)} at ${stage.occasion.url}`);
    const isRight = await unlessStopped(tellStory(stage, options));
    if (isRight === null) return 130;
    print(`${isRight ? '✓ everything is right' : '✕ something is wrong'} after ${secondsSince(startedAt)}`);
    const tour = isOnce ? null : await unlessStopped(Tour.start(stage, teller(options)));
    if (tour) await host(tour, stage, options, stopped);
    return isRight ? 0 : 1;
  } finally {
    print('Stopping: machines, nats-server and the temporary directory go.');
    await stage.close();
  }
}

const secondsSince = (startedAt: number): string =>
  `${((performance.now() - startedAt) / 1_000).toFixed(1)} s`;

async function tellStory(stage: Stage, options: DemoOptions): Promise<boolean> {
  const chapters = await playStory(stage, teller(options));
  const proof = await prove(stage, chapters);
  sayProof(options, proof);
  return proof.findings.every(({ isRight }) => isRight);
}

/** The visitor's pages and links, until a signal comes. */
async function host(
  tour: Tour,
  stage: Stage,
  options: DemoOptions,
  stopped: Promise<unknown>,
): Promise<void> {
  const pages = await servePages(tour);
  sayGuide(options, stage, pages.url);
  await stopped;
  tour.close();
  await pages.close();
}
