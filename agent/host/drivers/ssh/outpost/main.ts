/**
 * The outpost: what a host agent runs on a computer that it reaches by ssh. It is the process driver at the other end of a
 * channel, so machines there are made, found again, watched and ended by the same rules as those of the host itself.
 */
import './older-node.ts';
import { createInterface } from 'node:readline';
import { openHere } from './open-here.ts';
import type { Opening, Request, Said } from './protocol.ts';
import { failureOf, type Service } from './service.ts';

const oldestNode = 18;

const say = (said: Said): void => void process.stdout.write(`${JSON.stringify(said)}\n`);

async function main(): Promise<void> {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  // A host that has gone away takes nothing any more; that its channel has ended is noticed below.
  process.stdout.on('error', () => {});
  const { value: first } = await lines.next();
  if (first === undefined) return;
  const service = await open(JSON.parse(first) as Opening);
  if (!service) return;
  say({ said: 'ready' });
  for (let next = await lines.next(); !next.done; next = await lines.next())
    service.take(JSON.parse(next.value) as Request);
  await service.close();
}

async function open(opening: Opening): Promise<Service | null> {
  try {
    if (Number(process.versions.node.split('.')[0]) < oldestNode)
      throw new Error(
        `Node there is ${process.version}; install Node ${oldestNode} or newer, or say with \`node\` where it is`,
      );
    return await openHere(opening, say);
  } catch (error) {
    say({ said: 'unfit', failure: failureOf(error) });
    return null;
  }
}

void main().then(() => process.exit(0));
