"""The choices that this app's fields and facets have in common: what may be stored, and what readers are told."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DatePrecision(models.TextChoices):
    """How exactly a date is known."""

    YEAR = "year", "Year"
    MONTH = "month", "Month"
    DAY = "day", "Day"


class TargetUser(models.TextChoices):
    """Whom a technology is made for."""

    POLICE = "police", "Police"
    CITIZEN = "citizen", "Citizens"
    RESEARCHER = "researcher", "Researchers"
    JOURNALIST = "journalist", "Journalists"
    PLANNER = "public-security-planner", "Public security planners"
    BUSINESS = "business", "Businesses"
    EMERGENCY_SERVICE = "emergency-service", "Emergency services"
    MUNICIPALITY = "municipality", "Municipalities"
    NGO = "ngo", "Non-governmental organisations"
    ONLINE_PLATFORM = "online-platform", "Online platforms"
    FACT_CHECKER = "fact-checker", "Fact-checkers"
    HUMANITARIAN = "humanitarian-organisation", "Humanitarian organisations"
    POLICY_MAKER = "policy-maker", "Policy makers"
    TRAINING_PROVIDER = "training-provider", "Training providers"


class TechnologyKind(models.TextChoices):
    """What a technology is."""

    SERVICE = "service", "Service"
    SOFTWARE = "software", "Software"
    RESEARCH_PROTOTYPE = "research-prototype", "Research prototype"
    PLATFORM = "platform", "Platform"
    APP = "app", "App"
    METHOD = "method", "Method"
    DATASET = "dataset", "Data set"


class Price(models.TextChoices):
    """What a technology costs."""

    FREE = "free", "Free"
    PAID = "paid", "Paid"
    POLICE_LICENCE = "police-licence", "Licence for police"


class WorksOn(models.TextChoices):
    """Where a technology runs."""

    BROWSER = "browser", "Browser"
    PHONE = "phone", "Phone"
    DESKTOP = "desktop", "Desktop"
    SERVICE = "service", "Service"


class TechnologyStatus(models.TextChoices):
    """Whether there are signs of life of a technology."""

    ACTIVE = "active", "Active"
    DISCONTINUED = "discontinued", "Discontinued"
    UNKNOWN = "unknown", "Unknown"


class StatementKind(models.TextChoices):
    """What a statement says."""

    FINDING = "finding", "Finding"
    CHALLENGE = "challenge", "Challenge"
    RECOMMENDATION = "recommendation", "Recommendation"
    OPPORTUNITY = "opportunity", "Opportunity"
    FIGURE = "figure", "Figure"
    RESPONSIBILITY = "responsibility", "Responsibility"


class EvidenceKind(models.TextChoices):
    """What a statement rests on."""

    EXPERT = "expert", "Expert view"
    WORKSHOP = "workshop", "Workshop"
    CASE = "case", "Case"
    LITERATURE = "literature", "Literature"
    SURVEY = "survey", "Survey"


class FunctionLevel(models.IntegerChoices):
    """Functions come in two levels."""

    GROUP = 1, "Group"
    FUNCTION = 2, "Function"


class Scheme(models.TextChoices):
    """What a list of controlled words is for."""

    CHECK_SECTION = "check-section", _("Parts of the ethics and legal check")
    COUNTRY = "country", _("Country")
    ETHICS_ISSUE_KIND = "ethics-issue-kind", _("Kinds of issue")
    EVIDENCE_KIND = "evidence-kind", _("Kinds of evidence")
    FUNCTION = "function", _("Functions of technologies")
    LEGAL_EVENT_KIND = "legal-event-kind", _("What happens to law")
    LENS = "lens", _("Lenses")
    PATTERN_GROUP = "pattern-group", _("Groups of practices")
    PUBLICATION_STATUS = "publication-status", _("States of publication")
    RECORD_KIND = "record-kind", _("Kinds of record, one")
    RECORD_KIND_PLURAL = "record-kind-plural", _("Kinds of record, several")
    ROADMAP_STATUS = "roadmap-status", _("States of roadmap items")
    STATEMENT_KIND = "statement-kind", _("Kinds of statement")
    STRAND = "strand", _("Strands of the roadmap")
    SWOT_QUADRANT = "swot-quadrant", _("Strengths, weaknesses, opportunities, threats")
    TARGET_USER = "target-user", _("Target users")
    TECHNOLOGY_STATUS = "technology-status", _("States of technologies")
    THEME = "theme", _("Themes")
    WAYS_TO_ASK = "ways-to-ask", _("Ways to ask")
