// @medplum/core's session, without a login.
import { MedplumClient, OperationOutcomeError } from "@medplum/core";
import * as script from "./script.mjs";

const { origin, pathname } = new URL(script.BASE);
const answers = [];
const client = new MedplumClient({
  baseUrl: `${origin}/`,
  fhirUrlPath: `${pathname.slice(1)}/`,
  fetch: async (...asked) => {
    const answer = await fetch(...asked);
    answers.push(answer);
    return answer;
  },
});
const seen = {};
const last = () => answers.at(-1);
const refused = (asked) =>
  asked.then(
    () => null,
    (error) => error instanceof OperationOutcomeError && script.issue(last().status, error.outcome),
  );
const search = (type, query) => client.search(type, new URLSearchParams(query));

seen.metadata = (await client.get(client.fhirUrl("metadata"))).fhirVersion;

const made = await client.createResource(script.patient("Anna"));
const { id } = made;
seen.created = [made.meta.versionId, last().status];
seen.location = last().headers.get("location") === `${script.BASE}/Patient/${id}/_history/1`;
seen.read = script.given(await client.readResource("Patient", id));

const changed = { ...made, active: true };
const ifFirst = () => ({ headers: { "If-Match": 'W/"1"' } });
seen.updated = (await client.updateResource(changed, ifFirst())).meta.versionId;
seen.stale = await refused(client.updateResource({ ...changed, active: false }, ifFirst()));
const patched = await client.patchResource("Patient", id, script.ADD_PHONE);
seen.patched = [patched.meta.versionId, patched.telecom[0].value, patched.active];

const pulse = await client.createResource(script.pulse(`Patient/${id}`));
for (const name of script.CREATED) await client.createResource(script.patient(name, { gender: "male" }));

const several = `family=${script.TAG}&gender=female&birthdate=ge1980-02-01&birthdate=lt1980-03-01`;
seen.several = (await client.searchResources("Patient", several)).map(script.given);
const form = "application/x-www-form-urlencoded";
const posted = await client.post(client.fhirUrl("Patient", "_search"), several, form);
seen.posted = script.resources(posted).map(script.given);
seen.chained = (await client.searchResources("Observation", { "subject:Patient.family": script.TAG })).length;
const has = { family: script.TAG, "_has:Observation:subject:code": "http://loinc.org|8867-4" };
seen.has = (await client.searchResources("Patient", has)).map(script.given);
seen.included = script.modes(await search("Observation", { _id: pulse.id, _include: "Observation:subject" }));
seen.revincluded = script.modes(await search("Patient", { _id: id, _revinclude: "Observation:subject" }));
seen.compartment = script.resources(await client.get(client.fhirUrl("Patient", id, "Observation"))).length;

seen.pages = [];
const pages = client.searchResourcePages("Patient", { family: script.TAG, _count: 3, _sort: "given" });
for await (const page of pages) seen.pages.push(page.map(script.given));
seen.one = script.given(await client.searchOne("Patient", { family: script.TAG, _sort: "-given" }));

seen.history = script.versions(await client.readHistory("Patient", id));
seen.vread = (await client.readVersion("Patient", id, "1")).active ?? null;
seen.resolved = script.given(await client.readReference(pulse.subject));

const once = await client.createResourceIfNoneExist(script.patient("Anna"), `identifier=${script.SYSTEM}|Anna`);
seen.once = once.id === id;
const upserted = { ...patched, active: false };
seen.upserted = (await client.upsertResource(upserted, `identifier=${script.SYSTEM}|Anna`)).meta.versionId;
const brief = await client.createResource(script.patient("Brief"), { headers: { Prefer: "return=minimal" } });
seen.minimal = brief ? 1 : 0;
const valid = await client.validateResource(script.patient("Anna"));
seen.valid = valid.issue.some((one) => ["error", "fatal"].includes(one.severity));
const everything = await client.readPatientEverything(id);
seen.everything = script.resources(everything).map((one) => one.resourceType);

const binary = await client.createBinary({ data: "Grüße", contentType: "text/plain" });
const content = await client.download(client.fhirUrl("Binary", binary.id));
seen.binary = [binary.contentType, await content.text()];

seen.transaction = script.statuses(await client.executeBatch(script.transaction()));
const joined = { "subject:Patient.identifier": `${script.SYSTEM}|Together` };
seen.joined = (await client.searchResources("Observation", joined)).length;
seen.batch = script.statuses(await client.executeBatch(script.batch(id)));

await client.deleteResource("Observation", pulse.id);
await client.deleteResource("Patient", id);
seen.deleted = await refused(client.readResource("Patient", id));
seen.absent = await refused(client.readResource("Patient", "nobody"));
seen.unknown = await refused(client.searchResources("Patient", { shoesize: 9 }));
seen.invalid = await refused(client.createResource(script.patient("Anna", { birthDate: "yesterday" })));
script.tell(seen);
