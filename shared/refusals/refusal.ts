/** One way in which something is refused, under its code. */
export type Refusal = {
  /** Null: it is not said over HTTP. */
  status: number | null;
  means: string;
  todo: string;
};
