import { SshFailed } from '../../../ssh/errors.ts';
import { DriverError } from '../../errors.ts';

/** What the folder of ssh says, as a driver says it. */
export async function asDriverError<Value>(promise: Promise<Value>): Promise<Value> {
  try {
    return await promise;
  } catch (error) {
    if (!(error instanceof SshFailed)) throw error;
    const { code, message, isTransient } = error;
    throw new DriverError(code, message, { isTransient, cause: error });
  }
}
