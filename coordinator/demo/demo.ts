/** `paddock demo`: the whole system on this computer, with a stand-in for GitHub, told as a story. */
import { once } from 'node:events';
import type { StatusRecord } from './github-stand-in/records.ts';
import { type Proof, prove } from './proof.ts';
import { type Stage, setStage } from './stage.ts';
import { playStory } from './story.ts';

export type DemoOptions = {
  /** End when the story is over; without it everything stays up until a signal ends it. */
  once: boolean;
  environment: NodeJS.ProcessEnv;
  print(line: string): void;
};

/** Answers the exit code: 0 when statuses, log digests and artifact are right, 1 when one is not. */
export async function runDemo({ once: isOnce, environment, print }: DemoOptions): Promise<number> {
  const startedAt = performance.now();
  print(
    'Paddock starts: a coordinator, nats-server, a host agent, and a stand-in for GitHub, all on this computer.',
  );
  print(
    'The `process` driver runs suites as ordinary processes: it isolates nothing. The suites here are harmless.',
  );
  const stopped = Promise.race(['SIGINT', 'SIGTERM', 'SIGHUP'].map(name => once(process, name)));
  const stage = await setStage(environment);
  try {
    print(`Up after ${secondsSince(startedAt)} at ${stage.occasion.url}`);
    const story = tellStory(stage, print);
    story.catch(() => {}); // after a signal nobody waits for it any more; before, the race below throws what it throws
    const isRight = await Promise.race([story, stopped.then(() => null)]);
    if (isRight === null) return 130;
    print(`${isRight ? '✓ everything is right' : '✕ something is wrong'} after ${secondsSince(startedAt)}`);
    if (isOnce) return isRight ? 0 : 1;
    printLinks(stage, print);
    await stopped;
    return isRight ? 0 : 1;
  } finally {
    print('Stopping: machines, nats-server and the temporary directory go.');
    await stage.close();
  }
}

const secondsSince = (startedAt: number): string =>
  `${((performance.now() - startedAt) / 1_000).toFixed(1)} s`;

async function tellStory(stage: Stage, print: (line: string) => void): Promise<boolean> {
  const chapters = await playStory(stage, {
    chapter: title => print(`\n${title}`),
    status: status => print(`  ${shapes[status.state]} ${status.context.padEnd(26)} ${status.description}`),
  });
  print('\nIs all of it true?');
  const proof = await prove(stage, chapters);
  for (const { what, isRight, detail } of proof.findings)
    print(`  ${isRight ? '✓' : '✕'} ${what.padEnd(42)} ${detail}`);
  print('');
  printRuns(proof, print);
  return proof.findings.every(({ isRight }) => isRight);
}

const shapes: Record<StatusRecord['state'], string> = {
  pending: '●',
  success: '✓',
  failure: '✕',
  error: '⚡',
};

function printRuns({ runs }: Proof, print: (line: string) => void): void {
  for (const { number, standing, title, url } of runs.toReversed())
    print(`  #${number} ${standing.padEnd(10)} ${title.padEnd(22)} ${url}`);
}

function printLinks({ occasion }: Stage, print: (line: string) => void): void {
  print(`\nLook around   ${occasion.url}`);
  print(`Sign in once  ${occasion.coordinator.makeSignInLink().url}`);
  print(
    `Command line  PADDOCK_URL=${occasion.url} PADDOCK_TOKEN_FILE=${occasion.tokenFile} npx paddock runs`,
  );
  print('Ctrl-C ends it and leaves nothing behind.');
}
