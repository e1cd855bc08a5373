/** Steps by which a suite tries what it reaches, and what they said. */

/** `open` where something took the connection, whatever it then said. */
export const knock = (name: string, host: string, port: number): string =>
  `if timeout 5 bash -c ': < /dev/tcp/${host}/${port}' 2> /dev/null; then echo ${name} open; else echo ${name} closed; fi`;

/** The status with which the proxy that the step was told of answers: `200` when there is a connection. */
export const askFor = (name: string, authority: string): string =>
  [
    `proxy=\${https_proxy#http://}`,
    `echo "${name} $(timeout 20 bash -c 'exec 3<> "/dev/tcp/\${0%:*}/\${0#*:}" && printf "CONNECT %s HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n" "$1" >&3 && read -r _ status _ <&3 && echo "$status"' "$proxy" '${authority}')"`,
  ].join('; ');

export const answersIn = (log: string): Record<string, string> =>
  Object.fromEntries(
    [...log.matchAll(/^([a-z-]+) (open|closed|\d{3})$/gm)].map(([, name = '', answer = '']) => [
      name,
      answer,
    ]),
  );
