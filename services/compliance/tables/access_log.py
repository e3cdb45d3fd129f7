"""Who saw which personal data at compliance."""

from services.compliance.tables.base import metadata
from shared.web.access_log import access_table

personal_access = access_table(metadata)
