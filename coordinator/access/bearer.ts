/** The token of an `Authorization: Bearer …` header (RFC 6750 §2.1), or null when there is none. */
export function bearerOf(authorization: string | undefined): string | null {
  return /^Bearer +([\w.~+/=-]+) *$/i.exec(authorization ?? '')?.[1] ?? null;
}
