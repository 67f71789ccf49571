"""What a reader of scores should know about how they came about."""

from __future__ import annotations

from explorer.core.normals import STAGE as NORMALS
from explorer.core.plan import Plan
from explorer.core.results import Results


def scoring_remarks(results: Results, plan: Plan) -> list[str]:
    """What was learnt from, samples, and detectors that failed. Sentences, in the order of the plan."""
    facts = {record.stage: record.facts for record in results.records}
    found = []
    if plan.mode == "novelty" and NORMALS in facts:
        found.append(f"Novelty: every text is compared with {facts[NORMALS]['learnt_from']}.")
    for name in plan.detectors:
        made = facts.get(f"scores.{name}", {})
        if made.get("fitted_on", 0) < made.get("fit_rows", 0):
            found.append(f"{name} was fitted on a sample of {made['fitted_on']:,} of {made['fit_rows']:,} texts.")
    return found + [results.failed[name] for name in plan.detectors if name in results.failed]
