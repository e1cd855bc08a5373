/** `paddock tls use`: a certificate of somebody else's authority, looked at before it takes the place of another. */
import { readFile } from 'node:fs/promises';
import { TlsError } from './errors.ts';
import { type Given, type TlsFiles, writeGiven } from './folder.ts';
import { certificatesIn, type Identity, identityFrom, leadsTo, nameOf, problemOfDates } from './identity.ts';
import { covers, namesOf } from './names.ts';

export type UseRequest = {
  certificateFile: string;
  keyFile: string;
  /** Who signed it; machines believe it then, and are shown the certificate too. */
  authorityFile: string | null;
  /** Under which people, and machines, expect this coordinator; null: not known, or not by TLS of ours. */
  expected: { people: ExpectedName | null; machines: ExpectedName | null };
  now: number;
};

/** `key`: of the configuration, where the name stands. */
export type ExpectedName = { name: string; key: string };

/** Throws `certificate-unusable` and `name-not-covered` with everything left as it was. */
export async function useCertificate(files: TlsFiles, request: UseRequest): Promise<Given> {
  const given = await readGivenFiles(request);
  const { leaf } = given.identity;
  const problem = problemOfDates(leaf, request.now);
  if (problem) throw new TlsError('certificate-unusable', `${problem}; nothing was changed`);
  if (namesOf(leaf).length === 0)
    throw new TlsError(
      'name-not-covered',
      `${request.certificateFile} names nothing that it is for (subjectAltName), so that no browser and no machine believes it; ask its authority for one with names`,
    );
  const { people, machines } = request.expected;
  requireName(leaf, people);
  if (given.authorities !== null) requireName(leaf, machines);
  await writeGiven(files, given);
  return given;
}

function requireName(leaf: Identity['leaf'], expected: ExpectedName | null): void {
  if (expected === null || covers(leaf, expected.name)) return;
  const { name, key } = expected;
  throw new TlsError(
    'name-not-covered',
    `the certificate is for ${namesOf(leaf).join(', ')}, and \`${key}\` of the configuration says ${name}; nothing was changed`,
  );
}

async function readGivenFiles({ certificateFile, keyFile, authorityFile }: UseRequest): Promise<Given> {
  const identity = identityFrom(
    { certificate: await read(certificateFile), key: await read(keyFile) },
    { certificate: certificateFile, key: keyFile },
  );
  if (authorityFile === null) return { identity, authorities: null };
  const authorities = certificatesIn(await read(authorityFile), authorityFile);
  if (!leadsTo(certificatesIn(identity.chain, certificateFile), authorities))
    throw new TlsError(
      'certificate-unusable',
      `the certificate of ${nameOf(identity.leaf)} does not lead to ${authorityFile}: it was signed by ${identity.leaf.issuer.split('\n').join(', ')}; put the certificates in between behind it in ${certificateFile}`,
    );
  return { identity, authorities: authorities.map(String).join('') };
}

const read = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new TlsError(
      'certificate-unusable',
      `${file} cannot be read (${cause.code}); check the path and who may read it`,
      {
        cause,
      },
    );
  });
