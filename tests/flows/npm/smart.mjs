// fhirclient's session: the SMART JavaScript client, without a launch.
import smart from "fhirclient";
import * as script from "./script.mjs";

const client = smart({ url: "/", headers: {} }, {}).client(script.BASE);
const seen = {};
const refused = (asked) =>
  asked.then(
    () => null,
    async (error) => script.issue(error.status, JSON.parse(error.message.slice(error.message.indexOf("{")))),
  );
const search = (type, query) => client.request(`${type}?${new URLSearchParams(query)}`);
const send = (method) => (url, body) =>
  client.request({
    url,
    method,
    headers: { "Content-Type": "application/fhir+json" },
    body: JSON.stringify(body),
  });
const [post, put] = [send("POST"), send("PUT")];

seen.metadata = await client.getFhirVersion();
seen.release = await client.getFhirRelease();

const answer = await client.create(script.patient("Anna"), { includeResponse: true });
const [made, own] = [answer.body, `Patient/${answer.body.id}`];
seen.created = [made.meta.versionId, answer.response.status];
seen.location = answer.response.headers.get("location") === `${script.BASE}/${own}/_history/1`;
seen.read = script.given(await client.request(own));

const changed = { ...made, active: true };
const ifFirst = { headers: { "If-Match": 'W/"1"' } };
seen.updated = (await client.update(changed, ifFirst)).meta.versionId;
seen.stale = await refused(client.update({ ...changed, active: false }, ifFirst));
const patched = await client.patch(own, script.ADD_PHONE);
seen.patched = [patched.meta.versionId, patched.telecom[0].value, patched.active];

const pulse = await client.create(script.pulse(own));
for (const name of script.CREATED) await client.create(script.patient(name, { gender: "male" }));

const several = [["family", script.TAG], ["gender", "female"], ["birthdate", "ge1980-02-01"], ["birthdate", "lt1980-03-01"]];
seen.several = script.resources(await search("Patient", several)).map(script.given);
const form = { "Content-Type": "application/x-www-form-urlencoded" };
const posted = { url: "Patient/_search", method: "POST", headers: form, body: `${new URLSearchParams(several)}` };
seen.posted = script.resources(await client.request(posted)).map(script.given);
seen.chained = script.resources(await search("Observation", { "subject:Patient.family": script.TAG })).length;
const has = { family: script.TAG, "_has:Observation:subject:code": "http://loinc.org|8867-4" };
seen.has = script.resources(await search("Patient", has)).map(script.given);
seen.included = script.modes(await search("Observation", { _id: pulse.id, _include: "Observation:subject" }));
seen.revincluded = script.modes(await search("Patient", { _id: made.id, _revinclude: "Observation:subject" }));
seen.compartment = script.resources(await client.request(`${own}/Observation`)).length;

const all = `Patient?family=${script.TAG}&_count=3&_sort=given`;
seen.pages = await client
  .request(all, { pageLimit: 0 })
  .then((pages) => pages.map((page) => script.resources(page).map(script.given)));
seen.flat = (await client.request(all, { pageLimit: 0, flat: true })).length;

seen.history = script.versions(await client.request(`${own}/_history`));
seen.vread = (await client.request(`${own}/_history/1`)).active ?? null;
const graph = await client.request(`Observation/${pulse.id}`, { resolveReferences: ["subject"] });
seen.resolved = script.given(graph.subject);

const ifNone = { headers: { "If-None-Exist": `identifier=${script.SYSTEM}|Anna` } };
seen.once = (await client.create(script.patient("Anna"), ifNone)).id === made.id;
const conditional = `Patient?identifier=${script.SYSTEM}|Anna`;
seen.upserted = (await put(conditional, { ...patched, active: false })).meta.versionId;
const minimal = { headers: { Prefer: "return=minimal" }, includeResponse: true };
seen.minimal = (await client.create(script.patient("Brief"), minimal)).body.length ?? 0;

const valid = await post("Patient/$validate", script.patient("Anna"));
seen.valid = valid.issue.some((one) => ["error", "fatal"].includes(one.severity));
seen.transaction = script.statuses(await post("", script.transaction()));
const joined = await search("Observation", { "subject:Patient.identifier": `${script.SYSTEM}|Together` });
seen.joined = script.resources(joined).length;
seen.batch = script.statuses(await post("", script.batch(made.id)));

seen.xml = await client
  .request({ url: own, headers: { Accept: "application/fhir+xml" }, includeResponse: true })
  .then((told) => [typeof told.body, told.response.headers.get("content-type")]);

await client.delete(`Observation/${pulse.id}`);
await client.delete(own);
seen.deleted = await refused(client.request(own));
seen.absent = await refused(client.request("Patient/nobody"));
seen.unknown = await refused(search("Patient", { shoesize: 9 }));
seen.invalid = await refused(client.create(script.patient("Anna", { birthDate: "yesterday" })));
script.tell(seen);
