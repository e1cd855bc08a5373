/** What the source needs of a logger; pino's fits. */
export type SourceLog = {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
};
