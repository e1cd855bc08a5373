// Stands in for the agent of a clone: says what a fresh Node draws and what time it is, and stays.
const { randomBytes, randomUUID } = require('node:crypto');
console.log(`drawn: ${randomBytes(8).toString('hex')} ${randomUUID()} ${Math.random()}`);
console.log(`time: ${Date.now()}`);
setInterval(() => {}, 60_000);
