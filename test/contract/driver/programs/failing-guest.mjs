// A guest that cannot enrol.
process.stderr.write('enrolment was refused (403): this ticket is used up\n');
process.exit(3);
