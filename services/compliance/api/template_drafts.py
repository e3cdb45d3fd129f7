"""From what an author sends to a draft: its variables must be known, declared and used."""

from datetime import datetime

from services.compliance.api.template_views import NewTemplate
from services.compliance.domain.lint.template import TemplateVersion
from services.compliance.domain.lint.variables import VARIABLES, problems
from shared.security.principals import Principal
from shared.web.problems import Unprocessable


def drafted(body: NewTemplate, who: Principal, now: datetime) -> TemplateVersion:
    """The draft, without its number. Raises Unprocessable with each variable that is not right."""
    new = body.draft(who.subject, now)
    if found := problems(new.parts, new.variables, new.channel):
        raise Unprocessable(
            f"The variables are not right; known are: {', '.join(VARIABLES)}.",
            slug="template-variables",
            template=new.template_id,
            variables=[problem._asdict() for problem in found],
        )
    return new
