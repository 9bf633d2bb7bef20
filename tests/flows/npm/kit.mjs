// fhir-kit-client's session.
import { Client } from "fhir-kit-client";
import * as script from "./script.mjs";

const client = new Client({ baseUrl: script.BASE });
const seen = {};
const refused = (asked) =>
  asked.then(
    () => null,
    (error) => script.issue(error.response.status, error.response.data),
  );
const headers = (more) => ({ options: { headers: more } });
const write = (resource, options) =>
  client.create({ resourceType: resource.resourceType, body: resource, ...options });
const search = (resourceType, searchParams, options) => client.search({ resourceType, searchParams, options });

seen.metadata = (await client.capabilityStatement()).fhirVersion;

const made = await write(script.patient("Anna"));
const id = made.id;
const own = { resourceType: "Patient", id };
seen.created = [made.meta.versionId, Client.httpFor(made).response.status];
seen.location = Client.httpFor(made).response.headers.get("location") === `${script.BASE}/Patient/${id}/_history/1`;
seen.read = script.given(await client.read(own));

const changed = { ...made, active: true };
const ifFirst = headers({ "If-Match": 'W/"1"' });
seen.updated = (await client.update({ ...own, body: changed, ...ifFirst })).meta.versionId;
seen.stale = await refused(client.update({ ...own, body: { ...changed, active: false }, ...ifFirst }));
const patched = await client.patch({ ...own, jsonPatch: script.ADD_PHONE });
seen.patched = [patched.meta.versionId, patched.telecom[0].value, patched.active];

const pulse = await write(script.pulse(`Patient/${id}`));
for (const name of script.CREATED) await write(script.patient(name, { gender: "male" }));

const several = { family: script.TAG, gender: "female", birthdate: ["ge1980-02-01", "lt1980-03-01"] };
seen.several = script.resources(await search("Patient", several)).map(script.given);
seen.posted = script.resources(await search("Patient", several, { postSearch: true })).map(script.given);
seen.chained = script.resources(await search("Observation", { "subject:Patient.family": script.TAG })).length;
const has = { family: script.TAG, "_has:Observation:subject:code": "http://loinc.org|8867-4" };
seen.has = script.resources(await search("Patient", has)).map(script.given);
seen.included = script.modes(await search("Observation", { _id: pulse.id, _include: "Observation:subject" }));
seen.revincluded = script.modes(await search("Patient", { _id: id, _revinclude: "Observation:subject" }));
const compartment = { compartment: { resourceType: "Patient", id }, resourceType: "Observation" };
seen.compartment = script.resources(await client.search(compartment)).length;

seen.pages = [];
let page = await search("Patient", { family: script.TAG, _count: 3, _sort: "given" });
for (; page; page = await client.nextPage({ bundle: page })) {
  seen.pages.push(script.resources(page).map(script.given));
  if (!page.link.some((link) => link.relation === "next")) break;
}
const back = await client.prevPage({ bundle: page });
seen.back = back ? script.resources(back).map(script.given) : null;

seen.history = script.versions(await client.history(own));
seen.vread = (await client.vread({ ...own, version: "1" })).active ?? null;
seen.resolved = script.given(await client.resolve({ reference: pulse.subject.reference }));

const once = await write(script.patient("Anna"), headers({ "If-None-Exist": `identifier=${script.SYSTEM}|Anna` }));
seen.once = once.id === id;
const upsert = { resourceType: "Patient", searchParams: { identifier: `${script.SYSTEM}|Anna` } };
seen.upserted = (await client.update({ ...upsert, body: { ...patched, active: false } })).meta.versionId;
const minimal = await write(script.patient("Brief"), headers({ Prefer: "return=minimal" }));
seen.minimal = Object.keys(minimal).length;
const valid = await client.operation({ name: "validate", resourceType: "Patient", input: script.patient("Anna") });
seen.valid = valid.issue.some((one) => ["error", "fatal"].includes(one.severity));

const answer = await client.transaction({ body: script.transaction() });
seen.transaction = script.statuses(answer);
const found = await search("Observation", { "subject:Patient.identifier": `${script.SYSTEM}|Together` });
seen.joined = script.resources(found).length;
seen.batch = script.statuses(await client.batch({ body: script.batch(id) }));

await client.delete({ resourceType: "Observation", id: pulse.id });
await client.delete(own);
seen.deleted = await refused(client.read(own));
seen.absent = await refused(client.read({ ...own, id: "nobody" }));
seen.unknown = await refused(search("Patient", { shoesize: 9 }));
seen.invalid = await refused(write(script.patient("Anna", { birthDate: "yesterday" })));
script.tell(seen);
