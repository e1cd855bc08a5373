/**
 * One pipe for stdout and stderr of a step, opened at both ends. A named pipe, because `> /dev/stderr` opens it anew:
 * that fails on the socket pair which Node calls a pipe, and truncates a plain file.
 */
import { chownSync, closeSync, constants, openSync, unlinkSync } from 'node:fs';
import { StepPipeError } from './errors.ts';
import { takePipe } from './pipe-stock.ts';

export type User = { uid: number; gid: number };

export type StepPipe = {
  /** The step's end. To be closed here as soon as the step has it, or the pipe never ends. */
  writer: number;
  /** For this agent: reads never wait. While it is open a writer never gets SIGPIPE. */
  poll: number;
};

/**
 * Takes a pipe from the stock in `scratch` and opens it. It has no name any more when this returns. With `user` it
 * belongs to that user, who must be allowed to open /dev/stderr. Rejects with StepPipeError, leaving nothing open.
 */
export async function openStepPipe(scratch: string, user?: User): Promise<StepPipe> {
  const path = await takePipe(scratch);
  const opened: number[] = [];
  const open = (flags: number) => {
    const fd = openSync(path, flags);
    opened.push(fd);
    return fd;
  };
  try {
    if (user) chownSync(path, user.uid, user.gid);
    // In this order nothing waits: opening for reading with O_NONBLOCK never does, and the writer finds its other end.
    const poll = open(constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = open(constants.O_WRONLY);
    return { writer, poll };
  } catch (cause) {
    opened.forEach(fd => void closeSync(fd));
    throw new StepPipeError(scratch, cause);
  } finally {
    unlinkSync(path);
  }
}
