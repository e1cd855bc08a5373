/** What merging needs from outside could not be had: the forge's API, its git, or the mirror. It is tried again. */
export class OutsideError extends Error {
  override readonly name = 'OutsideError';
  readonly code = 'outside';
}
