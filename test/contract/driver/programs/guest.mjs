// Stands in for the guest agent: says that it is up, and ends when it is told to.
process.on('SIGTERM', () => process.exit(0));
process.stderr.write('guest is up\n');
setInterval(() => undefined, 60_000);
