declare module 'parse-prometheus-text-format' {
  /** Families of a text in the format of Prometheus. */
  export default function parsePrometheusTextFormat(text: string): unknown;
}
