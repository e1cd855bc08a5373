/** The named pipe for a step's output could not be made or opened; the step was not started. */
export class StepPipeError extends Error {
  readonly code = 'step-pipe';
  constructor(directory: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(
      `No pipe for the step's output could be made in ${directory}: ${why.trim()}. The step was not started; ` +
        'see whether the disk is full and mkfifo is installed.',
      { cause },
    );
    this.name = 'StepPipeError';
  }
}
