// A guest that writes one megabyte on its console, then goes on.
process.on('SIGTERM', () => process.exit(0));
process.stderr.write('guest is up\n');
process.stderr.write(`${'x'.repeat(1023)}\n`.repeat(1024));
process.stderr.write('the newest line\n');
setInterval(() => undefined, 60_000);
