// The files to validate, named on standard input, and messages about them on standard output.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** Yields each resource of each file with its place: the file's own, then those of a Bundle. */
export async function* resources() {
  for await (const file of createInterface({ input: process.stdin })) {
    const whole = JSON.parse(readFileSync(file, 'utf8'));
    yield { file, place: whole.resourceType, resource: whole };
    for (const [number, { resource }] of (whole.entry ?? []).entries()) {
      yield { file, place: `Bundle.entry[${number}].resource`, resource };
    }
  }
}

export function say(file, severity, place, code, text) {
  console.log(JSON.stringify({ file, severity, place, code, text }));
}
