"""A policy as a page to read, print or send to counsel: one HTML file without scripts or anything from elsewhere."""

from __future__ import annotations

from functools import lru_cache

import jinja2

from pipeline.policy.explain import OTHERWISE, head_lines, law_lines
from pipeline.policy.schema import Policy
from pipeline.policy.wording import action_words, entity_words, if_words

__all__ = ["page"]


def page(policy: Policy) -> str:
    """Return the whole of a policy as an HTML page."""
    rules = [
        {
            "name": rule.name,
            "about": entity_words(rule.when.entity),
            "if": if_words(rule.when),
            "then": action_words(rule),
            "unconfirmed": ", ".join(rule.unconfirmed),
            "law": list(law_lines(rule)),
        }
        for rule in policy.rules
    ]
    return _template().render(policy=policy, head=list(head_lines(policy)), rules=rules, otherwise=OTHERWISE)


@lru_cache(maxsize=1)
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("pipeline.policy", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    environment.filters["capitalize_first"] = lambda text: text[:1].upper() + text[1:]
    return environment.get_template("policy.html.j2")
