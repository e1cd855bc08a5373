/**
 * What a host sends of a machine that never reported in: the end of its console, and a picture of its display. Kept once, whenever and however often it
 * comes; a host can say something of its own machines only, and nothing of one that has reported in.
 */
import { diagnoseBoot } from '#shared/boot-diagnosis.ts';
import { consoleText } from '#shared/console-text.ts';
import { bootEvidence, type EvidenceAnswer } from '#shared/host-messages.ts';
import type { HostId, Instant, MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { isConsoleWanted } from '#shared/machine.ts';
import { findEvidence, insertEvidence } from '../store/boot-evidence.ts';
import { insertScreen, screenBytes } from '../store/boot-screens.ts';
import { appendEvent } from '../store/events.ts';
import { findMachine } from '../store/machines.ts';
import { assertRole, type Role } from '../store/roles.ts';
import type { Store, Tx } from '../store/store.ts';
import type { BootFailures } from './boot-failures.ts';
import { believedPng } from './screen.ts';

export type EvidenceParts = { store: Store; role: Role; failures: BootFailures; now: () => Instant };

/** Answers `up.<host>.evidence`. @returns null for a message that deserves no answer. */
export async function takeEvidence(
  { store, role, failures, now }: EvidenceParts,
  sender: string,
  payload: unknown,
): Promise<EvidenceAnswer | null> {
  const parsed = bootEvidence.safeParse(payload);
  if (!parsed.success || parsed.data.host !== sender) return null;
  const { host, machine, console, screen } = parsed.data;
  const evidence = {
    ...{ host, machine, console: consoleText(console, limits.evidenceChars) },
    screen: screen === undefined ? null : await believedPng(screen),
  };
  const taken = await store.write(async tx => {
    await assertRole(tx, role);
    return keepEvidence(tx, evidence, now());
  });
  if (taken.news !== null) failures.explained(machine, taken.news);
  return { answer: taken.answer };
}

type Evidence = { host: HostId; machine: MachineId; console: string; screen: Uint8Array | null };

/** `news`: what it tells, when it is the first that came of its machine. */
type Taken = EvidenceAnswer & { news: string | null };

async function keepEvidence(
  tx: Tx,
  { host, machine: id, console, screen }: Evidence,
  at: Instant,
): Promise<Taken> {
  const machine = await findMachine(tx, id);
  if (machine?.hostId !== host || !isConsoleWanted(machine.state)) return { answer: 'unwanted', news: null };
  const isNew = await insertEvidence(tx, { machineId: id, console, receivedAt: at });
  if (!isNew) return { answer: 'stored', news: null };
  if (screen) await insertScreen(tx, { machineId: id, png: screen, receivedAt: at });
  const { text: reason, trouble } = diagnoseBoot(console, screen !== null);
  const excerpt = consoleText(console, limits.evidenceExcerptChars);
  await appendEvent(tx, {
    at,
    type: 'machine.diagnosed',
    machine: id,
    host,
    image: machine.image,
    data: { reason, trouble, excerpt },
  });
  return { answer: 'stored', news: reason };
}

/** Why a machine never reported in, by its console; null while that is not known. */
export async function findDiagnosis(tx: Tx, id: MachineId): Promise<string | null> {
  const evidence = await findEvidence(tx, id);
  return evidence && diagnoseBoot(evidence.console, (await screenBytes(tx, id)) !== null).text;
}
