// A FHIR client from npm uses the server as an app would; prints what it saw as JSON.
import { Client } from "fhir-kit-client";

const client = new Client({ baseUrl: process.argv[2] });
const statement = await client.capabilityStatement();
const patients = await client.search({ resourceType: "Patient", searchParams: { _count: 7, _sort: "family" } });
const ids = [];
for (let page = patients; page; page = await client.nextPage({ bundle: page })) {
  ids.push(...(page.entry ?? []).map((entry) => entry.resource.id));
  if (!page.link.some((link) => link.relation === "next")) break;
}
const patient = await client.read({ resourceType: "Patient", id: ids[0] });
const visits = await client.search({
  resourceType: "Encounter",
  searchParams: { patient: patient.id, _include: "Encounter:patient" },
});
let refused;
try {
  await client.search({ resourceType: "Patient", searchParams: { shoesize: 9 } });
} catch (error) {
  refused = { status: error.response.status, type: error.response.data.resourceType };
}
console.log(
  JSON.stringify({
    fhirVersion: statement.fhirVersion,
    ids,
    family: patient.name[0].family,
    modes: [...new Set((visits.entry ?? []).map((entry) => entry.search.mode))].sort(),
    refused,
  }),
);
