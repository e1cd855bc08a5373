/** Why a queued job waits, in one word: what numbers are grouped by. The sentence is made beside it. */
export const waitKinds = [
  /** No image of that name is configured any more. */
  'unknown-image',
  /** It is of an untrusted change, and nothing isolates the machines of its image. */
  'not-isolated',
  'image-disabled',
  'pool-paused',
  /** The coordinator has just started, and no host that could have its machine has reported yet. */
  'settling',
  /** No host that could have its machine is connected. */
  'no-host',
  'hosts-draining',
  /** Its image fails to start. */
  'not-starting',
  /** No machine can be made: memory, disk, labels, resources. */
  'no-room',
  /** Others go first. */
  'behind',
  /** A host fetches files of the image. */
  'fetching',
  'booting',
  /** A machine is ready for it. */
  'next',
  /** As many machines as the pool may have are busy. */
  'all-busy',
  /** A machine is being asked for. */
  'requested',
] as const;
export type WaitKind = (typeof waitKinds)[number];
