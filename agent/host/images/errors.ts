import { DriverError } from '../errors.ts';

/** A file of an image is not to be had. The message says which, from where, and what is wrong with it. */
export class ImageUnavailable extends DriverError {
  constructor(message: string, facts: { isTransient: boolean; cause?: unknown }) {
    super('image-unavailable', message, facts);
  }
}
