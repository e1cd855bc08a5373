/** The agent is not in its machine. The message is a sentence without a capital; `mayPass`: a machine that boots may let it in later. */
export class NotBrought extends Error {
  readonly mayPass: boolean;
  constructor(message: string, { mayPass, cause }: { mayPass: boolean; cause?: unknown }) {
    super(message, { cause });
    this.mayPass = mayPass;
  }
}
