// Three clients from npm look about a server whose resources belong to a source; prints what each saw.
import { MedplumClient } from "@medplum/core";
import { Client } from "fhir-kit-client";
import smart from "fhirclient";
import * as script from "./script.mjs";

const { origin, pathname } = new URL(script.BASE);
const kit = new Client({ baseUrl: script.BASE });
const medplum = new MedplumClient({ baseUrl: origin, fhirUrlPath: pathname });
const clients = {
  kit: {
    get: (url) => kit.request(url),
    post: (type, body) => kit.create({ resourceType: type, body }),
    outcome: (error) => error.response.data,
  },
  smart: {
    get: (url) => smart({ url: "/", headers: {} }, {}).client(script.BASE).request(url),
    post: (_, body) => smart({ url: "/", headers: {} }, {}).client(script.BASE).create(body),
    outcome: (error) => JSON.parse(error.message.slice(error.message.indexOf("{"))),
  },
  medplum: {
    get: (url) => medplum.get(url.startsWith("http") ? url : medplum.fhirUrl(url).toString().replace(/%3F/, "?")),
    post: (_, body) => medplum.createResource(body),
    outcome: (error) => error.outcome,
  },
};

const seen = {};
for (const [name, { get, post, outcome }] of Object.entries(clients)) {
  const refused = (asked) =>
    asked.then(
      () => null,
      (error) => outcome(error).issue[0],
    );
  const ids = [];
  for (let url = "Patient?_count=7&_sort=family"; url; ) {
    const page = await get(url);
    ids.push(...script.resources(page).map((one) => one.id));
    url = page.link.find((link) => link.relation === "next")?.url;
  }
  const visits = await get(`Encounter?patient=${ids[0]}&_include=Encounter:patient`);
  seen[name] = {
    fhirVersion: (await get("metadata")).fhirVersion,
    ids,
    modes: [...new Set((visits.entry ?? []).map((entry) => entry.search.mode))].sort(),
    refused: await refused(get("Patient?shoesize=9")),
    unwritten: await refused(post("Patient", script.patient("Anna"))),
  };
}
script.tell(seen);
