/** Which build of the app this page is. */
export const pageDigest = (): string =>
  document.querySelector<HTMLMetaElement>('meta[name="paddock-web"]')?.content ?? '';
