"""What is demanded of a search, and where the specification says so.

https://hl7.org/fhir/R4/search.html

The prerogative to "return additional search results" that a server "believes to be relevant" is not taken to
cover a resource that plainly fails the criterion: a client could rely on nothing then.
"""

from __future__ import annotations

from conformance.model import Level, Requirement

_SEARCH = "https://hl7.org/fhir/R4/search.html"
_SHALL, _SHOULD = Level.SHALL, Level.SHOULD

ROWS: tuple[tuple[str, Level, str, str], ...] = (
    ("string.start", _SHALL, "A string finds the values that equal it or start with it", "string"),
    ("string.case", _SHALL, "A string is found in whatever case it is asked for", "string"),
    ("string.accents", _SHALL, "A string is found without its accents", "string"),
    ("string.parts", _SHOULD, "A name or an address is found by each of its usual parts", "string"),
    ("string.exact", _SHALL, ":exact finds the whole value with its case and accents only", "string"),
    ("string.contains", _SHALL, ":contains finds a value by any part of it", "string"),
    ("string.none", _SHALL, "A string that no value starts with finds nothing", "string"),
    ("token.code", _SHALL, "A code finds the resources that have it, in any system", "token"),
    ("token.system-code", _SHALL, "system|code finds the resources that have both in one coding", "token"),
    ("token.no-system", _SHALL, "|code finds only codes without a system", "token"),
    ("token.system", _SHALL, "system| finds every code of a system", "token"),
    ("token.other-system", _SHALL, "A code is not found in a system that it is not of", "token"),
    ("token.none", _SHALL, "A code that no resource has finds nothing", "token"),
    ("token.not", _SHALL, ":not finds all resources that do not have the code", "modifiers"),
    ("token.text", _SHALL, ":text finds a code by the beginning of its text", "modifiers"),
    ("token.of-type", _SHALL, ":of-type finds an identifier by its type and value", "token"),
    ("date.instant", _SHALL, "A date finds the values that its range contains", "date"),
    ("date.partial", _SHALL, "A year, a month, a day or a minute finds the values that it contains", "date"),
    ("date.zone", _SHALL, "A time finds what is the same time in another zone", "date"),
    ("date.ne", _SHALL, "ne finds the dates that the range does not contain", "prefix"),
    ("date.gt", _SHALL, "gt finds the dates with a part above the range", "prefix"),
    ("date.lt", _SHALL, "lt finds the dates with a part below the range", "prefix"),
    ("date.ge", _SHALL, "ge finds the dates in the range or with a part above it", "prefix"),
    ("date.le", _SHALL, "le finds the dates in the range or with a part below it", "prefix"),
    ("date.sa", _SHALL, "sa finds the dates that start after the range", "prefix"),
    ("date.eb", _SHALL, "eb finds the dates that end before the range", "prefix"),
    ("date.ap", _SHALL, "ap finds at least the date itself", "prefix"),
    ("number.eq", _SHALL, "A number finds the values within its precision", "number"),
    ("number.precision", _SHALL, "A number of fewer digits finds what rounds to it", "number"),
    ("number.ne", _SHALL, "ne finds the numbers that eq does not", "prefix"),
    ("number.gt", _SHALL, "gt finds the greater numbers", "prefix"),
    ("number.lt", _SHALL, "lt finds the smaller numbers", "prefix"),
    ("number.ge", _SHALL, "ge finds the greater numbers and the number itself", "prefix"),
    ("number.le", _SHALL, "le finds the smaller numbers and the number itself", "prefix"),
    ("number.ap", _SHALL, "ap finds at least the number itself", "prefix"),
    ("number.none", _SHALL, "A number that no resource has finds nothing", "number"),
    ("quantity.unit", _SHALL, "number|system|code finds the values of this unit", "quantity"),
    ("quantity.code", _SHALL, "number||code finds the values of a unit by its code or its text", "quantity"),
    ("quantity.other-unit", _SHALL, "A quantity is not found by a unit that cannot be its own", "quantity"),
    ("reference.type-id", _SHALL, "Type/id finds the resources that refer to it", "reference"),
    ("reference.id", _SHALL, "An id alone finds the resources that refer to it", "reference"),
    ("reference.id-of-many", _SHOULD, "An id alone is enough where several types may be meant", "reference"),
    ("reference.url", _SHALL, "A URL finds the resources that refer to it", "reference"),
    ("reference.modifier", _SHALL, "A type as the modifier finds references to this type only", "reference"),
    ("reference.identifier", _SHALL, ":identifier finds references by the identifier in them", "modifiers"),
    ("reference.none", _SHALL, "A reference that no resource has finds nothing", "reference"),
    ("uri.whole", _SHALL, "A URI finds the values that equal it", "uri"),
    ("uri.none", _SHALL, "A URI finds no value that is only like it", "uri"),
    ("uri.below", _SHALL, ":below finds the URIs that begin with it", "uri"),
    ("uri.above", _SHALL, ":above finds the URIs that it begins with", "uri"),
    ("composite.both", _SHALL, "A composite finds values that go together", "composite"),
    ("composite.one", _SHALL, "A composite finds nothing where only one of its parts is right", "composite"),
    ("id", _SHALL, "_id finds the resource of this id and no other", "id"),
    ("missing.true", _SHALL, ":missing=true finds the resources without a value", "modifiers"),
    ("missing.false", _SHALL, ":missing=false finds the resources with a value", "modifiers"),
    ("or", _SHALL, "Values with commas between them find what any of them finds", "combining"),
    ("and", _SHALL, "A repeated parameter finds what fits all its values", "combining"),
    ("together", _SHALL, "Different parameters find what fits all of them", "combining"),
    ("escape", _SHALL, "A backslash takes their meaning from a comma, $ and | in a value", "escaping"),
    ("modifier.unknown", _SHALL, "A search with a modifier that is not supported is rejected", "modifiers"),
    ("chain", _SHALL, "A chained parameter finds by the values of what is referred to", "chaining"),
    ("has", _SHALL, "_has finds by the values of what refers to the resource", "has"),
    ("include", _SHALL, "_include brings what the matches refer to, and nothing else", "include"),
    ("revinclude", _SHALL, "_revinclude brings what refers to the matches, and nothing else", "revinclude"),
    ("include.iterate", _SHALL, "_include:iterate brings what the included resources refer to", "include"),
    ("include.mode", _SHOULD, "What is included is marked as such", "https://hl7.org/fhir/R4/bundle.html#searchset"),
    (
        "include.total", _SHALL, "The total does not count what is included",
        "https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.total",
    ),
    ("sort.ascending", _SHALL, "_sort gives the matches in ascending order, over all pages", "sort"),
    ("sort.descending", _SHALL, "_sort=- gives the matches in descending order, over all pages", "sort"),
    ("page.size", _SHALL, "A page has no more matches than _count asks for", "count"),
    (
        "page.next", _SHOULD, "A page that is not the last has a link to the next",
        "https://hl7.org/fhir/R4/http.html#paging",
    ),
    ("page.union", _SHALL, "The pages together are all the matches", "count"),
    ("page.once", _SHALL, "No match is on two pages, nor twice on one", "count"),
    ("count.zero", _SHALL, "_count=0 answers like _summary=count", "count"),
    ("summary.count", _SHALL, "_summary=count gives the total and no resources", "summary"),
    ("total", _SHALL, "Where a total is given, it is the number of matches",
     "https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.total"),
    ("total.accurate", _SHALL, "_total=accurate gives the number of matches", "total"),
    ("self", _SHALL, "The self link has the parameters that were used", "conformance"),
    ("bundle", _SHALL, "The answer is a Bundle of type searchset", "https://hl7.org/fhir/R4/bundle.html#searchset"),
    ("entry.type", _SHALL, "Every match is of the type that was searched", "https://hl7.org/fhir/R4/bundle.html#searchset"),
    ("post", _SHALL, "POST to _search answers like GET", "https://hl7.org/fhir/R4/http.html#search"),
)  # fmt: skip

REQUIREMENTS: dict[str, Requirement] = {
    id: Requirement(
        f"search.{id}", level, f"{text}.", section if section.startswith("https:") else f"{_SEARCH}#{section}"
    )
    for id, level, text, section in ROWS
}
"""By what follows `search.` in their ids."""
