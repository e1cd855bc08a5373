/** The spool lost bytes that had been there: something rewrote or cut it. The log of the attempt cannot be completed. */
export class SpoolCutError extends Error {
  readonly code = 'spool-cut';
  constructor(path: string, expectedBytes: number, bytes: number) {
    super(
      `The spool ${path} had ${expectedBytes} bytes and has ${bytes} now: something on this machine cut it. ` +
        'The log stays as far as it was sent; run the job again, on a machine whose steps run as another user.',
    );
    this.name = 'SpoolCutError';
  }
}

/** The log stream was closed before everything was answered for. */
export class LogStreamClosedError extends Error {
  readonly code = 'log-stream-closed';
  constructor(path: string, answeredBytes: number, cause?: unknown) {
    super(
      `The log stream of ${path} was closed after ${answeredBytes} answered bytes; the spool is kept as it is.`,
      { cause },
    );
    this.name = 'LogStreamClosedError';
  }
}
