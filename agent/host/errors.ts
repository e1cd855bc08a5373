import type { MachineId } from '#shared/ids.ts';

/** A driver could not do what was asked. The message is a sentence and ends up as the machine's reason. */
export class DriverError extends Error {
  readonly code: string;
  readonly machine: MachineId | null;
  /** Trying again may help (out of memory, a daemon that restarts); otherwise the machine is given up. */
  readonly isTransient: boolean;
  constructor(
    code: string,
    message: string,
    facts: { machine?: MachineId; isTransient?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause: facts.cause });
    this.code = code;
    this.machine = facts.machine ?? null;
    this.isTransient = facts.isTransient ?? false;
  }
}

/** The state directory cannot be used: not writable, damaged, or in use by another host agent. */
export class StateUnusable extends Error {
  readonly code = 'state-unusable';
}

/** The configuration is wrong; the message lists every problem. */
export class ConfigurationInvalid extends Error {
  readonly code = 'configuration-invalid';
}

/** A call has run into its deadline. */
export class DeadlinePassed extends Error {
  readonly code = 'deadline-passed';
}

/** What an error says, for a sentence; never throws. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
