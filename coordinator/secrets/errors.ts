export type SecretsErrorCode =
  /** Nobody here has the root key that a secret hangs on. Lasts until somebody brings it. */
  | 'secret-key-missing'
  /** The configured key is none: no file, wrong mode, not 32 bytes. Lasts until somebody mends it. */
  | 'secret-key-unusable'
  /** A key service, or the command that asks it, does not answer now. Passes. */
  | 'secret-key-unavailable'
  /** A row was changed by something that is not Paddock, or belongs to another secret. */
  | 'secret-damaged'
  /** What one job would be given is more than its message takes. */
  | 'secrets-too-large';

/** Secrets that cannot be opened, or kept, in words for whoever runs the coordinator. No value is ever part of them. */
export class SecretsError extends Error {
  override readonly name = 'SecretsError';
  readonly code: SecretsErrorCode;

  constructor(code: SecretsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  get isPassing(): boolean {
    return this.code === 'secret-key-unavailable';
  }
}

/** A request about a secret that is not fulfilled, with what to do. */
export class SecretRefused extends Error {
  override readonly name = 'SecretRefused';
  readonly code: 'secret-refused' | 'unknown-secret';

  constructor(message: string, code: 'secret-refused' | 'unknown-secret' = 'secret-refused') {
    super(message);
    this.code = code;
  }
}
