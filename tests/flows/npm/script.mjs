// What every client's session has in common: what it writes, and how what it sees is told.
export const [BASE, TAG] = process.argv.slice(2);
export const SYSTEM = `urn:${TAG}`;

export const patient = (given, more = {}) => ({
  resourceType: "Patient",
  identifier: [{ system: SYSTEM, value: given }],
  name: [{ family: TAG, given: [given] }],
  gender: "female",
  birthDate: "1980-02-29",
  ...more,
});

export const pulse = (subject) => ({
  resourceType: "Observation",
  status: "final",
  code: { coding: [{ system: "http://loinc.org", code: "8867-4" }] },
  subject: { reference: subject },
  valueQuantity: { value: 72, unit: "/min", system: "http://unitsofmeasure.org", code: "/min" },
});

// A new Patient and her pulse, which names her by a urn:uuid.
export const transaction = () => {
  const urn = "urn:uuid:7a3d8f5e-6f0b-4f7c-9d39-2f6f6a1c0b11";
  return {
    resourceType: "Bundle",
    type: "transaction",
    entry: [
      { resource: pulse(urn), request: { method: "POST", url: "Observation" } },
      { fullUrl: urn, resource: patient("Together"), request: { method: "POST", url: "Patient" } },
    ],
  };
};

// A read that finds, and one that does not.
export const batch = (id) => ({
  resourceType: "Bundle",
  type: "batch",
  entry: [
    { request: { method: "GET", url: `Patient/${id}` } },
    { request: { method: "GET", url: "Patient/nobody" } },
  ],
});

export const CREATED = ["One", "Two", "Three", "Four", "Five", "Six"];
export const ADD_PHONE = [{ op: "add", path: "/telecom", value: [{ system: "phone", value: "555" }] }];

export const given = (resource) => resource.name[0].given[0];
export const resources = (bundle) => (bundle.entry ?? []).map((entry) => entry.resource);
export const modes = (bundle) =>
  (bundle.entry ?? []).map((entry) => `${entry.search.mode} ${entry.resource.resourceType}`).sort();
export const versions = (bundle) => resources(bundle).map((one) => one.meta.versionId);
export const statuses = (bundle) => bundle.entry.map((entry) => entry.response.status.slice(0, 3));

// [status, code, expression] of the one issue of an OperationOutcome.
export const issue = (status, outcome) => {
  const [first] = outcome.issue;
  return [status, first.code, first.expression?.[0] ?? null];
};

export const tell = (seen) => console.log(JSON.stringify(seen));
