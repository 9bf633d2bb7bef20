"""FHIR XML, written and read from the definitions.

https://hl7.org/fhir/R4/xml.html
"""

from facade.spec.xml.errors import NotFhirXml, NoXmlForm
from facade.spec.xml.reading import from_xml
from facade.spec.xml.writing import to_xml

__all__ = ["NoXmlForm", "NotFhirXml", "from_xml", "to_xml"]
