"""What a reader of scores should know about how they came about."""

from __future__ import annotations

from explorer.core.anomaly.groups import Groups
from explorer.core.anomaly.within import LEAST_GROUP, Peers
from explorer.core.corpus.wording import counted
from explorer.core.normals import STAGE as NORMALS
from explorer.core.plan import Plan
from explorer.core.results import Results


def scoring_remarks(results: Results, plan: Plan) -> list[str]:
    """What was learnt from or compared with, groups, samples, and detectors that failed. Sentences."""
    facts = {record.stage: record.facts for record in results.records}
    found = []
    if plan.mode == "novelty" and NORMALS in facts:
        found.append(f"Novelty: every text is compared with {facts[NORMALS]['learnt_from']}.")
    if results.peers is not None and plan.within != "corpus":
        found += _compared(results.peers)
    if results.groups is not None and results.groups.count:
        found.append(_groups(results.groups))
    for name in plan.detectors:
        made = facts.get(f"scores.{name}", {})
        if made.get("fitted_on", 0) < made.get("fit_rows", 0):
            found.append(f"{name} was fitted on a sample of {made['fitted_on']:,} of {made['fit_rows']:,} texts.")
    return found + [results.failed[name] for name in plan.score_names if name in results.failed]


def _compared(peers: Peers) -> list[str]:
    """Whom texts are compared with, and how many of them with nobody."""
    said = [f"Every text is compared with those of its own {peers.by} ({counted(len(peers.names), peers.by)})."]
    if peers.left_out:
        whose = f"no {peers.by}, or one with fewer than {LEAST_GROUP} texts"
        said.append(f"{counted(peers.left_out, 'text')} compared with nobody: {whose}.")
    return said


def _groups(groups: Groups) -> str:
    inside = counted(int(groups.sizes.sum()), "text")
    return f"{counted(groups.count, 'small group')} of alike texts far from the rest ({inside} in all)."
