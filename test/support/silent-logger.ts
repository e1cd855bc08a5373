const nothing = () => {};

/** For who wants a pino and says nothing that a test asks about. */
export const silentLogger = {
  ...{ level: 'silent', fatal: nothing, error: nothing, warn: nothing, info: nothing, debug: nothing },
  ...{ trace: nothing, silent: nothing },
  child: () => silentLogger,
};
