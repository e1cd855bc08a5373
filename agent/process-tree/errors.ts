/** The list of processes could not be read; nothing was signalled on its account. Trying again can help. */
export class ProcessTableError extends Error {
  readonly code = 'process-table';
  constructor(source: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(
      `The list of processes could not be read from ${source}: ${why}. Left-over processes of a step may still run.`,
      { cause },
    );
    this.name = 'ProcessTableError';
  }
}
