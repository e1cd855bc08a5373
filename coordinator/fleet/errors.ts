/** An enrolment that will not succeed by being repeated as it is. */
export class EnrolmentRefused extends Error {
  override readonly name = 'EnrolmentRefused';
  readonly code: 'unknown-token' | 'expired' | 'bound' | 'machine-over' | 'host-removed';

  constructor(code: EnrolmentRefused['code'], message: string) {
    super(message);
    this.code = code;
  }
}
