/**
 * How a program of ours comes to a computer without leaving a file there: Node is told a few words on its command line, reads the
 * program from its standard input, a line with its length first, and runs it; what follows on standard input is for the program.
 * The words hold nothing that any login shell would read as its own (no quotes of its kind, no `!`, no line end).
 */
const loader = [
  'let b=Buffer.alloc(0);',
  'const take=c=>{',
  'b=Buffer.concat([b,c]);const i=b.indexOf(10);if(i<0)return;',
  'const end=i+1+Number(b.subarray(0,i));if(b.length<end)return;',
  'process.stdin.off("data",take);process.stdin.pause();',
  'if(b.length>end)process.stdin.unshift(b.subarray(end));',
  'new Function("require","module","exports","__filename",b.subarray(i+1,end).toString())',
  '(require,{exports:{}},{},__filename)',
  '};process.stdin.on("data",take)',
].join('');

/** What the login shell of the computer is told. */
export const loaderCommand = (node: string): string => `exec ${node} -e '${loader}'`;

export const programBytes = (program: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${program.length}\n`), program]);
