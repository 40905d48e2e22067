"""What only this app's kinds show on their pages; made of documents, never of models."""

import json

QUADRANTS = {
    "Strength": "Strengths",
    "Weakness": "Weaknesses",
    "Opportunity": "Opportunities",
    "Threat": "Threats",
}


def theme(page):
    """A theme is an overview: its SWOT points as a table of four, and all there is on it."""
    points = {name: [] for name in QUADRANTS}
    for term in page["incoming"]:
        if term.publication.kind == "swot-point":
            facts = {fact["name"]: fact["values"] for fact in json.loads(term.publication.display)["facts"]}
            points[facts["quadrant"][0]["text"]].append(
                {
                    "title": term.publication.title,
                    "url": term.publication.url,
                    "by_editor": facts["placement"][0]["text"] != "Placed by the source",
                }
            )
    return {
        "swot": [{"label": label, "points": points[name]} for name, label in QUADRANTS.items()],
        "own_parts": [("swot", "Strengths to threats"), *page["own_parts"]],
        "related_title": "On this theme",
    }


def situation(page):
    """Who does what in a situation stands apart from its good, bad and ugly points."""
    document = page["document"]
    responsibilities = [point for point in document["points"] if point["aspect"] == "responsibility"]
    for group in page["links"]:
        if group["kind"].name == "technology":
            group["note"] = document["technologies_note"]
    own_parts = [("responsibilities", "Who does what")] if responsibilities else []
    return {"responsibilities": responsibilities, "own_parts": [*own_parts, *page["own_parts"]]}
