"""Files of contacts: CSV as people and CRMs write it, and vCards."""

from capture.contact_files.contents import ContactFile, RowProblem
from capture.contact_files.reading import read_contacts

__all__ = ["ContactFile", "RowProblem", "read_contacts"]
