/** What the bus needs of a logger; pino's fits. */
export type BusLog = {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
};
